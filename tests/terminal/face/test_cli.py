"""The `terminal` commands against a small switch: what people see, and exit codes."""

import json
import signal
import subprocess
import sys

import pytest
from click.testing import CliRunner

from cardswitch.specs.errors import Error
from cardswitch.terminal.face.cli import terminal


@pytest.fixture
def run(lab):
    """Run one command of the terminal of this lab."""

    def run(*words, code=0, **options):
        arguments = [*words, "--config", str(lab)]
        result = CliRunner().invoke(terminal, arguments, **options)
        if isinstance(result.exception, Error):
            raise result.exception
        assert result.exit_code == code, result.output
        return result

    return run


def kind_of(result):
    return json.loads(result.stdout)["kind"]


def test_a_sale_prints_two_receipts(run, small_switch):
    result = run("sale", "12.50", "--card", "good", "--pin", "1234")
    assert result.stdout.count("*** APPROVED ***") == 2
    assert "999999******0014" in result.stdout
    assert "************0014" in result.stdout
    assert "9999990000000014" not in result.output
    [request] = small_switch.seen
    assert (request.mti, request[4], request[22]) == ("0200", "000000001250", "021")
    assert len(request[52]) == 16


@pytest.mark.parametrize("columns", ["24", "32", "48"])
def test_receipts_are_as_wide_as_the_paper_and_kept_as_pictures(run, tmp_path, columns):
    folder = tmp_path / "receipts"
    words = ["--columns", columns, "--svg", str(folder)]
    result = run("sale", "12.50", "--card", "good", *words)
    assert max(map(len, result.stdout.splitlines())) <= int(columns)
    pictures = sorted(folder.iterdir())
    assert [path.name.rpartition("-")[2] for path in pictures] == ["customer.svg", "merchant.svg"]
    texts = [path.read_text("utf-8") for path in pictures]
    assert all("EUR 12.50" in text and "9999990000000014" not in text for text in texts)
    assert pictures[0].name in result.stderr


def test_where_no_picture_can_be_kept_nothing_is_sold(run, small_switch, tmp_path):
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(Error, match="files cannot be written to"):
            run("sale", "12.50", "--card", "good", "--svg", str(folder))
    assert small_switch.seen == []


SALES = [
    (["12.00"], "approved", 0),
    (["12.00", "--check"], "approved", 0),
    (["12.10"], "approved", 0),
    (["12.51"], "declined", 0),
    (["12.51", "--check"], "declined", 3),
    (["12.69"], "reversed", 4),
]


@pytest.mark.parametrize(("words", "kind", "code"), SALES)
def test_how_a_sale_ends(run, words, kind, code):
    result = run("sale", *words, "--card", "good", "--json", code=code)
    assert kind_of(result) == kind
    assert len(result.stdout.splitlines()) == 1


def test_a_partial_approval_is_undone_where_that_is_set(run, lab, small_switch):
    lab.write_text(lab.read_text() + 'partial_approvals = "undo"\n')
    result = run("sale", "12.10", "--card", "good", "--json")
    shown = json.loads(result.stdout)
    assert (shown["kind"], shown["offered"]) == ("reversed", 605)
    assert "approved for EUR 6.05 alone, which is not taken here" in result.stderr
    text = run("sale", "12.10", "--card", "good", "--check", code=3).stdout
    assert "Approved, not taken" in text
    assert "Not paid. Nothing was charged." in text
    assert [message.mti for message in small_switch.seen] == ["0200", "0420"] * 2


def test_balances_are_told(run, small_switch):
    shown = json.loads(run("balance", "--card", "good", "--pin", "1234", "--json").stdout)
    assert (shown["kind"], shown["transaction"]) == ("approved", "balance")
    assert [(one["kind"], one["amount"]) for one in shown["amounts"]] == [
        ("01", 10_000),
        ("02", -1_250),
    ]
    [request] = small_switch.seen
    assert (request.mti, request[3], request[4]) == ("0100", "310000", "000000000000")
    assert "AVAILABLE BALANCE" in run("balance", "--card", "good", "--pin", "1234").stdout
    assert json.loads(run("status", "--json").stdout)["batch"]["totals"] == {}


def test_a_card_is_verified(run, small_switch):
    shown = json.loads(run("verify", "--card", "good", "--check", "--json").stdout)
    assert (shown["kind"], shown["code"]) == ("approved", "85")
    assert (small_switch.seen[0][25], small_switch.seen[0].get(52)) == ("51", "")


