"""What the access control server decides."""

import pytest
from msgspec.structs import replace

from cardswitch.hosts.acs.access import REMEMBERED_S, AccessControl
from cardswitch.specs.security.cavv import make_cavv
from cardswitch.specs.three_ds.messages import CReq, Prior
from tests.kit.acs import CONFIG, KEY
from tests.kit.three_ds import ACS, AREQ, DS, TRANSACTION

NOW = 1_000.0
CREQ = CReq(message_version="2.2.0", transaction=TRANSACTION, acs_transaction=ACS, window="05")


def access():
    return AccessControl(CONFIG, KEY)


def ask(known, number="4000000000003220", **more):
    return known.ask(replace(AREQ, number=number, **more), NOW, lambda: ACS)


def challenged():
    known = access()
    assert ask(known).status == "C"
    return known, known.opened(CREQ, NOW)


@pytest.mark.parametrize(
    ("number", "amount", "status", "eci", "has_cavv"),
    [
        ("4000000000003055", "1", "Y", "05", True),
        ("5555555555554444", "1", "Y", "02", True),
        ("4000000000003071", "1", "A", "06", True),
        ("4000000000003055", "777", "U", "07", False),
        ("4000000000003089", "1", "N", "07", False),
        ("4000000000003105", "1", "R", "07", False),
    ],
)
def test_a_card_is_authenticated_at_once_or_not(number, amount, status, eci, has_cavv):
    answer = ask(access(), number, amount=amount)
    assert (answer.status, answer.eci, bool(answer.cavv)) == (status, eci, has_cavv)
    assert answer.acs_url == ""


def test_the_proof_is_of_this_card_amount_and_transaction():
    answer = ask(access(), "4000000000003055", amount="0001250")
    assert answer.cavv == make_cavv(KEY, "4000000000003055", 1250, "978", DS, "05")


def test_a_challenge_proves_nothing_before_the_code():
    known = access()
    answer = ask(known)
    assert answer.acs_url == "https://acs.localhost:7115/challenge"
    assert (answer.cavv, answer.is_mandated) == ("", "Y")


def test_the_merchant_may_want_a_challenge():
    assert ask(access(), "4000000000003055", preference="04").status == "C"
    assert ask(access(), "4000000000003089", preference="04").status == "N"


def test_the_right_code_authenticates():
    known, challenge = challenged()
    result = known.hear(challenge, "confirm", "123456", NOW)
    assert (result.status, result.eci, result.tries) == ("Y", "05", "01")
    assert result.cavv == make_cavv(KEY, AREQ.number, 1250, "978", DS, "05")
    assert challenge.answer.status == "Y"


def test_a_wrong_code_may_be_mended_and_the_third_is_the_last():
    known, challenge = challenged()
    assert known.hear(challenge, "confirm", "", NOW) is None
    assert known.hear(challenge, "confirm", "1234567", NOW) is None
    assert known.tries_left(challenge) == 1
    result = known.hear(challenge, "confirm", "000000", NOW)
    assert (result.status, result.cavv) == ("N", "")
    assert known.hear(challenge, "confirm", "123456", NOW) is result


@pytest.mark.parametrize(("deed", "reason", "cancel"), [("deny", "01", ""), ("leave", "14", "01")])
def test_who_denies_or_leaves_is_not_authenticated(deed, reason, cancel):
    known, challenge = challenged()
    result = known.hear(challenge, deed, "123456", NOW)
    assert (result.status, result.reason, result.cancel) == ("N", reason, cancel)


def test_who_does_nothing_in_time_is_told_of_once():
    known, challenge = challenged()
    assert known.overdue(NOW + CONFIG.challenge_s - 1) == []
    [late] = known.overdue(NOW + CONFIG.challenge_s)
    assert (late.result.status, late.result.reason, late.result.cancel) == ("N", "14", "")
    assert known.overdue(NOW + CONFIG.challenge_s) == []
    assert known.hear(challenge, "confirm", "123456", NOW) is late.result


def test_a_code_that_comes_too_late_confirms_nothing_though_nobody_has_looked_yet():
    known, challenge = challenged()
    late = known.hear(challenge, "confirm", "123456", NOW + CONFIG.challenge_s)
    assert (late.status, late.reason, late.cavv) == ("N", "14", "")
    assert known.overdue(NOW + CONFIG.challenge_s) == []


def test_a_browser_finds_its_challenge_alone_and_in_its_time():
    known, _ = challenged()
    assert known.opened(replace(CREQ, transaction=DS), NOW) is None
    assert known.opened(replace(CREQ, acs_transaction=DS), NOW) is None
    assert known.opened(CREQ, NOW + CONFIG.challenge_s + REMEMBERED_S) is None


@pytest.mark.parametrize(
    ("prior", "status"), [(None, "C"), (Prior(acs_transaction=ACS, method="02"), "Y")]
)
def test_some_cards_are_challenged_until_they_were_set_up(prior, status):
    assert ask(access(), "4000002500003155", prior=prior).status == status


def test_a_card_that_is_to_be_kept_is_proven_without_an_amount():
    kept = {"category": "02", "amount": "", "currency": "", "exponent": ""}
    answer = ask(access(), "4000000000003055", **kept)
    assert answer.cavv == make_cavv(KEY, "4000000000003055", 0, "", DS, "05")
