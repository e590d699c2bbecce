"""What `send` and `proxy` share: how messages are written on a connection, and how it may fail."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import click

from cardswitch.wire.operator import exits

from .spec.options import dialect_option, framing_option

if TYPE_CHECKING:
    import ssl


FRAMING: Final = "binary2"


def manner_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options --dialect, --framing and --header; the command gets `how`, a Manner."""

    @dialect_option
    @framing_option(
        None,
        "How messages are told apart there: binary2, ascii4, stx-lrc ...  [default: what the "
        "dialect says, or binary2]",
    )
    @click.option(
        "--header", type=click.Choice(["none", "tpdu"]), default="none", show_default=True,
        help="What stands before each message there.",
    )  # fmt: skip
    @functools.wraps(command)
    def with_manner(
        *words: Any, dialect: Any, framing: str | None, header: Any, **more: Any
    ) -> Any:
        from ..talk.link import Manner

        spoken = framing or dialect.form.framing or FRAMING
        return command(*words, how=Manner(dialect, spoken, header), **more)

    return with_manner


def tls_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """What is spoken, by options: the command gets `tls`, a context or None."""

    @click.option(
        "--tls", "wants_tls", is_flag=True, help="Speak TLS, and trust what this machine does."
    )
    @click.option(
        "--tls-ca", metavar="PEM", default="", help="Speak TLS, and trust this authority."
    )
    @click.option(
        "--tls-certificate", metavar="PEM", default="", help="Ours, if the peer asks for one."
    )
    @click.option(
        "--tls-key", metavar="PEM", default="", help="Its private key, if it is not in that file."
    )
    @click.option(
        "--tls-name", "tls_names", metavar="NAME", multiple=True,
        help="Whom the peer's certificate must name, besides the host; one of several.",
    )  # fmt: skip
    @functools.wraps(command)
    def with_tls(
        *words: Any,
        wants_tls: bool,
        tls_ca: str,
        tls_certificate: str,
        tls_key: str,
        tls_names: tuple[str, ...],
        **more: Any,
    ) -> Any:
        papers = {"tls_ca": tls_ca, "tls_certificate": tls_certificate, "tls_key": tls_key}
        return command(*words, tls=_tls(wants_tls, papers, tls_names), **more)

    return with_tls


def _tls(wanted: bool, papers: Mapping[str, Any], names: tuple[str, ...]) -> ssl.SSLContext | None:
    if not any(papers.values()) and not names:
        import ssl

        return ssl.create_default_context() if wanted else None
    from cardswitch.wire.driver.tls import client_tls
    from cardswitch.wire.operator.addresses import Address

    place = Address(port=0, tls_names=names, **papers)
    spoken = client_tls(place, "--tls-")
    return spoken.context if spoken else None


def address(_ctx: click.Context, _parameter: click.Parameter, text: str | None) -> Any:
    """HOST:PORT as a pair; a usage error if it is none."""
    from cardswitch.wire.operator.addresses import split_address

    try:
        return split_address(text) if text else None
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


def expectations(_ctx: click.Context, _parameter: click.Parameter, texts: tuple[str, ...]) -> Any:
    """What is expected, as values; a usage error if a text says nothing such."""
    from cardswitch.specs.errors import FormatError

    from ..talk.expectations import read_expectation

    try:
        return tuple(map(read_expectation, texts))
    except FormatError as error:
        raise click.BadParameter(str(error)) from None


def numbers(_ctx: click.Context, _parameter: click.Parameter, text: str) -> tuple[int, ...]:
    """Numbers of fields between commas; a usage error if there are others, or none."""
    words = text.split(",")
    if not all(word.isascii() and word.isdecimal() and 2 <= int(word) <= 192 for word in words):
        raise click.BadParameter("expected numbers of fields, such as 11,41")
    return tuple(map(int, words))


@contextmanager
def link_faults() -> Iterator[None]:
    """Inside, a connection that fails ends the command: one line, and exit code 5."""
    from ..talk.link import LinkFault

    try:
        yield
    except LinkFault as fault:
        click.echo(f"cardswitch: {fault}", err=True)
        sys.exit(exits.LINK)
