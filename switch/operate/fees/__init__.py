"""Fees at work: charged with a close, derived again for its check, and told to people."""
