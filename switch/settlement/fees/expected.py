"""What a close must charge, derived a second time, for the check."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal

from cardswitch.specs.amounts import CURRENCIES
from cardswitch.specs.dates import days_later

from ..days import date_of, short_label
from ..ledger import Posting
from ..totals import BatchTotals
from .charges import BatchFees, Before, Charge, ChargeKind, Key
from .schedules import BatchRate, Schedule, batch_rate

CODES = {unit.alpha: unit.numeric for unit in CURRENCIES}
_LETTERS = {unit.numeric: unit.alpha for unit in CURRENCIES}


class ExpectedCharges:
    """What *schedules* come to on the day *label* for *merchants*, those that are configured."""

    def __init__(
        self, label: str, schedules: Sequence[Schedule], merchants: Collection[str]
    ) -> None:
        self._label = label
        self._date = date_of(label)
        self._merchants = merchants
        by_day = sorted(schedules, key=lambda each: each.valid_from, reverse=True)
        self._named = [each for each in by_day if each.merchants]
        self._others = [each for each in by_day if not each.merchants]

    def rates(self, batches: Iterable[BatchTotals]) -> tuple[BatchRate, ...]:
        """The rates that *batches* must have."""
        found = []
        for batch in batches:
            schedule = self._terms(batch.merchant, date_of(batch.moved_on))
            code = _LETTERS.get(batch.currency, "")
            places = [
                place
                for place, rate in enumerate(schedule.rates if schedule else (), 1)
                if rate.fits(batch.kind, batch.channel, code)
            ]
            if schedule is not None and places:
                found.append(batch_rate(batch.number, schedule, min(places)))
        return tuple(found)

    def charges(
        self, batches: Sequence[BatchTotals], fees: Iterable[BatchFees], before: Before
    ) -> tuple[Charge, ...]:
        """All that must be charged; *fees* are those of *batches*."""
        found = []
        of = {batch.number: (batch.merchant, batch.currency) for batch in batches}
        for each in fees:
            if (each.interchange, each.scheme, each.fee) != (0, 0, 0):
                name, others = f"fees:{each.batch}", (each.interchange, each.scheme)
                found.append(self._charge(name, "fees", of[each.batch], each.fee, *others))
        sold: defaultdict[Key, int] = defaultdict(int)
        taken: defaultdict[Key, int] = defaultdict(int)
        for batch in batches:
            sold[batch.merchant, batch.currency] += batch.amount
            taken[batch.merchant, batch.currency] += batch.amount if batch.amount > 0 else 0
        for merchant in self._merchants:
            found += self._month(merchant, taken, before)
        for key, amount in sold.items():
            schedule = self._terms(key[0], self._date)
            reserve = schedule.reserve if schedule else None
            kept = _part(amount, reserve.percent) if reserve and amount > 0 else 0
            if reserve and kept:
                until = days_later(self._date, reserve.days)
                name = self._name("reserve", key)
                found.append(self._charge(name, "reserve", key, kept, due=until))
        for key, amount in before.due.items():
            if amount:
                found.append(self._charge(self._name("release", key), "release", key, -amount))
        return tuple(sorted(found, key=lambda charge: charge.journal_id))

    def _month(self, merchant: str, taken: Mapping[Key, int], before: Before) -> list[Charge]:
        schedule = self._terms(merchant, self._date)
        if schedule is None or schedule.monthly is None:
            return []
        monthly = schedule.monthly
        code = CODES.get(monthly.currency, monthly.currency)
        amount = monthly.minor
        if monthly.shared:
            amount = self._share(merchant, schedule, code, taken)
        if not amount or (merchant, code) in before.monthly:
            return []
        name = f"monthly:{self._date[:7]}-{merchant}-{_LETTERS[code]}"
        return [self._charge(name, "monthly", (merchant, code), amount)]

    def _share(self, merchant: str, schedule: Schedule, code: str, taken: Mapping[Key, int]) -> int:
        """What *merchant* pays of what all of *schedule* share: its part, or a unit more."""
        assert schedule.monthly is not None, "it is shared"
        whole = schedule.monthly.minor
        own = sorted(m for m in self._merchants if self._terms(m, self._date) is schedule)
        weights = {each: taken.get((each, code), 0) for each in own}
        if not any(weights.values()):
            weights = dict.fromkeys(own, 1)
        total = sum(weights.values())
        floors = {each: whole * weight // total for each, weight in weights.items()}
        rests = {each: whole * weight % total for each, weight in weights.items()}
        more = sorted(own, key=lambda each: (-rests[each], each))[: whole - sum(floors.values())]
        return floors[merchant] + (merchant in more)

    def _terms(self, merchant: str, day: str) -> Schedule | None:
        named = [each for each in self._named if merchant in each.merchants]
        for each in (*named, *self._others):
            if each.valid_from <= day:
                return each
        return None

    def _name(self, kind: str, key: Key) -> str:
        return f"{kind}:{short_label(self._label)}-{key[0]}-{_LETTERS.get(key[1], key[1])}"

    def _charge(
        self,
        name: str,
        kind: ChargeKind,
        key: Key,
        amount: int,
        interchange: int = 0,
        scheme: int = 0,
        due: str = "",
    ) -> Charge:
        schedule = self._terms(key[0], self._date)
        version, funding = (schedule.version, schedule.funding) if schedule else ("", "gross")
        return Charge(
            journal_id=name,
            business_date=self._label,
            kind=kind,
            merchant=key[0],
            currency=key[1],
            version=version,
            amount=amount,
            interchange=interchange,
            scheme=scheme,
            is_net=funding == "net" or kind not in ("fees", "monthly"),
            due=due,
        )


def expected_postings(charges: Iterable[Charge]) -> list[Posting]:
    """What must be booked of *charges*."""
    found = []
    for c in charges:
        payer = f"{'merchant_payable' if c.is_net else 'fee_receivable'}:{c.merchant}"
        payee = "mdr_income" if c.kind in ("fees", "monthly") else f"merchant_reserve:{c.merchant}"
        lines = {
            payer: c.amount,
            payee: -c.amount,
            "interchange_expense": c.interchange,
            "scheme_settlement": -c.interchange,
            "scheme_fee_expense": c.scheme,
            "scheme_fee_payable": -c.scheme,
        }
        found += [
            Posting(c.journal_id, c.business_date, account, c.currency, amount)
            for account, amount in lines.items()
            if amount
        ]
    return found


def _part(amount: int, percent: str) -> int:
    return int((Decimal(amount) * Decimal(percent) / 100).quantize(Decimal(1), ROUND_HALF_UP))
