"""A dialect file as TOML, one field a line, in the style of those that come with cardswitch."""

from __future__ import annotations

import string
from collections.abc import Iterable, Mapping
from typing import Any, Final

from msgspec import to_builtins

from ..codec.form import Carried, MessageRule
from .file import DialectFile, FieldEntry, PartsEntry, by_number

_BARE: Final = frozenset(string.ascii_letters + string.digits + "_-")


def write_toml(written: DialectFile, comment: str = "") -> str:
    """*written* as text that reads back equal; *comment* stands on its first lines.

    >>> two = FieldEntry(name="card", format="n..19")
    >>> print(write_toml(DialectFile(extends="pos", fields={"2": two})), end="")
    extends = "pos"
    <BLANKLINE>
    [fields]
    2 = { name = "card", format = "n..19" }
    """
    head = [f"# {line}".rstrip() for line in comment.splitlines()]
    words = {
        "extends": written.extends,
        "title": written.title,
        "version": written.version,
        "bitmaps": written.bitmaps,
        "tertiary": written.tertiary,
        "framing": written.framing,
    }
    head += [f"{key} = {_string(word)}" for key, word in words.items() if word]
    blocks = [
        head,
        _block("header", _entries(written.header)),
        _block("encodings", _strings(written.encodings)),
        _block("fields", _entries(written.fields)),
        *(_parts(path, written.parts[path]) for path in written.parts),
        *(_block(f"values.{_key(name)}", _strings(words), True) for name, words in _all(written)),
        _block("carried", [f"{_key(k)} = {_value(to_builtins(v))}" for k, v in _carried(written)]),
        _block("messages", _rules(written.messages)),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _all(written: DialectFile) -> Iterable[tuple[str, Mapping[str, str]]]:
    return written.values.items()


def _carried(written: DialectFile) -> Iterable[tuple[str, Carried]]:
    return written.carried.items()


def _block(title: str, lines: list[str], empty: bool = False) -> list[str]:
    return [f"[{title}]", *lines] if lines or empty else []


def _entries(fields: Mapping[str, FieldEntry]) -> list[str]:
    return [f"{_key(key)} = {_value(to_builtins(fields[key]))}" for key in by_number(fields)]


def _strings(words: Mapping[str, str]) -> list[str]:
    return [f"{_key(key)} = {_string(word)}" for key, word in words.items()]


def _rules(messages: Mapping[str, MessageRule]) -> list[str]:
    """Each MTI with the numbers of its fields, ascending, and none of the words it leaves empty."""
    lines = []
    for mti, rule in messages.items():
        kinds = {
            "mandatory": sorted(rule.mandatory),
            "conditional": sorted(rule.conditional),
            "optional": sorted(rule.optional),
        }
        said = {kind: numbers for kind, numbers in kinds.items() if numbers}
        lines.append(f"{_key(mti)} = {_value(said)}")
    return lines


def _parts(path: str, entry: PartsEntry) -> list[str]:
    """The table of one field's parts, and below it that of the parts themselves."""
    title = f"parts.{_key(path)}"
    said = {key: value for key, value in to_builtins(entry).items() if key != "fields"}
    block = _block(title, [f"{key} = {_value(value)}" for key, value in said.items()], True)
    fields = _block(f"{title}.fields", _entries(entry.fields))
    return [*block, *([""] if fields else []), *fields]


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    pairs = ", ".join(f"{_key(key)} = {_value(item)}" for key, item in value.items())
    return f"{{ {pairs} }}" if pairs else "{}"


def _key(key: str) -> str:
    return key if key and set(key) <= _BARE else _string(key)


def _string(text: str) -> str:
    return f'"{"".join(map(_character, text))}"'


def _character(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    if character < " " or character == "\x7f":
        return f"\\u{ord(character):04X}"
    return character
