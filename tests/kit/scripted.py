"""A host that does as it is told, right or wrong: takes one connection, hears, says, ends."""

import socket
from contextlib import contextmanager, suppress
from threading import Thread


@contextmanager
def scripted(said=b"", *, ends=True):
    """Its address. Once something has come it sends *said*, then ends, or is silent to the end."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = Thread(target=_serve, args=(listening, said, ends), daemon=True)
        thread.start()
        yield f"127.0.0.1:{listening.getsockname()[1]}"
        with socket.socket() as last:  # one that nobody has connected to must end as well
            last.connect_ex(listening.getsockname())
        thread.join()


def free_address():
    """Where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


def _serve(listening, said, ends):
    connection, _ = listening.accept()
    with connection, suppress(OSError):  # whoever asks may end it at any time
        if not connection.recv(65_536):
            return
        connection.sendall(said)
        if ends:
            connection.shutdown(socket.SHUT_WR)
        while connection.recv(65_536):
            pass
