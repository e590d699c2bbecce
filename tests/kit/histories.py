"""Journals as the switch would have written them: by hand for examples, drawn for properties."""

from collections.abc import Callable, Collection, Sequence
from datetime import date, timedelta
from typing import Any

import msgspec
from hypothesis import strategies as st

from cardswitch.specs.dates import CutOff
from cardswitch.specs.masking import mask_pan
from cardswitch.specs.transactions.kinds import KINDS
from cardswitch.switch.core.row import Row
from cardswitch.switch.core.states import Mark, State
from cardswitch.switch.settlement.check import Known
from cardswitch.switch.settlement.close import DayClose, close_day
from cardswitch.switch.settlement.days import date_of, run_of
from cardswitch.switch.settlement.ledger import merchant_of
from cardswitch.switch.settlement.parties import AcquiringBank, MerchantAccount, OwnAccount
from cardswitch.switch.settlement.payouts import payouts
from cardswitch.switch.store.tables import JOURNAL, JOURNAL_SCHEMA
from cardswitch.wire.store.journal import JournalStore

from .derivations import day_of, days_of, due, expected, totals_of

CUT_OFF = CutOff("23:00", "Europe/Berlin")
DAYS = ("2026-11-23", "2026-11-24", "2026-11-25")
CUT = CUT_OFF.ends_at(DAYS[0])  # 23 November 2026, 23:00 in Berlin
NOON = CUT - 11 * 3600
LATER_S = 5.0
CLOSED_AT = CUT + LATER_S  # a Monday evening: banks carry orders out on Tuesday
OWN = OwnAccount("DE89370400440532013000", "COBADEFFXXX")
ACQUIRER = AcquiringBank(
    name="Acquiring Bank", iban=OWN.iban, bic=OWN.bic, accounts={"JPY": OWN, "KWD": OWN}
)
MERCHANTS = (
    MerchantAccount(
        id="SHOP", name="Corner Shop", iban="GB82WEST12345698765432", bic="WESTGB22",
        currency="GBP", town="London", country="GB",
    ),
    MerchantAccount(
        id="CAFE", name="Café Müller & Söhne", iban="FR1420041010050500013M02606",
        bic="PSSTFRPP", town="Orléans", country="FR",
    ),
)  # fmt: skip
# How a purchase may end, as the states of its rows.
ENDINGS = {
    "approved": (State.FORWARDED, State.APPROVED),
    "declined": (State.FORWARDED, State.DECLINED),
    "refused": (State.DECLINED,),
    "open": (State.FORWARDED,),
    "timed out": (State.FORWARDED, State.REVERSING, State.REVERSED),
    "stuck": (State.FORWARDED, State.REVERSING, State.EXCEPTION),
    "overtaken": (State.REVERSED,),
}


class GlassVault:
    """A vault that seals by reversing the digits: nobody would mistake it for a safe one."""

    def seal(self, pan: str) -> str:
        return f"sealed:{pan[::-1]}"

    def open(self, sealed: str) -> str:
        return sealed.removeprefix("sealed:")[::-1]

    def fingerprint(self, pan: str) -> str:
        return f"print:{pan[-1:]}"


