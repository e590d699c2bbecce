"""Deposits in US dollars by the ACH: orders in NACHA's format, returns and notices of change.

`parties` are who pays and is paid there, `order` writes the file of a day and reads it back for the
books, `check` reads it against what it must say, `answers` reads what comes back, and `reasons` has
its codes in words.
"""
