"""The calculator: what an HSM computes, from clear test keys, step by step with names.

    steps    Steps: what a calculation went through, in order
    pins     PIN blocks, PVV, IBM 3624
    cards    CVV, iCVV, CVV2, dCVV, CVC3
    macs     ISO 9797-1 and CMAC; which of them makes a given MAC
    keys     check values, parity, components
    dukpt    the keys of a KSN
    blocks   key blocks
    chips    keys and cryptograms of chip cards

Each topic has its commands in a module beside it, named `..._cli`. Results come from
`specs.security`; the steps are made again here out of its functions, which know nothing of this.
"""
