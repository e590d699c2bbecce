"""A module on a real port, in a thread of the test; and a server that answers what it is told."""

import asyncio
import json
import socket
from contextlib import contextmanager
from threading import Event, Thread

from click.testing import CliRunner

from cardswitch.hsm_sim.cli.main import hsm
from cardswitch.hsm_sim.config import HsmConfig
from cardswitch.hsm_sim.serve import serve_machine

PATIENCE_S = 30.0  # Reached only when something is broken.
TURNS = 50  # Of the loop, for links just accepted: asyncio leaks those if it closes now.


@contextmanager
def served_lab(folder):
    """The configuration of a lab in *folder* whose module serves, and the port of its hosts."""
    words = {"console_port": unused_port(), "key_store": "hsm.keys"}
    with serving(folder, **words) as (port, _, _):
        config = folder / "lab.toml"
        lines = [f"port = {port}", *(f"{key} = {json.dumps(each)}" for key, each in words.items())]
        config.write_text("\n".join(["[hsm]", *lines, ""]))
        yield config, port


@contextmanager
def serving(folder=None, **config):
    """The port of a module, and its machine."""
    started, stop, found = Event(), [], []

    async def main():
        runtime, machine = await serve_machine(HsmConfig(port=0, **config), folder=folder)
        wanted = asyncio.Event()
        stop.append((asyncio.get_running_loop(), wanted))
        found.append((runtime.ports["host"], machine, runtime))
        started.set()
        await wanted.wait()
        for _ in range(TURNS):
            await asyncio.sleep(0)
        await runtime.stop()

    thread = Thread(target=asyncio.run, args=(main(),))
    thread.start()
    assert started.wait(PATIENCE_S)
    try:
        yield found[0]
    finally:
        loop, wanted = stop[0]
        loop.call_soon_threadsafe(wanted.set)
        thread.join(PATIENCE_S)


@contextmanager
def answering(*chunks, ends=True):
    """The port of a server that sends a chunk for all that it reads; at the *ends* it hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        done = Event()

        def answer():
            link, _ = server.accept()
            with link:
                for chunk in chunks:
                    if not link.recv(65_536):
                        return
                    link.sendall(chunk)
                if not ends:
                    done.wait(PATIENCE_S)

        thread = Thread(target=answer)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            done.set()
            thread.join(PATIENCE_S)


def unused_port():
    """A port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def run(port, *words, stdin=None):
    """`cardswitch hsm` with *words* against the module at *port*: exit code, output, error."""
    where = ["--host", "127.0.0.1", "--port", str(port)] if port else []
    result = CliRunner().invoke(hsm, [*words, *where], input=stdin)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


def shown(port, *words):
    """What such a command prints as JSON."""
    code, out, err = run(port, *words, "--json")
    assert code == 0, err
    return json.loads(out)
