"""The gateway's API over HTTPS: a subset of the payment-intents convention that SDKs speak.

`forms` makes one value of form and JSON bodies, `params` checks it, `cards` seals the card in it,
`endpoints` turns it into calls of the core, `objects` shows what came of them, `faults` what was
wrong. `app` is the table of routes, `connection` and `server` are what listens.
"""
