"""Messages looked at by people: what is implausible, which length is to blame, what may be shared.

`findings` says what is odd about a message that can be read, `culprit` which earlier length made
one unreadable, `redact` replaces card data by other card data, `explain` puts error codes in words.
"""
