"""Purchases at the acquirer: a playbook for every way that one can go, crashes included."""

import pytest

from cardswitch.hosts.acquirer.entries import (
    PurchaseAnswered,
    PurchaseForwarded,
    PurchaseRefused,
    ReversalAnswered,
)
from cardswitch.hosts.acquirer.purchases import OPEN_MAX
from cardswitch.hosts.config import HostAddress
from cardswitch.specs.transactions.accepted import Terms
from cardswitch.specs.transactions.reversals import original_data
from cardswitch.wire.machine.budget import Limits
from cardswitch.wire.machine.kernel import LOOK_UP_S
from cardswitch.wire.ports import LinkDown, LinkId, LinkUp, Received
from tests.kit.hosts import (
    APPROVAL,
    FRONT,
    PAN,
    RIGHT_PIN,
    UPSTREAM,
    acquirer,
    acquirer_config,
    again,
    approved,
    booked,
    entries_of,
    outcome,
    purchase,
    repeat_of,
    reversal_of,
    rows_of,
    swiped,
)
from tests.kit.notebook import found, looked_up
from tests.kit.play import after, answered, sent

pytestmark = pytest.mark.usefixtures("journals_asked")

OTHER_LINK = LinkId("front/2")
NAME = "front|TERM0001|SHOP|2|000007|20260329010000"


# Purchases ---------------------------------------------------------------------------------------


def test_a_purchase_goes_into_the_network_and_its_answer_comes_back() -> None:
    play = acquirer()
    ours = {18: "5411", 19: "276", 32: "123456", 43: "Corner Shop              Berlin       DE"}
    kept = {2: PAN, 4: "000000001250", 7: "0329010000", 37: "608801000007", 41: "TERM0001"}
    assert (
        play
        >> Received(FRONT, purchase(f52=RIGHT_PIN))
        << booked(
            PurchaseForwarded,
            asked=Terms(
                kind="sale", processing="000000", amount=1_250, currency="978", card="print:14"
            ),
            merchant="SHOP",
            trace="000002",
        )
        << sent(UPSTREAM, "0200", {**ours, **kept, 11: "000002", 52: RIGHT_PIN})
        >> answered(UPSTREAM, "00", APPROVAL)
        << booked(PurchaseAnswered, code="00", amount=1_250, approval_code="000001")
        << sent(FRONT, "0210", {39: "00", 38: "000001", 11: "000007", 4: "000000001250", 2: None})
    )
    assert play.machine.approved() == {NAME: ("608801000007", "SHOP", "978", 1_250)}
    assert [(row.rrn, row.identity) for row in rows_of(play) if row.rrn] == [("608801000007", NAME)]


def test_what_is_journalled_names_the_original_as_it_was_sent() -> None:
    play = acquirer() >> Received(FRONT, purchase())
    assert entries_of(play)[0].original == original_data(play.sent_on(UPSTREAM)[0])


SAID = {15: "0330", 38: "000001", 44: "M", 48: "8201M", 54: "0002978C000000008750"}
SAID |= {55: "910A" + "0" * 20, 62: "TRACE", 63: "WELCOME BACK"}


@pytest.mark.parametrize("code", ["00", "05"])
def test_what_the_issuer_says_comes_back_and_a_repeat_hears_what_may_be_kept(code: str) -> None:
    play = (acquirer() >> Received(FRONT, purchase())).skip()
    said = {44: f"CALL {PAN}", **{n: v for n, v in SAID.items() if n != 44}}
    play >> answered(UPSTREAM, code, said) << booked(PurchaseAnswered, code=code)
    play << sent(FRONT, "0210", {39: code, **said})
    assert not {48, 55, 62, 63} & set(entries_of(play)[-1].said)
    kept = {**SAID, 44: "CALL " + "*" * 16} | dict.fromkeys((48, 55, 62, 63))
    for rebuilt in (play, again(play)):
        repeat = repeat_of(purchase())
        assert rebuilt >> Received(FRONT, repeat) << sent(FRONT, "0210", {39: code, **kept})


def test_the_acquirer_says_what_is_brought_back() -> None:
    play = acquirer(config=acquirer_config(brings_back=(38,))) >> Received(FRONT, purchase())
    play.skip() >> answered(UPSTREAM, "00", SAID) << booked(PurchaseAnswered, said={})
    assert play << sent(FRONT, "0210", dict.fromkeys(SAID) | {38: "000001"})


