"""The types of gateway that the shop can be paid by, each behind the same five verbs.

`adapter` has the verbs. `sessions` are those where the gateway asks for the card, `intents` those
where the shop confirms a payment of its own. `chooser` has one of each by its name.
"""
