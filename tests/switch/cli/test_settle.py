"""The `settle` commands: what people and programs see, and exit codes."""

import json
import shutil

import pytest
from click.testing import CliRunner

from cardswitch.specs.errors import Error
from cardswitch.switch.cli.settle import settle
from cardswitch.switch.operate import settle as settling
from cardswitch.switch.store.books import Books
from tests.kit.histories import DAYS, History


@pytest.fixture
def run(lab):
    """Run one command of this lab."""

    def cut_over(_config, because, _acquirer):
        run.reasons.append(because)
        lab.history.cut_over(early=True)
        lab.commit()

    def run(*words, code=0):
        lab.commit()
        obj = {"record": lambda _config, booked, acquirer: lab.record(booked), "cut_over": cut_over}
        result = CliRunner().invoke(settle, [*words, "--config", str(lab.path)], obj=obj)
        if isinstance(result.exception, Error):
            raise result.exception
        assert result.exit_code == code, result.output
        return result

    run.reasons = []
    return run


@pytest.fixture
def sold(lab):
    """A day with two sales, one of them taken back, has ended."""
    lab.history.sale(1250)
    lab.history.reverse(lab.history.sale(300))
    lab.history.cut_over()
    return lab


def test_close_says_what_was_paid_and_where_the_files_are(run, sold):
    shown = run("close").stdout
    assert "2026-11-23  closed, ended 2026-11-23T22:00:00.000Z" in shown
    lines = [" ".join(line.split()) for line in shown.splitlines()]
    assert "2026-11-23 SHOP pos TERM0001 sale 2 15.50 EUR" in lines
    assert "2026-11-23 SHOP pos TERM0001 sale-reversal 1 -3.00 EUR" in lines
    assert "12.50 EUR  20261123-SHOP-EUR" in shown
    assert str(sold.deposits / "deposit-2026-11-23.xml") in shown
    assert "no bank day has ended that is not closed already" in run("close").stderr


def test_close_again_by_its_label(run, sold):
    first = run("close", "--json").stdout
    written = sold.files()
    shutil.rmtree(sold.deposits)
    assert run("close", "2026-11-23", "--json").stdout == first
    assert sold.files() == written
    [line] = first.splitlines()
    day = json.loads(line)
    assert (day["state"], day["business_date"]) == ("closed", "2026-11-23")
    assert (day["payouts"][0]["amount"], day["suspense"], day["undecided"]) == (1250, [], [])


def test_close_now_ends_the_day_that_runs(run, lab):
    lab.history.sale(1250)
    shown = run("close", "--now", "--because", "end of the test").stdout
    assert "2026-11-23  closed" in shown
    lab.history.sale(40)
    again = run("close", "--now").stdout
    assert "2026-11-23-2  closed" in again
    assert "deposit-2026-11-23-2.xml" in again
    assert run.reasons == ["end of the test", ""]
    assert "2026-11-23-2  closed" in run("close", "2026-11-23-2").stdout


def test_now_ends_no_other_day_than_that_which_runs(run, sold):
    assert "--now ends the day that runs" in run("close", "2026-11-23", "--now", code=2).stderr


def test_close_with_findings_exits_with_6_and_names_all(run, sold, monkeypatch):
    monkeypatch.setattr(settling, "check_close", lambda *_: tuple("abcde"))
    result = run("close", code=6)
    assert "since 5 records do not agree: a; b; c\n" in result.stderr
    assert result.stderr.endswith("a\nb\nc\nd\ne\n")
    assert not sold.deposits.exists()


def test_books_that_were_lost_exit_with_6(run, sold):
    run("close")
    (sold.folder / "books.db").unlink()
    sold.history.cut_over()
    for command in ("close", "show", "preview"):
        result = run(command, code=6)
        assert "nothing is paid until they are restored from a copy" in result.stderr
        assert "the journal names the close of 2026-11-23, which the books lack" in result.stderr


@pytest.mark.parametrize("command", ["close", "show"])
@pytest.mark.parametrize(
    "day", ["2026-02-30", "20261123", "yesterday", "2026-11-23-1", "2026-11-23-02", "2026-11-23-x"]
)
def test_what_is_no_day_is_a_usage_error(run, command, day):
    assert "expected a bank day such as 2026-11-28" in run(command, day, code=2).stderr


def test_a_merchant_without_account_is_named(run, lab):
    lab.history.sale(1200, merchant="SHOP2")
    lab.history.cut_over()
    remedy = "name its account under [[merchants]] and the next close pays it"
    assert "in suspense" not in run("show").stdout
    for command in ("close", "preview", "show"):
        assert f"in suspense: SHOP2 12.00 EUR; {remedy}" in run(command).stdout


def test_preview(run, lab):
    lab.history.sale(1250)
    shown = run("preview").stdout
    assert "2026-11-23  open until 2026-11-23T22:00:00.000Z; so far:" in shown
    assert "12.50 EUR  20261123-SHOP-EUR" in shown
    data = json.loads(run("preview", "--json").stdout)
    assert (data["state"], data["undecided"]) == ("open", [])
    assert data["payouts"][0]["amount"] == 1250


