"""What runs in a stranger's own Python is not collected here."""

collect_ignore = ["oscar"]
