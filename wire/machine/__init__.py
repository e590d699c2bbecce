"""Programs without their wires: flows, what wakes them, and which answer belongs to which question.

`kernel` runs flows, `desk` is what they may do, `matching` finds the question of an answer,
`network` looks after links that were dialled, `program` is the machine that all programs share.
Pure: no clock, socket or thread.
"""