def test_the_descriptor_of_an_order_goes_through_where_it_may() -> None:
    said = "SHOP*ORDER 4711".ljust(40)
    play = acquirer(config=acquirer_config(takes=(43,)))
    play >> Received(FRONT, purchase(f43=said, f18="1111")) << booked(PurchaseForwarded)
    assert play << sent(UPSTREAM, "0200", {43: said, 18: "5411"})


def test_a_decline_keeps_its_reason() -> None:
    play = acquirer() >> Received(FRONT, purchase())
    assert (
        play.skip()
        >> answered(UPSTREAM, "51")
        << booked(PurchaseAnswered, code="51", amount=0)
        << sent(FRONT, "0210", {39: "51", 38: None, 4: "000000001250"})
    )
    assert not play.machine.approved()


def test_a_partial_approval_is_booked_as_approved() -> None:
    play = (acquirer() >> Received(FRONT, purchase(1_210))).skip()
    assert (
        play
        >> answered(UPSTREAM, "10", {**APPROVAL, 4: "000000000605"})
        << booked(PurchaseAnswered, code="10", amount=605)
        << sent(FRONT, "0210", {39: "10", 4: "000000000605", 38: "000001"})
    )
    assert [sale.amount for sale in play.machine.approved().values()] == [605]


def test_two_sales_under_one_rrn_are_both_there() -> None:
    """The terminal chooses field 37."""
    play = acquirer()
    for trace, amount in ((7, 1_250), (8, 300)):
        approved(play, purchase(amount, trace, f37="608801000007"))
    for live in (play, again(play)):
        sales = live.machine.approved().values()
        assert [(sale.rrn, sale.amount) for sale in sales] == [
            ("608801000007", 1_250),
            ("608801000007", 300),
        ]


# One line a case: what the request carries, and its field 39; nothing of these is forwarded.
@pytest.mark.parametrize(
    ("extra", "code", "by_its_books"),
    [
        ({"f42": "NOBODY"}, "03", True),
        ({"f42": "LEFT"}, "03", True),
        ({"f49": "392"}, "57", True),
        ({"f4": ""}, "30", False),
        ({"f37": ""}, "30", False),
        ({"f2": ""}, "30", False),
        ({"f2": "", "f35": "9999990000000014"}, "30", False),
        ({"f2": "9" * 20}, "14", False),
        ({"f3": "990000"}, "12", False),
        ({"f7": "1329010000"}, "30", False),
        ({"f7": "0327235959"}, "12", True),
        ({"f7": "0330010001"}, "12", True),
    ],
)
def test_what_the_acquirer_refuses_itself(
    extra: dict[str, str], code: str, by_its_books: bool
) -> None:
    play = acquirer()
    assert outcome(play, purchase(**extra), FRONT)[39] == code
    assert not play.sent_on(UPSTREAM)
    assert [type(entry) for entry in entries_of(play)] == (
        [PurchaseRefused] if by_its_books else []
    )


def test_without_a_network_the_answer_is_91_for_good() -> None:
    play = acquirer() >> LinkDown(UPSTREAM)
    assert (
        play
        >> Received(FRONT, purchase())
        << booked(PurchaseRefused, code="91")
        << sent(FRONT, "0210", {39: "91"})
    )
    (play >> LinkUp(UPSTREAM)).skip()
    # A copy that the wire delivers late is not forwarded: nobody would reverse it.
    assert play >> Received(FRONT, purchase()) << sent(FRONT, "0210", {39: "91"})
    assert outcome(play, reversal_of(purchase()), FRONT)[39] == "00"
    assert [type(entry) for entry in entries_of(play)] == [PurchaseRefused, ReversalAnswered]


def test_without_an_answer_the_acquirer_is_silent() -> None:
    play = (acquirer() >> Received(FRONT, purchase())).skip()
    assert play >> after(3.1) >> answered(UPSTREAM, "00", APPROVAL)
    assert play.machine.counts["late_answer"] == 1
    assert not play.machine.approved()


@pytest.mark.parametrize(
    "unfit",
    [{4: "000000001251"}, {49: "840"}, {37: "608801000008"}, {39: ""}, {39: "0"}],
)
def test_an_answer_that_cannot_be_true_is_none(unfit: dict[int, str]) -> None:
    play = (acquirer() >> Received(FRONT, purchase())).skip()
    assert play >> answered(UPSTREAM, "00", unfit)
    assert play.machine.counts["unfit_answer"] == 1
    assert not play.machine.approved()


