"""The switch without its wires: no sockets, no clock, no chance.

`machine` takes events and starts flows; `flows/` tells what happens to a message; `desk` is all
that a flow may do; `legs` remembers what must be; `states` says what may follow what.
"""
