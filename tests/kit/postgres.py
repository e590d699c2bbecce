"""A PostgreSQL server of the tests' own, from the binaries of the distribution, on loopback."""

from __future__ import annotations

import itertools
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

USER = "postgres"  # The server refuses to run as root.
SETTINGS = """
listen_addresses = '127.0.0.1'
max_connections = 30
shared_buffers = 16MB
"""


def binaries() -> Path | None:
    """The folder of the newest server that the distribution has put on this machine."""
    found = Path("/usr/lib/postgresql").glob("*/bin/pg_ctl")
    newest = max(found, key=lambda path: int(path.parts[-3]), default=None)
    if newest is None and (on_path := shutil.which("pg_ctl")):
        newest = Path(on_path).resolve()
    return newest and newest.parent


class PostgresServer:
    """A server in a temporary folder; it can be stopped in every way, and started again."""

    def __init__(self, folder: Path, binaries: Path) -> None:
        self.folder = folder
        self._binaries = binaries
        self._user = USER if hasattr(os, "geteuid") and os.geteuid() == 0 else None
        self._names = itertools.count(1)
        if self._user:
            import pwd

            owner = pwd.getpwnam(USER)
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        with socket.socket() as held:
            held.bind(("127.0.0.1", 0))
            self.port = held.getsockname()[1]
        self._run(
            "initdb", "-D", f"{folder}/data", "-U", USER, "-A", "trust", "-E", "UTF8",
            "--locale=C.UTF-8", "--no-sync", "--no-instructions",
        )  # fmt: skip
        with (folder / "data" / "postgresql.conf").open("a") as settings:
            settings.write(f"{SETTINGS}port = {self.port}\nunix_socket_directories = '{folder}'\n")

    def start(self, *settings: str) -> None:
        """Start it, with *settings* such as ``fsync=off``, and return when it can be used."""
        options = " ".join(f"-c {setting}" for setting in settings)
        self._ctl("start", "-l", f"{self.folder}/log", "-o", options)

    def stop(self, mode: str = "fast") -> None:
        """Stop it: "fast" in an orderly way, "immediate" as if its power had failed."""
        self._ctl("stop", "-m", mode)

    def sql(self, text: str, database: str = USER) -> list[tuple[object, ...]]:
        """What the server answers to *text*."""
        import psycopg

        place = f"host=127.0.0.1 port={self.port} user={USER} dbname={database}"
        with psycopg.connect(place, autocommit=True) as connection:
            cursor = connection.execute(text)
            return cursor.fetchall() if cursor.description else []

    def database(self) -> str:
        """The name of a new database, with nothing in it."""
        name = f"lab{next(self._names)}"
        self.sql(f"CREATE DATABASE {name}")
        return name

    def schema_url(self) -> str:
        """The url of a new schema, with nothing in it; quicker to make than a database."""
        name = f"lab{next(self._names)}"
        self.sql(f"CREATE SCHEMA {name}")
        return f"{self.url(USER)}?options=-csearch_path%3D{name}"

    def url(self, database: str, port: int | None = None) -> str:
        """The url of *database*; *port* is that of somebody in between."""
        return f"postgresql+psycopg://{USER}@127.0.0.1:{port or self.port}/{database}"

    def _ctl(self, *arguments: str) -> None:
        self._run("pg_ctl", "-D", f"{self.folder}/data", "-w", "-t", "60", *arguments)

    def _run(self, program: str, *arguments: str) -> None:
        # A file, not a pipe: the server inherits its outputs and would keep them open.
        with (self.folder / "said").open("w+b") as said:
            ended = subprocess.run(
                [self._binaries / program, *arguments], user=self._user, cwd=self.folder,
                stdin=subprocess.DEVNULL, stdout=said, stderr=said, timeout=120, check=False,
            )  # fmt: skip
            said.seek(0)
            assert not ended.returncode, f"{program} {arguments}: {said.read().decode()}"


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A server that runs; whoever stops it starts it again."""
    found = binaries()
    if found is None:
        pytest.skip("no PostgreSQL server on this machine")
    pytest.importorskip("psycopg")
    with tempfile.TemporaryDirectory(prefix="postgres-", ignore_cleanup_errors=True) as folder:
        server = PostgresServer(Path(folder), found)
        server.start()
        yield server
        server.stop("immediate")
