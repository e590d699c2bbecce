"""How messages and dialects are laid out, a view a file; pure. What is secret was masked before.

view          what every view of messages can do: lines for people, JSON for programs
fields        a message as a table of fields; `spec decode`
paths         single fields and parts of fields; `spec decode --get`
description   a message explained in words; `spec describe`
diff          where two messages differ; `spec diff`
dialect       a dialect as a table of fields; `spec show`
oddities      what is not as agreed in a message that could be read
"""
