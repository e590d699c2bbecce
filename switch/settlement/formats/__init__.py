"""What settlement writes for others and reads from them, a file each. Pure.

`pain001` is the order to the bank, which `orders` reads back; `deposit_csv` says the same to
programs and to people. `pain002`, `camt053` and `bai2` are what banks answer,
`reasons` their codes, and `from_bank` reads what nobody trusts.
"""
