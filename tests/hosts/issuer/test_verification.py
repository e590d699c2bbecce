"""Card, PIN and CVV: what the HSM is asked, what its answers mean, and wrong PINs counted."""

import pytest

from cardswitch.hosts.issuer.entries import PurchaseDecided
from cardswitch.specs.hsm import Command
from cardswitch.specs.message import Message
from cardswitch.wire.ports import Close, LinkDown, LinkUp, Received
from tests.kit.hosts import (
    HSM,
    NETWORK,
    PAN,
    PANS,
    RIGHT_PIN,
    WRONG_CVV,
    WRONG_PIN,
    issuer,
    outcome,
    purchase,
    repeat_of,
    reversal_of,
    swiped,
    wrote,
)
from tests.kit.play import after, answered, sent


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (swiped(), "00"),
        (swiped(f2=PAN), "00"),
        (swiped(cvv=WRONG_CVV), "N7"),
        (swiped(f35=f"{PAN}=3012201"), "N7"),
        (swiped(f52=RIGHT_PIN), "00"),
        (swiped(f52=WRONG_PIN), "55"),
        (swiped(f35=f"{PAN}=301120114321123"), "54"),
    ],
)
def test_tracks(request_: Message, code: str) -> None:
    assert outcome(issuer(), request_)[39] == code


def test_pin_and_cvv_are_verified_by_the_module_alone() -> None:
    pin = {"block": RIGHT_PIN, "pan12": "999000000001", "pvki": "1", "pvv": "4321"}
    pin |= {"zpk": "U" + "1" * 32, "pvk": "U" + "2" * 32}
    cvv = {"pan": PAN, "expiry": "3012", "service_code": "201", "cvv": "123"}
    assert (
        issuer()
        >> Received(NETWORK, swiped(f52=RIGHT_PIN))
        << sent("hsm", "EC", pin)
        << sent("hsm", "CY", cvv)
        >> answered("hsm", "00", ago=2)
        >> answered("hsm", "00", ago=1)
        << wrote(
            PurchaseDecided, code="00", amount=1_250, account="good", pan_masked="999999******0014"
        )
        << sent(NETWORK, "0210", {39: "00", 38: "000001", 4: "000000001250", 35: None, 52: None})
    )


@pytest.mark.parametrize("order", [(2, 1), (1, 2)], ids=["pin first", "cvv first"])
@pytest.mark.parametrize(
    ("pin", "cvv", "code"),
    [
        ("00", "00", "00"),
        ("00", "01", "N7"),
        ("01", "00", "55"),
        ("01", "01", "55"),  # The wrong PIN is counted whatever else is wrong.
        ("15", "01", "96"),
        ("00", "15", "96"),
    ],
)
def test_both_answers_count_in_whichever_order_they_come(pin, cvv, code, order) -> None:
    play = issuer()
    (play >> Received(NETWORK, swiped(f52=RIGHT_PIN)) << sent("hsm", "EC") << sent("hsm", "CY"))
    for ago in order:
        assert not play.sent_on(NETWORK)
        (play >> answered("hsm", {2: pin, 1: cvv}[ago], ago=ago)).skip()
    assert play.sent_on(NETWORK)[-1][39] == code
    assert play.machine.books.tries == ({"good": 1} if code == "55" else {})


def test_a_cvv2_has_service_code_000() -> None:
    play = issuer() >> Received(NETWORK, purchase(f48="9203123"))
    assert play << sent("hsm", "CY", {"service_code": "000", "cvv": "123", "expiry": "3012"})


def test_a_cvv_may_be_required() -> None:
    assert outcome(issuer(cvv_required=True), purchase())[39] == "N7"
    assert outcome(issuer(cvv_required=True), purchase(f48="9203123"))[39] == "00"


# PIN tries -------------------------------------------------------------------------------------


def test_the_third_wrong_pin_blocks_the_card() -> None:
    play = issuer()
    wrong = [purchase(trace=n, f52=WRONG_PIN) for n in range(1, 5)]
    assert [outcome(play, request)[39] for request in wrong] == ["55", "55", "75", "75"]
    assert outcome(play, purchase(trace=5, f52=RIGHT_PIN))[39] == "75"
    rebuilt = issuer(play.entries)
    assert outcome(rebuilt, purchase(trace=6, f52=RIGHT_PIN))[39] == "75"
    assert outcome(rebuilt, purchase(trace=7, f2=PANS["typed"], f52=RIGHT_PIN))[39] == "00"


