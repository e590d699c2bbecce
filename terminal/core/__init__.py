"""The terminal without its wires: what it says, what it remembers, and its flows. Pure.

`messages` are what it says, `batch` and `state` the entries of its journal and the book that is
rebuilt from them, `machine` the flows: sale, repeat, reversal.
"""
