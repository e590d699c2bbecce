"""Dual control: who may, and for how long."""

from typing import Any

import pytest

from cardswitch.hsm_sim.custody.authority import (
    MINUTES_MAX,
    OFFICERS_MAX,
    AuthorityRefused,
    Credential,
    Officer,
    add_officer,
    authorise,
    enrol,
    require_two_officers,
    set_mode,
)
from cardswitch.hsm_sim.custody.policy import CommandRefused
from cardswitch.hsm_sim.custody.state import ModuleState

ANNA, BEN = Credential("anna", "correct horse"), Credential("ben", "battery staple")
SALT = bytes(16)


@pytest.fixture
def officers() -> tuple[Officer, ...]:
    return (enrol(*ANNA, SALT), enrol(*BEN, SALT[:-1] + b"\x01"))


def noting() -> tuple[ModuleState, list[Any]]:
    state, noted = ModuleState(), []
    state.listener = lambda event, details: noted.append((event, dict(details)))
    state.now = 1000.0
    return state, noted


@pytest.mark.parametrize("order", [(ANNA, BEN), (BEN, ANNA)])
def test_two_different_officers_are_enough(officers, order) -> None:
    assert require_two_officers(officers, order) == f"{order[0].name}, {order[1].name}"


@pytest.mark.parametrize(
    ("credentials", "why"),
    [
        ([], "two officers, no more"),
        ([ANNA], "two officers, no more"),
        ([ANNA, BEN, ANNA], "two officers, no more"),
        ([ANNA, ANNA], "two different officers"),
        ([ANNA, Credential("ben", "wrong passphrase")], "unknown officer, or wrong"),
        ([ANNA, Credential("ben", ANNA.passphrase)], "unknown officer, or wrong"),
        ([ANNA, Credential("carl", BEN.passphrase)], "unknown officer, or wrong"),
        ([ANNA, Credential("", "")], "unknown officer, or wrong"),
    ],
)
def test_everybody_else_is_refused(officers, credentials, why: str) -> None:
    with pytest.raises(AuthorityRefused, match=why):
        require_two_officers(officers, credentials)


def test_one_passphrase_under_two_names_is_one_person() -> None:
    twins = (enrol("anna", "correct horse", SALT), enrol("ben", "correct horse", SALT))
    with pytest.raises(AuthorityRefused, match="passphrases apart"):
        require_two_officers(twins, [ANNA, Credential("ben", "correct horse")])


def test_without_two_officers_nobody_is_authorised(officers) -> None:
    with pytest.raises(AuthorityRefused, match="enrol them first"):
        require_two_officers(officers[:1], [ANNA, BEN])


@pytest.mark.parametrize("damaged", [{"proof": "zz"}, {"salt": "00"}, {"proof": ""}])
def test_a_damaged_officer_is_nobody(officers, damaged: dict[str, str]) -> None:
    anna = Officer(**{"name": "anna", "salt": officers[0].salt, "proof": "00" * 32, **damaged})
    with pytest.raises(AuthorityRefused, match="unknown officer, or wrong"):
        require_two_officers((anna, officers[1]), [ANNA, BEN])


@pytest.mark.parametrize("name", ["", "x" * 21, "an na", "änna", "a\n"])
def test_names_that_are_none(name: str) -> None:
    with pytest.raises(AuthorityRefused, match="officer's name"):
        enrol(name, "correct horse", SALT)


def test_a_passphrase_has_a_length() -> None:
    with pytest.raises(AuthorityRefused, match="8 characters"):
        enrol("anna", "short77", SALT)


def test_officers_are_added_up_to_a_limit(officers) -> None:
    carl = enrol("carl", "something else", SALT)
    assert add_officer(officers, carl) == (*officers, carl)
    with pytest.raises(AuthorityRefused, match="anna already"):
        add_officer(officers, officers[0])
    with pytest.raises(AuthorityRefused, match="20 officers"):
        add_officer(officers * (OFFICERS_MAX // 2), carl)


def test_nothing_shown_holds_a_passphrase(officers) -> None:
    shown = repr((ANNA, officers))
    for secret in (ANNA.passphrase, officers[0].proof, officers[0].salt):
        assert secret not in shown


def test_authority_is_for_what_was_asked_and_ends(officers) -> None:
    state, noted = noting()
    authorise(state, officers, [ANNA, BEN], ["export.001.host"], minutes=5)
    state.require_officers("export.001")
    for other in ("export.402", "export", "pin.clear"):
        with pytest.raises(CommandRefused, match="17"):
            state.require_officers(other)
    state.now += 5 * 60
    with pytest.raises(CommandRefused, match="17"):
        state.require_officers("export.001")
    details = {"activity": "export.001.host", "minutes": "5", "officers": "anna, ben"}
    assert noted == [("authorised", details)]


@pytest.mark.parametrize(
    ("activities", "minutes", "why"),
    [
        ([], 5, "expected an activity"),
        (["export."], 0, "lasts 1 to"),
        (["export"], MINUTES_MAX + 1, "lasts 1 to"),
        ([""], 5, "words with dots"),
        ([".host"], 5, "words with dots"),
        (["a b"], 5, "words with dots"),
        (["x" * 41], 5, "words with dots"),
    ],
)
def test_what_cannot_be_authorised(officers, activities, minutes: int, why: str) -> None:
    state, noted = noting()
    with pytest.raises(AuthorityRefused, match=why):
        authorise(state, officers, [ANNA, BEN], activities, minutes)
    assert state.authority.until == {}
    assert [event for event, _ in noted] == ["authority refused"]


def test_a_refusal_is_noted_without_the_passphrase(officers) -> None:
    state, noted = noting()
    with pytest.raises(AuthorityRefused):
        authorise(state, officers, [ANNA, Credential("ben", "guess guess")], ["export"])
    assert [event for event, _ in noted] == ["authority refused"]
    assert "guess" not in repr(noted)
    assert state.authority.until == {}


def test_the_secure_mode_takes_two_officers_and_ends_all_authority(officers) -> None:
    state, noted = noting()
    with pytest.raises(AuthorityRefused):
        set_mode(state, "secure", officers, [ANNA])
    assert state.mode == "online"
    set_mode(state, "secure", officers, [ANNA, BEN])
    authorise(state, officers, [ANNA, BEN], ["export"])
    set_mode(state, "online", officers, [])
    assert (state.mode, state.authority.until) == ("online", {})
    assert [event for event, _ in noted] == [
        *("authority refused", "mode changed", "authorised"),
        *("authority cancelled", "mode changed"),
    ]


def test_offline_and_online_take_nobody() -> None:
    state, noted = noting()
    for mode in ("offline", "offline", "online"):
        set_mode(state, mode, (), [])
    assert [details["mode"] for _, details in noted] == ["offline", "online"]
