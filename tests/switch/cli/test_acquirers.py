"""`settle … --acquirer`: each command on the books of one of two acquirers."""

import pytest
from click.testing import CliRunner

from cardswitch.specs.errors import ConfigError, Error
from cardswitch.switch.cli.settle import settle
from tests.kit.market import DINER, KIOSK, NYC, Market


@pytest.fixture
def market(tmp_path):
    """Both have sold something, and their days have ended."""
    played = Market(tmp_path)
    played.sell(KIOSK, 100)
    played.sell(DINER, 200)
    played.go(12.0)
    yield played
    played.store.close()


@pytest.fixture
def run(market):
    """Run one command."""

    def run(*words, code=0):
        def record(_config, booked, acquirer):
            market.record(acquirer, booked)

        def cut_over(_config, because, acquirer):
            assert because == "a test"
            market.cut_over(acquirer)

        words = [*words, "--config", str(market.path)]
        result = CliRunner().invoke(settle, words, obj={"record": record, "cut_over": cut_over})
        if isinstance(result.exception, Error):
            raise result.exception
        assert result.exit_code == code, result.output
        return result.output

    return run


def test_close_and_show_are_about_the_one_that_is_named(run, market):
    assert "2026-10-21.nyc  closed" in run("close", "--acquirer", NYC)
    assert "2026-10-21  closed" in run("close")
    shown = run("show", "2026-10-21", "--acquirer", NYC)
    assert "DINER" in shown
    assert "KIOSK" not in shown
    assert "deposits-nyc/deposit-2026-10-21.nyc.xml" in shown
    assert run("show", "2026-10-21.nyc", "--acquirer", NYC) == shown
    assert "2026-10-22.nyc" in run("show", "--acquirer", NYC)
    assert "nyc" not in run("show")


def test_close_now_ends_the_day_of_one(run, market):
    run("close", "--acquirer", NYC)
    market.sell(DINER, 300)
    shown = run("close", "--now", "--because", "a test", "--acquirer", NYC)
    assert "2026-10-22.nyc  closed" in shown
    assert "3.00 EUR" in shown
    assert "2026-10-22-2.nyc" in run("calendar", "--acquirer", NYC)
    assert "2026-10-22-2" not in run("calendar")


@pytest.mark.parametrize(
    "words",
    [
        ["preview"], ["calendar"], ["files"], ["verify"], ["accounts"], ["holds"],
        ["payout", "list", "--all"], ["suspense", "list"], ["fees", "list"],
        ["export", "--to", "csv"],
        ["hold", "--because", "a test"],
        ["correct", "5", "--debit", "mdr_income", "--credit", "merchant_payable:DINER",
         "--because", "a test"],
    ],
)  # fmt: skip
def test_all_commands_take_it(run, words):
    run("close", "--acquirer", NYC)
    run(*words, "--acquirer", NYC)


def test_lost_books_of_one_are_made_anew(run, market):
    run("close", "--acquirer", NYC)
    for path in market.path.parent.glob("books-nyc.db*"):
        path.unlink()
    assert "2026-10-21.nyc  made anew" in run("rebuild", "--acquirer", NYC)


def test_who_is_unknown_is_named_with_the_nearest(run):
    with pytest.raises(ConfigError, match="--acquirer: there is no 'nyk', did you mean nyc"):
        run("show", "--acquirer", "nyk")


def test_a_day_of_another_is_told(run):
    assert "that day is of nyc: say --acquirer nyc as well" in run("show", "2026-10-21.nyc", code=2)


def test_where_there_is_none_without_a_name_one_must_be_named(run, market):
    text = market.path.read_text("utf-8").replace('acquirer = ""', 'acquirer = "nyc"')
    before, _, after = text.partition("[settlement]\n")
    market.path.write_text(before + after.partition("\n")[2], "utf-8")
    for command in ("show", "calendar", "verify"):
        with pytest.raises(ConfigError, match=r"no \[settlement\]: say --acquirer, one of nyc"):
            run(command)
    assert "2026-10-21.nyc" in run("calendar", "--acquirer", NYC)


def test_what_to_do_next_is_said_with_its_name(run, market):
    shown = run("show", "--acquirer", NYC)
    assert "not closed: 2026-10-21.nyc; cardswitch settle close --acquirer nyc does that" in shown
    run("close", "--acquirer", NYC)
    market.go(24.0)
    for words in (["show", "2026-10-22"], ["files", "2026-10-22"], ["export", "--to", "csv"]):
        day = ["2026-10-22"] * (len(words) > 2)
        with pytest.raises(Error, match="cardswitch settle close --acquirer nyc does that"):
            run(*words, *day, "--acquirer", NYC)
    with pytest.raises(Error, match="cardswitch settle close --acquirer nyc --now ends it"):
        run("close", "2026-10-23", "--acquirer", NYC)
    run("hold", "--because", "a test", "--acquirer", NYC)
    with pytest.raises(Error, match="cardswitch settle release --acquirer nyc"):
        run("close", "--acquirer", NYC)
