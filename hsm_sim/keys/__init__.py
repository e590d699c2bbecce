"""Keys as the module sees them: from under the LMK and back, and what is refused of a key.

    ring        KeyRing: what all kinds of LMK share, and the rules for keys
    variants    keys under a variant LMK
    blocks      keys under a key block LMK
    tamper      what is left when the LMKs are erased
    transport   keys under a ZMK or TMK, on their way to others
    dukpt       keys that are new with every transaction
    clear       a key in clear; attributes: what its key block says; uses: what it is for

A key ring knows nothing of commands: handlers reach it as `desk.keys`.
"""
