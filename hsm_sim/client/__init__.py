"""For whoever talks to an HSM: a blocking client, keys by name in a file, answers in words."""
