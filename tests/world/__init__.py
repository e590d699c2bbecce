"""The simulated world: terminals, switch, acquirer, issuer and HSM under one seed, in virtual time.

`network` moves frames between programs and breaks things; `people` builds the programs and lets
terminals sell; `oracle` looks at all five books when everything is quiet. Run one seed again with
`python -m tests.world --seed N`.
"""
