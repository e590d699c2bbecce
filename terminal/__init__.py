"""The software POS terminal: one sale at a time, and a reversal owed until it is acknowledged.

    customer/   what a customer brings: the card
    pinpad/     the PIN, under the terminal's own key the moment it is keyed
    core/       messages, journal entries, and the flows: sale, repeat, reversal; pure
    face/       the `terminal` commands, receipts, and what they show
    config      the [terminal] section and the lab's cards
    session     the terminal on a real connection

The terminal tells nothing but its journal: how a sale stands is an `Outcome`
made from entries that are durable, so nobody is told "approved" what a crash could take back.
"""
