"""The command `proxy`: between two programs, what they say to each other."""

from __future__ import annotations

import secrets
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from cardswitch.wire.operator import exits

from .spec.options import unsafe_option
from .spec.results import say, say_json
from .talking import address, link_faults, manner_options, tls_options

if TYPE_CHECKING:
    import ssl

    from cardswitch.wire.capture.pcap import Talk

    from ..talk.link import Manner
    from ..talk.proxy import Passed
    from ..talk.rules import Deed, Rule

CAPTURED_MAX: Final = 100_000  # messages of a capture, which is held in memory until the end
_ENDS: Final = {"request": ("127.0.0.1", 50000), "answer": ("127.0.0.1", 8583)}
EPILOG: Final = """\b
Examples:
  cardswitch proxy 127.0.0.1:9000 127.0.0.1:7106 --dialect pos --header tpdu
  cardswitch proxy :9000 127.0.0.1:7106 --dialect pos --header tpdu --capture talk.pcap
  cardswitch proxy :9000 localhost:8583 --change 0210:39=51 --delay 0210:6 --drop 0420
  cardswitch proxy :9000 localhost:8583 --drop mti=0210,4=000000001051

It listens on this machine alone. A rule says first which messages it is for, an MTI or what
`send --expect` knows, with commas. In a capture, card data stand replaced by others of the same
form; it is written at the end, for you alone to read.

Exit codes: 0 stopped with Ctrl-C or SIGTERM, 1 messages could not be shown, 2 usage, 5 the port
cannot be listened at; with --once also: the target is not there, or what was said could not be
passed on."""


def _rules(deed: Deed) -> Any:
    def read(_ctx: click.Context, _parameter: click.Parameter, texts: tuple[str, ...]) -> Any:
        from cardswitch.specs.errors import FormatError

        from ..talk.rules import read_rule

        try:
            return tuple(read_rule(deed, text) for text in texts)
        except FormatError as error:
            raise click.BadParameter(str(error)) from None

    return read


@click.command(epilog=EPILOG)
@click.argument("listen", metavar="LISTEN", callback=address)
@click.argument("target", metavar="HOST:PORT", callback=address)
@manner_options
@tls_options
@click.option(
    "--change",
    metavar="WHEN:PATH=VALUE",
    multiple=True,
    callback=_rules("change"),
    help="Change messages.",
)
@click.option(
    "--delay",
    metavar="WHEN:SECONDS",
    multiple=True,
    callback=_rules("delay"),
    help="Hold messages, and those behind them.",
)
@click.option(
    "--drop", metavar="WHEN", multiple=True, callback=_rules("drop"), help="Let messages disappear."
)
@click.option(
    "--capture",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a pcap file at the end, card data replaced.",
)
@click.option("--once", is_flag=True, help="End when the first connection has ended.")
@click.option("--remote", is_flag=True, help="Pass on to another machine, with test cards.")
@click.option("--any-card", is_flag=True, help="Pass on cards there that are no known test cards.")
@click.option("--json", "as_json", is_flag=True, help="A line of JSON for each message.")
@unsafe_option
def proxy(
    listen: tuple[str, int],
    target: tuple[str, int],
    how: Manner,
    tls: ssl.SSLContext | None,
    change: tuple[Rule, ...],
    delay: tuple[Rule, ...],
    drop: tuple[Rule, ...],
    capture: Path | None,
    once: bool,
    remote: bool,
    any_card: bool,
    as_json: bool,
    unsafe: bool,
) -> None:
    """Stand between two programs: pass messages on, show them, and change, delay or drop some."""
    from cardswitch.wire.capture.packets import Endpoint

    from ..talk.proxy import Proxy
    from ..talk.remote import refuse_remote

    refuse_remote(target[0], remote)
    notes = Notes(how, as_json, unsafe, keeps=capture is not None)
    rules = (*change, *delay, *drop)
    with link_faults():
        server = Proxy(listen, target, how, notes.take, rules=rules, tls=tls, any_card=any_card)
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        here, there = Endpoint(listen[0], server.port), Endpoint(*target)
        say([f"listening at {here}, for {there}"], err=True)
        server.serve(once=once)
    except KeyboardInterrupt:
        server.close()
    finally:
        signal.signal(signal.SIGTERM, before)
        if capture is not None:
            notes.write(capture)
    if server.untold is not None:
        raise server.untold
    if once and server.failed:
        sys.exit(exits.LINK)


class Notes:
    """Shows each message that is passed on, and keeps it for a capture."""

    def __init__(self, how: Manner, as_json: bool, unsafe: bool, keeps: bool) -> None:
        self._how, self._as_json, self._unsafe, self._keeps = how, as_json, unsafe, keeps
        self._is_blind = False  # whether it was said that messages cannot be shown
        self._talk: list[Talk] = []
        self._left_out = 0
        self._key = secrets.token_bytes(32)  # One card stays one card within this capture.

    def take(self, passed: Passed) -> None:
        """Keep *passed*, and show it. Raises OSError if it cannot be shown, which is said once."""
        if self._keeps:
            self._keep(passed)
        try:
            self._show(passed)
        except OSError as error:
            if not self._is_blind:
                self._is_blind = True
                say([f"cannot be shown ({error.strerror}): messages pass unseen"], err=True)
            raise

    def _show(self, passed: Passed) -> None:
        """Masked unless asked for otherwise."""
        from cardswitch.specs.dates import utc_text

        from ..messages.showing import show
        from ..messages.views.description import summary
        from ..messages.views.fields import FieldsView

        shown = passed.message and show(self._how.dialect, passed.message, self._unsafe)
        document = FieldsView().document(shown) if shown else None
        if self._as_json:
            told = {
                "at": utc_text(passed.at),
                "way": passed.way,
                "message": document,
                "told": passed.told,
            }
            say_json(told)
        else:
            first = "; ".join([*([summary(shown)] if shown else []), *passed.told])
            say([f"{utc_text(passed.at)} {passed.way:7} {first}"])
            say([f"    {line}" for line in FieldsView().lines(shown)] if shown else [])

    def _keep(self, passed: Passed) -> None:
        from cardswitch.specs.errors import FormatError
        from cardswitch.specs.review.redact import Redactor
        from cardswitch.wire.capture.packets import Endpoint

        channel, dialect = self._how.channel(), self._how.dialect
        if passed.message is None or len(self._talk) >= CAPTURED_MAX:
            self._left_out += 1
            return
        try:
            redacted = Redactor(self._key).redact(dialect, passed.message)
            data = channel.framing.frame(channel.encode(redacted))
        except FormatError:
            self._left_out += 1
            return
        ends = [Endpoint(*_ENDS[way]) for way in ("request", "answer")]
        here, there = ends if passed.way == "request" else reversed(ends)
        self._talk.append((passed.at, here, there, data))

    def write(self, path: Path) -> None:
        """The capture, readable for this user alone. Raises Error."""
        from cardswitch.wire.capture.pcap import write_pcap
        from cardswitch.wire.store.disk import replace_file
        from cardswitch.wire.store.files import file_trouble

        try:
            replace_file(path, write_pcap(self._talk))
        except OSError as error:
            raise file_trouble(path, error) from None
        say([f"{len(self._talk)} messages in {path}, {self._left_out} left out"], err=True)
