"""The commands that have to do with the switch's peers: what is said to them, and keys."""
