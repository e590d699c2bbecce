"""What settlement writes for others and reads from them, a file each. Pure.

`pain001` is the order to the bank; `deposit_csv` says the same to programs and to people.
"""
