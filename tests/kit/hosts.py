"""Hosts at hand, what they are asked, and a module that verifies what is right."""

import copy
from collections.abc import Sequence
from typing import Any

from cardswitch.hosts.acquirer.config import AcquirerConfig
from cardswitch.hosts.acquirer.entries import JournalEntry
from cardswitch.hosts.acquirer.machine import Acquirer
from cardswitch.hosts.issuer.config import AccountConfig, CardConfig, IssuerConfig
from cardswitch.hosts.issuer.entries import IssuerEntry
from cardswitch.hosts.issuer.machine import Issuer
from cardswitch.hosts.row import CHECKPOINT, HostRow, Rows
from cardswitch.specs.hsm import Answer, Command, answer_code
from cardswitch.specs.merchants import Merchant
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.reversals import original_data
from cardswitch.wire.ports import Append, Effect, LinkId, LinkUp, Received
from tests.kit.notebook import Notebook
from tests.kit.play import Playbook, answered, is_question

NETWORK, FRONT, HSM = LinkId("network/1"), LinkId("front/1"), LinkId("hsm")
UPSTREAM = LinkId("network")  # what the acquirer calls its link into the network

PAN = "9999990000000014"
TYPED_PAN = "9999990000000022"
RIGHT_PIN, WRONG_PIN = "1111111111111111", "2222222222222222"  # blocks, for the module below
RIGHT_CVV, WRONG_CVV = "123", "999"
BOUNDS = ("limits", "remembered_max", "checkpoint_rows", "cavv", "more")  # of an issuer
APPROVAL = {38: "000001"}  # what an approval carries besides its code

CARDS = (
    CardConfig(id="good", pan=PAN, account="good", expiry="3012", pvki="1", pvv="4321"),
    CardConfig(id="typed", pan=TYPED_PAN, account="good", expiry="3012", pvki="1", pvv="4321"),
    CardConfig(id="no-pin", pan="9999990000000030", account="good", expiry="3012"),
    CardConfig(id="expired", pan="9999990000000048", account="good", expiry="2602"),
    CardConfig(id="last-month", pan="9999990000000055", account="good", expiry="2603"),
    CardConfig(id="lost", pan="9999990000000063", account="good", expiry="3012", status="lost"),
    CardConfig(id="stolen", pan="9999990000000071", account="good", expiry="3012", status="stolen"),
    CardConfig(id="closed", pan="9999990000000089", account="good", expiry="3012", status="closed"),
    CardConfig(
        id="restricted", pan="9999990000000097", account="good", expiry="3012", status="restricted"
    ),
    CardConfig(
        id="blocked", pan="9999990000000105", account="good", expiry="3012", status="pin_blocked"
    ),
)
PANS = {card.id: card.pan for card in CARDS} | {"unknown": "9999990000009999"}


def issuer_config(**changes: Any) -> IssuerConfig:
    """An issuer with 100.00 in one account."""
    base: dict[str, Any] = {
        "zpk": "U" + "1" * 32,
        "pvk": "U" + "2" * 32,
        "cvk": "U" + "3" * 32,
        "accounts": (AccountConfig("good", 10_000),),
        "cards": CARDS,
        "magic_amounts": True,
    }
    return IssuerConfig(**{**base, **changes})


def issuer(rows: Sequence[HostRow] = (), **changes: Any) -> Playbook:
    """An issuer with its links up, rebuilt from *rows*, which its look-ups find too.

    *changes* are those of its configuration, or bounds such as `remembered_max`.
    """
    bounds = {name: changes.pop(name) for name in BOUNDS if name in changes}
    play = Playbook(Issuer(issuer_config(**changes), fingerprint, **bounds))
    notebook = play.journal = Notebook(play, rows)
    play.do(play.machine.recover(notebook.recent(), play.now))
    for link in (NETWORK, HSM):
        play.do(play.machine.handle(LinkUp(link), play.now))
    return play.skip()


def acquirer_config(**changes: Any) -> AcquirerConfig:
    """An acquirer with one merchant that is there, and one that left."""
    shop = Merchant(
        id="SHOP",
        name="Corner Shop",
        city="Berlin",
        country="DE",
        country_code="276",
        mcc="5411",
        currencies=("978", "840"),
    )
    left = Merchant(
        id="LEFT",
        name="Former Shop",
        city="Berlin",
        country="DE",
        country_code="276",
        mcc="5411",
        active=False,
    )
    return AcquirerConfig(institution="123456", merchants=(shop, left), **changes)


def fingerprint(pan: str) -> str:
    """What cards are known by here."""
    return f"print:{pan[-2:]}"


def acquirer(rows: Any = (), config: AcquirerConfig | None = None, **bounds: Any) -> Playbook:
    """An acquirer with its links up and its sign-on answered; its journal held *rows* before.

    *bounds* as of :class:`Acquirer`.
    """
    play = Playbook(Acquirer(config or acquirer_config(), fingerprint, **bounds))
    notebook = play.journal = Notebook(play, rows)
    play.do(play.machine.recover(notebook.recent(), play.now))
    for link in (FRONT, UPSTREAM):
        play.do(play.machine.handle(LinkUp(link), play.now))
    (play.skip() >> answered(UPSTREAM, "00")).skip()
    play.journal = Notebook(play, notebook.rows)
    play.effects.clear()
    return play


def again(play: Playbook, **bounds: Any) -> Playbook:
    """The same acquirer after a crash: another one, with what its journal holds."""
    return acquirer(rows_of(play), **bounds)


