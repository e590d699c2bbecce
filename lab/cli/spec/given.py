"""INPUT of the `spec` commands: its options, and the messages or bytes that it holds."""

from __future__ import annotations

import functools
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from .options import dialect_option
from .results import Output, refusing, say

if TYPE_CHECKING:
    from cardswitch.specs.dialect import Dialect

    from ...messages.inputs import Item

NAME_SIZE_MAX: Final = 255  # characters; no file system allows more
CHUNK_SIZE: Final = 1 << 16  # bytes that are read at a time
BAR_SIZE_MIN: Final = 1 << 20  # bytes; less is read in no time
# As in cardswitch.lab.messages, which is not imported for help.
FORMS: Final = ("auto", "hex", "base64", "raw", "json", "lines", "log", "pcap", "vbs")
FRAMINGS: Final = (
    *("auto", "binary2", "binary2-inclusive", "binary2-little", "ascii4", "ascii4-inclusive"),
    *("ascii5", "hex4", "bcd2", "vap", "stx-etx", "none"),
)
# A name of a file: it ends in a point and letters, or begins like a path.
_NAME: Final = re.compile(
    r"[^\s{}\[\]\"']*\.[A-Za-z][0-9A-Za-z]{0,9}|(?:\.{0,2}|~)[/\\][^\s{}\"']*"
)
_MTI: Final = re.compile(r"[0-9A-Fa-fXx*]{4}|\\x")
_LETTER: Final = re.compile(r"[G-WYZg-wyz_]")
_MESSAGE: Final = re.compile(r"[0-9]{4}[0-9A-Fa-f]{16}")
_BASE64: Final = re.compile(r"[0-9A-Za-z+/]{24,}={0,2}")
_LONG_NUMBER: Final = re.compile(r"[0-9]{13,}")


def input_argument(command: Callable[..., Any]) -> Callable[..., Any]:
    """INPUT: one or more words of pasted text, or a file; the command gets it as `given`."""
    return click.argument("given", metavar="[INPUT]", nargs=-1)(command)


@dataclass(frozen=True, kw_only=True)
class Given:
    """INPUT of a command, and the options that say how to read it."""

    words: tuple[str, ...]
    dialect: Dialect
    path: str | None = None
    form: str = "auto"
    skip: int = 0
    framing: str = "auto"
    output: Output = field(default_factory=Output)

    def items(self) -> Iterator[Item]:
        """All messages of it, as they are read; ends the command if nothing can be read.

        Standard error says what a text was taken for, and what of a capture was passed over.
        """
        from ...messages.inputs import stream_items

        flush = self.output.flush
        with refusing(), self.output, given_chunks(self.words, self.path, self.form) as chunks:
            told: set[str] = set()
            passed: list[int] = []
            how = self.form, self.dialect, self.skip, self.framing
            for item in stream_items(_awaited(chunks, flush), *how, passed=passed):
                tell(item, told, flush)
                yield item
            tell_passed(passed, flush)


def tell_passed(passed: Sequence[int], before: Callable[[], None] = lambda: None) -> None:
    """Say which lines were *passed* over, if any were; *before* is called first then."""
    if passed:
        before()
        count = f"{len(passed)} lines" if len(passed) > 1 else "1 line"
        said = f"Note: {count} with bytes that begin like no message of this dialect"
        say([f"{said}, the first is line {passed[0]}."], err=True)


def tell(item: Item, told: set[str], before: Callable[[], None] = lambda: None) -> None:
    """Say what *item* was taken for, once for each kind in *told*; notes on the whole.

    *before* is called first if there is something to say.
    """
    lead = f"; {item.lead}" if item.lead else ""
    said = f"Read as {item.kind}{lead}." if item.kind else ""
    lines = [f"Note: {note}" for note in item.notes]
    if said and said not in told:
        told.add(said)
        lines.insert(0, f"{item.origin}: {said}" if item.origin else said)
    if lines:
        before()
        say(lines, err=True)


