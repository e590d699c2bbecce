"""Between flows and links: what is translated, in which order to MACs, and what is told of it."""

from functools import partial
from typing import Any

from cardswitch.specs.codes import APPROVED, UNAVAILABLE
from cardswitch.specs.convert.translation import Translation
from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.dialect.covered import covered
from cardswitch.specs.errors import FormatError
from cardswitch.specs.message import Message, MessageError
from cardswitch.wire.machine.keys.working import WorkingKeys
from cardswitch.wire.machine.matching import HsmExchange, IsoExchange
from cardswitch.wire.machine.program import Program
from cardswitch.wire.machine.waits import NoAnswer
from cardswitch.wire.ports import Garbled, LinkId, LinkUp, Received
from tests.kit.macs import rule
from tests.kit.play import Playbook, answered, sent

PEER, PLAIN, HSM = LinkId("peer/1"), LinkId("plain/1"), LinkId("hsm")
ISO93, PARTS = load_dialect("iso93-ascii"), load_dialect("example-carried-parts")
OURS = Message(
    "0200", {3: "000000", 7: "0329010000", 11: "000007", 12: "030000", 13: "0329", 41: "TERM0001"}
)
THEIRS = Translation(ISO93).say(OURS, 1_774_746_000.0).message


class Echo(Program):
    """Answers all, and asks on a peer's link what comes in by another."""

    def __init__(self, translation: Translation, macs: bool = False) -> None:
        peers: dict[str, Any] = {"peer": IsoExchange(), "plain": IsoExchange()}
        super().__init__({**peers, "hsm": HsmExchange()})
        self.translate({"peer": translation, "plain": None})
        self.heard: list[Message] = []
        self.told: list[str] = []
        self.observe(lambda kind, link, reason: self.told.append(f"{kind} {link}: {reason}"))
        if macs:
            self.authenticate(
                HSM, {"peer": rule(covers=partial(covered, ISO93))}, 1.0, WorkingKeys({})
            )

    def asked(self, link: LinkId, question: Any) -> None:
        self.heard.append(question)
        if link == PEER:
            self.desk.send(link, question.reply(APPROVED, {60: "no such field"}))
        else:
            self.desk.start(self._pass_on(link, question))

    async def _pass_on(self, link: LinkId, question: Message) -> None:
        try:
            answer = await self.desk.ask(PEER, question, 1.0)
        except NoAnswer:
            answer = question.reply(UNAVAILABLE)
        self.desk.send(link, answer)


def playing(translation: Translation | None = None, macs: bool = False) -> Playbook:
    play = Playbook(Echo(translation or Translation(ISO93), macs))
    for link in (PEER, PLAIN, HSM):
        play >> LinkUp(link)
    return play.skip()


def test_a_flow_hears_and_says_our_words():
    play = playing() >> Received(PEER, THEIRS) << sent(PEER, "1210", {39: "000", 12: THEIRS[12]})
    [heard] = play.machine.heard
    assert {n: heard.get(n) for n in OURS.fields} == dict(OURS.fields)
    assert play


def test_an_answer_of_another_edition_finds_its_question():
    play = playing() >> Received(PLAIN, OURS) << sent(PEER, "1200", {24: "200"})
    play >> Received(PEER, Message("1210", {11: "000007", 39: "116", 41: "TERM0001"}))
    assert play << sent(PLAIN, "0210", {39: "51"})


def test_what_does_not_go_over_is_told_once():
    theirs = THEIRS.with_fields({64: "0123456789ABCDEF"})
    play = playing() >> Received(PEER, theirs)
    play.skip() >> Received(PEER, theirs)
    told = [text for text in play.skip().machine.told if text.startswith("not_translated")]
    assert len(told) == len(set(told)) == 1
    assert told[0].startswith("not_translated peer/1: heard: field 64: dropped")


def test_what_cannot_be_read_there_is_refused_in_their_words():
    error = MessageError("digits", field="4")
    error.echo = Message("1200", {11: "000007", 12: THEIRS[12], 41: "TERM0001"})
    play = playing() >> Garbled(PEER, error)
    assert play << sent(PEER, "1210", {39: "904", 11: "000007", 44: "4", 12: THEIRS[12]})


def test_a_part_that_is_not_as_agreed_is_located():
    play = playing(Translation(PARTS))
    play >> Received(PEER, OURS.with_fields({126: "0040000000000000"}))
    assert play << sent(PEER, "0210", {39: "30", 44: "126.10"})
    answer = Message("0210", {11: "000007", 126: "0040000000000000"})
    assert play >> Received(PEER, answer)  # It is nothing to be answered.
    assert play.machine.counts["dropped"] == 1


def test_a_mac_is_over_what_is_on_the_wire():
    play = playing(macs=True)
    play >> Received(PEER, THEIRS.with_fields({64: "1111111111111111"})) << sent("hsm", "M8", {})
    (
        play
        >> answered("hsm", "00")
        << sent("hsm", "M6", {})
        >> answered("hsm", "00", {"mac": "2222222222222222"})
    )
    assert play << sent(PEER, "1210", {39: "000", 64: "2222222222222222"})


def test_a_wrong_mac_is_refused_in_their_words():
    play = playing(macs=True)
    play >> Received(PEER, THEIRS.with_fields({64: "1111111111111111"})) << sent("hsm", "M8", {})
    (
        play
        >> answered("hsm", "01")
        << sent("hsm", "M6", {})
        >> answered("hsm", "00", {"mac": "2222222222222222"})
    )
    assert play << sent(PEER, "1210", {39: "916"})
    assert not play.machine.heard


def test_without_a_mac_who_waits_hears_that_nothing_was_sent():
    play = playing(macs=True) >> Received(PLAIN, OURS) << sent("hsm", "M6", {})
    assert play >> answered("hsm", "15") << sent(PLAIN, "0210", {39: "91"})


def test_an_error_of_no_message_is_dropped():
    assert playing() >> Garbled(PEER, FormatError("an MTI"))
