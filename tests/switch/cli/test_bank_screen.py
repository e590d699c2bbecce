"""What `settle match` shows of the files of a bank, to people and programs."""

import json

import pytest
from click.testing import CliRunner

from cardswitch.specs.errors import Error
from cardswitch.switch.cli.settle import settle
from tests.kit.statements import balance, camt053, entry, part

NAME = "20261123-SHOP-EUR"
BACK = "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>"
WENT = entry("12.50", "DBIT", part("12.50", "DBIT", NAME))
CAME_BACK = entry("12.50", "CRDT", part("12.50", "CRDT", NAME, BACK))


@pytest.fixture
def run(lab):
    """Run one command of this lab."""

    def run(*words, code=0):
        obj = {"record": lambda _config, booked: lab.record(booked)}
        words = [*words, "--config", str(lab.path)]
        result = CliRunner().invoke(settle, words, obj=obj)
        if isinstance(result.exception, Error):
            raise result.exception
        assert result.exit_code == code, result.output
        return result

    return run


@pytest.fixture
def sold(lab, run):
    """A day with a sale is closed."""
    lab.history.sale(1250)
    lab.history.cut_over()
    lab.commit()
    run("close")
    return lab


@pytest.fixture
def file(tmp_path):
    """Write a statement with these entries; its path."""

    def write(name, *entries, **about):
        (tmp_path / name).write_bytes(camt053(entries, name=name, **about))
        return str(tmp_path / name)

    return write


def test_what_the_bank_has_made_of_an_order(run, sold, file):
    first, second, third = run("match", file("a.xml", WENT)).stdout.splitlines()
    assert first.endswith("a.xml: taken")
    assert second.split() == ["OUTCOME", "REFERENCE", "MERCHANT", "AMOUNT", "WHY"]
    assert third.split() == ["booked", NAME, "SHOP", "-12.50", "EUR"]
    assert "a.xml: taken before\n" in run("match", file("a.xml", WENT)).stdout
    shown = run("match", file("b.xml", CAME_BACK), code=6).stdout
    assert shown.endswith("SHOP      12.50 EUR  AC04 the account is closed\n")


def test_the_same_for_programs(run, sold, file):
    told = json.loads(run("match", file("a.xml", WENT, CAME_BACK), "--json", code=6).stdout)
    assert (told["state"], told["faults"], told["missing"]) == ("taken", [], [])
    assert [each["outcome"] for each in told["matched"]] == ["booked", "returned"]


def test_a_file_that_tells_of_nothing(run, sold, file):
    early = [balance("CLBD", "0.00", day="2026-11-20")]
    shown = run("match", file("c.xml", balances=early)).stdout
    assert shown.endswith("c.xml: taken; it tells of nothing that was booked or rejected\n")


def test_a_file_that_is_refused(run, sold, file):
    wrong = [balance("OPBD", "10.00"), balance("CLBD", "3.00")]
    shown = run("match", file("a.xml", WENT, balances=wrong), code=6).stdout
    assert "a.xml: refused, nothing of it is booked\n  opening balance and entries" in shown
