"""The acquirer: checks the merchant, forwards into the network, reverses what it forwarded.

`machine` has the flows, `states` what may follow what, `entries` what is journalled, `books` what
is known from those entries, `config` the section [acquirer].
"""
