"""The two hosts that a card payment needs besides the switch: emulated acquirer and issuer.

    acquirer/   checks the merchant, forwards into the network, reverses what it forwarded
    issuer/     tells new purchases from repeats, holds the money, releases it
    acs/        the issuer's access control server: asks cardholders whether it is they (3-D Secure)
    rules/      what a host does with requests that a tester names: data, and the first that fits
    load/       approves all and keeps nothing: for load tests of a switch
    requests    what both do alike with a request
    config      what their sections of the configuration have in common
    serve, cli  each on real connections, and the `host` commands

The two are peers that talk through the switch alone: neither imports the other, and each has its
own journal. Both are pure machines on the kernel of `wire`: no clock, no socket, no chance. A
request is the same again if its identity is; a repeat is told what the first was told, and never
authorises twice. All that an answer promises is in the journal before the answer is sent.
"""
