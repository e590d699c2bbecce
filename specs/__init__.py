"""The ground floor: what is agreed with others. Values, tables and pure functions; imports no room.

A :class:`~specs.dialect.Dialect` packs a :class:`~specs.message.Message` into bytes and back.

    encodings, prefixes, fields     the wire grammar that dialect files are written in
    dialect_file, dialect_build     from a file to a dialect, each fault with its line
    compile/, shapes, lazy, walk    the codec: generated, lazy, and driven by tables
    parts/                          what fields are made of: positional, TLV, bitmaps, data sets
    reference                       the same dialect through pyiso8583
    convert/                        between dialects and editions, with what is lost
    interop/                        specifications of other tools, in and out
    doctor/, culprit, findings      unknown bytes, wrong lengths, implausible values
    redact, masking                 messages that may be shared; what people may see
    explain                         what the codes of errors mean
    fuzzing/, strategies            messages that are right, and nearly so

`hsm` has the host commands of an HSM as values; `security` is payment cryptography.
"""
