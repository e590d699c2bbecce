"""The codec: messages into bytes and back, for whatever a dialect file says.

`compile/` generates straight-line code for each shape of message, `shapes` keeps what was
generated, `walk` is the slow twin that is driven by tables and says exactly what is wrong.
"""
