"""Messages looked at by people: what is implausible, which length is to blame, what may be shared.

`partial` reads a message as far as it goes, `tolerance` what is not as agreed and can be read all
the same; `chip_words` and `service_words` say what bits mean. `findings` says what is odd about a
message that can be read, `culprit` which earlier length made one unreadable, `redact` replaces card
data by other card data, `explain` puts error codes in words.
"""
