"""The issuer: tells new purchases from repeats, holds the money, releases it.

`machine` has the flows, `verification` asks whether this may be paid at all, `cards` reads what a
request tells of the card, `accounts` hold the money, `ruling` is what testers ask for.
`follow_ups` are completions, increments and reversals of what was held. `entries` is what is
journalled, by `journal`; `books` have the sums, `legs` what is in work and the last that is
finished; `config` is the section [issuer].
"""