def test_cash_is_charged_with_the_goods(run, small_switch):
    words = ["--card", "good", "--pin", "1234", "--json"]
    shown = json.loads(run("cashback", "30", "--cash", "20", *words).stdout)
    assert [shown[name] for name in ("kind", "amount", "cash")] == ["approved", 5000, 2000]
    [request] = small_switch.seen
    assert (request[3], request[4]) == ("090000", "000000005000")
    assert request[54] == "0040978D000000002000"
    assert "--cash" in run("cashback", "30", "--card", "good", code=2).stderr
    assert (
        "--cash: expected an amount above zero"
        in run("cashback", "30", "--cash", "0", *words, code=2).stderr
    )


@pytest.mark.parametrize("command", ["balance", "verify"])
def test_an_inquiry_takes_no_amount(run, small_switch, command):
    assert "unexpected extra argument" in run(command, "1", "--card", "good", code=2).stderr


def test_an_inquiry_without_an_answer_owes_nothing(run, small_switch):
    small_switch.is_mute = True
    result = run("verify", "--card", "good", "--json", code=4)
    assert kind_of(result) == "unanswered"
    assert "there is nothing to undo" in result.stderr
    assert "pending" not in result.stderr
    assert run("reverse-pending").stdout == "No reversal is pending.\n"
    assert [message.mti for message in small_switch.seen] == ["0100"]


def test_the_reason_of_a_decline_is_said(run):
    assert "Insufficient funds (51)" in run("sale", "12.51", "--card", "good").stdout
    shown = json.loads(run("sale", "12.51", "--card", "good", "--json").stdout)
    assert (shown["reason"], shown["text"]) == ("insufficient_funds", "Insufficient funds")


def test_what_is_typed_in_travels(run, small_switch):
    run("sale", "1", "--card", "good", "--entry", "manual", "--cvv", "000", "--expiry", "2901")
    request = small_switch.seen[0]
    assert [request[n] for n in (2, 14, 22, 48)] == ["9999990000000014", "2901", "011", "9203000"]
    assert 52 not in request.fields


def test_a_card_that_is_not_listed(run, small_switch):
    run("sale", "1", "--card", "4242424242424242", "--expiry", "3012")
    assert small_switch.seen[0][35].startswith("4242424242424242=3012101")


def test_the_pin_can_be_asked_for(run, small_switch):
    result = run("sale", "1", "--card", "good", "--pin", "-", input="1234\n")
    assert 52 in small_switch.seen[0].fields
    assert "1234" not in result.output


def test_a_pin_that_others_see_is_warned_of(run, small_switch):
    said = run("sale", "1", "--card", "good", "--pin", "1234").stderr
    assert "--pin - or CARDSWITCH_PIN" in said
    assert "1234" not in said


def test_the_environment_gives_the_pin(run, small_switch, monkeypatch):
    monkeypatch.setenv("CARDSWITCH_PIN", "1234")
    result = run("sale", "1", "--card", "good")
    assert 52 in small_switch.seen[0].fields
    assert "PIN" not in result.stderr


def test_no_pin_is_used_by_itself(run, small_switch):
    run("sale", "1", "--card", "good")
    assert 52 not in small_switch.seen[0].fields


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["0x10", "--card", "good"], "AMOUNT"),
        (["1.234", "--card", "good"], "AMOUNT"),
        (["1", "--card", "bad"], "test cards: good"),
        (["1", "--card", "4242424242424242"], "expiry"),
        (["1", "--card", "good", "--expiry", "3013"], "expiry"),
    ],
)
def test_usage_errors_say_what_is_right(run, small_switch, words, expected):
    assert expected in run("sale", *words, code=2).stderr
    assert not small_switch.seen


def test_a_wrong_pin_form_is_refused_before_anything_leaves(run, small_switch):
    told = run("sale", "1", "--card", "good", "--pin", "12", code=2).stderr
    assert "--pin: expected a PIN of 4 to 12 digits" in told
    assert not small_switch.seen
    assert json.loads(run("status", "--json").stdout)["stan"] == 0


def test_numbers_go_on_from_one_command_to_the_next(run, small_switch):
    run("sale", "1", "--card", "good")
    run("sale", "12.69", "--card", "good", code=4)
    run("sale", "1", "--card", "good")
    assert [message[11] for message in small_switch.seen] == [
        "000001",
        "000002",
        "000003",
        "000004",
    ]


