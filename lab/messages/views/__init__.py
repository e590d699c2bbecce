"""How messages and dialects are shown to people, a view a file."""
