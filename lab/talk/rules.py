"""What a proxy does to messages: ``0210:39=51``, ``mti=0210,39=00:2.5``, ``0420``. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, Literal

from msgspec import Struct

from cardswitch.specs.dialect import Dialect
from cardswitch.specs.errors import FormatError
from cardswitch.specs.message import Message

from ..messages.changes import changed
from .expectations import Expectation, read_expectation

Deed = Literal["change", "delay", "drop"]
DELAY_MAX_S: Final = 600.0
_MTI: Final = re.compile(r"[0-9]{4}")
_SECONDS: Final = re.compile(r"[0-9]{1,3}(\.[0-9]{1,3})?")


class Rule(Struct, frozen=True):
    """That messages which meet *when* are changed, delayed or dropped; *what* says how."""

    deed: Deed
    when: tuple[Expectation, ...]
    what: str = ""

    def fits(self, dialect: Dialect, message: Message) -> bool:
        """Whether *message* is one of those."""
        return not any(each.fault(dialect, message) for each in self.when)


class Outcome(Struct, frozen=True):
    """What becomes of a message: *message* after *delay_s*, or nothing; *told* is what was done."""

    message: Message | None
    delay_s: float = 0.0
    told: tuple[str, ...] = ()


def read_rule(deed: Deed, text: str) -> Rule:
    """The rule that *text* writes; FormatError if it is none.

    >>> read_rule("delay", "0210:2.5").what
    '2.5'
    """
    when, colon, what = text.partition(":")
    if bool(colon) != (deed != "drop"):
        forms = {"change": "0210:39=51", "delay": "0210:2.5", "drop": "0420"}
        raise FormatError(f"a rule such as {forms[deed]}", hint="mti=0210,39=00 says more exactly")
    if deed == "delay" and not (_SECONDS.fullmatch(what) and float(what) <= DELAY_MAX_S):
        raise FormatError(f"seconds up to {DELAY_MAX_S:g} behind the colon")
    words = (f"mti={word}" if _MTI.fullmatch(word) else word for word in when.split(","))
    rule = Rule(deed, tuple(map(read_expectation, words)), what)
    if deed == "change" and "=" not in what:
        raise FormatError("PATH=VALUE behind the colon, such as 0210:39=51")
    return rule


def apply(rules: Iterable[Rule], dialect: Dialect, message: Message) -> Outcome:
    """What *rules* make of *message*, each looking at what those before have made of it.

    Raises FormatError if a change cannot be made.
    """
    delay_s = 0.0
    told: list[str] = []
    for rule in rules:
        if not rule.fits(dialect, message):
            continue
        if rule.deed == "drop":
            return Outcome(None, 0.0, (*told, "dropped"))
        if rule.deed == "delay":
            delay_s += float(rule.what)
            told.append(f"delayed by {rule.what} s")
        else:
            message = changed(dialect, message, [rule.what])
            told.append(f"changed: {rule.what.partition('=')[0]}")
    return Outcome(message, delay_s, tuple(told))