class History:
    """A journal in the making, in the order of the calls; it begins with its first bank day."""

    def __init__(self, first: str | None = DAYS[0]) -> None:
        self.rows: list[Row] = []
        self.day = ""  # the label of the bank day that runs
        self._captured: dict[int, int] = {}
        self._first: dict[int, Row] = {}
        if first:
            self._begin(first, CUT_OFF.starts_at(first))

    # Bank days ------------------------------------------------------------------------------------

    def cut_over(self, early: bool = False) -> str:
        """End the day at its cut-off, or *early*, before it; the label of the one that begins."""
        day = date_of(self.day)
        if early:
            label = f"{day}-{run_of(self.day) + 1}"
            self._begin(label, self._now())
        else:
            label = (date.fromisoformat(day) + timedelta(days=1)).isoformat()
            self._begin(label, CUT_OFF.ends_at(day))
        return label

    def _begin(self, label: str, starts_at: float) -> None:
        ends_at = CUT_OFF.ends_at(date_of(label))
        said = {"ended": self.day, "starts_at": starts_at, "ends_at": ends_at}
        self.day = label
        self.mark(Mark.CUT_OVER, {**said, "cut_off": "23:00", "zone": "Europe/Berlin"})

    def mark(self, mark: Mark, said: dict[str, Any], label: str = "") -> None:
        """A row that belongs to no leg."""
        self._add(
            leg=0, state=mark.value, business_date=label or self.day, source="", serves="",
            link="", fields=msgspec.json.encode(said).decode(),
        )  # fmt: skip

    def closed(self, day: Any) -> None:
        """What the journal says once the books hold *day*."""
        said = {"day": day.business_date, "run": run_of(day.business_date)}
        said |= {"read_to": day.read_to, "closed_at": day.closed_at, "sha256": day.sha256}
        said |= {"books_head": day.books_head, "by": "", "because": ""}
        self.mark(Mark.CLOSED, said, day.business_date)

    # Legs -----------------------------------------------------------------------------------------

    def sale(self, amount: int = 1250, *, ending: str = "approved", **about: Any) -> int:
        """A leg with all rows of *ending*; its number."""
        first, *others = ENDINGS[ending]
        leg = self.begin(amount, first, **about)
        for state in others:
            self.add(leg, state)
        return leg

    def begin(self, amount: int = 1250, state: State = State.FORWARDED, **about: Any) -> int:
        """The first row of a leg; its number."""
        leg = len(self._first) + 1
        pan = about.pop("pan", "")
        columns = {
            "source": "pos", "serves": "merchants", "mti": "0200", "rrn": f"{leg:012d}",
            "merchant": "SHOP", "terminal": "TERM0001", "currency": "978", "kind": "sale", **about,
        }  # fmt: skip
        if columns["mti"] == "0100":
            columns["kind"] = "authorisation"
        self._first[leg] = self._add(
            leg=leg, state=state.value, business_date=self.day, amount=amount,
            link=f"{columns['source']}/1", identity=f"{columns['source']}|{leg}",
            sent_on=DAYS[0], request_digest=str(amount), pan_masked=mask_pan(pan), **columns,
        )  # fmt: skip
        return leg

    def add(self, leg: int, state: State, *, stays: int = 0, **about: Any) -> Row:
        """A further row of *leg*; a reversal may leave captured what *stays*."""
        first = self._first[leg]
        captured, moved = self._captured.get(leg, 0), 0
        sign = KINDS.named(first.kind).sign
        mti = {State.APPROVED: f"{first.mti[:2]}10", State.DECLINED: "0210"}.get(state, "0420")
        if state is State.APPROVED and sign:
            moved = about.get("amount", first.amount)
        elif state is State.REVERSING and captured > stays:
            moved = stays - captured
        self._captured[leg] = captured + moved
        kept = {
            name: getattr(first, name)
            for name in (
                "source", "serves", "link", "rrn", "merchant", "terminal", "currency", "amount",
                "kind",
            )
        }  # fmt: skip
        return self._add(
            leg=leg, state=state.value, business_date=first.business_date,
            **{**kept, "mti": mti, "moved": sign * moved, "stays": stays, **about},
        )  # fmt: skip

    def reverse(self, leg: int, end: State = State.REVERSED, *, stays: int = 0) -> None:
        """The approved *leg* is undone, but for what *stays*."""
        self.add(leg, State.REVERSING, stays=stays)
        self.add(leg, State.REDUCED if stays and end is State.REVERSED else end, stays=stays)

    def _now(self) -> float:
        return NOON + len(self.rows)

    def _add(self, **columns: Any) -> Row:
        sequence = len(self.rows) + 1
        row = Row(sequence=sequence, at=self._now(), day=self.day, **columns)
        self.rows.append(row)
        return row


class JournalFile:
    """The journal of a switch that runs, in a real database; `write` adds what is not there yet."""

    def __init__(self, url: str) -> None:
        self._store = JournalStore(url, JOURNAL_SCHEMA, JOURNAL, Row)
        self._written = 0
        self.close = self._store.close

    def write(self, rows: Sequence[Row]) -> None:
        """Make the journal hold *rows*, of which the first may be there."""
        self._store.commit(rows[self._written :])
        self._written = len(rows)

    def written(self, count: int) -> None:
        """So many rows were there when it was opened."""
        self._written = count


