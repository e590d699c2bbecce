"""What every program shows its operator, once: configuration, addresses, commands loaded lazily.

`config` turns TOML files into typed values, `addresses` says where a program listens or dials and
what is spoken there, `files` has files ready before they are recorded, `lazy_group` is a group of
commands that imports each when it is called.
"""
