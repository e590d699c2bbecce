"""Orders in the simulated world: a gateway in front of the switch, merchants, and their receivers.

From below: `merchants` order, capture, refund and insist, each with its idempotency keys; `post`
is the courier in virtual time, and the servers of merchants that may be down; `people` puts them
into the world; `books` says what must hold of orders when everything is quiet. `removed` takes the
gateway's safeguards away one by one: `books` must notice.
"""
