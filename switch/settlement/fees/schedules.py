"""Fee schedules as the configuration gives them, each valid from a day on, by merchant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from cardswitch.specs.amounts import currency, is_currency, parse_amount
from cardswitch.specs.dates import calendar_date
from cardswitch.specs.errors import ConfigError, FormatError
from cardswitch.specs.transactions.kinds import KINDS

from ..days import date_of
from ..totals import BatchTotals

MILLION: Final = 1_000_000  # rates are whole parts of it, so that nothing is rounded but amounts
NO_BOUND: Final = 10**15  # minor units: more than field 4 can carry
RESERVE_DAYS_MAX: Final = 3_650
Plan = Literal["blended", "interchange-plus"]
Funding = Literal["gross", "net"]
# With four decimals, so a whole number of millionths.
Percent = Annotated[str, Meta(pattern=r"\A(100(\.0{1,4})?|[0-9]{1,2}(\.[0-9]{1,4})?)\Z")]
_KINDS: Final = {kind.bucket: kind.sign for kind in KINDS.all.values() if kind.sign}


def millionths(percent: str) -> int:
    """*percent* as parts of a million.

    >>> millionths("1.49"), millionths("0.2"), millionths("100")
    (14900, 2000, 1000000)
    """
    return int(Decimal(percent) * (MILLION // 100))


_NAMES: Final = {"least": "min", "most": "max"}


class Price(Struct, frozen=True, gc=False, forbid_unknown_fields=True, rename=_NAMES):
    """A part of the amount, and something beside it; amounts as people write them."""

    percent: Percent = "0"
    fixed: str = ""
    least: str = ""
    most: str = ""


FREE: Final = Price()


class Rate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What movements of these kinds cost. Raises ConfigError.

    *fee* is what the merchant pays; with interchange-plus, what he pays beside the two others.
    """

    kinds: tuple[str, ...] = ()  # none: all that a merchant is paid for
    channels: tuple[str, ...] = ()  # listeners of the switch; none: all
    currency: str = ""  # three letters, which amounts need; none: all
    fee: Price = FREE
    interchange: Price = FREE  # what the issuer keeps
    scheme: Price = FREE  # what the scheme invoices
    gives_back: bool = False  # to the merchant: of refunds, whose fee may be given back

    def __post_init__(self) -> None:
        for kind in self.kinds:
            if kind not in _KINDS:
                raise ConfigError(f"fees: no kind {kind!r}: expected some of {', '.join(_KINDS)}")
        for price in (self.fee, self.interchange, self.scheme):
            self._amounts(price)

    def _amounts(self, price: Price) -> tuple[int, int, int]:
        given = (price.fixed, price.least, price.most)
        if any(given) and not self.currency:
            raise ConfigError("fees: fixed, min and max are amounts: name the currency of the rate")
        fixed, least, most = (_amount(text, self.currency) if text else 0 for text in given)
        if price.most and most < max(least, 0):
            raise ConfigError(f"fees: max {price.most} is less than min {price.least}")
        return fixed, least, most if price.most else NO_BOUND

    def fits(self, kind: str, channel: str, code: str) -> bool:
        """Whether it is for movements of that *kind*, *channel* and currency *code* (letters)."""
        return (
            (kind in self.kinds if self.kinds else _KINDS.get(kind, 0) > 0)
            and (not self.channels or channel in self.channels)
            and self.currency in ("", code)
        )

    def numbers(self) -> tuple[int, ...]:
        """Millionths, fixed part, least and most of interchange, scheme and fee."""
        return tuple(
            number
            for price in (self.interchange, self.scheme, self.fee)
            for number in (millionths(price.percent), *self._amounts(price))
        )


