"""A shop's server that is told of events: HTTPS by the standard library, in a thread."""

import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

PATIENCE_S = 20.0


class Told(NamedTuple):
    """One POST that came."""

    path: str
    headers: dict[str, str]
    body: bytes


class Receiver:
    """Keeps what it is told, answers *status* after *waits_s*; `papers` of None is plain HTTP."""

    def __init__(self, papers: Path | None = None, status=200, waits_s=0.0, location=""):
        self.status = status
        self.waits_s = waits_s
        self.told: list[Told] = []
        self._changed = threading.Condition()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                receiver._hear(Told(self.path, dict(self.headers), body))
                time.sleep(receiver.waits_s)
                try:
                    self.send_response(receiver.status)
                    self.send_header("Content-Length", "0")
                    if location:
                        self.send_header("Location", location)
                    self.end_headers()
                except OSError:
                    """It has hung up."""

            def log_message(self, *_):
                pass

        class Server(ThreadingHTTPServer):
            def handle_error(self, *_):
                pass

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self.url = f"{'https' if papers else 'http'}://127.0.0.1:{self.port}/hook"
        if papers is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(papers.with_suffix(".pem"), papers.with_suffix(".key"))
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def wait_for(self, holds):
        """Return what was told, once *holds* is true of it."""
        with self._changed:
            assert self._changed.wait_for(lambda: holds(self.told), PATIENCE_S), self.told
            return list(self.told)

    def _hear(self, told):
        with self._changed:
            self.told.append(told)
            self._changed.notify_all()
