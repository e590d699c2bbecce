"""A host for load tests of a switch: it approves whatever it is asked, and keeps nothing.

No journal, no HSM, no accounts: what it says costs as little as a host can cost, so that the switch
before it is what is measured. It proves nothing else: use the issuer for that.
"""
