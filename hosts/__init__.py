"""The two hosts that a card payment needs besides the switch: emulated acquirer and issuer.

    config        the [acquirer] and [issuer] sections of the configuration
    acquirer      checks the merchant, forwards into the network, reverses what it forwarded
    issuer        tells new purchases from repeats, holds the money, releases it
    verification  card, PIN and CVV, through the HSM: may this be paid at all?
    cards         what a request tells of the card
    accounts      balances and the holds on them
    behaviours    the amounts that make the issuer answer as a test wants it
    entries       what both write into their journals
    books         what both know, rebuilt from those entries
    requests      what both do alike with a request

Both are pure machines on the kernel of `wire`: no clock, no socket, no chance. A request is the
same again if its identity is; a repeat is told what the first was told, and never
authorises twice. All that an answer promises is in the journal before the answer is sent.
"""
