"""Cards that are not there: what the answer says of CVC, address and CAVV, and what declines."""

import pytest
from msgspec.structs import replace

from cardswitch.hosts.issuer.absent import cavv_under
from cardswitch.specs.security.cavv import make_cavv
from cardswitch.specs.tlv import pack_private
from cardswitch.specs.transactions.absent import CardAddress, Proofs
from cardswitch.wire.ports import Received
from tests.kit.hosts import (
    CARDS,
    NETWORK,
    PAN,
    issuer,
    outcome,
    purchase,
    repeat_of,
    swiped,
)
from tests.kit.play import after

KEY = bytes(range(32))
HOME = CardAddress("10115", "12")
GOOD = make_cavv(KEY, PAN, 1250, "978", "d1", "05")
TRIED = make_cavv(KEY, PAN, 1250, "978", "d1", "06")
WEB = {"f22": "812", "f25": "59"}


def at_home(cvv2: str = "checked", expiry: str = "3012", **changes):
    """An issuer whose first card has an address, and a key for CAVVs."""
    cards = (replace(CARDS[0], address=HOME, cvv2=cvv2, expiry=expiry), *CARDS[1:])
    return issuer(cards=cards, cavv=cavv_under(KEY), **changes)


def brought(**proofs: str) -> dict[str, str]:
    return {**WEB, "f48": pack_private(Proofs(**proofs).tags)}


# One line a case: what the request brings, the code, field 44 of the answer.
@pytest.mark.parametrize(
    ("proofs", "code", "said"),
    [
        ({"cvc": "123"}, "00", "8701M"),
        ({"cvc": "999"}, "N7", "8701N"),
        ({"cvc": ""}, "00", "8701S"),
        ({"address": "10115|12"}, "00", "8301Y"),
        ({"address": "20095|12"}, "00", "8301A"),
        ({"cvc": "123", "address": "20095|9"}, "00", "8701M8301N"),
        ({"cvc": "999", "address": "10115|9"}, "N7", "8701N8301Z"),
        ({"cavv": GOOD, "eci": "05", "ds_transaction": "d1"}, "00", "45012"),
        ({"cavv": TRIED, "eci": "06", "ds_transaction": "d1"}, "00", "45013"),
        ({"cavv": GOOD, "eci": "06", "ds_transaction": "d1"}, "59", "45014"),
        ({"cavv": GOOD, "eci": "05", "ds_transaction": "d2"}, "59", "45011"),
        ({"cavv": "x", "eci": "05", "ds_transaction": "d1"}, "59", "45010"),
        ({"eci": "07"}, "00", ""),
    ],
)
def test_what_is_found_comes_back(proofs, code, said):
    play = at_home()
    answer = outcome(play, purchase(**brought(**proofs)))
    assert (answer[39], answer.get(44)) == (code, said)
    assert bool(play.machine.held()) == (code == "00")
    assert outcome(play, repeat_of(purchase(**brought(**proofs)))).get(44) == said


def test_nothing_sent_and_nothing_on_file():
    assert 44 not in outcome(issuer(), purchase(**WEB)).fields
    assert outcome(issuer(), purchase(**brought(address="10115|12")))[44] == "8301U"


def test_an_issuer_without_the_key_says_nothing_of_a_cavv():
    answer = outcome(issuer(), purchase(**brought(cavv=GOOD, eci="05", cvc="123")))
    assert (answer[39], answer[44]) == ("00", "8701M")


def test_a_decline_for_money_says_what_was_found():
    assert outcome(at_home(), purchase(20_000, **brought(cvc="123")))[44] == "8701M"


def test_where_44_names_a_field_it_says_no_more():
    answer = outcome(at_home(), purchase(**brought(cvc="123", address="no bar")))
    assert (answer[39], answer[44]) == ("30", "48.82")
    assert 44 not in outcome(at_home(), purchase(f7="0327010000", **brought(cvc="999"))).fields


@pytest.mark.parametrize(
    ("changes", "proofs", "code", "said"),
    [
        ({"cvv_wrong": "tell"}, {"cvc": "999"}, "00", "8701N"),
        ({"cvv_wrong": "82"}, {"cvc": "999"}, "82", "8701N"),
        ({"cavv_wrong": "tell"}, {"cavv": GOOD, "eci": "06"}, "00", "45014"),
        ({"cavv_wrong": "05"}, {"cavv": GOOD, "eci": "06"}, "05", "45014"),
        ({"cvv2": "any"}, {"cvc": "999"}, "00", "8701M"),
        ({"cvv2": "none"}, {"cvc": "999"}, "00", "8701U"),
        ({"cvv2": "none"}, {"cvc": ""}, "00", "8701U"),
        ({"cvv2": "any", "expiry": "any"}, {"cvc": "1"}, "00", "8701M"),
    ],
)
def test_what_follows_is_configured(changes, proofs, code, said):
    answer = outcome(at_home(**changes), purchase(**brought(**proofs)))
    assert (answer[39], answer.get(44)) == (code, said)


@pytest.mark.parametrize(("expiry", "code"), [("3501", "00"), ("2601", "54"), ("", "00")])
def test_any_expiry_is_right_unless_it_has_passed(expiry, code):
    play = at_home(cvv2="any", expiry="any")
    assert outcome(play, purchase(f14=expiry, **brought(cvc="1")))[39] == code


@pytest.mark.parametrize(
    ("required", "extra", "code"),
    [
        (True, WEB, "N7"),
        (False, WEB, "00"),
        (("ecommerce",), WEB, "N7"),
        (("ecommerce",), {"f22": "012", "f25": "08"}, "00"),
        (("mail",), {"f22": "012", "f25": "08"}, "N7"),
        (("ecommerce", "mail"), {"f22": "102", "f25": "59"}, "00"),
        (("on_file",), {"f22": "102", "f25": "59"}, "N7"),
        (("ecommerce",), brought(cvc=""), "N7"),
        (("ecommerce",), brought(cvc="123"), "00"),
    ],
)
def test_a_cvc_is_required_by_channel(required, extra, code):
    assert outcome(issuer(cvv_required=required), purchase(**extra))[39] == code


def test_a_track_has_no_such_channel():
    assert outcome(issuer(cvv_required=("typed",)), swiped())[39] == "00"


@pytest.mark.parametrize(("wrong", "code"), [("N7", "91"), ("tell", "00")])
def test_without_the_module_a_cvc_is_not_checked(wrong, code):
    play = at_home(cvv_wrong=wrong) >> Received(NETWORK, purchase(**brought(cvc="123")))
    play.skip() >> after(1.1)
    [answer] = play.sent_on(NETWORK)
    assert (answer[39], answer[44]) == (code, "8701P")
