"""How each call is done, a story a file.

`serving` looks up and leads to the others; `work` is a call in work, and all that it writes; `owed`
what goes out until the switch acknowledges it.
"""
