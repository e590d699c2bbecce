"""Stands between a program and its database, and swallows the answer to a COMMIT."""

from __future__ import annotations

import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

CHUNK = 65_536


class Swallower:
    """Passes everything on, until it is told to swallow the answer to the next COMMIT.

    It has been carried out then, but whoever sent it sees only that the connection has ended.
    """

    def __init__(self, port: int) -> None:
        self.is_hungry = False
        self.swallowed = 0
        self._server_port = port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Take no more connections."""
        self._listening.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                server = socket.create_connection(("127.0.0.1", self._server_port))
                threading.Thread(target=self._pass_on, args=(client, server), daemon=True).start()

    def _pass_on(self, client: socket.socket, server: socket.socket) -> None:
        is_committing = False
        with client, server, suppress(OSError):
            while True:
                readable, _, _ = select.select([client, server], [], [])
                if client in readable:
                    data = client.recv(CHUNK)
                    is_committing = self.is_hungry and b"COMMIT" in data
                    server.sendall(data)
                    if not data:
                        return
                if server in readable:
                    data = server.recv(CHUNK)
                    if is_committing:
                        self.swallowed += 1
                        return
                    client.sendall(data)
                    if not data:
                        return


@contextmanager
def swallower(port: int) -> Iterator[Swallower]:
    """One before the server at *port*."""
    made = Swallower(port)
    try:
        yield made
    finally:
        made.close()
