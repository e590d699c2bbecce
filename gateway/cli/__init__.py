"""The `cardswitch gateway` commands: thin, and quick to import, since help must be quick."""
