"""How parties talk: everything between a program and its peers, in two halves.

The pure half has no clock, socket or thread:

    framing, headers    bytes into frames, and the header before a message
    channel             frames into messages and back: what a link speaks
    ports               the events and effects that cross a machine's edge
    machine/            flows, their timers, and which answer belongs to which question
    capture/            capture files, the streams in them, and the frames in those

The other half is the only place that touches the world:

    store/              files that are durable, whole, and held by one program alone
    driver/             gives a machine its connections, its time and its journal
    operator/           what every program shows its operator: configuration, addresses, commands

One turn of the loop: links decode what was read and hand it to the machine; its entries go to the
journal in one piece, its messages to every link in one write. What comes after an entry that is not
yet durable waits for the commit, across all links, and leaves in one piece too. The same machines
run in the simulated world of the tests, where the driver's half is replaced.
"""
