"""Closes of a bank day that are wrong in one place each: every field, record, element and cell.

Each comes with the words by which a check must name what is wrong.
"""

import csv
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any, NamedTuple
from xml.etree import ElementTree as ET

from msgspec.structs import replace

from cardswitch.switch.settlement.close import DayClose
from cardswitch.switch.settlement.formats.pain001 import NAMESPACE

from .derivations import KEY

TABLES = {
    "batches": lambda b: "batch " + "/".join(getattr(b, name) for name in KEY),
    "postings": lambda p: f"posting {p.journal_id}/{p.account}",
    "payouts": lambda p: f"payout {p.merchant}/{p.currency}",
    "rates": lambda r: f"rate batch {r.batch}",
    "charges": lambda c: f"charge {c.journal_id}",
}
ET.register_namespace("", NAMESPACE)


class Mutant(NamedTuple):
    """A close that is wrong in one place."""

    name: str
    day: DayClose
    named: str  # the words that a finding must have


def mutants(day: DayClose) -> Iterator[Mutant]:
    """Every change of one place of *day*; its records must have neighbours to be swapped with."""
    yield from _of_the_day(day)
    for table, name_of in TABLES.items():
        if getattr(day, table):
            yield from _of_a_table(day, table, name_of)
    for file in day.files:
        yield from _of_a_file(day, file)


def _other(value: Any) -> Any:
    return value + 1 if isinstance(value, int | float) else f"{value}X"


# Values -------------------------------------------------------------------------------------------


def _of_the_day(day: DayClose) -> Iterator[Mutant]:
    for field in ("business_date", "follows", "starts_at", "ends_at", "read_to", "balances"):
        wrong = replace(day, **{field: _other(getattr(day, field))})
        yield Mutant(field, wrong, f"the close of {day.business_date} has {field}")
    yield Mutant("closed_at", replace(day, closed_at=day.ends_at - 1), "has closed_at")


def _of_a_table(day: DayClose, table: str, name_of: Callable[[Any], str]) -> Iterator[Mutant]:
    rows = getattr(day, table)

    def wrong(name: str, changed: list[Any], named: str) -> Mutant:
        return Mutant(f"{table} {name}", replace(day, **{table: tuple(changed)}), named)

    for n, row in enumerate(rows):
        before, after, called = list(rows[:n]), list(rows[n + 1 :]), name_of(row)
        yield wrong(f"{n} missing", before + after, f"{called} is missing")
        yield wrong(f"{n} twice", [*before, row, row, *after], f"{called} is there twice")
        for field in row.__struct_fields__:
            changed = replace(row, **{field: _other(getattr(row, field))})
            yield wrong(f"{n} {field}", [*before, changed, *after], called)
    for field in rows[0].__struct_fields__ if len(rows) > 1 else ():
        first, second = (getattr(row, field) for row in rows[:2])
        if first != second:
            swapped = [replace(rows[0], **{field: second}), replace(rows[1], **{field: first})]
            yield wrong(f"{field} swapped", [*swapped, *rows[2:]], name_of(rows[0]).split("/")[0])


# Files --------------------------------------------------------------------------------------------


def _of_a_file(day: DayClose, file: str) -> Iterator[Mutant]:
    def wrong(name: str, content: bytes, named: str) -> Mutant:
        files = {**day.files, file: content}
        return Mutant(f"{file} {name}", replace(day, files=files), f"{file}: {named}")

    others = {name: content for name, content in day.files.items() if name != file}
    yield Mutant(f"{file} missing", replace(day, files=others), f"{file} is missing")
    named_otherwise = {**others, f"{file}x": day.files[file]}
    yield Mutant(f"{file} renamed", replace(day, files=named_otherwise), f"{file}x does not belong")
    yield wrong("empty", b"", "")
    yield wrong("cut", day.files[file][:-20], "")
    change = CHANGES[file.rpartition(".")[2]]
    for name, content, named in change(day.files[file]):
        yield wrong(name, content, named)


def _of_an_order(content: bytes) -> Iterator[tuple[str, bytes, str]]:
    count = len([*ET.fromstring(content).iter()])
    for number in range(count):
        document = ET.fromstring(content)
        parents = {child: parent for parent in document.iter() for child in parent}
        element = [*document.iter()][number]
        if element not in parents:
            continue
        name = f"{number} {element.tag.rpartition('}')[2]}"
        for attribute in list(element.attrib):
            element.set(attribute, "XXX")
            yield f"{name} {attribute}", ET.tostring(document), ""
        if element.text and element.text.strip():
            was = element.text
            element.text = f"{was}1"
            yield f"{name} changed", ET.tostring(document), ""
            element.text = was
        parent = parents[element]
        place = [*parent].index(element)
        parent.insert(place, element)
        yield f"{name} twice", ET.tostring(document), ""
        parent.remove(element)
        parent.remove(element)
        yield f"{name} missing", ET.tostring(document), ""
    document = ET.fromstring(content)
    first, second, *_ = document.iter(f"{{{NAMESPACE}}}InstdAmt")
    first.text, second.text = second.text, first.text
    yield "amounts swapped", ET.tostring(document), "transfer "


def _of_a_csv(content: bytes) -> Iterator[tuple[str, bytes, str]]:
    rows = [*csv.reader(StringIO(content.decode(), newline=""))]

    def written(changed: list[list[str]]) -> bytes:
        text = StringIO(newline="")
        csv.writer(text, lineterminator="\r\n").writerows(changed)
        return text.getvalue().encode()

    for n, row in enumerate(rows):
        before, after = rows[:n], rows[n + 1 :]
        yield f"line {n} missing", written(before + after), ""
        yield f"line {n} twice", written([*before, row, row, *after]), ""
        for cell, text in enumerate(row):
            changed = [*row[:cell], f"{text}1", *row[cell + 1 :]]
            yield f"line {n} cell {cell}", written([*before, changed, *after]), ""
    yield "lines swapped", written([rows[0], rows[2], rows[1], *rows[3:]]), "its records are not in"


def _of_a_manifest(content: bytes) -> Iterator[tuple[str, bytes, str]]:
    lines = content.splitlines(keepends=True)
    for n, line in enumerate(lines):
        before, after = b"".join(lines[:n]), b"".join(lines[n + 1 :])
        yield f"line {n} missing", before + after, ""
        yield f"line {n} twice", before + line + line + after, ""
        yield f"line {n} changed", before + b"f" + line[1:] + after, ""
    yield "lines swapped", b"".join(lines[::-1]), "its records are not in"


CHANGES = {"xml": _of_an_order, "csv": _of_a_csv, "sha256": _of_a_manifest}
