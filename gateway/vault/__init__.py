"""Card numbers at rest, and the keys that seal them, which are changed while the gateway runs.

What the journal and things hold of a number is its fingerprint; the sealed number stands beside
that in a database of its own (`cards`), where it can be sealed anew, since a journal is never
changed. `keys` is the file of the keys, `rotation` how a new one takes over, in steps.
"""
