"""What the switch keeps: the journal of its legs and the books of settlement, in a database.

`tables` are the columns, `journal` is what the switch writes and others read, `books` what was
closed, booked and written for the bank.
"""
