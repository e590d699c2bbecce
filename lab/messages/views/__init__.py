"""How messages and dialects are shown, a view a file; pure, and masked unless asked for *unsafe*.

view          what every view of messages can do: lines for people, JSON for programs
fields        a message as a table of fields; `spec decode`
paths         single fields and parts of fields; `spec decode --get`
description   a message explained in words; `spec describe`
parts         a field taken apart as its dialect says, chip data for instance
track2        track 2 taken apart
diff          where two messages differ; `spec diff`
dialect       a dialect as a table of fields; `spec show`
table         rows of text under each other
"""
