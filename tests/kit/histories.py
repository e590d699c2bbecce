"""Journals as the switch would have written them: by hand for examples, drawn for properties."""

from collections.abc import Callable, Iterable
from typing import Any

from hypothesis import strategies as st

from cardswitch.specs.dates import CutOff
from cardswitch.specs.message import Message
from cardswitch.switch.core.entry import Entry
from cardswitch.switch.core.states import State
from cardswitch.switch.settlement.close import DayClose, close_day
from cardswitch.switch.settlement.parties import AcquiringBank, MerchantAccount

CUT_OFF = CutOff("23:00", "Europe/Berlin")
DAYS = ("2026-11-23", "2026-11-24", "2026-11-25")
CUT = CUT_OFF.ends_at(DAYS[0])  # 23 November 2026, 23:00 in Berlin
NOON = CUT - 11 * 3600
LATER = CUT_OFF.ends_at(DAYS[-1]) + 3600
ACQUIRER = AcquiringBank("Acquiring Bank", "DE89370400440532013000", "COBADEFFXXX")
MERCHANTS = (
    MerchantAccount("SHOP", "Corner Shop", "GB82WEST12345698765432", "WESTGB22", "GBP"),
    MerchantAccount("CAFE", "Café Müller & Söhne", "FR1420041010050500013M02606", "PSSTFRPP"),
)
APPROVED = (State.RECEIVED, State.FORWARDED, State.APPROVED)
ENDINGS = {
    "approved": APPROVED,
    "declined": (State.RECEIVED, State.FORWARDED, State.DECLINED),
    "refused": (State.RECEIVED, State.DECLINED),
    "timed out": (State.RECEIVED, State.FORWARDED, State.REVERSING, State.REVERSED),
    "stuck": (State.RECEIVED, State.FORWARDED, State.REVERSING, State.EXCEPTION),
    "overtaken": (State.REVERSED,),
}
REPLIES = {State.APPROVED: "0210", State.DECLINED: "0210", State.REVERSED: "0430"}


class GlassVault:
    """A vault that seals by reversing the digits: nobody would mistake it for a safe one."""

    def seal(self, pan: str) -> str:
        return f"sealed:{pan[::-1]}"

    def open(self, sealed: str) -> str:
        return sealed.removeprefix("sealed:")[::-1]

    def fingerprint(self, pan: str) -> str:
        return f"print:{pan[-1:]}"


class History:
    """A journal in the making; every sale is a leg of its own."""

    def __init__(self) -> None:
        self._steps: list[tuple[float, int, State, Message, dict[str, Any]]] = []
        self._legs = 0

    def sale(
        self,
        amount: int = 1250,
        *,
        at: float = NOON,
        states: Iterable[State] = APPROVED,
        merchant: str = "SHOP",
        terminal: str = "TERM0001",
        currency: str = "978",
        source: str = "pos",
        pan: str = "",
        fields: dict[int, str] | None = None,
    ) -> int:
        """A leg accepted at *at*, a tenth of a second for each of its *states*; its number."""
        self._legs += 1
        leg = self._legs
        sent = {
            **({2: pan} if pan else {}), 3: "000000", 4: f"{amount:012d}", 7: "1123110000",
            11: f"{leg:06d}", 37: f"{leg:012d}", 41: terminal, 42: f"{merchant:<15}", 49: currency,
            **(fields or {}),
        }  # fmt: skip
        about = {
            "source": source,
            "identity": f"{source}|{leg}",
            "request_digest": str(amount),
            "business_date": CUT_OFF.business_date(at),
        }
        for step, state in enumerate(states):
            message = Message(REPLIES.get(state, "0200"), sent)
            self._steps.append((at + step / 10, leg, state, message, about))
        return leg

    def reverse(self, leg: int, at: float, end: State = State.REVERSED) -> None:
        """The approved *leg* is undone, owed since *at*."""
        _, _, _, message, about = next(step for step in self._steps if step[1] == leg)
        for step, state in enumerate((State.REVERSING, end)):
            self._steps.append((at + step / 10, leg, state, Message("0420", message.fields), about))

    def entries(self) -> list[Entry]:
        """All of it, in the order of time."""
        steps = sorted(self._steps, key=lambda step: step[0])
        return [
            Entry(
                sequence=number,
                leg=leg,
                at=at,
                state=state,
                upstream="" if state is State.RECEIVED else "acquirer",
                message=message,
                **about,
            )
            for number, (at, leg, state, message, about) in enumerate(steps, 1)
        ]


@st.composite
def histories(draw: Callable[..., Any]) -> list[Entry]:
    """Three days of two merchants, in currencies of two, none and three decimals."""
    history = History()
    first = CUT_OFF.starts_at(DAYS[0])
    for _ in range(draw(st.integers(0, 12))):
        ending = draw(st.sampled_from(["approved", "approved", *ENDINGS]))
        # Near the cut-offs as often as anywhere else.
        at = draw(st.sampled_from([CUT - 0.15, CUT, CUT + 86_400]) | st.floats(first, LATER - 7200))
        leg = history.sale(
            draw(st.integers(0, 10**12 - 1) | st.integers(1, 500)),
            at=at,
            states=ENDINGS[ending],
            merchant=draw(st.sampled_from(["SHOP", "CAFE"])),
            terminal=draw(st.sampled_from(["TERM0001", "TERM0002"])),
            currency=draw(st.sampled_from(["978", "392", "414"])),
            source=draw(st.sampled_from(["pos", "pos", "acquirer"])),
        )
        if ending == "approved" and draw(st.booleans()):
            late = min(at + 1 + draw(st.floats(0, 2 * 86_400)), LATER - 3700)
            history.reverse(
                leg, max(late, at + 1), draw(st.sampled_from([State.REVERSED, State.EXCEPTION]))
            )
    return history.entries()


def close(entries: Iterable[Entry], day: str = DAYS[0], opening: Any = None) -> DayClose:
    """The close of *day* with the settings of these tests."""
    return close_day(day, entries, MERCHANTS, ACQUIRER, opening or {}, cut_off=CUT_OFF, now=LATER)
