"""The ground floor: what is agreed with others. Values, tables and pure functions; imports no room.

A :class:`~specs.dialect.Dialect` packs a :class:`~specs.message.Message` into bytes and back.
`encodings`, `prefixes` and `fields` are the wire grammar that dialect files are written in; `hsm`
is the same for HSM commands; `security` is payment cryptography.
"""
