"""What banks say of payouts, and what people decide on them, as settlement runs it.

`take` books the files of a bank, each once and whole; `inbox` finds them in a folder; `payouts`
shows how each payout stands, and books decisions; `copies` keeps the files, for books that are made
anew; `verify` goes through what the books hold of all that.
"""
