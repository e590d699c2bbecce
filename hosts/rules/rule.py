"""A rule: which requests it is about, and what is done; of several, the first that fits."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Annotated, Any, Final, Literal

from msgspec import Meta, Struct
from msgspec.structs import replace

from cardswitch.specs.codes import APPROVALS, NO_REASON_TO_DECLINE, PARTLY_APPROVED, REASONS
from cardswitch.specs.dialect import Dialect, load_dialect
from cardswitch.specs.errors import DecodeError, FormatError
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.absent import CHANNELS, Channel

_GENERATED: Final = re.compile(r"rule [0-9]+")  # what :func:`generated_name` makes
HOUSE: Final = "_house"  # the dialect whose paths a rule may name
# Cards, terminals or merchants that tries of one rule are counted of; the oldest is forgotten.
COUNTED_MAX: Final = 10_000
PATTERNS_KEPT: Final = 1_024
DELAY_MAX_S: Final = 120.0
LATE: Final = "late"  # as late as the issuer's late_s says
Per = Literal["card", "terminal", "merchant", "all"]
When = Literal["checked", "at once"]
Way = Channel | Literal["read"]
WAYS: Final = (*CHANNELS, "read")
Amount = Annotated[int, Meta(ge=0, le=999_999_999_999)]
Result = Annotated[str, Meta(pattern=r"\A[0-9A-Z]\Z")]


class Range(Struct, frozen=True, forbid_unknown_fields=True, rename={"from_": "from"}):
    """From one number to another, both included; 0 as an end is none."""

    from_: Amount = 0
    to: Amount = 0

    def __contains__(self, number: int) -> bool:
        return self.from_ <= number and (not self.to or number <= self.to)


class Count(Struct, frozen=True, forbid_unknown_fields=True, rename={"from_": "from"}):
    """Which of the requests that fit else: counted from 1, those of each card or whatever apart."""

    from_: Annotated[int, Meta(ge=1)] = 1
    to: Annotated[int, Meta(ge=0)] = 0
    every: Annotated[int, Meta(ge=1)] = 1
    per: Per = "card"

    def __contains__(self, number: int) -> bool:
        in_time = self.from_ <= number and (not self.to or number <= self.to)
        return in_time and (number - self.from_) % self.every == 0


class ForcedChecks(Struct, frozen=True, forbid_unknown_fields=True):
    """What field 44 says of a card that is not there, whatever was found."""

    cvc: Result | Literal[""] = ""
    address: Result | Literal[""] = ""
    cavv: Result | Literal[""] = ""


class Deed(Struct, frozen=True, kw_only=True):
    """What is done; of *answer* and *answer_from* at most one, and *percent* with 10 alone."""

    answer: str = ""  # field 39
    answer_from: str = ""  # a path: the last two characters there are field 39, if they are a code
    percent: Annotated[int, Meta(ge=1, le=99)] | None = None  # of the amount is approved
    when: When = "checked"
    delay_s: Annotated[float, Meta(ge=0, le=DELAY_MAX_S)] | Literal["late"] = 0.0
    drop: bool = False
    close: bool = False
    double: bool = False
    truncate: Annotated[int, Meta(ge=1)] | None = None  # bytes of the answer that are sent
    wrong_mac: bool = False
    wrong_stan: bool = False
    checks: ForcedChecks = ForcedChecks()
    fields: Mapping[int, str] = {}


NOTHING: Final = Deed()


class Rule(Deed, frozen=True, kw_only=True):
    """Which requests: all that is said must fit. The rest is what is done with them."""

    name: str = ""
    kinds: tuple[str, ...] = ()  # none: whatever is asked for and answered
    cards: tuple[str, ...] = ()  # ids of cards, or numbers
    merchants: tuple[str, ...] = ()
    terminals: tuple[str, ...] = ()
    channels: tuple[Way, ...] = ()
    amount: Range | None = None  # minor units
    match: Mapping[str, str | tuple[str, ...]] = {}  # by path
    count: Count | None = None


class Facts(Struct, frozen=True, kw_only=True):
    """What a rule may ask of a request."""

    request: Message
    kind: str
    shape: str
    pan: str
    card: str = ""  # its id, if it is known
    channel: Way = "typed"
    amount: int = 0

    def __repr__(self) -> str:
        """Without the card's number."""
        return f"<facts of {self.kind}>"


