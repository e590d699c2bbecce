"""The lab: one configuration for all programs, its keys and cards, and all of it in one process.

`topology` is the configuration file and the folder it stands in, `ceremony` makes keys and cards in
the HSM, `running` starts every program, `story` is the bank day that `cardswitch demo` runs.
"""
