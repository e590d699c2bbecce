"""The ground floor: what is agreed with others. Values, tables and pure functions; imports no room.

A message is a :class:`~specs.message.Message`; a :class:`~specs.dialect.Dialect` packs it into bytes
and unpacks bytes into it. `encodings`, `prefixes` and `fields` are the wire grammar that dialect
files are written in; `hsm` is the same for HSM commands; `security` is payment cryptography.
"""
