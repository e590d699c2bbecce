"""The issuer: tells new purchases from repeats, holds the money, releases it.

`machine` has the flows, `verification` asks whether this may be paid at all, `cards` reads what a
request tells of the card, `accounts` hold the money, `behaviours` are what testers ask for.
`entries` is what is journalled, `books` what is known from those entries, `config` the section
[issuer].
"""