class Rules:
    """The rules of a host in their order, and how often each was met."""

    def __init__(self, rules: Sequence[Rule] = ()) -> None:
        self.all = tuple(rules)
        self._house = load_dialect(HOUSE) if self.all else None
        self._met: dict[int, OrderedDict[str, int]] = {}  # by the number of the rule
        # By path, all that rules want there: of most sales that is told at once, and for all rules.
        self._wanted: dict[str, tuple[str, ...]] = {}
        for rule in self.all:
            for path, wanted in rule.match.items():
                self._wanted[path] = (*self._wanted.get(path, ()), *_patterns(wanted))
        numbered = tuple(enumerate(self.all))
        self._all = numbered
        self._without_match = tuple(each for each in numbered if not each[1].match)

    def after(self, before: Rules) -> Rules:
        """These, which count on where *before* has counted rules that are the same."""
        left = {number: _said(rule) for number, rule in enumerate(self.all) if rule.count}
        for number, met in sorted(before._met.items()):
            said = _said(before.all[number])
            same = next((each for each, rule in left.items() if rule == said), None)
            if same is not None:
                del left[same]
                self._met[same] = OrderedDict(met)
        return self

    def met(self, name: str) -> int:
        """How often rules of that *name* were met, of those that count."""
        counted = list(self._met.items())
        named = [met for number, met in counted if self.all[number].name == name]
        return sum(times for met in named for times in list(met.values()))

    def choose(self, facts: Facts) -> tuple[str, Deed]:
        """The name and the deed of the first rule that fits; NOTHING if none does."""
        matches = any(self._has(facts.request, *wanted) for wanted in self._wanted.items())
        for number, rule in self._all if matches else self._without_match:
            if self._fits(rule, facts) and self._is_counted(number, rule, facts):
                return rule.name, _decided(rule, facts, self._dialect)
        return "", NOTHING

    @property
    def _dialect(self) -> Dialect:
        assert self._house is not None, "there are rules"
        return self._house

    def _fits(self, rule: Rule, facts: Facts) -> bool:
        if rule.kinds:
            if facts.kind not in rule.kinds:
                return False
        elif facts.shape != "ask":
            return False
        get = facts.request.get
        return (
            (not rule.channels or facts.channel in rule.channels)
            and (rule.amount is None or facts.amount in rule.amount)
            and (not rule.cards or _one_fits(rule.cards, facts.card, facts.pan))
            and (not rule.merchants or _one_fits(rule.merchants, get(42).rstrip(" ")))
            and (not rule.terminals or _one_fits(rule.terminals, get(41).rstrip(" ")))
            and all(self._has(facts.request, *wanted) for wanted in rule.match.items())
        )

    def _has(self, request: Message, path: str, wanted: str | tuple[str, ...]) -> bool:
        return _one_fits(_patterns(wanted), read_path(self._dialect, request, path))

    def _is_counted(self, number: int, rule: Rule, facts: Facts) -> bool:
        """Count that *rule* was met, and say whether it is its turn."""
        if rule.count is None:
            return True
        met, whose = self._met.setdefault(number, OrderedDict()), _whose(rule.count.per, facts)
        times = met.pop(whose, 0) + 1
        met[whose] = times
        if len(met) > COUNTED_MAX:
            met.popitem(last=False)
        return times in rule.count


def generated_name(number: int) -> str:
    """The name of a rule that has none, the one of that *number* in its file.

    >>> generated_name(1)
    'rule 1'
    """
    return f"rule {number}"


def _said(rule: Rule) -> Rule:
    """*rule* without a generated name: that is another wherever it stands."""
    return replace(rule, name="") if _GENERATED.fullmatch(rule.name) else rule


def read_path(dialect: Dialect, request: Message, path: str) -> str:
    """The value at *path* of *request*; ``""`` where it is absent, or its field is made otherwise.

    >>> read_path(load_dialect(HOUSE), Message("0200", {48: "9203123"}), "48.92")
    '123'
    """
    try:
        return dialect.read(request, path)
    except (DecodeError, FormatError):
        return ""


def _decided(rule: Rule, facts: Facts, dialect: Dialect) -> Deed:
    """*rule* with the answer that the request itself chooses, if it shall."""
    if not rule.answer_from:
        return rule
    code = read_path(dialect, facts.request, rule.answer_from)[-2:]
    return rule if code not in REASONS else _with_answer(rule, code)


def _with_answer(rule: Rule, code: str) -> Deed:
    given: dict[str, Any] = {name: getattr(rule, name) for name in Deed.__struct_fields__}
    return Deed(**{**given, "answer": code, "answer_from": ""})


def is_answer_to(code: str, moves_money: bool) -> bool:
    """Whether *code* may be said where money moves, or where none does: an approval has to fit.

    >>> is_answer_to("85", True), is_answer_to("11", True), is_answer_to("51", False)
    (False, True, True)
    """
    if code not in APPROVALS:
        return True
    return code not in (NO_REASON_TO_DECLINE, PARTLY_APPROVED) or (
        (code == NO_REASON_TO_DECLINE) != moves_money
    )


def _whose(per: Per, facts: Facts) -> str:
    get = facts.request.get
    return {"card": facts.pan, "terminal": get(41), "merchant": get(42), "all": ""}[per]


def _patterns(wanted: str | tuple[str, ...]) -> tuple[str, ...]:
    return (wanted,) if isinstance(wanted, str) else wanted


def _one_fits(patterns: tuple[str, ...], *texts: str) -> bool:
    whole, wild = _read(patterns)
    said = [text for text in texts if text] or [""]
    return not whole.isdisjoint(said) or (
        wild is not None and any(wild.fullmatch(text) for text in said)
    )


@lru_cache(PATTERNS_KEPT)
def _read(patterns: tuple[str, ...]) -> tuple[frozenset[str], re.Pattern[str] | None]:
    """Those of *patterns* that are texts as they are; the others, in which * is anything and ? one
    character, as one.

    Every sale is held against every rule: what can be looked up is not tried.
    """
    wild = [each for each in patterns if "*" in each or "?" in each]
    joined = "|".join(f"(?:{_expression(each)})" for each in wild)
    return frozenset(patterns) - frozenset(wild), re.compile(joined, re.DOTALL) if wild else None


def _expression(text: str) -> str:
    """What a piece between two stars fits first leaves most to the others: no other place is tried,
    so that no peer can say what takes long to tell."""
    first, *others = (
        "".join("." if c == "?" else re.escape(c) for c in piece) for piece in text.split("*")
    )
    *middle, last = others or [""]
    found = "".join(f"(?>.*?{piece})" for piece in middle)
    return f"{first}{found}.*{last}" if others else first
