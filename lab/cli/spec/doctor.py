"""The command `spec doctor`: which dialect reads these bytes?"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from cardswitch.wire.operator import exits

from .options import unsafe_option

if TYPE_CHECKING:
    from cardswitch.specs.doctor import Base, Budget, Diagnosis

    from ...doctor.pasted import Reading

_READING_SHARE: Final = 0.6  # of what is left: for the reading that comes furthest, and so on
_DIGITS_MAX: Final = 3  # of the number of a field
EPILOG: Final = """\b
Examples:
  doctor < capture.hex                         one message, or a few of the same link, one a line
  doctor < dump.txt                            a dump, a list of bytes, a log: as it was copied
  doctor --file capture.pcap                   what was said on the busiest ports
  doctor 6000010000 0800 2020010000800000 000000 000001 0001 5445524D30303031
  doctor --dialect ./mine.toml < message.hex   what is nearly right in mine.toml?
  doctor --dialect ./mine.toml --keep 2,55 < message.hex   these two are right
  doctor --dialect ./mine.toml -o new.toml < message.hex
  describe --dialect ./new.toml < message.hex

Give several messages where you have them: what fits one by chance does not fit two.

Exit codes: 0 found, 2 usage or an unknown dialect, 5 nothing fits: the best try is shown."""


@click.command(epilog=EPILOG)
@click.argument("given", metavar="[INPUT]", nargs=-1)
@click.option(
    "--file", "path", type=click.Path(exists=True, dir_okay=False), help="Read INPUT from a file."
)
@click.option(
    "--dialect",
    metavar="NAME|PATH",
    default="",
    help="A dialect that is right or nearly so; without it, all that come with cardswitch.",
)
@click.option(
    "--skip",
    metavar="N",
    type=click.IntRange(0),
    default=0,
    help="Leave out the first N bytes of every message.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["auto", "hex", "base64", "raw", "pcap"]),
    default="auto",
    show_default=True,
    help="How INPUT is written; auto tries all of them.",
)
@click.option(
    "--keep",
    metavar="FIELDS",
    default="",
    help="Fields that are right as the dialect has them, such as 2,4: they are not edited.",
)
@click.option("--thorough", is_flag=True, help="Try twenty times as much: a minute, not seconds.")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON instead of text.")
@unsafe_option
@click.option(
    "-o",
    "--output",
    metavar="FILE.toml",
    type=click.Path(dir_okay=False),
    default="",
    help="Write the dialect file that reads these messages, header included; where nothing fits, "
    "what is known so far.",
)
def doctor(
    given: tuple[str, ...],
    path: str | None,
    dialect: str,
    skip: int,
    form: str,
    keep: str,
    thorough: bool,
    as_json: bool,
    unsafe: bool,
    output: str,
) -> None:
    """Find out how unknown messages are written: framing, header, MTI, bitmap, dialect, edits.

    INPUT is text or a file, and - or nothing standard input: one message, or one a line.
    """
    from ...doctor.dialect_file import says_anything
    from ...doctor.document import diagnosis_document
    from ...doctor.pasted import read_messages
    from ...doctor.words import show_diagnosis, show_failure
    from .results import refusing, say, say_json

    if output and not output.endswith(".toml"):
        raise click.BadParameter("a name that ends in .toml is expected", param_hint="-o")
    bases = _bases(dialect, keep)
    with refusing(), _budget(thorough) as budget:
        reading, found = _examine(
            read_messages(_few(given, path), form, skip), bases, budget, dialect
        )
    if reading.kind:
        say([f"Read as {reading.kind}."], err=True)
    fits = bool(found) and found[0].fits
    known = fits or (bool(output and found) and says_anything(found[0]))
    command = _finish(found[0], reading, skip, output) if known else ""
    count = len(found[0].place.messages) if found else 0
    if as_json:
        say_json(diagnosis_document(found, count, unsafe, command))
    elif fits:
        say(show_diagnosis(found, count, unsafe, command))
    else:
        say(show_failure(found, unsafe), err=True)
    if not fits:
        say(_told_of(output, command), err=True)
        sys.exit(exits.LINK)


def _few(words: tuple[str, ...], path: str | None) -> bytes:
    """All of a capture; of a long text the first lines: a few messages are enough."""
    from ...messages.captured import is_capture
    from ...messages.expanded import expanded
    from ...messages.inputs import CAPTURE_SIZE_MAX, peeked, whole
    from ...messages.pasted.plain import INPUT_SIZE_MAX
    from .given import given_chunks
    from .results import say

    with given_chunks(words, path) as given:
        head, chunks = peeked(expanded(given))
        if is_capture(head):
            return whole(chunks, CAPTURE_SIZE_MAX)
        text = bytearray()
        for chunk in chunks:
            text += chunk
            if len(text) > INPUT_SIZE_MAX and (end := text.rfind(b"\n", 0, INPUT_SIZE_MAX)) > 0:
                say([f"Note: only the first {end} bytes are looked at."], err=True)
                return bytes(text[:end])
        return bytes(text)


def _bases(name: str, keep: str) -> list[Base]:
    """The dialects to start from: that *name*, or all; fields to *keep* are not edited."""
    from cardswitch.specs.doctor import load_base, load_bases
    from cardswitch.specs.errors import DialectError

    numbers = [word for word in keep.split(",") if word]
    if not all(word.isascii() and word.isdigit() and len(word) <= _DIGITS_MAX for word in numbers):
        raise click.BadParameter(
            "numbers of fields, such as 2,4, are expected", param_hint="--keep"
        )
    try:
        kept = [int(word) for word in numbers]
        return [load_base(name, kept)] if name else load_bases(keep=kept)
    except DialectError as error:
        raise click.BadParameter(str(error), param_hint="--dialect") from None


@contextmanager
def _budget(thorough: bool) -> Iterator[Budget]:
    """What may be tried; a bar shows how much of it is spent, where somebody looks."""
    from cardswitch.specs.doctor import READS_MAX, THOROUGH, TRIALS_MAX, Budget

    times = THOROUGH if thorough else 1
    if not sys.stderr.isatty():
        yield Budget(READS_MAX * times, TRIALS_MAX * times)
        return
    with click.progressbar(length=READS_MAX * times, label="Trying", file=sys.stderr) as bar:
        yield Budget(READS_MAX * times, TRIALS_MAX * times, watch=bar.update)


def _examine(
    readings: list[Reading], bases: list[Base], budget: Budget, name: str
) -> tuple[Reading, list[Diagnosis]]:
    """The best diagnosis of all *readings*; edits only where no dialect fits as is."""
    from cardswitch.specs.doctor import diagnose, diagnose_with

    tried: list[tuple[Reading, list[Diagnosis]]] = []
    for edits in (False, True):
        ranked = [each[0] for each in sorted(tried, key=_progress, reverse=True)] or readings
        tried = []
        for reading in ranked:
            part = budget.part(_READING_SHARE)
            if name:
                found = diagnose_with(reading.messages, bases[0], edits=edits, budget=part)
            else:
                found = diagnose(reading.messages, bases, edits=edits, budget=part)
            tried.append((reading, found))
        fitting = [each for each in tried if each[1] and _is_found(each[1][0], edits)]
        if fitting:
            return min(fitting, key=lambda each: each[1][0].score)
    return max(tried, key=_progress)


def _is_found(best: Diagnosis, edits: bool) -> bool:
    """Whether *best* is an answer; before *edits* were tried, only where none need be."""
    return best.fits or best.is_cut if edits else best.is_settled


def _progress(each: tuple[Reading, list[Diagnosis]]) -> int:
    """How far the best try came."""
    return each[1][0].fields_read if each[1] else -1


def _told_of(output: str, command: str) -> list[str]:
    """What became of *output* where nothing fits; *command* goes on with it, if it was written."""
    if not output:
        return []
    if not command:
        return ["", f"{output} is not written: nothing is known that could stand in it."]
    said = f"{output} has what is known so far, and does not read all. It shows more with"
    return ["", said, f"  {command}"]


def _finish(best: Diagnosis, reading: Reading, skip: int, output: str) -> str:
    """Write the dialect file, if one is asked for; the command to go on with."""
    from cardswitch.wire.operator.files import write_output

    from ...doctor.dialect_file import describe_command, dialect_text

    if output:
        path = Path(output)
        write_output(path, dialect_text(best, path.parent))
        output = output if "/" in output else f"./{output}"
    return describe_command(best, reading.form, skip, output)
