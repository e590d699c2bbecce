"""Talking to whoever speaks ISO 8583: a client, a host that plays its part, and a proxy.

Blocking, a thread a connection: for commands and for tests of others, never for a program that
serves. Imported by `lab.cli`, by the pytest plugin, and by users through `cardswitch`.

link          one connection: messages out, messages in, and what may go wrong with either
client        asks, and finds the answer among what comes
peer          a host that expects messages and answers them as it is told
trace         what was said, for people: masked and in order
expectations  what an answer must be: ``39=00``, ``54.1~^00``
fresh         trace number, times and retrieval reference anew
remote        whom one may talk to beyond this machine, and with which cards
proxy         between two programs: passes on, shows, changes, delays, drops
"""
