"""The one driver: gives a machine real connections, real time and a real journal, on asyncio.

`runtime` performs what a machine wants done; `connections` and `links` are listeners and dialled
links, `gate` lets in by TLS, `writer` and `journal` what is durable, `tap` the masked trace, `tls`
the contexts of links, `control` does what an operator asks, `service` runs programs until they are
stopped. Nothing else touches the world.
"""

# A turn of the loop
#
#     sockets ──► links ──► runtime ──► machine ──► effects ─┬─► Append ──► writer ──► journal
#                              ▲                             └─► Send, Close ──► links ──► sockets
#                              └── one timer, at the machine's deadline
#
# One thread, or two. The loop's thread has the links, the timer and the machine, so a machine is
# never called twice at once and needs no locks. It has the journal too while the disk is quick.
# Where a sync takes milliseconds the journal has a thread of its own, and meanwhile the loop reads
# on (pace.py says when).
#
# One turn. The system says which sockets can be read. Every whole frame is an event, the machine is
# given one after the other, and what it wants done is done or put down in that order. When all were
# handled, the turn is settled: what was put on a link is written in one piece, the entries go to
# the writer, the timer is moved if the machine must be woken earlier. What came after an entry is
# written when its commit is done (writer.py), so nobody hears what a crash could undo.
#
# The start. The journal is read and given to the machine before the program listens or dials:
# whoever asks first is answered from all that was promised before.
#
# The end. Asked to stop, the runtime gives the machine no more events, commits, lets the answers
# leave that waited for that, and closes the links. When the machine or the journal fails, it cuts
# the links at once, for what the program knows can no longer be trusted; `wait` raises the error.
# Both are like a crash to the machine: it is never told, and learns of it from its journal.
