"""The software POS terminal: one sale at a time, and a reversal pending until it is acknowledged.

    customer/   the customer's card
    pinpad/     the PIN, under the terminal's own key the moment it is keyed
    core/       messages, journal entries, and the flows: sale, repeat, reversal; pure
    face/       the `terminal` commands, receipts, and what they show
    config      the [terminal] section and the lab's cards
    session     the terminal on a real connection

What the terminal shows is made from its journal: the `Outcome` of a sale is rebuilt from entries
that are durable, so that a crash cannot take back what was shown as approved.
"""
