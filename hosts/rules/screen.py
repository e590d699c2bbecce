"""Rules as people read them: which requests, and what is done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from cardswitch.specs.codes import reason
from cardswitch.specs.masking import mask_pan, star_pans

from .rule import LATE, Deed, Rule

_CONDITIONS: Final = ("kinds", "cards", "merchants", "terminals", "channels", "amount", "match")


def told(rule: Rule) -> Mapping[str, Any]:
    """*rule* as JSON has it: what is said of it, and nothing else; card numbers are masked."""
    plain: dict[str, Any] = msgspec.to_builtins(rule)
    usual: dict[str, Any] = msgspec.to_builtins(Rule())
    said: dict[str, Any] = {"name": rule.name}
    said |= {key: value for key, value in plain.items() if value != usual[key]}
    if rule.cards:
        said["cards"] = [mask_pan(card) if card.isdecimal() else card for card in rule.cards]
    if rule.match:
        said["match"] = {path: _starred(value) for path, value in rule.match.items()}
    return said


def _starred(value: str | tuple[str, ...]) -> str | list[str]:
    return star_pans(value) if isinstance(value, str) else [star_pans(each) for each in value]


def condition_text(rule: Rule) -> str:
    """Which requests *rule* is about.

    >>> condition_text(Rule(channels=("typed",), match={"4": "*05"}))
    'channels typed, 4 = *05'
    """
    said = told(rule)
    pieces = [f"{key} {_text(said[key])}" for key in _CONDITIONS[:5] if key in said]
    pieces += [f"amount {_range(said['amount'])}"] if "amount" in said else []
    pieces += [f"{path} = {_text(value)}" for path, value in said.get("match", {}).items()]
    if rule.count is not None:
        count = msgspec.to_builtins(rule.count)
        every = f", every {rule.count.every}" if rule.count.every > 1 else ""
        pieces.append(f"times {_range(count)}{every} of each {rule.count.per}")
    return ", ".join(pieces) or "all"


def deed_text(deed: Deed) -> str:
    """What *deed* does.

    >>> deed_text(Rule(answer="51", delay_s=2.0))
    'answer 51 (Insufficient funds), after 2 s'
    """
    return ", ".join(_deeds(deed)) or "as ever"


def _deeds(deed: Deed) -> Iterator[str]:
    if deed.answer:
        now = " without a look at the card" if deed.when == "at once" else ""
        yield f"answer {deed.answer} ({reason(deed.answer).meaning}){now}"
    if deed.answer_from:
        yield f"answer the last two characters of {deed.answer_from}"
    if deed.percent:
        yield f"{deed.percent} % of the amount"
    forced = {name: value for name, value in msgspec.to_builtins(deed.checks).items() if value}
    if forced:
        yield "say of " + ", ".join(f"{name} {value}" for name, value in forced.items())
    for number, value in deed.fields.items():
        yield f"field {number} = {value}"
    if deed.delay_s:
        yield "late" if deed.delay_s == LATE else f"after {deed.delay_s:g} s"
    for name in ("drop", "close", "double", "wrong_mac", "wrong_stan"):
        if getattr(deed, name):
            yield name.replace("_", " ")
    if deed.truncate:
        yield f"the first {deed.truncate} bytes alone"


def _range(said: Mapping[str, int]) -> str:
    return f"{said['from']} to {said['to']}" if said["to"] else f"from {said['from']}"


def _text(value: Any) -> str:
    return "|".join(value) if isinstance(value, list | tuple) else str(value)
