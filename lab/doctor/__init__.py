"""What `spec doctor` is given and what it says: the doctor itself is in `specs.doctor`.

pasted         one message or many, in every reading that there may be
words          the diagnosis as text
reasons        how sure it is, and why
document       the same as JSON
dialect_file   the dialect that was found, as a file; and the next command
"""
