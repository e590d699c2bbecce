"""Holds as a memo ledger: what authorisations set aside, post in part, give back, or let expire.

It is kept beside the money: no account has a part in it. `rows` finds what the journal says of
holds, twice over: step by step, and as they stand; `booked` keeps the steps and holds them against
how it stands; `reading` is for people.
"""
