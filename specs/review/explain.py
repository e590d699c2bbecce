"""What the codes of errors mean: the rule, what broke it, and what to try."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from msgspec import Struct, convert

from ..errors import FormatError
from ..masking import printable


class Explanation(Struct, frozen=True, rename={"hints": "try"}):
    """The *rule* that an error of one code is about, what it *meaning*s to break it, *hints*."""

    rule: str
    meaning: str
    hints: tuple[str, ...]


@cache
def explanations() -> Mapping[str, Explanation]:
    """Every code, and what it means.

    >>> explanations()["trailing-bytes"].rule
    'Nothing stands behind the last field.'
    """
    text = (Path(__file__).parents[1] / "tables" / "errors.toml").read_text("utf-8")
    return convert(tomllib.loads(text), dict[str, Explanation])


def explain(code: str) -> Explanation:
    """What *code* means; FormatError, with the codes there are, if it is none."""
    known = explanations()
    if code not in known:
        raise FormatError(
            f"one of the codes {', '.join(sorted(known))}", seen=repr(printable(code, 20))
        )
    return known[code]
