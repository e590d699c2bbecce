"""A file of rules, each a `[[rule]]`; what is wrong is told by file, line and nearest name."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NoReturn

import msgspec
from msgspec import Struct

from cardswitch.specs.codes import APPROVALS, PARTLY_APPROVED, REASONS
from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.errors import ConfigError, FormatError
from cardswitch.specs.parts.paths import layout_at, parse_path
from cardswitch.specs.parts.positional import Positional
from cardswitch.specs.transactions.kinds import KINDS

from .rule import HOUSE, WAYS, Count, Deed, ForcedChecks, Range, Rule, generated_name

FILE_SIZE_MAX: Final = 1 << 20  # bytes; a thousand rules take a tenth of it
RULES_MAX: Final = 1_000  # each is tried for each request
SHIPPED: Final = Path(__file__).with_name("shipped")
MAGIC_AMOUNTS: Final = "magic-amounts"
_HEADER: Final = re.compile(r"\s*\[\[\s*rule\s*\]\]")
# What can be done with a request that is not simply asked and answered: it is refused, or is lost.
_OF_OTHERS: Final = frozenset(["answer", "drop", "close", "kinds", "name"])
_DEEDS: Final = frozenset(Deed.__struct_fields__)
_TABLES: Final[Mapping[str, type[Struct]]] = {
    "amount": Range,
    "count": Count,
    "checks": ForcedChecks,
}
_KEPT_OUT: Final = frozenset([2, 11, 35, 39, 52, 64, 128])  # what `fields` may not set


def shipped() -> list[str]:
    """The names of the files that come with cardswitch.

    >>> shipped()
    ['magic-amounts', 'test-cards']
    """
    return sorted(path.stem for path in SHIPPED.glob("*.toml"))


def path_of(name: str, folder: Path) -> Path:
    """The file *name*: one that is shipped, or else a path that counts from *folder*."""
    return SHIPPED / f"{name}.toml" if name in shipped() else folder / name


def read_rules(path: Path, card_ids: Collection[str] | None = None) -> tuple[Rule, ...]:
    """The rules in the file *path*. Raises ConfigError.

    *card_ids*: those that there are, if that is known: another one is no card.
    """
    text = _read(path)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not TOML: {error}") from None
    for key in data:
        if key != "rule":
            where = next((n for n, line in _lines(text) if key in line), 0)
            raise ConfigError(f"{path}, line {where}: {key}: {_nearest(key, ['rule'])}")
    tables = data.get("rule", [])
    if not isinstance(tables, list) or not all(isinstance(each, dict) for each in tables):
        raise ConfigError(f"{path}: rule: write each as [[rule]]")
    if len(tables) > RULES_MAX:
        raise ConfigError(f"{path}: {len(tables)} rules: at most {RULES_MAX} are expected")
    page = _Page(path, text)
    return tuple(_Checked(page, n, table, card_ids).rule for n, table in enumerate(tables))


class _Page:
    """The text of a file, to say where a key of a rule stands in it."""

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self._blocks: list[list[tuple[int, str]]] = []
        for number, line in _lines(text):
            if _HEADER.match(line):
                self._blocks.append([])
            if self._blocks:
                self._blocks[-1].append((number, line))

    def refuse(self, number: int, key: str, problem: str) -> NoReturn:
        """Raise ConfigError for *key* of the rule *number*, counted from 0."""
        block = self._blocks[number] if number < len(self._blocks) else []
        last = key.rpartition(".")[2].partition("[")[0]
        says = re.compile(rf"""(^|[\s{{,."']){re.escape(last)}["']?\s*=""")
        header = block[0][0] if block else 0
        line = next((n for n, each in block if says.search(each)), header)
        raise ConfigError(f"{self.path}, line {line}: rule {number + 1}: {key}: {problem}")


class _Checked:
    """One table made a rule; raises ConfigError for the first thing that is wrong in it."""

    def __init__(
        self, page: _Page, number: int, table: Mapping[str, Any], card_ids: Collection[str] | None
    ) -> None:
        self._page, self._number = page, number
        for key in table:
            if key not in Rule.__struct_fields__:
                self._refuse(key, _nearest(key, Rule.__struct_fields__))
        try:
            named = {"name": generated_name(number + 1), **table}
            self.rule = msgspec.convert(named, Rule, str_keys=True)
        except msgspec.ValidationError as error:
            text, _, place = str(error).partition(" - at `$.")
            place = place.rstrip("`")
            self._refuse_channels(table)
            self._refuse(place or "it", _plainly(text, _TABLES.get(place)))
        self._check_names(card_ids)
        self._check_paths()
        self._check_deed(table)

    def _refuse(self, key: str, problem: str) -> NoReturn:
        self._page.refuse(self._number, key, problem)

    def _refuse_channels(self, table: Mapping[str, Any]) -> None:
        """Refuse a channel that there is none of, if that is what is wrong."""
        named = table.get("channels")
        for channel in named if isinstance(named, list) else ():
            if channel not in WAYS:
                self._refuse("channels", f"{channel!r}: {_nearest(str(channel), WAYS)}")

    def _check_names(self, card_ids: Collection[str] | None) -> None:
        for kind in self.rule.kinds:
            if kind not in KINDS.all:
                self._refuse("kinds", f"{kind!r}: {_nearest(kind, KINDS.all)}")
        for card in self.rule.cards:
            is_id = not (set(card) & set("*?") or (card.isascii() and card.isdecimal()))
            if is_id and card_ids is not None and card not in card_ids:
                self._refuse("cards", f"{card!r} is no card: {_nearest(card, card_ids)}")

    def _check_paths(self) -> None:
        paths = [*self.rule.match, *filter(None, [self.rule.answer_from])]
        for path in paths:
            if problem := _fault_of(path):
                self._refuse(f"match.{path}" if path in self.rule.match else "answer_from", problem)
        fields = load_dialect(HOUSE).fields
        for number, value in self.rule.fields.items():
            if number not in fields or number in _KEPT_OUT:
                self._refuse(f"fields.{number}", "a field that an answer may have is expected")
            try:
                fields[number].write(value)
            except FormatError as error:
                self._refuse(f"fields.{number}", f"{error.expected} is expected")

    def _check_deed(self, table: Mapping[str, Any]) -> None:
        rule = self.rule
        if rule.answer and rule.answer not in REASONS:
            self._refuse("answer", f"{rule.answer!r} is no code of the table of reasons")
        if rule.answer and rule.answer_from:
            self._refuse("answer_from", "there is an answer already")
        if (rule.percent is not None) != (rule.answer == PARTLY_APPROVED):
            expected = f"goes with answer = {PARTLY_APPROVED!r}, and that with it"
            self._refuse("percent" if rule.percent is not None else "answer", expected)
        if rule.when == "at once" and rule.answer in APPROVALS:
            self._refuse("when", "what is approved was checked")
        if not _DEEDS & table.keys():
            self._refuse("name", "nothing is done: give an answer, drop, delay_s or the like")
        others = [kind for kind in rule.kinds if KINDS.named(kind).shape != "ask"]
        for key in table:
            if others and key in _DEEDS - _OF_OTHERS:
                self._refuse(key, f"a {others[0]} can be answered, dropped, or its link closed")
        if others and rule.answer in APPROVALS:
            self._refuse("answer", f"a {others[0]} is refused by a rule, or goes its way")


def _fault_of(path: str) -> str:
    """What is wrong with *path*; ``""`` if it can be that of a field or part."""
    house = load_dialect(HOUSE)
    try:
        number, keys = parse_path(path)
    except FormatError as error:
        return f"{error.expected} is expected"
    if number not in house.fields:
        return f"there is no field {number}"
    if not keys:
        return ""
    layout = layout_at(house.form.parts, ".".join([str(number), *keys[:-1]]))
    if layout is None or (isinstance(layout, Positional) and layout.field(keys[-1]) is None):
        return f"field {number} has no such part"
    return ""


def _plainly(text: str, inner: type[Struct] | None) -> str:
    """What msgspec says, without its marks; of an unknown key in an *inner* table the nearest."""
    _, is_unknown, key = text.partition("Object contains unknown field ")
    if is_unknown and inner is not None:
        return f"{key.strip('`')}: {_nearest(key.strip('`'), inner.__struct_encode_fields__)}"
    return text.replace("`", "")


def _nearest(word: str, known: Collection[str]) -> str:
    close = difflib.get_close_matches(word, known, n=1)
    if close:
        return f"unknown, did you mean {close[0]}?"
    return f"unknown, expected one of {', '.join(sorted(known)[:20])}"


def _lines(text: str) -> Iterator[tuple[int, str]]:
    return ((n, line) for n, line in enumerate(text.splitlines(), 1) if line.lstrip()[:1] != "#")


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(FILE_SIZE_MAX + 1)
        if len(raw) > FILE_SIZE_MAX:
            raise ConfigError(f"{path}: larger than {FILE_SIZE_MAX} bytes")
        return raw.decode("utf-8-sig")  # Editors of Windows may begin with a byte order mark.
    except OSError as error:
        hint = (
            f"; shipped are {', '.join(shipped())}" if isinstance(error, FileNotFoundError) else ""
        )
        raise ConfigError(f"{path}: cannot be read: {error.strerror}{hint}") from None
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{path}, line {line}: not UTF-8: save the file as UTF-8") from None


def read_all(
    names: Sequence[str], folder: Path, card_ids: Collection[str] | None = None
) -> tuple[Rule, ...]:
    """The rules of several files, one after the other. Raises ConfigError."""
    return tuple(rule for name in names for rule in read_rules(path_of(name, folder), card_ids))
