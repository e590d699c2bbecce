"""What `settle match` shows of the files of a bank, to people and programs."""

import json

from tests.kit.banking import CAME_BACK, NAME, WENT
from tests.kit.statements import balance, camt053


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


def test_without_files_all_that_is_new_is_taken(run, sold, tmp_path, monkeypatch):
    monkeypatch.setattr("cardswitch.switch.operate.bank.take.AT_ONCE", 2)
    text = sold.path.read_text("utf-8")
    sold.path.write_text(text.replace("[settlement]", '[settlement]\nanswers = "bank"'), "utf-8")
    folder = tmp_path / "bank"
    folder.mkdir()
    for name in ("a.xml", "b.xml", "c.xml"):
        (folder / name).write_bytes(b"<a/>")
    (folder / "z.xml").write_bytes(camt053([WENT]))
    shown = run("match", "--json", code=6).stdout
    told = [json.loads(line) for line in shown.splitlines()]
    assert [each["state"] for each in told] == ["refused", "refused", "refused", "taken"]
    for name in ("a.xml", "b.xml", "c.xml"):
        (folder / name).unlink()
    assert f"nothing new in {folder}" in run("match").stderr
