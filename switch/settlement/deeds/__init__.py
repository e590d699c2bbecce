"""What people book: corrections between two accounts, and what is taken out of suspense.

`chart` has the accounts; `corrections` has the journals that such a deed makes.
"""
