"""Rules: what a host shall do with a request that it would else treat as ever. Data.

    rule        one rule: which requests it is about, and what is done; Rules: the first that fits
    file        a file of rules; whatever is wrong in it is told by file, line and nearest name
    reload      takes a changed file over while the host runs
    screen      rules as tables, for people
    shipped/    files that come with cardswitch: magic amounts, and the public test cards

A rule decides nothing about time or wires: late answers, lost and broken ones are effects, done by
the host's machine.
"""
