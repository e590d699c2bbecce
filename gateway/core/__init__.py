"""The gateway without its wires: what is asked of an API becomes ISO 8583, and back.

`states` is the table of an intent's states, `entries` what the journal keeps, `intents` what they
make, `problems` what can be wrong, `checks` what an issuer found. `calls` are what the API asks and
is answered, `flows` how each is done, and what is owed, `machine` the program. Pure: no clock,
socket or chance; ids and secrets come in with the calls.
"""
