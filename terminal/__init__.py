"""The software POS terminal: one sale at a time, and a reversal owed until it is acknowledged.

    card, pinpad    what a customer brings: the card, and the PIN under the terminal's own key
    messages        what the terminal says, and whether an answer fits what was asked
    batch, state    the journal's entries, and all that is rebuilt from them after a crash
    machine         the flows: sale, repeat, reversal; pure, for the runtime and the simulated world
    receipt         what is printed
    config          the [terminal] section and the lab's cards
    session         the terminal on a real connection
    cli, screen     the `terminal` commands, and what they show

The terminal tells nothing but its journal: how a sale stands is an :class:`~terminal.state.Outcome`
made from entries that are durable, so nobody is told "approved" what a crash could take back.
"""
