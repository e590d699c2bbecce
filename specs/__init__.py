"""The ground floor: what is agreed with others. Values, tables and pure functions; imports no room.

A :class:`~specs.dialect.Dialect` packs a :class:`~specs.message.Message` into bytes and back.

    message, lazy      a message: an MTI and its fields, cut when they are asked for
    grammar/           encodings, prefixes and fields: what dialect files are written in
    parts/             what fields are made of: positional, TLV, bitmaps, data sets
    codec/             bytes into messages and back: generated, and driven by tables
    dialect/           from a dialect file to a dialect, each fault with its line
    transactions/      what makes two requests the same, and which answer fits
    convert/           between dialects and editions, with what is lost
    interop/           specifications of other tools, in and out
    review/            implausible values, wrong lengths, messages that may be shared
    doctor/            unknown bytes
    fuzzing/           messages that are right, and nearly so; Hypothesis strategies
    codes, amounts, dates, tracks, tlv, masking, errors      values of fields, once each

`hsm` has the host commands of an HSM as values; `security` is payment cryptography.
"""