def test_the_right_pin_forgives_the_wrong_ones() -> None:
    play = issuer()
    blocks = [WRONG_PIN, WRONG_PIN, RIGHT_PIN, WRONG_PIN, WRONG_PIN, RIGHT_PIN]
    codes = [outcome(play, purchase(100, n, f52=block))[39] for n, block in enumerate(blocks)]
    assert codes == ["55", "55", "00", "55", "55", "00"]


def test_a_repeat_of_a_wrong_pin_is_not_another_try() -> None:
    play = issuer()
    wrong = purchase(f52=WRONG_PIN)
    for request in (wrong, repeat_of(wrong), repeat_of(wrong), repeat_of(wrong)):
        assert outcome(play, request)[39] == "55"
    assert play.machine.books.tries == {"good": 1}


def test_tries_at_the_same_time_are_all_counted() -> None:
    play = issuer()
    for n in range(4):
        play >> Received(NETWORK, purchase(trace=n, f52=WRONG_PIN)) << sent("hsm", "EC")
    play >> Received(NETWORK, purchase(trace=9, f52=RIGHT_PIN)) << sent("hsm", "EC")
    for ago, code in ((5, "55"), (4, "55"), (3, "75"), (2, "75")):
        (play >> answered("hsm", "01", ago=ago)).skip()
        assert play.sent_on(NETWORK)[-1][39] == code
    (play >> answered("hsm", "00", ago=1)).skip()
    assert play.sent_on(NETWORK)[-1][39] == "75"


def test_a_reversal_does_not_hide_a_wrong_pin() -> None:
    play = issuer()
    request = purchase(f52=WRONG_PIN)
    (play >> Received(NETWORK, request)).skip()
    (play >> Received(NETWORK, reversal_of(request))).skip()
    (play >> answered("hsm", "01")).skip()
    assert play.machine.books.tries == {"good": 1}
    assert play.sent_on(NETWORK)[-1][39] == "12"


# The HSM ---------------------------------------------------------------------------------------


def test_without_a_module_pins_are_declined_and_the_rest_goes_on() -> None:
    play = issuer() >> LinkDown(HSM)
    assert outcome(play, purchase(f52=RIGHT_PIN))[39] == "91"
    assert outcome(play, purchase(trace=8))[39] == "00"


@pytest.mark.parametrize("error", ["10", "11", "15", "20", "24", "39", "42", "68", "XX"])
def test_an_error_of_the_module_is_no_wrong_pin(error: str) -> None:
    play = issuer() >> Received(NETWORK, purchase(f52=RIGHT_PIN)) << sent("hsm", "EC")
    assert (
        play
        >> answered("hsm", error)
        << wrote(PurchaseDecided, code="96")
        << sent(NETWORK, "0210", {39: "96"})
    )
    assert not play.machine.books.tries
    assert play.machine.counts["hsm_error"] == 1


def test_a_silent_module_is_waited_for_briefly_and_then_dialled_again() -> None:
    play = issuer()
    for n in range(3):
        assert (
            play
            >> Received(NETWORK, purchase(trace=n, f52=RIGHT_PIN))
            << sent("hsm", "EC")
            >> after(0.9)
        )
        (play >> after(0.2)).skip()
        assert play.sent_on(NETWORK)[-1][39] == "91"
    assert [effect.link for effect in play.effects if isinstance(effect, Close)] == [HSM]
    (play >> LinkDown(HSM) >> LinkUp(HSM)).skip()
    assert outcome(play, purchase(trace=9, f52=RIGHT_PIN))[39] == "00"


def test_an_answer_of_the_module_that_comes_late_decides_nothing() -> None:
    play = issuer() >> Received(NETWORK, purchase(f52=RIGHT_PIN))
    (play.skip() >> after(1.1)).skip()
    assert play >> answered("hsm", "00")
    assert play.machine.counts["late_answer"] == 1
    assert not play.machine.held()


def test_a_command_from_the_module_is_dropped() -> None:
    play = issuer() >> Received(HSM, Command("0001", "NC"))
    assert play
    assert play.machine.counts["dropped"] == 1


def test_silences_that_are_not_in_a_row_do_not_end_the_link() -> None:
    play = issuer()
    for n in range(6):
        (play >> Received(NETWORK, purchase(trace=n, f52=RIGHT_PIN))).skip()
        (play >> (after(1.1) if n % 3 else answered("hsm", "00"))).skip()
    assert not any(isinstance(effect, Close) for effect in play.effects)