# Repeats -----------------------------------------------------------------------------------------


def test_a_repeat_gets_the_stored_answer() -> None:
    play = approved(acquirer(), swiped())
    for rebuilt in (play, again(play)):
        for request in (repeat_of(swiped()), swiped()):
            assert (
                rebuilt
                >> Received(FRONT, request)
                << sent(FRONT, "0210", {39: "00", 38: "000001", 4: "000000001250"})
            )


def test_a_repeat_in_flight_is_attached_and_answered_once_a_link() -> None:
    play = (acquirer() >> Received(FRONT, purchase())).skip()
    assert (
        play
        >> Received(FRONT, repeat_of(purchase()))
        >> Received(OTHER_LINK, repeat_of(purchase()))
        >> answered(UPSTREAM, "00", APPROVAL)
        << booked(PurchaseAnswered)
        << sent(FRONT, "0210", {39: "00"})
        << sent(OTHER_LINK, "0210", {39: "00"})
    )


def test_a_repeat_without_an_outcome_is_asked_again_with_the_same_number() -> None:
    play = (acquirer() >> Received(FRONT, purchase())).skip()
    first = play.sent_on(UPSTREAM)[0]
    rebuilt = again(play)
    assert (
        rebuilt
        >> Received(FRONT, repeat_of(purchase()))
        << sent(UPSTREAM, "0201", {7: first[7], 11: first[11], 37: first[37]})
        >> answered(UPSTREAM, "00", APPROVAL)
        << booked(PurchaseAnswered, amount=1_250)
        << sent(FRONT, "0210", {39: "00"})
    )


@pytest.mark.parametrize("changed", [{"f4": "000000009999"}, {"f2": "9999990000000022"}])
@pytest.mark.parametrize("in_flight", [False, True])
def test_the_same_identity_with_other_contents_is_refused(
    changed: dict[str, str], in_flight: bool
) -> None:
    play = (acquirer() >> Received(FRONT, purchase())).skip()
    if not in_flight:
        (play >> answered(UPSTREAM, "00", APPROVAL)).skip()
    assert play >> Received(FRONT, purchase(**changed)) << sent(FRONT, "0210", {39: "94"})


def test_while_nothing_is_sure_other_contents_are_met_with_silence() -> None:
    """The first may be forgotten yet, and then the other is done: it must not hear a decline."""
    play = acquirer()
    play.journal = None
    other = purchase(f4="000000009999")
    assert play >> Received(FRONT, purchase()) << looked_up()
    assert play >> Received(OTHER_LINK, other)
    assert play >> found(None)
    assert play >> Received(OTHER_LINK, other) << looked_up()


def test_another_card_with_the_same_ends_is_another_card() -> None:
    """A masked number would not tell them apart."""
    play = approved(acquirer(), purchase())
    other = purchase(f2="9999991111110023")
    assert play >> Received(FRONT, other) << sent(FRONT, "0210", {39: "94"})


# The journal is the memory -----------------------------------------------------------------------


@pytest.mark.parametrize("mti", ["0200", "0201", "0100"])
def test_whatever_is_not_in_memory_is_looked_up_before_anything_is_forwarded(mti: str) -> None:
    play = acquirer()
    play.journal = None
    request = purchase(mti=mti)
    assert play >> Received(FRONT, request) << looked_up()
    assert (
        play
        >> found(())
        << booked(PurchaseForwarded)
        << sent(UPSTREAM, f"{mti[:3]}0", {4: "000000001250"})
    )


def test_what_is_forgotten_is_remembered_by_the_journal() -> None:
    play = approved(acquirer(), purchase())
    for trace in range(20, 30):
        (approved(play, purchase(trace=trace)) >> after(1.0)).skip()
    rebuilt = again(play, remembered_max=2)
    assert len(rebuilt.machine.approved()) == 2
    for request in (purchase(), repeat_of(purchase())):
        assert rebuilt >> Received(FRONT, request) << sent(FRONT, "0210", {39: "00", 38: "000001"})
    assert rebuilt >> Received(FRONT, purchase(9)) << sent(FRONT, "0210", {39: "94"})


def test_a_journal_that_cannot_say_makes_for_silence() -> None:
    for rows in (None, "late"):
        play = acquirer()
        play.journal = None
        (play >> Received(FRONT, purchase())).skip()
        assert play >> (after(LOOK_UP_S + 0.1) if rows == "late" else found(None))
        assert play.machine.counts["forgotten"] == 1
        # Nothing is known of it now: a repeat is looked up again.
        assert play >> Received(FRONT, repeat_of(purchase())) << looked_up()


