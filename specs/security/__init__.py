"""Payment cryptography as pure functions of bytes, and the only importer of `cryptography`.

    tdes        triple DES in ECB and CBC, one cached cipher a key: everything below stands on it
    keys        check value, parity, weak and degenerate keys
    schemes     a key under another key: the letters Z X Y U T
    lmk         local master keys: keys and PINs under them, keys in transport between zones
    pinblocks   ISO 9564-1 formats 0, 1 and 3
    pvv, cvv    what an issuer compares a PIN and a card with
    mac         ISO 9797-1 algorithms 1 and 3
    vault       card numbers at rest: sealed, opened, fingerprinted
    digits      digits and hexadecimal by code point, and decimalisation
    errors      what is raised: says which rule is broken, and never holds the value

Keys are `bytes` of 8, 16 or 24, blocks are `bytes`; PINs, PANs and codes are `str` of ASCII digits.
Nothing here rolls a die or asks the time: fill and nonces are arguments. For speed the ciphers of
the last keys are kept (bounded), so those keys stay in the memory of the process, and Python wipes
nothing: right for a simulator with test keys, wrong for anything else. The cached ciphers belong to
one thread.
"""
