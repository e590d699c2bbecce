"""The wire grammar that dialect files are written in: a field is encoding x prefix x padding.

`codepages` and `encodings` turn characters into bytes, `prefixes` write lengths, `fields` read
engineers' notation and put the three together; `bitmap` and `mti` stand at the head of a message.
Imports nothing of `specs` but errors and masking.
"""
