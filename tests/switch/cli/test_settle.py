"""The `settle` commands: what people and programs see, and exit codes."""

import json

import pytest
from click.testing import CliRunner

from cardswitch.specs.errors import Error
from cardswitch.switch.cli.settle import settle
from cardswitch.switch.core.states import State
from cardswitch.switch.operate import settle as settling
from cardswitch.switch.store.books import Books
from tests.kit.histories import CUT, NOON, GlassVault, History

AFTER = CUT + 3600


@pytest.fixture
def run(lab, monkeypatch):
    """Run one command of this lab at the instant `now`."""
    opened = []

    def run(*words, now=AFTER, code=0):
        monkeypatch.setattr("time.time", lambda: now)
        obj = {"open_vault": lambda path: opened.append(path) or GlassVault()}
        result = CliRunner().invoke(settle, [*words, "--config", str(lab.path)], obj=obj)
        if isinstance(result.exception, Error):
            raise result.exception
        assert result.exit_code == code, result.output
        assert set(opened) <= {lab.switch.vault}
        return result

    return run


@pytest.fixture
def sold(lab):
    history = History()
    history.sale(1250)
    history.reverse(history.sale(300), NOON + 5)
    lab.commit(history.entries())
    return lab


def test_close_says_what_was_paid_and_where_the_files_are(run, sold):
    shown = run("close").stdout
    assert "2026-11-23  closed" in shown
    assert "TERM0001  2         15.50 EUR  1          3.00 EUR  12.50 EUR" in shown
    assert "12.50 EUR  20261123-SHOP-EUR" in shown
    assert str(sold.deposits / "deposit-2026-11-23.xml") in shown
    assert "no bank day has ended" in run("close").stderr


def test_close_again_by_its_date(run, sold):
    first = run("close", "--json").stdout
    written = sold.files()
    for path in sold.deposits.iterdir():
        path.unlink()
    assert run("close", "--date", "2026-11-23", "--json").stdout == first
    assert sold.files() == written
    [line] = first.splitlines()
    assert json.loads(line)["payouts"][0]["amount"] == 1250


def test_close_with_findings_exits_with_6_and_names_all(run, sold, monkeypatch):
    monkeypatch.setattr(settling, "check_close", lambda *_: tuple("abcde"))
    result = run("close", code=6)
    assert "5 records do not agree: a; b; c\n" in result.stderr
    assert result.stderr.endswith("a\nb\nc\nd\ne\n")
    assert not sold.deposits.exists()


@pytest.mark.parametrize("command", ["close", "show"])
@pytest.mark.parametrize("date", ["2026-02-30", "20261123", "yesterday", ""])
def test_what_is_no_date_is_a_usage_error(run, command, date):
    assert "expected a date YYYY-MM-DD" in run(command, "--date", date, code=2).stderr


def test_too_early(run, sold):
    with pytest.raises(Error, match=r"from 2026-11-23T22:00:10\.000Z on"):
        run("close", "--date", "2026-11-23", now=CUT)


def test_preview(run, sold):
    shown = run("preview", now=NOON + 60).stdout
    assert "2026-11-23  open until 2026-11-23T22:00:00.000Z; so far:" in shown
    assert "12.50 EUR  20261123-SHOP-EUR" in shown
    data = json.loads(run("preview", "--json", now=NOON + 60).stdout)
    assert (data["open_legs"], data["payouts"][0]["amount"]) == (0, 1250)


def test_preview_names_what_is_not_counted(run, lab):
    history = History()
    history.sale(states=(State.RECEIVED,))
    history.sale(at=NOON + 86_400, states=(State.RECEIVED,))
    entries = history.entries()
    lab.commit(entries)
    shown = run("preview", now=NOON + 86_400 + 1).stdout
    assert "not counted, since they have no outcome yet: 1 purchases" in shown
    assert "to be closed before: 2026-11-23" in shown
    assert "no deposit" in shown


def test_show_also_while_somebody_settles(run, sold):
    closed = run("close", "--json").stdout
    books = Books(sold.settlement.books)
    assert run("show", "--json").stdout == closed
    assert run("show", "--date", "2026-11-23", "--json").stdout == closed
    assert "12.50 EUR" in run("show").stdout
    with pytest.raises(Error, match="2026-11-24 is not closed: cardswitch settle close"):
        run("show", "--date", "2026-11-24")
    books.close()


def test_show_before_the_first_close(run):
    with pytest.raises(Error, match="no bank day was ever closed"):
        run("show")