def test_a_repeat_finds_its_card_by_the_alias(run, small_switch):
    run("sale", "1", "--card", "good", "--pin", "1234")
    result = run("repeat", "--json")
    assert json.loads(result.stdout)["is_repeat"] is True
    sale, repeat = small_switch.seen
    assert repeat.mti == "0201"
    assert repeat.fields == sale.without(52).fields


def test_there_is_nothing_to_repeat_at_first(run):
    with pytest.raises(Error, match="nothing to repeat"):
        run("repeat")


def test_no_switch_no_sale(run, lab, small_switch, monkeypatch):
    monkeypatch.setattr("cardswitch.terminal.session.CONNECT_S", 0.1)
    lab.write_text(lab.read_text().replace(f"port = {small_switch.port}", "port = 1"))
    result = run("sale", "1", "--card", "good", code=5)
    assert "127.0.0.1:1" in result.stderr
    assert "pending" not in result.stderr
    assert result.stdout == ""
    assert json.loads(run("status", "--json").stdout)["stan"] == 0


def test_status_counts(run):
    for amount in ("12.00", "12.10", "12.51"):
        run("sale", amount, "--card", "good")
    report = json.loads(run("status", "--json").stdout)
    assert report["batch"] == {
        "number": 1,
        "totals": {
            "978": {
                "sale approved": {"count": 2, "amount": 1805},
                "sale declined": {"count": 1, "amount": 1251},
            }
        },
    }
    assert (report["stan"], report["pending_reversal"], report["exceptions"]) == (3, None, [])
    assert "    2 sale approved                18.05" in run("status").stdout


def test_each_terminal_has_its_own_numbers(run):
    run("sale", "1", "--card", "good")
    assert json.loads(run("status", "--terminal", "TERM02", "--json").stdout)["stan"] == 0
    assert json.loads(run("status", "--json").stdout)["stan"] == 1


def test_a_batch_is_closed_with_its_totals(run):
    run("sale", "1", "--card", "good")
    assert "1 sale approved" in run("close-batch").stdout
    assert json.loads(run("status", "--json").stdout)["batch"] == {"number": 2, "totals": {}}


def test_a_part_of_a_sale_is_reversed(run, small_switch):
    run("sale", "20", "--card", "good")
    result = run("reverse", "--keep", "15.00")
    assert result.stdout.count("*** REVERSED IN PART ***") == 2
    assert "STAN 000001: reversing all but EUR 15.00 of it until" in result.stderr
    assert "reversed in part, EUR 15.00 stays paid" in result.stderr
    assert small_switch.seen[1][95].startswith("000000001500")
    assert "    1 sale approved                15.00" in run("status").stdout
    shown = json.loads(run("reverse", "--keep", "0.50", "--json").stdout)
    assert [shown[name] for name in ("kind", "amount", "reversed")] == ["reduced", 50, 1950]
    assert kind_of(run("reverse", "--json")) == "reversed"
    assert "    3 sale reversed                20.00" in run("status").stdout


@pytest.mark.parametrize("keep", ["20", "20.01"])
def test_what_stays_is_less_than_what_is_paid(run, small_switch, keep):
    run("sale", "20", "--card", "good")
    with pytest.raises(Error, match=r"20\.00 is paid, so keep less"):
        run("reverse", "--keep", keep)
    assert len(small_switch.seen) == 1


def test_what_is_kept_is_an_amount(run):
    assert "--keep" in run("reverse", "--keep", "x", code=2).stderr


def test_a_refused_reversal_says_so_and_stays_said(run, small_switch):
    run("sale", "20", "--card", "good")
    small_switch.agrees = "64"
    result = run("reverse", code=4)
    assert (
        "refused with code 64 and is not sent again; ask whoever runs the switch" in result.stderr
    )
    assert "*** REVERSAL REFUSED ***" in result.stdout
    assert "IN DOUBT: STAN 000001, refused with 64" in run("status").stdout
    assert json.loads(run("status", "--json").stdout)["exceptions"][0]["code"] == "64"
    run("sale", "5", "--card", "good")
    assert [message.mti for message in small_switch.seen] == ["0200", "0420", "0200"]


def test_no_reversal_is_pending(run):
    assert run("reverse-pending").stdout == "No reversal is pending.\n"


