"""A bank to test orders with: it takes them as strictly as banks do, books them, and answers.

Pure are `order`, which reads a pain.001 and says what is wrong with it, on three levels; `rules`,
which has its days and its payee check; `account`, which carries it out; and `answers`, which writes
what comes back: pain.002 and camt.053. `offline` keeps all that in a folder, and `watch` looks for
orders in another one. What a creditor is called may ask for more: a name with ``ERRAC04RJCT`` in it
is rejected with AC04, one with ``ERRAC04RTRN`` is booked and sent back.
"""
