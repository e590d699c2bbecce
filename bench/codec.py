"""What a message costs to decode and encode, beside pyiso8583 and, where installed, py8583.

One process, the codecs in turn: ours, theirs, ours, theirs. Before anything is timed, each must
read and write the very same message. A last table shows that our cost grows with the fields alone.

Beside decode and encode, our lazy forms: `lazy` checks every value and cuts none, `index` finds the
fields alone, and `splice` writes a message read lazily of which three fields were changed.
"""

from __future__ import annotations

import platform
import statistics
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from importlib import import_module
from pathlib import Path
from timeit import Timer
from typing import Any, Final

import click
import iso8583
import msgspec
from msgspec import Struct

sys.path.insert(0, str(Path(__file__).parents[1]))

from cardswitch.specs.codec.shapes import SEEN_MIN
from cardswitch.specs.dialect import Dialect, load_dialect
from cardswitch.specs.dialect.reference import (
    reference_pack,
    reference_unpack,
    specification,
    to_reference,
)
from cardswitch.specs.grammar.encodings import Bcd, Binary, Encoding
from cardswitch.specs.grammar.fields import Field
from cardswitch.specs.message import Message

DIALECTS: Final = ("iso87-ascii", "iso87-ascii-binary", "iso87-binary", "pos", "iso87-ebcdic")
MESSAGES: Final = {
    "0200": Message(
        "0200",
        {
            2: "9999990000000014",
            3: "000000",
            4: "000000001250",
            7: "1123130500",
            11: "000001",
            12: "130500",
            13: "1123",
            14: "3012",
            18: "5411",
            22: "051",
            23: "001",
            25: "00",
            32: "999999",
            35: "9999990000000014=3012101" + "0" * 12,  # Even: py8583 cannot fill one on the left.
            37: "532713000001",
            41: "TERM0001",
            42: "MERCHANT0000001",
            49: "978",
            52: "0123456789ABCDEF",
            55: bytes(range(150)).hex().upper(),
        },
    ),
    "0800": Message("0800", {7: "1123130500", 11: "000001", 70: "301"}),
}
# What a switch changes in a message that it forwards: time, trace number, PIN block.
CHANGED: Final = {7: "1123130501", 11: "000099", 52: "FEDCBA9876543210"}
FIELDS: Final = (10, 20, 40, 64, 100)  # And as many as the dialect has: 2 to 128 without 65.
VALUE_MAX: Final = 12  # Characters of a variable value, so that it is the fields that grow.
SLICE_S: Final = 0.005  # Long beside the clock, short beside the noise of the machine.
WARM_UP: Final = 5 * SEEN_MIN  # A shape is compiled when it is seen for the fourth time.
ROUNDS_MAX: Final = 40  # About half a minute: 170 slices a round, of py8583 included.
# Whose work ours is measured against, where they have nothing like it.
THEIRS: Final = {"lazy": "decode", "index": "decode", "splice": "encode"}
OURS: Final = "ours"

Work = Callable[[], object]


class Runner(Struct):
    """One piece of work, how often a slice repeats it, and what each slice took for one."""

    timer: Timer
    repeats: int
    took_us: list[float] = []

    def run(self) -> None:
        """Time one slice; the garbage collector rests meanwhile."""
        self.took_us.append(1e6 * self.timer.timeit(self.repeats) / self.repeats)


class Contest(Struct):
    """The same work on the same message, by every codec that can do it."""

    dialect: str
    message: str
    fields: int
    size: int
    work: str
    runners: dict[str, Runner]


@click.command()
@click.option("--rounds", default=15, show_default=True, type=click.IntRange(1, ROUNDS_MAX))
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON, not a table.")
def main(rounds: int, as_json: bool) -> None:
    """Compare our generated codec with pyiso8583 and py8583, and show how its cost grows."""
    skipped: list[str] = []
    dialects = [load_dialect(name) for name in DIALECTS]
    contests = [each for dialect in dialects for each in _contests(dialect, skipped)]
    growth = [each for dialect in dialects for each in _growth(dialect)]
    for _ in range(rounds):
        for contest in contests + growth:
            for runner in contest.runners.values():
                runner.run()
    result = {
        "python": platform.python_version(),
        "rounds": rounds,
        "contests": [_compared(contest) for contest in contests],
        "growth": _fits(growth),
        "skipped": skipped,
    }
    click.echo(msgspec.json.encode(result).decode() if as_json else "\n".join(_table(result)))


# -- what is measured ------------------------------------------------------------------------------


