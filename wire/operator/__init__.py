"""What every program shows its operator, once: configuration, addresses, commands loaded lazily.

`config` turns TOML files into typed values, `addresses` says where a program listens or dials and
what is spoken there, `files` writes files whole or not at all, `control` asks a program that runs.
Of commands: `options` that many share, `exits` by which they end, `text` as tables, and
`lazy_group`, a group that imports each when it is called.
"""
