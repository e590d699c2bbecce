"""Programs without their wires: flows, what wakes them, and which answer belongs to which question.

`kernel` runs flows, `desk` is what they may do, `matching` finds the question of an answer,
`network` looks after links that were dialled, `macs` has messages authenticated, `keys` changes
keys in traffic, `identities` says what a journal need not be asked, `program` is the machine that
all programs share.
Pure: no clock, socket or thread.
"""

# How a program waits without a thread, a socket or a clock
#
#     event ──► Program.handle ──► answered, start ──► ready ──► step ──► effects ──► the driver
#                                                        ▲         │ await
#                                                        └─ wake ◄─┴► waiting, timers
#
# A flow is one piece of work from its beginning to its end, such as one purchase: an ordinary
# coroutine, so that what happens after an answer stands below the question. It ends, or it stops
# at an `await`; between two awaits no other flow runs, so what it has looked up is still true.
#
# What may be awaited. Only what the desk gives: `ask` (a question and its answer), `look_up` (the
# same of the journal), `sleep`, and what is built on the kernel's `wait_for`. Each gives a `Wait`,
# which yields itself to the kernel; there is no event loop. Anything else that yields, such as a
# future of asyncio, is an AssertionError: the world may touch a program only by events. Everything
# else that a flow does to the world (send, append, close) is an effect: it is put down in order
# and never waited for.
#
# Which answer belongs to which question. The link's `Exchange` makes one key of both: for ISO 8583
# link, class, trace number and terminal, for an HSM link and header. `ask` notes the key before the
# question leaves, and an answer with that key wakes the flow. `stamp` gives no number whose key
# still waits, or was given up a short time ago: a late answer must not be taken for that of
# another question. An answer that nobody waits for is counted, "late" or "unmatched", and dropped.
# A module that is set to no header says not whose its answer is: there one question is asked at a
# time, the others wait for their turn, and one that has no answer in time takes the link with it.
#
# When there is no answer. A question ends once: by its answer, by its deadline, or because its link
# went down. The last two raise NoAnswer inside the flow, at the await, and so does a question that
# could not be asked (the link is down, too many wait there). The flow must decide what silence
# means; for money it means that the peer may have acted. A timer whose wait has ended stays in
# the heap until it comes up, or until such timers are too many and the heap is made anew.
#
# When a flow fails. An exception that it lets out ends this flow alone: its `rescue` is called and
# must bring its work to an end, the others go on. What it had already sent or journalled stands.
# Without a rescue the exception leaves the kernel and ends the program, and so does every
# AssertionError: what must hold does not, and a restart from the journal is safer than going on.
# Flows are not journalled; after a crash the program begins new ones for what it finds unfinished.
#
# What the driver must do. Hand over one event at a time, with a time that never runs backwards;
# say LinkUp before a link is used and LinkDown when it is gone; perform the effects in order, and
# let none leave before the Append ahead of it is durable; look at `deadline` after every call, and
# call `wake` when it is due. With a driver that obeys, the same events at the same times give the
# same effects: a whole network of programs can be simulated and run again.
