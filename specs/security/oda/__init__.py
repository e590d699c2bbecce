"""Offline data authentication of chip cards (EMV 4.3 Book 2, 5 to 7), as functions of keys alone.

    certificates  keys of a certification authority; the issuer's, the card's and the PIN's key out
                  of their certificates
    signatures    what the card signed: static data (SDA), a number of the terminal's (DDA), that
                  and its cryptogram (CDA); static data to be signed
    pins          a PIN for the card to check, enciphered under its key

Everything is RSA with exponent 3 or 65537 and SHA-1, as the books say; that is no choice of this
house. Bytes come in and go out: no record is read here, no clock asked, no bit of the TVR set.
"""
