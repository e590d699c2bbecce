"""The terminal without its wires: what it says, what it remembers, and its flows. Pure.

`messages` are what it says, `entries` those of its journal, `batch` and `state` the book that is
rebuilt from them, `machine` what a person wants of it, `flows` how that goes.
"""
