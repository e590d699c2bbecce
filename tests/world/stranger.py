"""A terminal that is not ours: it says whatever a terminal may say, and remembers what it is told.

It sells under numbers of its own, reverses in part, wrongly, inexactly, or what was never there;
it repeats what others have sent, and after a year it sells again with the numbers of last year.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from random import Random

from cardswitch.specs.dates import transmission_time
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.reversals import original_data, replacement_amounts
from cardswitch.terminal.customer.card import Card
from cardswitch.wire.ports import Effect, Event, LinkDown, LinkId, Received, Seconds, Send

SWITCH = LinkId("switch")
TERMINAL, SHOP = "TERM6666", "SHOP0001"
# What else it asks for with 0100.
INQUIRIES = ({3: "310000", 4: "0" * 12, 52: "0" * 16}, {4: "0" * 12, 25: "51"})
PARTS = ("01/99P", "01/02P", "02/03P", "02/02F", "03/03F")
FORGETS_S: Seconds = 100 * 86_400.0


class Stranger:
    """What it has sent, and what it was told; both outlive it, since it never dies."""

    def __init__(self, random: Random, cards: Sequence[Card], *, has_own_rrns: bool) -> None:
        self._random, self._cards = random, cards
        self._has_own_rrns = has_own_rrns
        self._stan = 0
        self._parts = Counter[str]()  # by trace number, how often it has completed something
        self._is_up = False
        self.tells = 1  # how often it tells of a sale, against one other deed
        self.sales: list[tuple[Seconds, Message]] = []
        self.told: list[tuple[Seconds, Message]] = []
        self.heard: list[Message] = []  # what others have sent, of which it has copies

    # A machine ------------------------------------------------------------------------------------

    def handle(self, event: Event, now: Seconds) -> Sequence[Effect]:
        """It only listens."""
        if isinstance(event, Received) and not event.message.is_request:
            self.told.append((now, event.message))
        self._is_up = not isinstance(event, LinkDown)
        return ()

    def wake(self, now: Seconds) -> Sequence[Effect]:
        """It waits for nothing."""
        return ()

    def deadline(self) -> Seconds | None:
        """Never."""
        return None

    # What it does ---------------------------------------------------------------------------------

    def act(self, now: Seconds) -> Sequence[Effect]:
        """Whatever comes into its mind."""
        deeds = (self._sell, self._sell, self._sell, self._repeat, self._alter, self._echo)
        deeds += (self._reverse, self._reverse, self._reverse_unknown, self._guess)
        deeds += (self._tell,) * self.tells
        deeds += (self._complete,) * (16 if self._held(now) else 1)
        message = self._random.choice(deeds)(now)
        return self.send(message) if message is not None else []

    def send(self, message: Message) -> Sequence[Effect]:
        """Send *message*, if there is anybody to send it to."""
        return [Send(SWITCH, message)] if self._is_up else []

    def _next(self) -> str:
        self._stan += 1
        return f"{self._stan:06d}"

    def _sell(self, now: Seconds) -> Message:
        chance, card = self._random, self._random.choice(self._cards)
        fields = {
            3: "000000",
            4: f"{chance.randrange(2, 300) * 100:012d}",
            7: transmission_time(now),
            11: self._next(),
            12: "120000",
            13: "1118",
            22: "021",
            25: "00",
            35: card.track2,
            41: TERMINAL,
            42: f"{SHOP:15}",
            49: "978",
        }
        if self._has_own_rrns:
            fields[37] = f"66666{chance.randrange(4):07d}"
        mti = chance.choice(("0200", "0200", "0100", "0100", "0201"))
        if mti == "0100" and chance.random() < 0.3:
            fields |= chance.choice(INQUIRIES)
        sale = Message(mti, fields)
        self.sales.append((now, sale))
        return sale

    def _any(self, now: Seconds) -> Message | None:
        """One of its last sales; of those of last year field 90 could not say the year."""
        recent = [sale for at, sale in self.sales[-6:] if now - at < FORGETS_S]
        return self._random.choice(recent) if recent else None

    def _tell(self, now: Seconds) -> Message:
        """That it has sold something without asking anybody, up to a month ago."""
        ago = self._random.choice((0.0, 3_600.0, 30 * 86_400.0))
        sale = self._sell(now)
        del self.sales[-1]
        fields = {**sale.fields, 7: transmission_time(now - ago), 25: "00", 38: "OFF001"}
        fields[4] = fields[4] if int(fields[4]) else "000000001000"
        return Message(self._random.choice(("0220", "0221")), {**fields, 3: "000000"}).without(52)

    def _held(self, now: Seconds) -> list[Message]:
        """What it has set aside, as far as it has heard."""
        approved = {(m[7], m[11]) for _, m in self.told if m.mti == "0110" and m.approved}
        recent = [sale for at, sale in self.sales if now - at < FORGETS_S]
        return [sale for sale in recent if (sale[7], sale[11]) in approved and int(sale[4])]

    def _repeat(self, now: Seconds) -> Message | None:
        sale = self._any(now)
        return sale and Message(f"{sale.mti[:3]}1", sale.fields)

    def _alter(self, now: Seconds) -> Message | None:
        """The same request for another amount."""
        sale = self._any(now)
        return sale and Message(sale.mti, {**sale.fields, 4: f"{123:012d}"})

    def _echo(self, now: Seconds) -> Message | None:
        """What another terminal has sent."""
        return self._random.choice(self.heard) if self.heard else None

    def _reversal(self, sale: Message, now: Seconds) -> dict[int, str]:
        kept = {n: sale[n] for n in (3, 4, 12, 13, 22, 25, 41, 42, 49)}
        return {**kept, 7: transmission_time(now), 11: self._next(), 90: original_data(sale)}

    def _reverse(self, now: Seconds) -> Message | None:
        """A sale of its own: all of it, in part, or with something that does not agree."""
        sale = self._any(now)
        if sale is None:
            return None
        fields = self._reversal(sale, now)
        match self._random.randrange(7):
            case 0:
                fields[4] = f"{int(sale[4]) + 1:012d}"
            case 1:
                fields[49] = "840"
            case 2:
                fields[2] = "9999990000000063"
            case 3 | 4:
                fields[95] = replacement_amounts(self._random.randrange(0, int(sale[4]) + 100, 50))
        return Message("0420", fields)

    def _complete(self, now: Seconds) -> Message | None:
        """What it knows to be set aside, or else any: all, less, too much, or something else."""
        held = self._held(now)
        sale = self._random.choice(held[-2:]) if held else self._any(now)
        if sale is None:
            return None
        fields = self._reversal(sale, now) | {25: "06"}
        match self._random.randrange(6):
            case 0 | 1:
                fields[4] = f"{self._random.randrange(1, int(sale[4]) + 100):012d}"
            case 2:
                fields[2] = self._random.choice(self._cards).pan
            case 3:
                fields[38] = "NOTHIS"
        if self._random.random() < 0.7:
            self._parts[sale[11]] += 1
            following = f"{self._parts[sale[11]] % 99:02}/99{self._random.choice('PPF')}"
            fields[48] = f"7006{self._random.choice((*PARTS, *[following] * 10))}"
            fields[4] = f"{int(fields[4]) // 6 + 1:012d}"
        return Message(self._random.choice(("0220", "0220", "0221")), fields)

    def _reverse_unknown(self, now: Seconds) -> Message | None:
        sale = self._any(now)
        if sale is None:
            return None
        fields = self._reversal(sale, now)
        fields[90] = f"0200{self._random.randrange(1, 10**6):06d}{fields[7]}" + "0" * 22
        return Message("0420", fields)

    def _guess(self, now: Seconds) -> Message | None:
        """A sale of its own, or what comes next, named as inexactly as may be."""
        sale = self._any(now)
        if sale is None:
            return None
        fields = self._reversal(sale, now)
        stan = self._random.choice((sale[11], f"{self._stan + 1:06d}"))
        match self._random.randrange(3):
            case 0:
                fields[90] = f"0200{stan}" + "0" * 32
            case 1:
                fields[90] = "0" * 42
                answered = [m[37] for _, m in self.told if m.get(11) == sale[11] and m.get(37)]
                fields[37] = answered[-1] if answered else "666660000001"
            case 2:
                del fields[90]
                fields[11] = stan
        return Message("0420", fields)
