"""Parts of a field: views of its value, which in a Message stays one flat string.

A *layout* says how the octets of one value are made of parts, and knows nothing of where that value
stands: `positional` (one after the other), `ber` (BER-TLV), `tagged` (other TLV, and LTV), `nested`
(a bitmap in the field), `datasets` (ISO 8583:2003). The value of a part may have a layout of its
own. `paths` reads, sets and deletes a part at a path such as "127.25.1", and puts the place in the
message on every error. :mod:`specs.dialect.parts` makes layouts from a dialect file.

Octets of a `b` value are its bytes; those of any other are its characters, in Latin-1.
What was not touched is written back as it came: padding, duplicates, order and unknown tags.
"""
