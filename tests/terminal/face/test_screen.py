"""What the commands show, where they show it, and the code they exit with."""

import json

import pytest
from msgspec.structs import replace

from cardswitch.specs.errors import Error
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.reversals import original_data
from cardswitch.terminal.config import on_paper, read_terminal_config
from cardswitch.terminal.core.entries import ReversalRefused, SaleAnswered, SaleBegun, SaleReversing
from cardswitch.terminal.core.outcome import Outcome, SaleState
from cardswitch.terminal.core.state import Book, rebuild
from cardswitch.terminal.face.screen import conclude, print_outcome, show
from cardswitch.terminal.session import open_journal

OUTCOME = Outcome(
    kind=SaleState.APPROVED,
    at=1_774_746_001.0,
    stan="000007",
    amount=1250,
    asked=1250,
    currency="978",
    terminal="TERM01",
    merchant="SHOP",
    card="999999******0014",
    is_swipe=True,
    batch=1,
    time="030000",
    date="0329",
    code="51",
)
REQUEST = Message(
    "0200",
    {4: "000000001250", 7: "0329010000", 11: "000007", 12: "030000", 13: "0329", 22: "021"}
    | {41: "TERM01  ", 42: "SHOP           ", 49: "978"},
)
BEGUN = SaleBegun(1.0, REQUEST, "999999******0014", "good")
REVERSING = SaleReversing(2.0, Message("0420", {11: "000008", 90: original_data(REQUEST)}))
REFUSED = ReversalRefused(3.0, Message("0430", {11: "000008", 39: "12"}))


@pytest.fixture
def config(lab):
    return read_terminal_config(lab)


def story(*kinds, error=None, **changes):
    async def tell(session):
        for kind in kinds:
            yield replace(OUTCOME, kind=kind, **changes)
        if error:
            raise error

    return tell


def exit_code(*arguments, **options):
    with pytest.raises(SystemExit) as caught:
        conclude(*arguments, **options)
    return caught.value.code


ENDS = [
    ([SaleState.APPROVED], {}, 0),
    ([SaleState.DECLINED], {}, 0),
    ([SaleState.DECLINED], {"check": True}, 3),
    ([SaleState.APPROVED], {"check": True}, 0),
    ([SaleState.PENDING, SaleState.REVERSED], {}, 4),
    ([SaleState.PENDING, SaleState.EXCEPTION], {"check": True}, 4),
    ([SaleState.UNANSWERED], {}, 4),
    ([SaleState.REVERSED], {"good": frozenset({SaleState.REVERSED})}, 0),
    ([SaleState.PENDING, SaleState.REVERSED, SaleState.APPROVED], {}, 0),
]


@pytest.mark.parametrize(("kinds", "options", "code"), ENDS)
def test_exit_codes(config, capsys, kinds, options, code):
    assert exit_code(config, story(*kinds), as_json=True, **options) == code
    assert [json.loads(line)["kind"] for line in capsys.readouterr().out.splitlines()] == kinds[-1:]


def test_the_receipt_is_that_of_the_last_sale(config, capsys):
    journal = open_journal(config)
    journal.commit([BEGUN, SaleAnswered(2.0, REQUEST.reply("00"))])
    journal.close()

    async def tell(session):
        yield OUTCOME
        yield replace(OUTCOME, stan="000001", kind=SaleState.REVERSED)

    assert exit_code(config, tell, as_json=True) == 0
    shown = capsys.readouterr()
    assert json.loads(shown.out)["kind"] == "approved"
    assert "STAN 000001: reversed" in shown.err


def test_an_interrupt_shows_how_far_it_came(config, capsys):
    kinds = story(SaleState.PENDING, error=KeyboardInterrupt(), code="")
    assert exit_code(config, kinds, as_json=False) == 4
    shown = capsys.readouterr()
    assert shown.out.count("NO ANSWER, REVERSING") == 2
    assert "STAN 000007: no answer" in shown.err


def test_two_copies_go_to_standard_output_and_nothing_else(config, capsys):
    exit_code(config, story(SaleState.DECLINED), as_json=False)
    shown = capsys.readouterr()
    assert ("MERCHANT COPY" in shown.out, "CUSTOMER COPY" in shown.out) == (True, True)
    assert shown.err == ""


@pytest.mark.parametrize(
    ("as_json", "shown"), [(True, '"kind":"approved"'), (False, "*** APPROVED ***")]
)
def test_a_sale_is_told_though_no_picture_of_it_can_be_written(
    config, capsys, tmp_path, as_json, shown
):
    (tmp_path / "file").write_text("")
    with pytest.raises(Error, match="files cannot be written"):
        print_outcome(on_paper(config, 40, str(tmp_path / "file")), OUTCOME, as_json)
    assert shown in capsys.readouterr().out


def test_what_is_pending_and_what_is_in_doubt_is_shown(config, capsys):
    show(config, rebuild([BEGUN, REVERSING]), as_json=False)
    assert "REVERSAL PENDING FOR STAN 000007" in capsys.readouterr().out
    show(config, rebuild([BEGUN, REVERSING, REFUSED]), as_json=False)
    assert "IN DOUBT: STAN 000007, refused with 12" in capsys.readouterr().out


def test_a_debt_is_never_silent(config, capsys):
    journal = open_journal(config)
    journal.commit([BEGUN, REVERSING])
    journal.close()
    exit_code(config, story(), as_json=False)
    assert "a reversal is pending; the next command sends it" in capsys.readouterr().err


def test_a_new_terminal_has_nothing_to_show(config, capsys):
    show(config, Book(), as_json=True)
    shown = json.loads(capsys.readouterr().out)
    assert (shown["stan"], shown["last"], shown["pending_reversal"]) == (0, None, None)
