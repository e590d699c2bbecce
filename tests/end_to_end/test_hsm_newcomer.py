"""Tried as a new user would: every command a process of its own, one after the other, as typed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cardswitch.lab.house.topology import free_ports, make_lab
from tests.kit.programs import PATIENCE_S, Program

ROOT = Path(__file__).parents[2]
PAN, PAN12 = "9999990000000014", "999000000001"


class Newcomer:
    """Somebody in an empty folder, who types commands."""

    def __init__(self, folder):
        self.folder = folder
        lab, _ = make_lab(folder / "cardswitch-data", free_ports())
        command = [sys.executable, "-m", "cardswitch", "hsm", "serve", "--config", lab]
        self.server = Program(command, folder / "said.txt")

    def types(self, words, *more, stdin=""):
        """`cardswitch` with *words*: exit code, output, error."""
        done = subprocess.run(
            [sys.executable, "-m", "cardswitch", *words.split(), *more],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            input=stdin,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
        )
        return done.returncode, done.stdout, done.stderr

    def reads(self, words, *more):
        """The JSON that such a command prints."""
        code, out, err = self.types(words, *more, "--json")
        assert code == 0, err
        return json.loads(out)


@pytest.fixture
def newcomer(tmp_path):
    someone = Newcomer(tmp_path)
    try:
        someone.server.wait_for("HSM simulator (test LMK) on")
        yield someone
    finally:
        someone.server.end()


def test_a_newcomer_makes_keys_shares_one_and_moves_a_pin(newcomer):
    code, out, _ = newcomer.types("hsm send NC")
    assert (code, out.splitlines()[0]) == (0, "ND 00 no error")

    newcomer.reads("hsm keys generate zmk --type ZMK")
    zpk = newcomer.reads("hsm keys generate zpk --type ZPK")
    code, _, err = newcomer.types("hsm keys export zpk --zmk zmk")
    assert (code, "--officers" in err) == (1, True)
    sent = newcomer.reads("hsm keys export zpk --zmk zmk --officers")
    assert sent["kcv"] == zpk["kcv"]
    words = "hsm keys import copy --type ZPK --zmk zmk --officers"
    taken = newcomer.reads(words, sent["key_under_zmk"])
    assert taken["kcv"] == zpk["kcv"]
    other = newcomer.reads("hsm keys generate other --type ZPK")
    code, out, _ = newcomer.types("hsm keys list")
    assert [line.split()[0] for line in out.splitlines()] == ["zmk", "zpk", "copy", "other"]
    assert newcomer.types("hsm kcv zpk")[1].strip() == zpk["kcv"]

    account = f"pan12={PAN12}"
    pin = newcomer.reads("hsm send --fields JA pin_length=04", account)["fields"]["pin"]
    block = newcomer.reads(
        "hsm send --fields JG format=01", f"zpk={zpk['key']}", f"pin={pin}", account
    )["fields"]["block"]
    words = "hsm send --fields CC pin_max=12 source_format=01 target_format=01"
    keys = (f"source_zpk={zpk['key']}", f"target_zpk={other['key']}")
    moved = newcomer.reads(words, *keys, f"block={block}", account)["fields"]
    assert moved["block"] != block
    back = newcomer.reads("hsm translate --from other --to copy --pan", PAN, moved["block"])
    assert back["block"] == block

    audit = "cardswitch-data/hsm.audit"
    code, out, _ = newcomer.types(f"hsm audit show {audit}")
    assert code == 0
    events = ("started", "key generated", "authorised", "key exported", "key imported")
    assert [event for event in events if event not in out] == []
    assert pin not in out
    assert newcomer.types(f"hsm audit verify {audit}")[0] == 0
    assert newcomer.server.stop() == 0


def test_a_newcomer_who_is_lost_is_told_the_way(newcomer):
    code, _, err = newcomer.types("hsm keys export zpk --zmk zmk")
    assert (code, "known: none" in err) == (2, True)
    code, out, _ = newcomer.types("hsm send --fields A0 mode=0 key_type=999 lmk_scheme=U")
    assert (code, out) == (1, "A1 28 key type unknown\n")
    newcomer.server.stop()
    code, _, err = newcomer.types("hsm send NC")
    assert (code, "cardswitch hsm serve" in err) == (5, True)


def test_a_newcomer_finds_out_why_a_mac_differs(newcomer):
    key, text = "0123456789ABCDEFFEDCBA9876543210", "Now is the time for all "
    code, out, err = newcomer.types("hsm calc mac --trace --key", key, "--text", text)
    assert code == 0
    assert out.splitlines()[-1] == "mac  A1C72E74EA3FA9B6"
    assert "test keys only" in err
    code, out, _ = newcomer.types("hsm calc mac --match A1C72E74 --key", key, "--text", text)
    assert "algorithm 3, padding 1" in out


def test_a_newcomer_pipes_orders_into_the_console(newcomer):
    code, out, err = newcomer.types("hsm console", stdin="generate zpk ZPK\nkcv zpk\n")
    assert (code, err) == (0, "")
    assert out.splitlines()[1].split()[1] == out.splitlines()[2]
