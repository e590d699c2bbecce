"""`settle payout`: what people and programs see, and exit codes."""

import json

from tests.kit.banking import CAME_BACK, NAME, WENT


def test_what_became_of_payouts(run, sold, file):
    run("match", file("a.xml", WENT, CAME_BACK), code=6)
    head, line = run("payout", "list").stdout.splitlines()
    assert head.split() == ["STATE", "REFERENCE", "MERCHANT", "AMOUNT", "DUE", "WHY"]
    assert line.startswith(f"returned  {NAME}  SHOP      12.50 EUR  2026-1")
    assert "AC04 the account is closed; " in line
    told = json.loads(run("payout", "list", "--json").stdout)
    assert (told["reference"], told["state"]) == (NAME, "returned")
    shown = run("payout", "show", NAME).stdout
    assert shown.startswith(f"{NAME}  returned: AC04 the account is closed; name another account")
    assert shown.splitlines()[0].count("AC04") == 1
    assert "order DEPOSIT-20261123 of 2026-11-23" in shown
    told = json.loads(run("payout", "show", NAME, "--json").stdout)
    assert [each["outcome"] for each in told["said"]] == ["booked", "returned"]


def test_nothing_was_said_of_it_yet(run, sold):
    assert "no bank has told of it yet" in run("payout", "show", NAME).stdout
    run_of = run("payout", "list").stdout
    assert run_of.splitlines()[1].startswith("ordered")


def test_what_people_decide(run, sold, file):
    run("match", file("a.xml", WENT, CAME_BACK), code=6)
    shown = run("payout", "retry", NAME, "--because", "it is open again").stdout
    assert shown == (
        f"retry {NAME}: the next close pays it, to the account that is configured then\n"
    )
    shown = run("payout", "hold", "SHOP", "--currency", "EUR", "--because", "fraud").stdout
    assert shown == "hold SHOP, EUR: nothing is paid until it is released\n"
    assert "held: SHOP, EUR: held by " in run("payout", "list").stdout
    told = [json.loads(line) for line in run("payout", "list", "--json").stdout.splitlines()]
    assert [(each["state"], each["merchant"]) for each in told] == [
        ("returned", "SHOP"), ("held", "SHOP"),
    ]  # fmt: skip
    done = json.loads(run("payout", "release", "SHOP", "--because", "ok", "--json").stdout)
    assert (done["kind"], done["because"], done["number"]) == ("release", "ok", 4)


def test_a_reason_and_a_currency_are_asked_for(run, sold):
    assert "Missing option '--because'" in run("payout", "hold", "SHOP", code=2).stderr
    words = ("payout", "hold", "SHOP", "--currency", "XXQ", "--because", "x")
    assert "Invalid value for '--currency'" in run(*words, code=2).stderr


def test_all_is_booked(run, sold, file):
    run("match", file("a.xml", WENT))
    result = run("payout", "list")
    assert (result.stdout, result.stderr) == (
        "", "all that was ordered is booked; --all shows it\n",
    )  # fmt: skip
    assert run("payout", "list", "--all").stdout.splitlines()[1].startswith("booked")
