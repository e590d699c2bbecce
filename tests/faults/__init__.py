"""Faults of real processes, for every class of transaction; then five books must agree.

`points` lets a program kill itself with -9 between two of its steps: k0 to k8 of the switch, and
the same of hosts and terminals. `dying` runs a program so. `proxy` stands on a line: slow, in
slices, doubled, out of order, cut. `stories` is what a terminal does of each class, `lab` the
programs, `kills` who dies where, `books` what all have written down. Many:
`python -m tests.faults --count 300`.
"""
