"""The command `send`: messages to any host, and whether the answers are as they should be."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import click
from click.core import ParameterSource

from cardswitch.wire.operator import exits
from cardswitch.wire.operator.options import Time

from .spec.given import Given, input_argument
from .spec.options import unsafe_option
from .spec.results import refuse, refusing, say, say_json
from .talking import address, expectations, link_faults, manner_options, numbers, tls_options

if TYPE_CHECKING:
    import ssl

    from cardswitch.specs.message import Message

    from ..talk.client import Exchange, IsoClient
    from ..talk.expectations import Expectation
    from ..talk.link import Link, Manner

REPEAT_MAX: Final = 100_000
ASK_S: Final = 5.0  # a switch answers a purchase in less
LISTEN_S: Final = 60.0  # a person starts the other program meanwhile
LINGER_S: Final = 0.1  # a second answer comes at once, or is found by whoever waits longer
# What only asking needs, by the name of its parameter.
_ASKING: Final = {
    "skip": "--skip",
    "fresh": "--fresh",
    "match": "--match",
    "linger_s": "--linger",
    "any_card": "--any-card",
    "wants_tls": "--tls",
    "tls_ca": "--tls-ca",
    "tls_certificate": "--tls-certificate",
    "tls_key": "--tls-key",
    "tls_names": "--tls-name",
}
EPILOG: Final = """\b
Examples:
  cardswitch send 127.0.0.1:7106 --dialect pos --header tpdu --fresh --file sale.pcap
  cardswitch send 127.0.0.1:7104 --dialect pos --header tpdu --fresh --file sale.pcap \\
    --tls-ca cardswitch-data/tls/ca.pem --tls-key cardswitch-data/tls/terminal.key \\
    --tls-certificate cardswitch-data/tls/terminal.pem
  cardswitch send localhost:8583 sale.json --fresh --set 4=000000001051 --expect 39=51
  cardswitch send localhost:8583 echo.hex --repeat 100 --json | jq .seconds
  cardswitch send --listen 127.0.0.1:8583 --expect mti=0200 --set 39=51   answers one request

INPUT is what `spec decode` reads: hex, JSON, a log, a capture. Its answers are not sent. The
answer is what has the fields of --match in common with the question. With --listen, it is the
request that --expect is about, and --set changes its answer, which is code 00.

