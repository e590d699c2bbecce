"""Configuration: TOML files into typed values; whatever is wrong is named by file, line and key."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec
from msgspec import Struct

from cardswitch.specs.dialect.toml_lines import line_of
from cardswitch.specs.errors import ConfigError
from cardswitch.specs.masking import printable

S = TypeVar("S", bound=Struct)
# Keys that had another name once, and the name that they have now.
RENAMED: Final = {"doors": "listeners", "journal": "database", "tls_clients": "tls_ca"}
# Sections that labs of before had at the top of the file, and where they belong.
MOVED: Final = {"address": "issuer.cards.address"}
_IN_ARRAY: Final = re.compile(r"([a-z_]+\[[0-9]+\]\.[a-z_]+): ")
_MISSING: Final = re.compile(r"missing required field `([a-z0-9_]+)`")
_KEYS: Final = re.compile(r"\[[0-9]+\]|[A-Za-z0-9_-]+")  # of a place such as "routes[1].bins"
# Tables at the top of the file that belong to several sections: each sees them as its own.
SHARED: Final = ("merchants",)


def read_config(path: Path | str) -> dict[str, Any]:
    """The tables of the TOML file *path*. Raises ConfigError if there is none or it is not TOML."""
    try:
        # Editors of Windows may begin a file with a byte order mark.
        return tomllib.loads(Path(path).read_text(encoding="utf-8-sig"))
    except OSError as error:
        hint = "; `cardswitch up` makes a lab" if isinstance(error, FileNotFoundError) else ""
        raise ConfigError(f"{path}: cannot be read: {error.strerror}{hint}") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not TOML: {error}") from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{path}, line {line}: not UTF-8: save the file as UTF-8") from error


def refuse_unknown(data: Mapping[str, Any], known: Collection[str], path: Path | str) -> None:
    """Raise ConfigError if a table of *data*, the file *path*, is none of *known* or SHARED.

    A misspelt section would be one that is left out: its program would not run, and nobody hear.

    >>> refuse_unknown({"swich": {}}, ["settlement", "switch"], "a.toml")
    Traceback (most recent call last):
    cardswitch.specs.errors.ConfigError: a.toml: swich: unknown section, did you mean switch?
    """
    known = (*known, *SHARED)
    for name in data:
        if name not in known:
            way = f"write [{MOVED[name]}]" if name in MOVED else _advice(name, known)
            raise ConfigError(f"{_placed(path, name)}: unknown section, {way}")


def section(data: Mapping[str, Any], name: str, kind: type[S], path: Path | str) -> S:
    """The table *name* of *data*, which came from *path*, as a *kind*; left out, it is empty.

    Nothing is converted between types, and unknown keys are refused, in inner tables too.
    Raises ConfigError with the path of the key and what was expected.

    >>> class Limits(Struct):
    ...     links_max: int = 10
    >>> section({"limits": {"links_max": 5}}, "limits", Limits, "a.toml")
    Limits(links_max=5)
    >>> section({"limits": {"links": 5}}, "limits", Limits, "a.toml")
    Traceback (most recent call last):
    cardswitch.specs.errors.ConfigError: a.toml: limits.links: unknown key, did you mean links_max?
    """
    table = _with_shared(data, name, kind, path)
    try:
        value = msgspec.convert(table, kind, strict=True)
    except msgspec.ValidationError as error:
        if name not in data:
            hint = "`cardswitch up` writes one"
            raise ConfigError(f"{path}: no section [{name}]; {hint}") from error
        text, _, place = str(error).partition(" - at `")
        inside = _named(table, kind, place.rstrip("`").removeprefix("$"))
        if named := _IN_ARRAY.match(text):  # What is between entries, the whole has found.
            inside, text = f"{inside}.{named[1]}", text[named.end() :]
        text += _meant(table, inside, text)
        raise ConfigError(f"{_placed(path, _where(name + inside))}: {text}") from error
    except ConfigError as error:
        raise ConfigError(f"{path}: {name}: {error}") from error
    for where, known in _unknown_keys(table, value, name):
        key = where.rpartition(".")[2]
        said = f"unknown key, {_advice(key, known)}"
        raise ConfigError(f"{_placed(path, _where(where))}: {said}")
    return value


def _named(table: Any, kind: type[Struct], place: str) -> str:
    """*place* of what is wrong in *table*, with the first name that msgspec leaves out: `[...]`.

    It is the one whose table is wrong there without its neighbours too.
    """
    before, left_out, after = place.partition("[...]")
    if not left_out:
        return place
    way = before.strip(".").split(".")
    names = table
    for key in way:
        names = names.get(key, {}) if isinstance(names, Mapping) else {}
    for name in names:
        try:
            msgspec.convert(_with(table, way, {name: names[name]}), kind, strict=True)
        except (msgspec.ValidationError, ConfigError) as error:
            if f"`${place}`" in str(error):
                return f"{before}.{name}{after}"
    return place


def _meant(table: Any, place: str, text: str) -> str:
    """Of a field that is missing at *place*, as *text* says: what was written instead, if a key is
    near."""
    missing = _MISSING.search(text)
    if missing is None:
        return ""
    keys, whole = _KEYS.findall(place), table
    for key in keys:
        inner = table[int(key[1:-1])] if key.startswith("[") else table.get(key, {})
        table = inner
    close = difflib.get_close_matches(missing[1], table, n=1) if isinstance(table, Mapping) else []
    if close:
        return f"; {close[0]}: unknown key, did you mean {missing[1]}?"
    # Or all of the table stands below a misspelt name, and only a table inside it does not.
    others = [each for each in whole if each != keys[0]] if len(keys) > 1 else []
    for other in difflib.get_close_matches(keys[0], others, n=1) if others else ():
        if isinstance(whole[other], Mapping) and keys[1] in whole[other]:
            return f"; {other}: unknown key, did you mean {keys[0]}?"
    return ""


def _with(table: Mapping[str, Any], way: list[str], value: Any) -> Any:
    """*table* with *value* at the end of *way*."""
    if not way:
        return value
    return {**table, way[0]: _with(table[way[0]], way[1:], value)}


def _with_shared(data: Mapping[str, Any], name: str, kind: type[Struct], path: Path | str) -> Any:
    """The table *name* with those of SHARED that a *kind* has."""
    table = data.get(name, {})
    shared = [key for key in SHARED if key in kind.__struct_fields__]
    if not shared or not isinstance(table, Mapping):
        return table
    for key in shared:
        if key in table:
            raise ConfigError(
                f"{path}: {name}.{key}: write it as [[{key}]] at the top of the file, where all "
                "programs read it"
            )
    return {**table, **{key: data[key] for key in shared if key in data}}


def _placed(path: Path | str, where: str) -> str:
    """The key *where* of the file *path*, with its line if that can be told."""
    try:
        line = line_of(Path(path).read_text("utf-8-sig"), where)
    except (OSError, UnicodeDecodeError):
        line = 0
    return f"{path}, line {line}: {where}" if line else f"{path}: {where}"


def _where(path: str) -> str:
    """*path* of a key as it stands in the file: what is shared stands at its top."""
    rest = path.partition(".")[2]
    return rest if rest.startswith(SHARED) else path


def _unknown_keys(data: Any, value: Any, where: str) -> Iterator[tuple[str, Collection[str]]]:
    """The path of every key in *data* that did not go into *value*, and the keys that could."""
    if isinstance(value, Struct):
        fields = dict(zip(value.__struct_encode_fields__, value.__struct_fields__, strict=True))
        for key, inner in data.items():
            if key in fields:
                yield from _unknown_keys(inner, getattr(value, fields[key]), f"{where}.{key}")
            elif key != value.__struct_config__.tag_field:
                yield f"{where}.{key}", fields
    elif isinstance(data, Mapping) and isinstance(value, Mapping):
        for (key, inner), converted in zip(data.items(), value.values(), strict=True):
            yield from _unknown_keys(inner, converted, f"{where}.{key}")
    elif isinstance(data, list) and isinstance(value, list | tuple):
        for number, (inner, converted) in enumerate(zip(data, value, strict=True)):
            yield from _unknown_keys(inner, converted, f"{where}[{number}]")


def nearest(name: str, known: Collection[str]) -> str:
    """That there is no *name*, and which of *known* may be meant.

    >>> nearest("isuer", ["acquirer", "issuer"])
    "there is no 'isuer', did you mean issuer?"
    """
    return f"there is no {printable(name, 40)!r}, {_advice(name, known)}"


def _advice(key: str, known: Collection[str]) -> str:
    if RENAMED.get(key) in known:
        return f"it is called {RENAMED[key]} now"
    close = difflib.get_close_matches(key, known, n=1)
    return f"did you mean {close[0]}?" if close else f"expected one of {', '.join(sorted(known))}"
