"""Tells webhook endpoints of events, at least once, and lets none that is down slow another.

`schedule` says when a try comes again, `signature` what each is signed with, both pure. `targets`
says where may be sent, `post` sends, `courier` does it for all endpoints while the gateway runs.
"""
