"""A lab is made in a folder, read back, and never written over."""

import errno
import os
import socket
import tomllib

import pytest

from cardswitch.hosts.serve import NO_CAVV
from cardswitch.hosts.vault import open_vault, read_key
from cardswitch.hsm_sim.custody.audit import true_entries
from cardswitch.hsm_sim.custody.journal import read_anchor
from cardswitch.hsm_sim.module import HsmModule
from cardswitch.lab.house import topology
from cardswitch.lab.house.ceremony import check_keys
from cardswitch.lab.house.papers import paper_files
from cardswitch.lab.house.topology import WEB, Ports, Timing, free_ports, make_lab, read_lab
from cardswitch.specs.errors import ConfigError, Error
from cardswitch.specs.security.lmk import TEST_LMK, unwrap_key
from cardswitch.terminal.config import read_cards
from tests.kit.canaries import files_below
from tests.kit.files import is_owners_alone

PAN = "9999990000000014"


@pytest.fixture
def made(tmp_path):
    """The configuration file of a fresh lab, and its keys."""
    return make_lab(tmp_path / "deep" / "lab")


# Made and read ------------------------------------------------------------------------------------


def test_what_was_made_can_be_read(made):
    path, keys = made
    lab = read_lab(path)
    assert lab.folder == path.parent
    assert set(lab.switch.listeners) == {"pos", "plain", "shop", "network"}
    assert set(lab.switch.upstreams) == {"acquirer", "issuer"}
    assert lab.issuer.zpk == lab.switch.upstreams["issuer"].pin_key == keys.zpk_issuer
    assert lab.terminal.tpk == keys.tpk_under_tmk
    assert {m.id for m in lab.acquirer.merchants} == {m.id for m in lab.settlement.merchants}


def test_ports_and_times_are_those_that_were_asked_for(tmp_path):
    timing = Timing(
        terminal_s=4.0,
        front_s=3.0,
        acquirer_s=2.0,
        issuer_s=1.0,
        late_s=9.0,
        cut_off="20:00",
        zone="UTC",
    )
    lab = read_lab(
        make_lab(tmp_path, Ports(hsm=1, network=2, acquirer=3, issuer=4, pos=5, console=6), timing)[
            0
        ]
    )
    assert (lab.hsm.port, lab.switch.hsm.port, lab.issuer.hsm.port) == (1, 1, 1)
    assert (lab.switch.listeners["network"].port, lab.acquirer.network.port) == (2, 2)
    assert (lab.switch.upstreams["acquirer"].port, lab.acquirer.front.port) == (3, 3)
    assert (lab.switch.upstreams["issuer"].port, lab.issuer.network.port) == (4, 4)
    assert (lab.switch.listeners["pos"].port, lab.terminal.port) == (5, 5)
    assert lab.terminal.timeout_s == 4.0
    assert lab.switch.upstreams["acquirer"].timeout_s == 3.0
    assert lab.acquirer.timeout_s == 2.0
    assert lab.switch.upstreams["issuer"].timeout_s == 1.0
    assert lab.issuer.late_s == 9.0
    assert (lab.switch.cut_off.time, lab.switch.cut_off.zone) == ("20:00", "UTC")


def test_inner_timers_end_before_outer_ones():
    times = Timing()
    assert times.issuer_s < times.acquirer_s < times.front_s < times.terminal_s < 5.0
    assert times.late_s > times.terminal_s


def test_both_sides_speak_the_same(made):
    lab = read_lab(made[0])
    for here, there in (
        (lab.switch.listeners["network"], lab.acquirer.network),
        (lab.switch.upstreams["acquirer"], lab.acquirer.front),
        (lab.switch.upstreams["issuer"], lab.issuer.network),
    ):
        spoken = ("host", "port", "dialect", "framing", "header")
        assert [getattr(here, n) for n in spoken] == [getattr(there, n) for n in spoken]


def test_relative_paths_count_from_the_folder_of_the_lab(made):
    folder = made[0].parent
    lab = read_lab(made[0])
    assert lab.switch.database == f"sqlite:///{folder}/switch.db"
    assert lab.settlement.books == f"sqlite:///{folder}/books.db"
    assert lab.switch.vault == str(folder / "vault.key")
    assert lab.terminal.cards == str(folder / "cards.toml")


def test_terminal_and_issuer_know_the_same_cards(made):
    lab = read_lab(made[0])
    cards = {card.alias: card for card in read_cards(made[0].parent / "cards.toml")}
    issued = {card.id: card for card in lab.issuer.cards}
    of_web = {name for name, card in issued.items() if card.account == WEB}
    assert len(of_web) > 20
    assert set(issued) - of_web < set(cards)  # One card is in a purse, but no issuer knows it.
    for name in set(issued) - of_web:
        card = issued[name]
        assert (card.pan, card.pvv) == (cards[name].pan, cards[name].pvv)
        assert card.expiry in (cards[name].expiry, "any")
    assert cards["good"].cvv != cards["good"].cvv2


# What is there already ----------------------------------------------------------------------------


def test_a_lab_is_never_written_over(made):
    path, _ = made
    before = {file: file.read_bytes() for file in files_below(path.parent)}
    with pytest.raises(ConfigError, match="there is a lab already"):
        make_lab(path.parent)
    assert {file: file.read_bytes() for file in files_below(path.parent)} == before


def test_the_key_of_a_vault_is_never_written_over(made):
    path, _ = made
    key = (path.parent / "vault.key").read_bytes()
    path.unlink()
    expected = r"no lab\.toml, but files of a lab, such as .*: its first start was cut off, or"
    with pytest.raises(ConfigError, match=expected):
        make_lab(path.parent)
    assert (path.parent / "vault.key").read_bytes() == key