Exit codes: 0 answered as expected, 2 usage, 4 no answer in time, 5 nobody there, no TLS there, the
connection ended, or what came or INPUT cannot be read, 6 not what was expected, or two answers."""


@click.command(epilog=EPILOG)
@click.argument("target", metavar="[HOST:PORT]", required=False)
@input_argument
@click.option(
    "--file", "path", type=click.Path(exists=True, dir_okay=False), help="Read INPUT there."
)
@click.option(
    "--skip", type=click.IntRange(0), default=0, help="Leave out the first N bytes of INPUT."
)
@manner_options
@tls_options
@click.option("--set", "changes", metavar="PATH=VALUE", multiple=True, help="Set a field or part.")
@click.option("--delete", "deletions", metavar="PATH", multiple=True, help="Leave one out.")
@click.option("--fresh", is_flag=True, help="Give STAN, times and RRN anew, in UTC.")
@click.option(
    "--expect", "wanted", metavar="PATH=VALUE", multiple=True, callback=expectations,
    help="What the answer must be; PATH~PATTERN for a regular expression, mti=0210.",
)  # fmt: skip
@click.option(
    "--match", metavar="FIELDS", default="11,41", show_default=True, callback=numbers,
    help="Fields that an answer has in common with its question.",
)  # fmt: skip
@click.option(
    "--timeout", "timeout_s", type=Time(0, min_open=True),
    help=f"Seconds that an answer may take, {ASK_S:g}; a request, with --listen, {LISTEN_S:g}.",
)  # fmt: skip
@click.option(
    "--linger", "linger_s", type=Time(0), default=LINGER_S, show_default=True,
    help="Seconds to look for a second answer.",
)  # fmt: skip
@click.option("--repeat", type=click.IntRange(1, REPEAT_MAX), default=1, help="Send it N times.")
@click.option(
    "--listen", metavar="HOST:PORT", callback=address, help="Play the other side: answer there."
)
@click.option("--remote", is_flag=True, help="Talk to another machine, with test cards.")
@click.option("--any-card", is_flag=True, help="Send cards there that are no known test cards.")
@click.option("--json", "as_json", is_flag=True, help="A line of JSON for each message.")
@unsafe_option
def send(
    target: str | None,
    given: tuple[str, ...],
    path: str | None,
    skip: int,
    listen: tuple[str, int] | None,
    **options: Any,
) -> None:
    """Send messages to a host, show its answers, decoded and timed, and check them."""
    plan = Plan(**options)
    if listen is not None:
        if target or given or path:
            raise click.UsageError("--listen goes without HOST:PORT and INPUT")
        _refuse_unused(_ASKING)
        sys.exit(plan.answer(*listen))
    if target is None:
        raise click.UsageError("HOST:PORT is missing")
    plan.check_target(target)
    read = Given(words=given, dialect=plan.how.dialect, path=path, skip=skip)
    sys.exit(plan.ask(target, list(plan.messages(read))))


def _refuse_unused(names: Mapping[str, str]) -> None:
    """Raises UsageError if one of the options *names* was given: it would do nothing."""
    context = click.get_current_context()
    for name, option in names.items():
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            raise click.UsageError(f"--listen goes without {option}: it is for who asks")


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What the options ask for."""

    how: Manner
    tls: ssl.SSLContext | None
    changes: tuple[str, ...]
    deletions: tuple[str, ...]
    fresh: bool
    wanted: tuple[Expectation, ...]
    match: tuple[int, ...]
    timeout_s: float | None
    linger_s: float
    repeat: int
    remote: bool
    any_card: bool
    as_json: bool
    unsafe: bool

    # Asking ---------------------------------------------------------------------------------

    def check_target(self, target: str) -> None:
        """A usage error or ConfigError if *target* is none, or may not be talked to."""
        from cardswitch.wire.operator.addresses import split_address

        from ..talk.remote import refuse_remote

        try:
            host, _ = split_address(target)
        except ValueError as error:
            raise click.BadParameter(str(error), param_hint="HOST:PORT") from None
        refuse_remote(host, self.remote)

    def messages(self, given: Given) -> Iterator[Message]:
        """The questions in *given*, changed as the options say; ends the command on a fault."""
        from ..messages.changes import changed

        dialect, answers = self.how.dialect, 0
        for item in given.items():
            with refusing(item.data, dialect=dialect, origin=item.origin):
                message = item.behind_lead().read(dialect)
                if not message.is_request:
                    answers += 1
                    continue
                yield changed(dialect, message, self.changes, self.deletions)
        if answers:
            say([f"Note: {answers} of them are answers, which are not sent."], err=True)

    def ask(self, target: str, messages: list[Message]) -> int:
        """Send *messages*, as often as asked for; the code to exit with."""
        from cardswitch.wire.operator.addresses import split_address

        from ..talk.client import IsoClient

        self._refuse_real_cards(split_address(target)[0], messages)
        if not messages:
            raise click.UsageError("INPUT has no message that is a question")
        how = self.how
        with link_faults(), IsoClient(
            target, how.dialect, framing=how.framing, header=how.header,
            timeout_s=self.timeout_s or ASK_S, tls=self.tls, match=self.match,
        ) as client:  # fmt: skip
            codes = [
                self._ask_one(client, message, number)
                for number in range(1, self.repeat + 1)
                for message in messages
            ]
        return next((code for code in (exits.TIMEOUT, exits.FINDINGS) if code in codes), 0)

    def _ask_one(self, client: IsoClient, message: Message, number: int) -> int:
        from cardswitch.specs.errors import FormatError

        from ..talk.link import NoAnswer

        sent = self._freshened(message) if self.fresh else message
        try:
            exchange = client.exchange(sent, linger_s=self.linger_s)
        except NoAnswer as error:
            say([f"cardswitch: {error}"], err=True)
            if self.as_json:
                say_json({"sent": self._document(sent), "answer": None, "faults": [f"{error}"]})
            return exits.TIMEOUT
        except FormatError as error:
            refuse(error, client.link.frame, self.unsafe, exits.LINK, self.how.dialect)
        return self._tell(exchange)

    def _tell(self, exchange: Exchange) -> int:
        """Show what came, and what is wrong with it."""
        from cardswitch.wire.machine.matching import label

        faults = self._faults(exchange.answer)
        faults += [f"a second answer: {label(each)}" for each in exchange.again]
        if self.as_json:
            document = {
                "sent": self._document(exchange.sent),
                "answer": self._document(exchange.answer),
                "seconds": round(exchange.seconds, 6),
                "faults": faults,
            }
            say_json(document)
        else:
            say([*self._lines(exchange.answer), f"answered in {exchange.seconds * 1000:.1f} ms"])
        say([f"Note: of others came {label(each)}" for each in exchange.others], err=True)
        say([f"cardswitch: {fault}" for fault in faults], err=True)
        return exits.FINDINGS if faults else 0

    def _freshened(self, message: Message) -> Message:
        import secrets
        import time

        from cardswitch.wire.machine.matching import STAN_MAX

        from ..talk.fresh import freshened

        return freshened(message, time.time(), secrets.randbelow(STAN_MAX) + 1)

    def _refuse_real_cards(self, host: str, messages: list[Message]) -> None:
        from cardswitch.wire.operator.addresses import is_here

        from ..talk.remote import refuse_real_cards

        if not self.any_card and not is_here(host):
            for message in messages:
                refuse_real_cards(self.how.dialect, message)

    # Answering ------------------------------------------------------------------------------

    def answer(self, host: str, port: int) -> int:
        """Take one connection there, and answer its requests; the code to exit with."""
        from ..talk.link import NoAnswer, first_link
        from ..talk.remote import refuse_remote

        refuse_remote(host, self.remote)
        wait_s = self.timeout_s or LISTEN_S
        codes: list[int] = []
        try:
            with link_faults(), first_link(host, port, self.how, wait_s, _tell_where) as link:
                while len(codes) < self.repeat:
                    codes.append(self._answer_one(link, wait_s))
        except NoAnswer as error:
            say([f"cardswitch: {error}"], err=True)
            return exits.TIMEOUT
        return exits.FINDINGS if exits.FINDINGS in codes else 0

    def _answer_one(self, link: Link, wait_s: float) -> int:
        """Answer the next request; whether it was as expected."""
        import time

        from cardswitch.specs.errors import FormatError

        from ..messages.changes import changed
        from ..talk.answers import accepted
        from ..talk.link import NoAnswer

        dialect = self.how.dialect
        try:
            request = link.receive(time.monotonic() + wait_s)
        except TimeoutError:
            raise NoAnswer(f"no request within {wait_s:g} s") from None
        except FormatError as error:
            refuse(error, link.frame, self.unsafe, exits.LINK, dialect)
        if not request.is_request:
            say(["Note: an answer came, which is not answered."], err=True)
            return 0
        with refusing(dialect=dialect):
            approval = accepted(request)
            answer = changed(dialect, request.reply(approval), self.changes, self.deletions)
            link.send(answer)
        faults = self._faults(request)
        if self.as_json:
            say_json(
                {
                    "request": self._document(request),
                    "answer": self._document(answer),
                    "faults": faults,
                }
            )
        else:
            say(self._lines(request))
        say([f"cardswitch: {fault}" for fault in faults], err=True)
        return exits.FINDINGS if faults else 0

    # Showing --------------------------------------------------------------------------------

    def _faults(self, message: Message) -> list[str]:
        found = (each.fault(self.how.dialect, message) for each in self.wanted)
        return [fault for fault in found if fault]

    def _lines(self, message: Message) -> list[str]:
        from ..messages.showing import show
        from ..messages.views.fields import FieldsView

        return FieldsView().lines(show(self.how.dialect, message, self.unsafe))

    def _document(self, message: Message) -> dict[str, Any]:
        from ..messages.showing import show
        from ..messages.views.fields import FieldsView

        return FieldsView().document(show(self.how.dialect, message, self.unsafe))


def _tell_where(host: str, port: int) -> None:
    from cardswitch.wire.capture.packets import Endpoint

    say([f"listening at {Endpoint(host, port)}"], err=True)
