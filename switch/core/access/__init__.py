"""Who may speak: whom a listener knows, whom a certificate speaks for, who has signed on.

`registry` is data of the configuration, `spokesmen` and `sessions` last as long as a link. Flows
and the machine ask here; nothing is recorded here.
"""
