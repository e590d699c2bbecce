"""The switch at work: its configuration, its connections, and the close of its bank days.

`settle` closes days, `show` looks at them, `verify_books` holds the books against the journal.
Above `store`, `settlement` and `core`; below `cli`, whose commands are thin.
"""