# Closes of it -------------------------------------------------------------------------------------


def close(
    rows: Sequence[Row],
    label: str = DAYS[0],
    opening: Any = None,
    *,
    closed: Sequence[str] = (),
    read_to: int = 0,
    merchants: Sequence[MerchantAccount] = MERCHANTS,
    manifest: bytes = b"",
) -> DayClose:
    """The close of the day *label*, with the settings of these tests."""
    day = day_of(rows, label)
    totals = totals_of(label, due(rows, label, closed, read_to))
    paid = payouts(label, totals, merchants, ACQUIRER, opening or {})
    return close_day(
        day,
        totals,
        paid,
        ACQUIRER,
        opening or {},
        read_to=len(rows),
        closed_at=day.ends_at + LATER_S,
        manifest=manifest,
    )


def known(
    rows: Sequence[Row],
    label: str = DAYS[0],
    opening: Any = None,
    *,
    booked: Collection[str] = (),
    read_to: int = 0,
    manifest: bytes = b"",
) -> Known:
    """What a close of the day *label* is held against; *read_to* is what the journal ends at.

    *booked* are the names of movements that are in the books already.
    """
    balances = opening or {}
    owed = {
        (merchant, code): -balance
        for (account, code), balance in balances.items()
        if (merchant := merchant_of(account)) is not None
    }
    moved = [m for m in expected(rows, label) if m.name not in booked]
    return Known(
        day=day_of(rows, label),
        read_to=read_to or len(rows),
        batches=totals_of(label, moved),
        balances=balances,
        owed=owed,
        merchants=MERCHANTS,
        acquirer=ACQUIRER,
        manifest=manifest,
    )


@st.composite
def histories(draw: Callable[..., Any]) -> list[Row]:
    """Three days and more of two merchants, legs side by side, in currencies of 0, 2, 3 decimals.

    At its end all legs have an outcome, and all of its days but the last have ended.
    """
    history = History()
    open_legs: list[int] = []
    approved: dict[int, int] = {}
    for _ in range(draw(st.integers(0, 25))):
        deed = draw(st.sampled_from(["begin", "begin", "end", "end", "reverse", "cut", "now"]))
        if deed == "begin":
            open_legs.append(_drawn_leg(draw, history))
        elif deed == "end" and open_legs:
            leg = open_legs.pop(draw(st.integers(0, len(open_legs) - 1)))
            _end(draw, history, leg, approved)
        elif deed == "reverse" and approved:
            leg = draw(st.sampled_from(sorted(approved)))
            stays = draw(st.sampled_from([0, 0, approved[leg] // 2]))
            history.reverse(
                leg, draw(st.sampled_from([State.REVERSED, State.EXCEPTION])), stays=stays
            )
            approved[leg] = stays
            if not stays or history.rows[-1].state != State.REDUCED:
                del approved[leg]
        elif deed in ("cut", "now"):
            history.cut_over(early=deed == "now")
    while len(days_of(history.rows)) < len(DAYS):
        history.cut_over()
    for leg in open_legs:
        _end(draw, history, leg, approved)
    history.cut_over()
    return history.rows


def _drawn_leg(draw: Callable[..., Any], history: History) -> int:
    return history.begin(
        draw(st.integers(0, 10**12 - 1) | st.integers(1, 500)),
        merchant=draw(st.sampled_from(["SHOP", "CAFE"])),
        terminal=draw(st.sampled_from(["TERM0001", "TERM0002"])),
        currency=draw(st.sampled_from(["978", "392", "414"])),
        serves=draw(st.sampled_from(["merchants", "merchants", "acquirers"])),
        mti=draw(st.sampled_from(["0200", "0200", "0100"])),
    )


def _end(draw: Callable[..., Any], history: History, leg: int, approved: dict[int, int]) -> None:
    for state in draw(
        st.sampled_from(
            [ENDINGS["approved"][1:], *list(ENDINGS.values())[4:6], ENDINGS["declined"][1:]]
        )
    ):
        if state is not State.FORWARDED:
            row = history.add(leg, state)
            if state is State.APPROVED:
                approved[leg] = row.moved
