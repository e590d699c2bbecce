"""What the switch keeps: the journal of its legs and the books of settlement, in a database.

`tables` are the columns; `journal` is what the switch writes, and `reader` what others read of it;
`books` are what was closed, booked and written for the bank; `recounts` derives that once more.
"""