def test_ctrl_c_leaves_the_reversal_to_the_next_command(run, lab, small_switch):
    small_switch.silent = 1_000
    words = ["sale", "12.69", "--card", "good", "--json", "--config", str(lab)]
    # Programs in the background of a shell ignore the signal, and so do their children.
    heed = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    code = f"{heed}; from cardswitch.terminal.face.cli import terminal; terminal()"
    command = [sys.executable, "-c", code, *words]
    with subprocess.Popen(command, stdout=-1, stderr=-1, text=True) as process:
        try:
            assert "no answer" in process.stderr.readline()
            process.send_signal(signal.SIGINT)
            shown, said = process.communicate(timeout=10)
        finally:
            process.kill()
    assert process.returncode == 4
    assert json.loads(shown)["kind"] == "pending"
    assert "a reversal is pending" in said
    assert "STAN 000001" in run("status").stdout

    small_switch.silent = 0
    assert kind_of(run("reverse-pending", "--json")) == "reversed"
    assert [message.mti for message in small_switch.seen[:2]] == ["0200", "0420"]
    assert {message.mti for message in small_switch.seen[2:]} == {"0421"}
    assert len({message[90] for message in small_switch.seen[1:]}) == 1


def test_a_terminal_gives_up_and_the_debt_stays(run, small_switch):
    small_switch.silent = 1_000
    result = run("sale", "12.69", "--card", "good", "--json", "--check", "--within", "5", code=4)
    assert kind_of(result) == "pending"
    assert "a reversal is pending" in result.stderr
    assert "may stay charged with EUR 12.69" in result.stderr
    assert "abandon --because" in result.stderr
    result = run("sale", "1", "--card", "good", "--json", "--within", "0.3", code=4)
    assert kind_of(result) == "pending"
    assert {m[4] for m in small_switch.seen} == {"000000001269"}  # Nothing was sold meanwhile.
    for words in (["reverse-pending"], ["repeat"], ["reverse"]):
        assert run(*words, "--within", "0.1", code=4)
    small_switch.silent = 0
    assert kind_of(run("reverse-pending", "--json")) == "reversed"


def test_time_that_is_over_before_the_answer_shows_a_sale_that_is_not_finished(run):
    result = run("sale", "12.69", "--card", "good", "--json", "--within", "0.05", code=4)
    assert kind_of(result) == "begun"
    assert run("sale", "1", "--card", "good", "--json")


def test_a_person_ends_a_reversal(run, lab, small_switch):
    small_switch.silent = 1_000
    run("sale", "12.69", "--card", "good", "--within", "0.3", code=4)
    result = run("abandon", "--because", "the switch of this test is silent", "--json")
    assert json.loads(result.stdout)["because"] == "the switch of this test is silent"
    assert "the card may stay charged with EUR 12.69" in result.stderr
    assert "IN DOUBT: STAN 000001, abandoned" in run("status").stdout
    assert kind_of(run("sale", "1", "--card", "good", "--json")) == "approved"
    assert small_switch.seen[-1].mti == "0200"


def test_nothing_is_abandoned_that_is_not_owed(run):
    run("sale", "1", "--card", "good")
    with pytest.raises(Error, match="nothing to abandon"):
        run("abandon", "--because", "why not")


def test_a_pending_reversal_goes_out_before_the_next_sale(run, lab, small_switch):
    run("sale", "1", "--card", "good")
    journal = lab.parent / "terminal" / "terminal-TERM01.log"
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(lines[0])  # As if the power had failed while the switch was asked.
    result = run("sale", "2", "--card", "good", "--json")
    assert kind_of(result) == "approved"
    assert "STAN 000001: reversed" in result.stderr
    assert [message.mti for message in small_switch.seen] == ["0200", "0420", "0200"]


def test_the_journal_holds_no_secret(run, lab):
    run("sale", "1", "--card", "good", "--pin", "1234", "--entry", "manual")
    run("sale", "12.69", "--card", "good", "--pin", "1234", code=4)
    text = (lab.parent / "terminal" / "terminal-TERM01.log").read_text()
    for secret in ("9999990000000014", "9203890", "=3012", '"52"', '"35"', '"14"'):
        assert secret not in text
    assert "999999******0014" in text


@pytest.mark.parametrize("command", sorted(terminal.commands))
def test_every_command_has_examples(command):
    result = CliRunner().invoke(terminal, [command, "--help"])
    assert "Example" in result.stdout


def test_help_needs_no_heavy_import():
    heavy = {
        "asyncio",
        "msgspec",
        "cryptography",
        "cardswitch.specs.message",
        "cardswitch.wire.driver",
    }
    code = f"import sys, cardswitch.terminal.face.cli; assert not {heavy} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
