"""Somebody at a port who says bytes of any kind, and hears frames or the end of the link."""

import socket
import ssl
from contextlib import contextmanager, suppress

from tests.kit.programs import PATIENCE_S

HOST = "127.0.0.1"
CLOSED = None  # What is heard when the link has ended.


class Peer:
    """One connection to *port* of this machine, where *channel* is spoken, within *tls* if any."""

    def __init__(self, port, channel, tls=None):
        self.channel = channel
        self._socket = socket.create_connection((HOST, port), timeout=PATIENCE_S)
        if tls is not None:
            self._socket = tls.wrap_socket(self._socket, server_hostname=HOST)
        self._framer = channel.framing.framer()
        self._frames = []

    def say(self, data):
        """Send the bytes *data*; that the other end is gone already is heard later."""
        with suppress(BrokenPipeError, ConnectionResetError):
            self._socket.sendall(data)

    def say_last(self, data):
        """Send *data* and nothing more, ever."""
        self.say(data)
        self._socket.shutdown(socket.SHUT_WR)

    def frame(self, payload):
        """*payload* with its length in front, whatever it is."""
        return self.channel.framing.frame(payload)

    def hear(self):
        """The next frame, or CLOSED."""
        while not self._frames:
            try:
                data = self._socket.recv(65_536)
            except (ConnectionResetError, ssl.SSLError):
                return CLOSED
            if not data:
                return CLOSED
            self._frames += self._framer.feed(data)
        return self._frames.pop(0)

    def ask(self, message):
        """The next message that comes after *message* was sent."""
        self.say(self.frame(self.channel.encode(message)))
        frame = self.hear()
        assert frame is not CLOSED, "the link was closed instead of an answer"
        return self.channel.decode(frame)

    def close(self):
        """Hang up."""
        self._socket.close()


@contextmanager
def peer_at(port, channel, tls=None):
    """A Peer that hangs up at the end."""
    peer = Peer(port, channel, tls)
    try:
        yield peer
    finally:
        peer.close()
