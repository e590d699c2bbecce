"""A lab whose shops sell at any terminal: tests make up terminals of their own."""

import re


def let_any_terminal_sell(config):
    """Change the lab's file *config* so."""
    text, count = re.subn(
        r"(?m)^terminals = \[.*\]", 'terminals = "any"', config.read_text("utf-8")
    )
    assert count, "no merchant names its terminals"
    config.write_text(text, "utf-8")