def _contests(dialect: Dialect, skipped: list[str]) -> Iterator[Contest]:
    """Decoding and encoding of both messages by all codecs; *skipped* says who cannot."""
    for name, message in MESSAGES.items():
        data = dialect.pack(message)
        if reference_pack(dialect, message) != data or reference_unpack(dialect, data) != message:
            raise click.ClickException(f"{dialect.name} {name}: pyiso8583 does not agree")
        theirs = specification(dialect)
        works = {**_our_works(dialect, message), **_lazy_works(dialect, message)}
        works["decode"]["pyiso8583"] = partial(iso8583.decode, data, theirs)
        works["encode"]["pyiso8583"] = partial(
            iso8583.encode, to_reference(dialect, message), theirs
        )
        try:
            decode, encode = _py8583_works(dialect, message, data)
            works["decode"]["py8583"], works["encode"]["py8583"] = decode, encode
        except ImportError:
            skipped[:] = ["py8583: not installed (extra bench)"]
        except Exception as error:  # It raises whatever its code meets.
            why = type(error).__name__  # Its texts hold values.
            skipped.append(f"py8583: {dialect.name} {name}: it has no dialect for this ({why})")
        for work, other in THEIRS.items():
            works[work]["pyiso8583"] = works[other]["pyiso8583"]
        yield from _made(dialect, name, len(message.fields), len(data), works)


