"""The `settle fees` commands: how a fee came about, and what was charged."""
