"""A bank to test orders with: it takes them as strictly as banks do, books them, and answers. Pure.

`order` reads a pain.001 and says what is wrong with it, on three levels; `account` carries it out;
`answers` writes what comes back: pain.002 and camt.053. What a creditor is called may ask for more:
a name with ``ERRAC04RJCT`` in it is rejected with AC04, one with ``ERRAC04RTRN`` is booked and sent
back.
"""
