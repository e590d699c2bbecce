"""Sell at a switch: one 0200 over TCP, and what is answered, with the reason."""

import sys
from datetime import UTC, datetime
from decimal import Decimal
from secrets import randbelow

from cardswitch import IsoClient, LinkFault, Message, NoAnswer
from cardswitch.specs.codes import REASONS

CARD, EXPIRY = "9999990000000014", "3012"  # a test card that the lab's issuer knows


def sale(amount: Decimal) -> Message:
    """A typed card, without a PIN: what a switch asks of every sale."""
    now = datetime.now(UTC)
    fields = {
        2: CARD,
        3: "000000",
        4: f"{int(amount * 100):012d}",
        7: f"{now:%m%d%H%M%S}",
        11: f"{1 + randbelow(999_999):06d}",  # the trace number: another one for each sale
        12: f"{now:%H%M%S}",
        13: f"{now:%m%d}",
        14: EXPIRY,
        22: "012",
        25: "00",
        41: "TERM0001",
        42: "SHOP0001       ",
        49: "978",
    }
    return Message("0200", fields)


def main(address: str, amount: str) -> int:
    """Exit code 0 if it is approved, 1 if not, 4 without an answer."""
    try:
        with IsoClient(address, "pos", framing="binary2", header="tpdu") as switch:
            answer = switch.ask(sale(Decimal(amount)))
    except (LinkFault, NoAnswer) as error:
        print(f"no answer: {error}")  # if it was sent, a real terminal reverses it now
        return 4
    reason = REASONS[answer[39]]
    print(f"{amount} EUR: {reason.meaning} ({reason.code})")
    return 0 if reason.name == "approved" else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