def _growth(dialect: Dialect) -> Iterator[Contest]:
    """Ours alone, on messages of more and more fields, which are spread over the dialect."""
    defined = sorted(dialect.fields)
    for count in (*FIELDS, len(defined)):
        numbers = [defined[place * len(defined) // count] for place in range(count)]
        message = Message("0200", {number: _value(dialect.fields[number]) for number in numbers})
        size = len(dialect.pack(message))
        yield from _made(dialect, "0200", count, size, _our_works(dialect, message))


def _our_works(dialect: Dialect, message: Message) -> dict[str, dict[str, Work]]:
    data = dialect.pack(message)
    assert dialect.unpack(data) == message
    decode, encode = partial(dialect.unpack, data), partial(dialect.pack, message)
    return {"decode": {OURS: decode}, "encode": {OURS: encode}}


def _lazy_works(dialect: Dialect, message: Message) -> dict[str, dict[str, Work]]:
    data = dialect.pack(message)
    changes = {number: value for number, value in CHANGED.items() if number in message.fields}
    for _ in range(SEEN_MIN):
        received = dialect.unpack_lazy(data)
    changed = received.with_fields(changes)
    assert dialect.pack(changed) == dialect.pack(message.with_fields(changes))
    assert dialect.index(data) == message == received
    return {
        "lazy": {OURS: partial(dialect.unpack_lazy, data)},
        "index": {OURS: partial(dialect.index, data)},
        "splice": {OURS: partial(dialect.pack, changed)},
    }


def _made(
    dialect: Dialect, name: str, fields: int, size: int, works: Mapping[str, Mapping[str, Work]]
) -> Iterator[Contest]:
    for work, codecs in works.items():
        runners = {codec: _runner(run) for codec, run in codecs.items()}
        yield Contest(dialect.name, name, fields, size, work, runners)


def _runner(work: Work) -> Runner:
    """*work*, warmed up, with as many repeats as fill a slice."""
    timer = Timer(work)
    timer.timeit(WARM_UP)
    return Runner(timer, max(1, round(SLICE_S * WARM_UP / timer.timeit(WARM_UP))))


def _value(field: Field) -> str:
    """A value of *field*: digits stand in every class that the dialects have."""
    longest = field.notation.characters
    length = longest if field.is_fixed else min(longest, VALUE_MAX)
    sign = "C" if field.notation.kind == "x+n" else ""
    return sign + "1" * (length - len(sign))


# -- py8583 ----------------------------------------------------------------------------------------


def _py8583_works(dialect: Dialect, message: Message, data: bytes) -> tuple[Work, Work]:
    """How py8583 decodes and encodes; ValueError if not the same message, ImportError without it.

    Encoding is of a message that it has read: it takes no binary value from outside.
    """
    library = import_module("py8583.py8583")
    spec = _py8583_spec(dialect, message)
    read = library.Iso8583(data, spec)
    for number, value in message.fields.items():
        # It reads digits as an integer, without their leading zeros.
        if str(read.FieldData(number)).zfill(len(value)) != value:
            raise ValueError(f"reads field {number} otherwise")
    if read.BuildIso().upper() != data.upper():  # Its bitmap is in lower case.
        raise ValueError("writes it otherwise")
    return partial(library.Iso8583, data, spec), read.BuildIso


def _py8583_spec(dialect: Dialect, message: Message) -> Any:
    """The fields of *message* as py8583 is told of them."""
    library = import_module("py8583.py8583spec")
    types, lengths = library.DT, library.LT

    def type_of(encoding: Encoding) -> Any:
        return {Bcd: types.BCD, Binary: types.BIN}.get(type(encoding), types.ASCII)

    spec = library.IsoSpec()
    spec.DataTypes = {
        "MTI": {"Data": type_of(dialect.mti)},
        1: {"Data": type_of(dialect.bitmap)},
    }
    spec.ContentTypes = {}
    for number in message.fields:
        field = dialect.fields[number]
        data, kind = type_of(field.encoding), field.notation.kind
        length = {"bcd": types.BCD, "binary": types.BIN}.get(field.prefix.encoding, types.ASCII)
        spec.DataTypes[number] = {"Data": data, "Length": length}
        spec.ContentTypes[number] = {
            # In characters it counts the bytes of b, and writes the = of z as D: both are plain.
            "ContentType": "ans" if data is types.ASCII and kind != "n" else kind,
            "MaxLen": field.notation.characters // field.encoding.unit,
            "LenType": lengths(field.prefix.digits),
        }
    return spec


# -- what came of it -------------------------------------------------------------------------------


def _compared(contest: Contest) -> dict[str, Any]:
    """Microseconds by codec, and how many times ours the others take.

    The best ratio is of the best slices; the median one is of pairs, slice by slice.
    """
    took = {codec: runner.took_us for codec, runner in contest.runners.items()}
    ours = took[OURS]
    ratios = {
        codec: {
            "best": round(min(theirs) / min(ours), 2),
            "median": round(statistics.median(map(float.__truediv__, theirs, ours)), 2),
        }
        for codec, theirs in took.items()
        if codec != OURS
    }
    return {
        "dialect": contest.dialect,
        "message": contest.message,
        "work": contest.work,
        "fields": contest.fields,
        "bytes": contest.size,
        "us": {
            codec: {"best": round(min(us), 2), "median": round(statistics.median(us), 2)}
            for codec, us in took.items()
        },
        "ratio": ratios,
    }


def _fits(contests: list[Contest]) -> list[dict[str, Any]]:
    """For each dialect and work the best microseconds by fields, and the line through them."""
    fits = []
    for dialect, work in dict.fromkeys((each.dialect, each.work) for each in contests):
        chosen = [each for each in contests if (each.dialect, each.work) == (dialect, work)]
        fields = [each.fields for each in chosen]
        best = [min(each.runners[OURS].took_us) for each in chosen]
        line = statistics.linear_regression(fields, best)
        fits.append(
            {
                "dialect": dialect,
                "work": work,
                "fields": fields,
                "bytes": [each.size for each in chosen],
                "us": [round(us, 2) for us in best],
                "us_per_field": round(line.slope, 4),
                "us_fixed": round(line.intercept, 2),
                "r_squared": round(statistics.correlation(fields, best) ** 2, 4),
            }
        )
    return fits


def _table(result: dict[str, Any]) -> Iterator[str]:
    yield f"Python {result['python']}, {result['rounds']} rounds; microseconds: best, median"
    codecs = list(dict.fromkeys(codec for row in result["contests"] for codec in row["us"]))
    heads = [f"{codec:>15}" + ("" if codec == OURS else f"{'times ours':>14}") for codec in codecs]
    yield f"{'dialect':19}{'MTI':6}{'work':8}{'bytes':>5}{''.join(heads)}"
    for row in result["contests"]:
        cells = "".join(_cell(row, codec) for codec in codecs)
        yield f"{row['dialect']:19}{row['message']:6}{row['work']:8}{row['bytes']:5}{cells}"
    yield from result["skipped"]
    yield ""
    yield "ours by number of fields; microseconds: best"
    counts = "".join(f"{count:7}" for count in result["growth"][0]["fields"])
    yield f"{'dialect':19}{'work':8}{counts}   a field   fixed   r²"
    for fit in result["growth"]:
        yield (
            f"{fit['dialect']:19}{fit['work']:8}{''.join(f'{us:7.2f}' for us in fit['us'])}"
            f"{fit['us_per_field']:10.3f}{fit['us_fixed']:8.2f}   {fit['r_squared']:.4f}"
        )


def _cell(row: dict[str, Any], codec: str) -> str:
    """Best and median of *codec*, and how many times ours; blank where it cannot."""
    if codec not in row["us"]:
        return f"{'-':>15}{'':14}"
    us = row["us"][codec]
    cell = f"{us['best']:8.2f}{us['median']:7.2f}"
    if codec == OURS:
        return cell
    return f"{cell}{row['ratio'][codec]['best']:8.2f}{row['ratio'][codec]['median']:6.2f}"


if __name__ == "__main__":
    main()
