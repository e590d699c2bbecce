"""For whoever talks to an HSM; nothing here needs the module itself.

client    a blocking client, which sends many commands before it waits for answers
keyfile   keys under the LMK, by name in a file
answers   answers in words
"""
