"""How parties talk: everything between a program and its peers, in two halves.

The pure half has no clock, socket or thread:

    framing, headers    bytes into frames, and the header before a message
    channel             frames into messages and back: what a link speaks
    ports               the events and effects that cross a machine's edge
    kernel, matching    flows, their timers, and which answer belongs to which question
    program             a machine made of flows, with one treatment of bad input
    packets, pcap       capture files (pcapng too), and the TCP segments in them
    reassembly          segments into streams, streams into frames

The other half, the driver, is the only place that touches the world:

    runtime             gives a machine its connections, its time and its journal
    connections, links  doors and dialled links; each: deadlines, caps, frames in, bytes out
    writer, journal     the thread that commits, and the file it commits to
    tap                 the masked trace of all frames
    tls                 contexts for links that are dialled
    config, places      TOML files into typed values; an address and what is spoken there

One turn of the loop: links decode what was read and hand it to the machine; its entries go to the
journal's thread in one piece, its messages to every link in one write. What comes after an entry
that is not yet durable waits for the commit, across all links, and leaves in one piece too. The
same machines run in the simulated world of the tests, where the driver's half is replaced.
"""
