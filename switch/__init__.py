"""The card switch: a pure core, a journal in a database, and the settlement of its bank days.

`core` decides, `store` remembers, `serve` gives both real connections; `settlement` turns what was
approved into batches, postings and files, and `settle` closes a day with them.
"""
