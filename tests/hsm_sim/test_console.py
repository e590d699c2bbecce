"""The console: orders, and which of them need the module in this process."""

import pytest

from cardswitch.hsm_sim.console import LINE_LENGTH_MAX, ORDERS, Console, ConsoleError, ask_inside
from cardswitch.hsm_sim.custody.authority import AuthorityRefused
from cardswitch.specs.errors import EncodeError, Error
from tests.kit.hsm.module import ask, module

OUTSIDE = ("send NC", "generate zpk ZPK", "keys", "status", "help")
INSIDE = (
    "officer anna",
    "authorise export a b",
    "mode offline",
    "reopen",
    "tamper",
    "load zpk ZPK a b",
)
SECRETS = {"passphrase of anna": "correct horse", "passphrase of ben": "battery staple"}


@pytest.fixture
def asked():
    return module()


@pytest.fixture
def console(asked):
    def inside(action):
        return action(asked)

    return Console(ask_inside(inside), inside, (), SECRETS.__getitem__, bytes)


def obeyed(console, *lines):
    """What the last of *lines* answers."""
    answers = [list(console.obey(line)) for line in lines]
    return answers[-1]


def test_help_tells_every_order(console):
    told = obeyed(console, "help")
    assert [line.split()[0] for line in told] == list(ORDERS)


def test_status_tells_of_mode_keys_and_authority(console):
    told = "\n".join(obeyed(console, "status"))
    assert "lmk_check  4F550070D645C657" in told
    assert "mode          online" in told
    assert "authorised    nothing" in told


def test_keys_are_made_listed_and_checked(console):
    made = obeyed(console, "generate zpk ZPK")
    key, kcv = (line.split()[1] for line in made)
    assert obeyed(console, "keys") == [f"zpk  001  {kcv}  {key}"]
    assert obeyed(console, "kcv zpk") == obeyed(console, f"kcv {key} zpk") == [kcv]


KNOWN = "0123456789ABCDEFFEDCBA9876543210"


def test_two_officers_load_a_key_that_they_know(console, asked, monkeypatch):
    """Under the module's own LMK, whichever that is: nobody else could compute it."""
    noted = []
    asked.state.listener = lambda event, details: noted.append((event, details))
    monkeypatch.setitem(SECRETS, "key", KNOWN)
    obeyed(console, "officer anna", "officer ben")
    told = obeyed(console, "load zpk ZPK anna ben")
    assert told[1] == "kcv  08D7B4"
    assert obeyed(console, "kcv zpk") == ["08D7B4"]
    assert obeyed(console, "load block ZPK anna ben 1 01")[0].startswith("key  SD0112P0T")
    event, details = noted[-1]
    assert (event, details["officers"], details["kcv"]) == ("key imported", "anna, ben", "08D7B4")
    assert KNOWN not in str(noted)


def test_a_key_comes_in_components(console, monkeypatch):
    monkeypatch.setitem(SECRETS, "component 1", "F" * 32)
    monkeypatch.setitem(SECRETS, "component 2", f"{int(KNOWN, 16) ^ (16**32 - 1):032X}")
    obeyed(console, "officer anna", "officer ben")
    assert obeyed(console, "load zpk ZPK anna ben 2")[1] == "kcv  08D7B4"


@pytest.mark.parametrize(
    ("order", "secret", "said"),
    [
        ("load zpk ZPK anna anna", KNOWN, "different officers"),
        ("load zpk ZPK anna ben 0", KNOWN, "1 to 9 components"),
        ("load zpk ZPK anna ben", "no key", "hexadecimal"),
        ("load zpk ZPK anna ben", "01" * 16, "without weak parts"),
        ("load zpk ZPK anna ben 1 07", KNOWN, "error 13"),
    ],
)
def test_what_is_not_loaded(console, monkeypatch, order, secret, said):
    monkeypatch.setitem(SECRETS, "key", secret)
    obeyed(console, "officer anna", "officer ben")
    with pytest.raises(Error, match=said) as refused:
        obeyed(console, order)
    assert secret not in str(refused.value) or secret == "no key"
    assert "zpk" not in console.keys