def test_two_copies_on_two_links_that_both_miss_make_one_purchase() -> None:
    play = acquirer()
    play.journal = None
    (play >> Received(FRONT, purchase())).skip()
    assert play >> Received(OTHER_LINK, purchase())
    assert play >> found(()) << booked(PurchaseForwarded) << sent(UPSTREAM, "0200")
    assert (
        play
        >> answered(UPSTREAM, "00", APPROVAL)
        << booked(PurchaseAnswered)
        << sent(FRONT, "0210", {39: "00"})
        << sent(OTHER_LINK, "0210", {39: "00"})
    )


def test_the_same_request_a_year_later_is_another_one() -> None:
    play = approved(acquirer(), purchase())
    (play >> after(365 * 86_400.0)).skip()
    (play >> LinkDown(UPSTREAM) >> LinkUp(UPSTREAM)).skip() >> answered(UPSTREAM, "00")
    (play >> Received(FRONT, purchase())).skip()
    assert [m.mti for m in play.sent_on(UPSTREAM)].count("0200") == 2


def test_a_late_repeat_that_is_found_gets_its_answer() -> None:
    play = approved(acquirer(), purchase())
    (play >> after(30 * 3600.0)).skip()
    rebuilt = again(play)
    rebuilt.now = play.now
    assert rebuilt >> Received(FRONT, repeat_of(purchase())) << sent(FRONT, "0210", {39: "00"})


# Limits and failures -----------------------------------------------------------------------------


def test_a_full_acquirer_is_silent() -> None:
    """A copy that is let in later must not be approved after a decline that nothing remembers."""
    play = acquirer(limits=Limits(flows_max=1))
    (play >> Received(FRONT, purchase(trace=1))).skip()
    assert play >> Received(FRONT, purchase(trace=2))
    assert play.machine.counts["full"] == 1
    (play >> after(3.1)).skip()
    (play >> Received(FRONT, purchase(trace=2))).skip()
    assert play >> Received(FRONT, repeat_of(purchase(trace=1)))
    assert play.machine.counts["full"] == 2


def test_a_link_that_asks_too_much_takes_nothing_from_another() -> None:
    play = acquirer(limits=Limits(flows_per_link_max=1))
    (play >> Received(FRONT, purchase(trace=1))).skip()
    assert play >> Received(FRONT, purchase(trace=2))
    assert play.machine.counts["full"] == 1
    other = LinkId("front/2")
    (play >> LinkUp(other)).skip()
    (play >> Received(other, purchase(trace=3))).skip()
    assert play.sent_on(UPSTREAM)[-1][4] == purchase(trace=3)[4]
    assert len(play.sent_on(UPSTREAM)) == 2


def test_too_many_open_ends_stop_new_purchases() -> None:
    play = acquirer()
    play.machine.books.open |= {1_000 + n for n in range(OPEN_MAX)}
    assert (
        play
        >> Received(FRONT, purchase())
        << booked(PurchaseRefused, code="91")
        << sent(FRONT, "0210", {39: "91"})
    )


def test_a_flow_that_fails_is_silent_and_leaves_nothing_behind(monkeypatch) -> None:
    play = acquirer()

    def fail(*_: object) -> None:
        raise RuntimeError("planted")

    monkeypatch.setattr("cardswitch.hosts.acquirer.purchases.into_network", fail)
    assert play >> Received(FRONT, purchase())
    monkeypatch.undo()
    assert play.machine.counts["flow_failed"] == 1
    assert (
        play >> Received(FRONT, purchase()) << booked(PurchaseForwarded) << sent(UPSTREAM, "0200")
    )


@pytest.mark.parametrize(("is_in_clear", "code"), [(True, "57"), (False, "")])
def test_into_a_network_that_others_can_read_goes_no_real_card(
    is_in_clear: bool, code: str
) -> None:
    network = HostAddress(port=1, host="192.0.2.1" if is_in_clear else "127.0.0.1", plain=True)
    play = acquirer(config=acquirer_config(network=network))
    play >> Received(FRONT, purchase(f2="4000000000000002"))
    play.skip()
    answered_at_once = [message[39] for message in play.sent_on(FRONT)]
    assert answered_at_once == ([code] if is_in_clear else [])
    assert len(play.sent_on(UPSTREAM)) == (0 if is_in_clear else 1)
