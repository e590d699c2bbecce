"""What merchants are charged: schedules as data, the fee of each movement, reserves, months. Pure.

`schedules` are the terms of the configuration, and say which rate a batch has; `charges` are what
they come to in the books; `expected` derives the same a second time, for the check. The fee of a
movement is computed where movements are, in the books' own statements (`switch.store.fees`).

A leg is charged for what is left of it: the fee of a movement is the fee of what is captured behind
it, less the fee of what was captured before it. So a reversal gives back what its sale was charged,
by the schedule of then, in whatever parts it comes; and nothing is charged for nothing.
"""