def test_two_officers_authorise_and_one_order_cancels(console, asked):
    obeyed(console, "officer anna", "officer ben")
    told = obeyed(console, "authorise export.001 anna ben 5")
    assert told == ["authorised for 5 minutes: export.001"]
    assert asked.state.is_authorised("export.001")
    assert "authorised    export.001" in obeyed(console, "status")
    assert obeyed(console, "cancel export.001") == ["cancelled: export.001"]
    assert not asked.state.is_authorised("export.001")
    assert obeyed(console, "cancel") == ["cancelled: all authority"]


def test_one_officer_twice_is_not_enough(console):
    obeyed(console, "officer anna", "officer ben")
    with pytest.raises(AuthorityRefused):
        obeyed(console, "authorise export anna anna")
    with pytest.raises(AuthorityRefused):
        obeyed(console, "mode secure")


def test_the_mode_is_turned(console, asked):
    obeyed(console, "officer anna", "officer ben", "mode secure anna ben")
    assert asked.state.mode == "secure"
    obeyed(console, "mode online")
    assert asked.state.mode == "online"


def test_pins_are_reopened(console, asked):
    asked.state.pin_failures.is_closed = True
    assert "closed" in "".join(obeyed(console, "status"))
    asked.state.pin_failures.is_closed = False
    asked.state.pin_failures.clients_closed["10.0.0.7"] = None
    assert "closed for 10.0.0.7" in "".join(obeyed(console, "status"))
    obeyed(console, "reopen")
    assert not asked.state.pin_failures.is_closed


def test_a_tamper_erases_the_keys(console):
    obeyed(console, "generate zpk ZPK", "tamper the lid")
    with pytest.raises(ConsoleError, match="BV 13"):
        obeyed(console, "kcv zpk")
    assert "tampered      the lid" in obeyed(console, "status")


@pytest.mark.parametrize("line", ["", "   ", "# a remark"])
def test_a_line_may_be_empty_or_a_remark(console, line):
    assert obeyed(console, line) == []


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("open the listener", "help"),
        ("generate zpk", "generate NAME TYPE"),
        ("help me", "expected help"),
        ("kcv nobody", "type"),
        ("mode broken", "online, offline, secure"),
        ("authorise export a b x", "digits"),
        ("authorise export a b 99999", "digits"),
        ("send B2 data", "NAME=VALUE"),
        ("x" * (LINE_LENGTH_MAX + 1), "characters"),
    ],
)
def test_what_is_no_order_says_what_would_be_one(console, line, expected):
    with pytest.raises(ConsoleError, match=expected):
        obeyed(console, line)


def test_a_command_that_breaks_its_layout_does_not_reach_the_module(console, asked):
    with pytest.raises(EncodeError):
        obeyed(console, "send A0 mode=0")
    assert not asked.counts


@pytest.mark.parametrize("line", OUTSIDE)
def test_what_a_host_could_ask_works_from_outside(asked, line):
    assert isinstance(obeyed(Console(lambda command: ask(asked, command)), line), list)


@pytest.mark.parametrize("line", INSIDE)
def test_what_officers_do_needs_the_module_itself(asked, line):
    with pytest.raises(ConsoleError, match=r"this process|officer add"):
        obeyed(Console(lambda command: ask(asked, command)), line)


def test_from_outside_all_authority_is_cancelled_alone(asked):
    outside = Console(lambda command: ask(asked, command))
    with pytest.raises(ConsoleError, match="RA"):
        obeyed(outside, "cancel export")


def test_the_rule_that_refused_is_told_here(console):
    told = obeyed(console, "send A0 mode=0 key_type=001 lmk_scheme=Z")
    assert told[0].startswith("A1 27")
    assert told[-1] == "  refused by policy.refuse_single_length"
    assert obeyed(console, "send BA clear_pin=1234FFFFFFFFF pan12=999000000001")[-1] == (
        "  refused by policy.commands_disabled"
    )
    assert not any("policy" in line for line in obeyed(console, "send NC"))