class Reserve(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """A part of what is sold is kept for some days, against what may be taken back."""

    percent: Percent
    days: Annotated[int, Meta(ge=1, le=RESERVE_DAYS_MAX)]


class Monthly(Struct, frozen=True, gc=False, kw_only=True, forbid_unknown_fields=True):
    """What is charged by the first close of a month. Raises ConfigError."""

    amount: str
    currency: str  # three letters
    shared: bool = False  # once for all merchants of the schedule, by what they sold that day

    def __post_init__(self) -> None:
        _ = self.minor

    @property
    def minor(self) -> int:
        """The amount, in minor units."""
        return _amount(self.amount, self.currency)


class Schedule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Terms that have a version. Raises ConfigError."""

    version: Annotated[str, Meta(min_length=1, max_length=40, pattern=r"\A[\w.-]+\Z")]
    valid_from: str = ""  # YYYY-MM-DD; none: from the beginning
    merchants: tuple[str, ...] = ()  # none: all that no other schedule names
    plan: Plan = "blended"
    funding: Funding = "gross"  # deposits are what was approved; net: less what it costs
    rates: tuple[Rate, ...] = ()  # the first that fits
    reserve: Reserve | None = None
    monthly: Monthly | None = None

    def __post_init__(self) -> None:
        if self.valid_from:
            try:
                calendar_date(self.valid_from)
            except FormatError:
                raise ConfigError(
                    f"fees {self.version}: valid_from {self.valid_from!r}: expected a day such as "
                    "2026-11-28"
                ) from None
        if self.monthly and self.monthly.shared and not self.merchants:
            raise ConfigError(f"fees {self.version}: monthly.shared: name the merchants that share")

    @property
    def is_net(self) -> bool:
        """Whether fees are taken of deposits."""
        return self.funding == "net"


class BatchRate(Struct, frozen=True, gc=False, kw_only=True):
    """The rate of a batch, as it was when it was booked; amounts in minor units."""

    batch: int
    version: str  # of the schedule
    place: int  # which of its rates: 1, 2, 3, …
    is_plus: bool  # whether the merchant pays interchange and scheme too
    sign: int  # 1, or -1 where the fee is given back
    interchange_millionths: int
    interchange_fixed: int
    interchange_min: int
    interchange_max: int
    scheme_millionths: int
    scheme_fixed: int
    scheme_min: int
    scheme_max: int
    fee_millionths: int
    fee_fixed: int
    fee_min: int
    fee_max: int


def batch_rate(batch: int, schedule: Schedule, place: int) -> BatchRate:
    """The rate at *place* of *schedule* as that of *batch*."""
    rate = schedule.rates[place - 1]
    plus = schedule.plan == "interchange-plus"
    sign = -1 if rate.gives_back else 1
    numbers = BatchRate.__struct_fields__[5:]
    return BatchRate(
        batch=batch,
        version=schedule.version,
        place=place,
        is_plus=plus,
        sign=sign,
        **dict(zip(numbers, rate.numbers(), strict=True)),
    )


def check_schedules(schedules: Iterable[Schedule], merchants: Iterable[str]) -> None:
    """Raise ConfigError if two have one version, or one day for one merchant, or nobody's."""
    known, versions, places = {*merchants}, set[str](), set[tuple[str, str]]()
    for each in schedules:
        if each.version in versions:
            raise ConfigError(f"fees: version {each.version} is there twice: each has its own")
        versions.add(each.version)
        for merchant in each.merchants or ("",):
            if merchant and merchant not in known:
                raise ConfigError(f"fees {each.version}: {merchant!r} is no id of [[merchants]]")
            if (merchant, each.valid_from) in places:
                raise ConfigError(
                    f"fees {each.version}: another schedule of {merchant or 'all others'} is "
                    f"valid from {each.valid_from or 'the beginning'} too"
                )
            places.add((merchant, each.valid_from))


def schedule_of(schedules: Iterable[Schedule], merchant: str, day: str) -> Schedule | None:
    """The one that *merchant* has on *day* (a date, or the label of a bank day), or none.

    The newest that names it; where none does yet, the newest for all others.
    """
    found: tuple[bool, str] | None = None
    chosen = None
    for each in schedules:
        if each.valid_from > date_of(day) or (each.merchants and merchant not in each.merchants):
            continue
        rank = (bool(each.merchants), each.valid_from)
        if found is None or rank > found:
            found, chosen = rank, each
    return chosen


def rates_of(
    schedules: Sequence[Schedule], batches: Iterable[BatchTotals]
) -> tuple[BatchRate, ...]:
    """The rate of each of *batches* that has one.

    What undoes something has that of what it undoes, and none here.
    """
    found = []
    for batch in batches:
        schedule = schedule_of(schedules, batch.merchant, batch.moved_on)
        if schedule is None:
            continue
        code = currency(batch.currency).alpha if is_currency(batch.currency) else ""
        for place, rate in enumerate(schedule.rates, 1):
            if rate.fits(batch.kind, batch.channel, code):
                found.append(batch_rate(batch.number, schedule, place))
                break
    return tuple(found)


def _amount(text: str, code: str) -> int:
    try:
        return parse_amount(text, code)
    except FormatError as error:
        raise ConfigError(f"fees: {text!r} in {code!r}: {error}") from None
