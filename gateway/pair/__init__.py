"""Two gateways on one store: one leads, the other hands what it is asked on to it.

The journal has one writer, whoever holds its lock. `forward` is what the port of the other serves
meanwhile, `door` a port that stays open while what is behind it changes, `node` takes over as soon
as the lock is free: what the one that died has left, is settled by the start of the other.
"""
