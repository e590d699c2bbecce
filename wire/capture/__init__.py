"""Captures of the network as bytes: files into packets, packets into streams, streams into frames.

`pcap` and `pcapng` read files, `packets` takes the headers off, `reassembly` puts TCP streams
together and cuts them into frames; `cutting` has the framings of other systems. Pure: bytes in,
values out.
"""