def rows_of(play: Playbook) -> list[HostRow]:
    """All that the journal of the acquirer of *play* holds."""
    assert isinstance(play.journal, Notebook)
    return play.journal.rows


def entries_of(play: Playbook) -> list[JournalEntry]:
    """What the acquirer of *play* has written: its entries, without checkpoints."""
    rows: Rows[JournalEntry] = Rows(JournalEntry)
    return [rows.read(row) for row in play.entries if row.state != CHECKPOINT]


class booked:
    """A row is appended whose entry is of this *kind*, with attributes as given."""

    def __init__(self, kind: type, **attributes: Any) -> None:
        self.kind = kind
        self.attributes = attributes

    def matches(self, effect: Effect) -> bool:
        if not isinstance(effect, Append) or effect.entry.state != self.kind.__name__:
            return False
        entry = Rows(JournalEntry).read(effect.entry)
        return all(getattr(entry, name) == value for name, value in self.attributes.items())

    def __repr__(self) -> str:
        return f"booked({self.kind.__name__}, {self.attributes!r})"


def approved(play: Playbook, request: Message) -> Playbook:
    """*play* after *request* came to the acquirer's front and the network approved it."""
    (play >> Received(FRONT, request)).skip()
    return (play >> answered(UPSTREAM, "00", APPROVAL)).skip()


READER: Rows[Any] = Rows(IssuerEntry)


def written(play: Playbook) -> list[Any]:
    """The entries in all that an issuer has ever written, but for checkpoints."""
    return [READER.read(row) for row in play.entries if row.state != CHECKPOINT]


class wrote:
    """An entry of this *kind* is appended; its attributes, or those of its row, are as given."""

    def __init__(self, kind: type, **attributes: Any) -> None:
        self.kind = kind
        self.attributes = attributes

    def matches(self, effect: Effect) -> bool:
        if not isinstance(effect, Append) or effect.entry.state != self.kind.__name__:
            return False
        row, entry = effect.entry, READER.read(effect.entry)
        return all(
            getattr(entry if hasattr(entry, n) else row, n) == v for n, v in self.attributes.items()
        )

    def __repr__(self) -> str:
        return f"wrote({self.kind.__name__}, {self.attributes!r})"


def purchase(amount: int = 1_250, trace: int = 7, mti: str = "0200", **extra: str) -> Message:
    """A typed purchase; *extra* such as ``f52="…"`` adds fields, an empty one takes it out."""
    fields = {
        2: PAN,
        3: "000000",
        4: f"{amount:012d}",
        7: "0329010000",
        11: f"{trace:06d}",
        14: "3012",
        22: "011",
        37: f"608801{trace:06d}",
        41: "TERM0001",
        42: "SHOP           ",
        49: "978",
    }
    fields |= {int(name[1:]): value for name, value in extra.items()}
    return Message(mti, {n: v for n, v in fields.items() if v})


def swiped(amount: int = 1_250, trace: int = 7, cvv: str = RIGHT_CVV, **extra: str) -> Message:
    """The same with a track 2 and no number."""
    track = f"{PAN}=301220114321{cvv}00000"
    return purchase(amount, trace, **{"f2": "", "f14": "", "f22": "021", "f35": track, **extra})


def reversal_of(original: Message, mti: str = "0420", trace: int = 900) -> Message:
    """The reversal of *original* on the same hop."""
    fields = {n: original[n] for n in (2, 3, 4, 7, 37, 41, 42, 49) if n in original.fields}
    return Message(mti, {**fields, 11: f"{trace:06d}", 90: original_data(original)})


HOLD = purchase(mti="0100")


def completion(amount: int = 1_000, trace: int = 9, **changed: str) -> Message:
    """The 0220 of HOLD; *changed* such as ``f38="…"``, an empty one is left out."""
    fields = {n: HOLD[n] for n in (2, 3, 7, 37, 41, 42, 49)}
    fields |= {4: f"{amount:012d}", 11: f"{trace:06d}", 25: "06", 38: "000001"}
    fields |= {90: original_data(HOLD)}
    fields |= {int(name[1:]): value for name, value in changed.items()}
    return Message("0220", {n: value for n, value in fields.items() if value})


def repeat_of(original: Message) -> Message:
    """The 0201 of a 0200."""
    return Message(f"{original.mti[:3]}1", original.fields)


def is_right(command: Command) -> bool:
    """Whether the module below finds the PIN or the CVV right."""
    return command.fields.get("block", command.fields.get("cvv")) in (RIGHT_PIN, RIGHT_CVV)


def hsm_answers(play: Playbook) -> None:
    """The module answers all commands that are pending, and those that follow from them."""
    while play.pending:
        for effect in list(play.pending):
            play.pending.popleft()
            message = getattr(effect, "message", None)
            if isinstance(message, Command):
                error = "00" if is_right(message) else "01"
                answer = Answer(message.header, answer_code(message.code), error)
                play.do(play.machine.handle(Received(HSM, answer), play.now))


def outcome(play: Playbook, request: Message, link: LinkId = NETWORK) -> Message:
    """What *link* is answered when it asks *request* and the module is willing."""
    before = len(play.sent_on(link))
    play.do(play.machine.handle(Received(link, request), play.now))
    hsm_answers(play)
    answers = [m for m in play.sent_on(link)[before:] if not is_question(m)]
    assert len(answers) == 1, answers
    return answers[0]


def changed(data: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy of *data* in which the value at *path* is another."""
    copied = copy.deepcopy(data)
    *way, last = path.split(".")
    place: Any = copied
    for step in way:
        place = place[int(step)] if isinstance(place, list) else place[step]
    place[last] = value
    return copied
