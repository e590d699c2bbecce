"""The message workbench: what people paste becomes messages, and messages become what they read.

`pasted` and `inputs` read, `outputs` writes for other tools, `workbench` turns messages into JSON
and back, `views`, `descriptions` and `diff` are for people; all of it masked unless asked.
"""
