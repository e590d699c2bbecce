"""The acquirer: checks the merchant, forwards into the network, reverses what it forwarded.

`machine` says who gets a flow, `purchases` and `reversals` are the flows, `desk` is what they work
with. `legs` are purchases and reversals in memory, `books` all of them; `entries` is what is
journalled, `states` what may follow what, `config` the section [acquirer].
"""
