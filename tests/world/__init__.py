"""The simulated world: terminals, switch, acquirer, issuer and HSM under one seed, in virtual time.

From below: `journals` is what outlives a program, `parts` and `network` move frames between
programs and break things, `lot` draws how hard a world is, `upstream` answers what it should not,
`stranger` is a terminal that is not ours, `locksmith` has keys changed, `signing` signs off, `bank`
closes the days of each acquirer; `people` builds the programs and lets terminals sell; `oracle`
looks at all books when everything is quiet. `safeguards` removes what keeps money safe: the oracle
must notice. `met` tells which class of transaction has met which fault, and aims faults at one. Run
one seed again with `python -m tests.world --seed N --trace`, or many with `--count`.
"""
