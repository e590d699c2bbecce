"""The acquirer: checks the merchant, forwards into the network, reverses what it forwarded.

`machine` has the flows, `entries` what is journalled, `books` what is known from those entries,
`config` the section [acquirer].
"""
