"""The payment gateway: orders over HTTPS become requests of ISO 8583 at a listener of the switch.

A peer of the terminal: it knows the switch by its listener alone. `core` is pure; `store` keeps its
journal; `api` is HTTPS, `three_ds` asks who the cardholder is, `cli` the commands. It may hold card
numbers, sealed (`specs.security`).
"""