def test_show_has_what_was_closed_and_what_runs(run, sold):
    closed = run("close", "--json").stdout
    sold.history.sale(40)
    first, second = run("show", "--json").stdout.splitlines(keepends=True)
    assert first == closed
    assert json.loads(second)["business_date"] == DAYS[1]
    assert run("show", "2026-11-23", "--json").stdout == closed
    assert run("show", "2026-11-24", "--json").stdout == second
    assert run("show").stdout.startswith("2026-11-23  closed")
    sold.history.cut_over()
    with pytest.raises(Error, match="2026-11-24 is not closed: cardswitch settle close"):
        run("show", "2026-11-24")


def test_show_while_somebody_settles(run, sold):
    closed = run("close", "--json").stdout
    books = Books(sold.settlement.books)
    assert run("show", "2026-11-23", "--json").stdout == closed
    books.close()


@pytest.mark.parametrize("command", ["show", "preview"])
def test_nothing_is_never_shown_as_nothing(run, lab, command):
    lab.history = History(first=None)
    assert "no bank day has begun: the journal is empty" in run(command).stderr
    lab.history = History()
    assert "nothing was sold on it yet: try cardswitch terminal sale" in run(command).stdout
    lab.history.cut_over()
    assert "ended and not closed: 2026-11-23" in run(command).stdout


def test_files_that_were_lost_are_named_and_written_again(run, sold):
    run("close")
    written = sold.files()
    shutil.rmtree(sold.deposits)
    assert "2026-11-23.xml  missing, cardswitch settle files writes it again" in run("show").stdout
    assert "deposit-2026-11-23.xml\n" in run("files").stdout
    assert sold.files() == written
    assert run("files").stdout == "no file is missing\n"
    assert json.loads(run("files", "--json").stdout) == {"written": []}
    (sold.deposits / "deposit-2026-11-23.xml").write_bytes(b"x")
    assert "is there and says something else" in run("files", "2026-11-23", code=6).stderr


def test_books_that_were_lost_are_made_anew(run, sold):
    closed = json.loads(run("close", "--json").stdout)
    (sold.folder / "books.db").unlink()
    assert "made anew by cardswitch settle rebuild" in run("close", code=6).stderr
    made = json.loads(run("rebuild", "--json").stdout)
    assert (made["state"], made["sha256"]) == ("rebuilt", closed["sha256"])
    assert "agree with themselves, their files and the journal" in run("verify").stdout
    (sold.folder / "books.db").unlink()
    assert f"made anew, as the journal names it; sha256 {closed['sha256']}" in run("rebuild").stdout


def test_books_that_were_lost_before_any_close_are_made_anew(run, lab):
    lab.commit()
    run("hold", "--because", "ticket 4711")
    (lab.folder / "books.db").unlink()
    assert run("rebuild").stderr.startswith("no day was closed: what people decided")


def test_calendar(run, sold):
    run("close")
    lines = [
        " ".join(line.split()) for line in run("calendar", "--coming", "1").stdout.splitlines()
    ]
    assert lines == [
        "DAY BEGINS ENDS LASTS STATE",
        "2026-11-23 2026-11-22T22:00:00.000Z 2026-11-23T22:00:00.000Z 24.0 h closed",
        "2026-11-24 2026-11-23T22:00:00.000Z 2026-11-24T22:00:00.000Z 24.0 h runs",
        "2026-11-25 2026-11-24T22:00:00.000Z 2026-11-25T22:00:00.000Z 24.0 h to come",
    ]
    first = json.loads(run("calendar", "--json").stdout.splitlines()[0])
    assert (first["business_date"], first["state"], first["length"]) == (DAYS[0], "closed", "")


def test_calendar_before_the_first_day(run, lab):
    lab.history = History(first=None)
    result = run("calendar")
    assert "no bank day has begun" in result.stderr
    assert not result.stdout


def test_show_before_the_first_start(run, lab):
    lab.path.write_text(
        lab.path.read_text().replace("[switch]", '[switch]\ndatabase = "sqlite:///none.db"')
    )
    with pytest.raises(Error, match="there is no journal yet: start the switch once"):
        run("show")


def test_verify(run, sold, damage):
    assert run("verify").stdout == "no day is closed yet\n"
    run("close")
    assert run("verify").stdout == (
        "1 close in the books: they agree with themselves, their files and the journal\n"
    )
    damage("UPDATE postings SET amount = amount + 1 WHERE journal_id = 'batch:1' AND amount > 0")
    shown = run("verify", code=6).stdout
    assert "2026-11-23: journal batch:1 does not sum to zero" in shown
    assert len(json.loads(run("verify", "--json", code=6).stdout)["findings"]) == 3


def test_closes_are_held_and_released(run, lab):
    lab.history.sale(1250)
    lab.history.cut_over()
    lab.commit()
    shown = run("hold", "--because", "ticket 4711").stdout
    assert shown == "hold closes: days end, and none is closed until that is released\n"
    assert "closes are held by " in run("show").stdout
    with pytest.raises(Error, match="closes are held by"):
        run("close")
    told = json.loads(run("release", "--because", "done", "--json").stdout)
    assert (told["kind"], told["because"]) == ("release closes", "done")
    assert "2026-11-23  closed" in run("close").stdout