def test_nothing_is_written_before_all_that_takes_long_is_done(tmp_path):
    def ask(command):
        assert list(tmp_path.iterdir()) == []
        raise Error("no answer")

    with pytest.raises(Error, match="no answer"):
        make_lab(tmp_path, ask=ask)


@pytest.mark.parametrize(
    "section", ["hsm", "switch", "acquirer", "issuer", "terminal", "settlement"]
)
def test_a_section_that_is_wrong_is_named(made, section):
    path, _ = made
    text = path.read_text("utf-8").replace(f"[{section}]\n", f"[{section}]\ncolour = 1\n")
    path.write_text(text, "utf-8")
    with pytest.raises(ConfigError, match=rf"lab\.toml, line \d+: {section}\.colour: unknown key"):
        read_lab(path)


def test_no_lab_at_all(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read"):
        read_lab(tmp_path / "lab.toml")


def test_the_key_ceremony_stands_in_the_audit_log(made):
    path, keys = made
    audit = path.with_name("hsm.audit")
    with audit.open("rb") as file:
        entries = list(true_entries(file, read_anchor(audit)))
    told = [(entry.event, entry.details.get("kcv", "")) for entry in entries]
    assert [event for event, _ in told[:3]] == ["officer added", "officer added", "authorised"]
    assert {*keys.check_values.values()} <= {kcv for event, kcv in told if event == "key generated"}
    assert [event for event, _ in told].count("key imported") == 2
    assert keys.pvk not in audit.read_text()


# Secrets ------------------------------------------------------------------------------------------


VAULTS = ("vault.key", "acquirer.vault", "issuer.vault", "gateway.vault", "issuer.cavv")
FILES = ("lab.toml", "cards.toml", "rules.toml", "panel.toml", *VAULTS)


@pytest.mark.skipif(os.name != "posix", reason="modes of files")
def test_every_file_of_a_lab_is_its_owners_alone(tmp_path):
    previous = os.umask(0)
    try:
        make_lab(tmp_path)
    finally:
        os.umask(previous)
    files = files_below(tmp_path)
    names = {str(each.relative_to(tmp_path)) for each in files}
    kept = {"hsm.keys", "officers.toml", "hsm.audit", "hsm.audit.head"}
    assert names == {*FILES, *kept, *paper_files()}
    assert all(map(is_owners_alone, files))
    assert (tmp_path / "tls").stat().st_mode & 0o077 == 0


def test_files_that_others_could_read_are_narrowed_at_the_start(made):
    path, _ = made
    for name in FILES:
        path.with_name(name).chmod(0o644)
    lab = read_lab(path)
    for vault in (
        lab.switch.vault,
        lab.acquirer.vault,
        lab.issuer.vault,
        lab.gateway.vault,
    ):
        open_vault(vault)
    read_key(lab.issuer.cavv_key, "the key of CAVVs", NO_CAVV)
    assert all(map(is_owners_alone, map(path.with_name, FILES)))


@pytest.mark.parametrize("full_at", range(4))
def test_a_disk_that_is_full_leaves_no_half_of_a_lab(tmp_path, monkeypatch, full_at):
    room = iter([True] * full_at)

    def create(path, content):
        path.write_bytes(b"half")
        if not next(room, False):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(topology, "create_file", create)
    with pytest.raises(Error, match="cannot be written: No space left on device; make room"):
        make_lab(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["vault.key", "acquirer.vault", "issuer.vault"])
def test_every_vault_of_every_lab_has_a_key_of_its_own(made, tmp_path, name):
    folder = made[0].parent
    keys = [make_lab(tmp_path / "other")[0].with_name(name), folder / "vault.key", folder / name]
    sealed = {open_vault(key).seal(PAN) for key in keys}
    assert len(sealed) == len(set(keys))


def test_no_clear_key_and_no_pin_is_in_the_configuration(made):
    """Cards and their PINs are in cards.toml by design: test data, for a person to type."""
    path, keys = made
    text = path.read_text("utf-8").upper()
    types = {"tpk": "002", "zpk_acquirer": "001", "zpk_issuer": "001", "pvk": "002", "cvk": "402"}
    for name, key_type in types.items():
        clear = unwrap_key(TEST_LMK, key_type, getattr(keys, name)).hex().upper()
        assert clear not in text
    assert keys.tpk in text, "the search above would find nothing at all"
    issuer = tomllib.loads(path.read_text("utf-8"))["issuer"]
    assert not [card for card in issuer["cards"] if {"pin", "cvv"} & set(card)]
    assert {card.get("cvv2", "any") for card in issuer["cards"]} == {"any"}


def test_the_hsm_of_the_lab_knows_the_keys(made):
    check_keys(HsmModule(lambda size: bytes(size)).answer, made[1])


# Ports --------------------------------------------------------------------------------------------


def test_free_ports_are_different_and_can_be_listened_at():
    ports = free_ports()
    numbers = [getattr(ports, name) for name in Ports.__struct_fields__]
    assert len(set(numbers)) == len(numbers)
    for number in numbers:
        with socket.socket() as listening:
            listening.bind(("127.0.0.1", number))


def test_the_address_of_a_card_is_that_of_its_card(made):
    lab = read_lab(made[0])
    told = {card.id: (card.address.postal, card.address.street) for card in lab.issuer.cards}
    assert {name: each for name, each in told.items() if any(each)} == {"good": ("10115", "12")}