def message_input(command: Callable[..., None]) -> Callable[..., Any]:
    """INPUT and how to read it, one message or many; the command gets it as one :class:`Given`."""

    @functools.wraps(command)
    def run(
        given: tuple[str, ...],
        path: str | None,
        dialect: Dialect,
        form: str,
        skip: int,
        framing: str,
        **options: Any,
    ) -> None:
        read = Given(words=given, path=path, dialect=dialect, form=form, skip=skip, framing=framing)
        command(read, **options)

    decorated: Callable[..., Any] = run
    for decorate in (
        click.option(
            "--framing",
            metavar="NAME",
            type=click.Choice(FRAMINGS),
            default="auto",
            show_default=True,
            help=f"The length before each message of a capture: {', '.join(FRAMINGS)}.",
        ),
        click.option(
            "--skip",
            metavar="N",
            type=click.IntRange(0),
            default=0,
            help="Leave out the first N bytes: a header, a TPDU, a length.",
        ),
        click.option(
            "--format",
            "form",
            type=click.Choice(FORMS),
            default="auto",
            show_default=True,
            help="How INPUT is written; auto finds out, and says what it took it for.",
        ),
        click.option(
            "--file",
            "path",
            type=click.Path(exists=True, dir_okay=False),
            help="Read a file instead: any notation, a log, JSON lines, a capture; gzip too.",
        ),
        dialect_option,
        input_argument,
    ):
        decorated = decorate(decorated)
    return decorated


@contextmanager
def given_chunks(
    words: tuple[str, ...], path: str | None = None, form: str = "auto"
) -> Iterator[Iterator[bytes]]:
    """What *words* say, the file that they or *path* name holds, or standard input has, in chunks.

    A bar on standard error shows how far a large file is read, if that is a terminal.
    """
    if path is not None and words:
        raise click.UsageError("INPUT or --file, not both")
    if path is None and len(words) == 1:
        path = _file_named(words[0], form)
        words = words if path is None else ()
    if words not in ((), ("-",)):
        yield iter([" ".join(words).encode("utf-8", "surrogateescape")])
        return
    with Path(path).open("rb") if path else nullcontext(sys.stdin.buffer) as source:
        chunks = iter(lambda: source.read(CHUNK_SIZE), b"")
        size = Path(path).stat().st_size if path else 0
        if size < BAR_SIZE_MIN or not sys.stderr.isatty():
            yield chunks
            return
        with click.progressbar(length=size, label="Reading", file=sys.stderr) as bar:
            yield _counted(chunks, bar.update)


def given_bytes(words: tuple[str, ...]) -> bytes:
    """All of :func:`given_chunks`, for what is read as a whole; FormatError if it is too large."""
    from ...messages.inputs import whole

    with given_chunks(words) as chunks:
        return whole(chunks)


def _awaited(chunks: Iterator[bytes], before: Callable[[], None]) -> Iterator[bytes]:
    """*chunks*, and *before* is called each time before one is waited for."""
    before()
    for chunk in chunks:
        yield chunk
        before()


def _counted(chunks: Iterator[bytes], update: Callable[[int], None]) -> Iterator[bytes]:
    for chunk in chunks:
        update(len(chunk))
        yield chunk


def _file_named(word: str, form: str) -> str | None:
    """*word* if it names a file, None if it is pasted; a usage error if there is no such file."""
    if len(word) > NAME_SIZE_MAX or word == "-":
        return None
    if Path(word).is_file():
        return word
    if word and Path(word).is_dir() and not _MESSAGE.match(word):
        raise click.UsageError(f"{ascii(word)[1:-1]}: that is a folder: name a file in it")
    if _is_name(word, form):
        shown = _LONG_NUMBER.sub(lambda run: "*" * len(run[0]), word)
        raise click.UsageError(f"{ascii(shown)[1:-1]}: there is no such file, and it is no message")
    return None


def _is_name(word: str, form: str) -> bool:
    """Whether *word* can only be the name of a file: no message is written like that."""
    if _MESSAGE.match(word) or (len(word) % 4 == 0 and _BASE64.fullmatch(word)):
        return False
    # In a form that was asked for, even a word of letters may be meant.
    is_word = form == "auto" and _LETTER.search(word) is not None and not _MTI.search(word)
    return _NAME.fullmatch(word) is not None or (is_word and "{" not in word)
