"""A bank in a folder: the account goes on from order to order, and every answer is kept."""

from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from cardswitch.hosts.bank.account import Bank
from cardswitch.hosts.bank.config import BankConfig
from cardswitch.hosts.bank.offline import MEMORY, accounts_of, book_due, recall, take
from cardswitch.hosts.bank.order import Unreadable
from cardswitch.hosts.cli import host
from cardswitch.specs.ach import read_ach
from cardswitch.specs.errors import Error
from cardswitch.wire.operator import files
from tests.kit.histories import CLOSED_AT, MERCHANTS, OWN
from tests.kit.orders import order_of

ORDER = order_of({"SHOP": 1250})
OTHER = "FR1420041010050500013M02606"


def account_in(folder):
    [account] = msgspec.json.decode((folder / MEMORY).read_bytes(), type=Bank).accounts
    return account


def test_the_first_order_opens_the_account_and_the_next_goes_on(tmp_path):
    first = take(ORDER, tmp_path, CLOSED_AT)
    assert first.files == ("status-000001.xml", "statement-000001-EUR.xml")
    assert first.rejections == ()
    opened = account_in(tmp_path)
    assert (opened.iban, opened.balance) == (OWN.iban, Decimal("999987.50"))
    again = take(ORDER, tmp_path, CLOSED_AT)
    assert ([r.code for r in again.rejections], again.files) == (["DU01"], ("status-000002.xml",))
    assert account_in(tmp_path).balance == opened.balance
    assert len(list(tmp_path.iterdir())) == 4


def test_an_order_that_comes_too_late_is_rejected(tmp_path):
    late = take(ORDER, tmp_path, CLOSED_AT + 3 * 86_400)
    assert [rejection.code for rejection in late.rejections] == ["DT01"]


def test_what_is_no_order_leaves_nothing(tmp_path):
    with pytest.raises(Unreadable):
        take(b"<a/>", tmp_path / "bank", CLOSED_AT)
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_account_is_not_opened_anew(tmp_path):
    (tmp_path / MEMORY).write_text("{")
    with pytest.raises(Error, match="damaged: move it away"):
        take(ORDER, tmp_path, CLOSED_AT)
    assert (tmp_path / MEMORY).read_text() == "{"


def test_whom_it_has_paid(tmp_path):
    assert accounts_of(tmp_path) == []
    take(ORDER, tmp_path, CLOSED_AT)
    pays, paid = accounts_of(tmp_path)
    assert (pays.iban, pays.what, pays.amount) == (OWN.iban, "pays", Decimal("999987.50"))
    assert (paid.iban, paid.what, paid.amount) == (MERCHANTS[0].iban, "is paid", Decimal("12.50"))
    shown = CliRunner().invoke(host, ["accounts", "--into", str(tmp_path)]).output
    assert f"{MERCHANTS[0].iban}  12.50 EUR      is paid" in shown
    told = CliRunner().invoke(host, ["accounts", "--into", str(tmp_path), "--json"]).output
    assert [msgspec.json.decode(line)["what"] for line in told.splitlines()] == ["pays", "is paid"]


def test_answers_that_a_crash_left_without_a_name_get_it(tmp_path):
    take(ORDER, tmp_path, CLOSED_AT)
    whole = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    for path in tmp_path.glob("st*.xml"):
        path.rename(path.with_name(f"{path.name}.part"))
    assert accounts_of(tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == whole


def test_answers_of_before_the_memory_knew_are_none_of_another_order(tmp_path, monkeypatch):
    def crash(path, content, mode):
        (tmp_path / "status-000001.xml.part").write_bytes(b"half")
        (tmp_path / "statement-000001-EUR.xml.part").write_bytes(b"never booked")
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(files, "create_file", crash)
        patched.setattr(Path, "unlink", lambda path, **_: None)  # What is gone deletes nothing.
        with pytest.raises(KeyboardInterrupt):
            take(ORDER, tmp_path, CLOSED_AT)
    late = take(ORDER, tmp_path, CLOSED_AT + 3 * 86_400)
    assert late.files == ("status-000001.xml",)
    assert accounts_of(tmp_path)[0].amount == Decimal(1_000_000)
    assert sorted(path.name for path in tmp_path.iterdir()) == [MEMORY, "status-000001.xml"]


@pytest.mark.parametrize("refused", range(3))
def test_a_name_that_is_refused_costs_no_answer(tmp_path, monkeypatch, refused):
    given = []

    def rename(old, new):
        given.append(new)
        if len(given) > refused:
            raise OSError("refused")
        old.replace(new)

    with monkeypatch.context() as patched:
        patched.setattr(files, "rename_file", rename)
        with pytest.raises(Error, match="cannot be written"):
            take(ORDER, tmp_path, CLOSED_AT)
    again = [] if recall(tmp_path).orders else take(ORDER, tmp_path, CLOSED_AT).files
    assert len(again) == (0 if refused else 2)
    names = [MEMORY, "statement-000001-EUR.xml", "status-000001.xml"]
    assert sorted(path.name for path in tmp_path.iterdir()) == names


def numbered(number, iban):
    content = ORDER.replace(b"DEPOSIT-20261123", f"DEPOSIT-{number:08d}".encode())
    return content.replace(OWN.iban.encode(), iban.encode())


def test_each_account_that_is_booked_has_a_statement_of_its_own(tmp_path):
    later = BankConfig(at_once=False)
    for number, iban in enumerate((OWN.iban, OTHER)):
        take(numbered(number, iban), tmp_path, CLOSED_AT, later)
    names = book_due(tmp_path, CLOSED_AT + 86_400, later)
    assert names == ("statement-000003-EUR.xml", "statement-000003-EUR-2.xml")
    first, second = ((tmp_path / name).read_text() for name in names)
    assert (OWN.iban in first, OTHER in first) == (True, False)
    assert (OWN.iban in second, OTHER in second) == (False, True)


def test_each_account_has_a_file_of_its_own_of_what_comes_back(tmp_path):
    achkit = pytest.importorskip("achkit", reason="the oracle achkit is not installed")
    later = BankConfig(at_once=False)
    for company, letter in (("1234567890", "A"), ("9876543210", "B")):
        file = achkit.AchFile.create(
            origin_dfi="121042882", company_id=company, file_id_modifier=letter
        )
        batch = file.batch(
            sec="CCD",
            description="CARD SALES",
            effective_date="2026-11-24",
            company_name="ACQUIRING BANK",
        )
        batch.credit("SHOP ERRR02RTRN", "231380104", "744567899", 1250, id_number="A")
        take(file.render().encode(), tmp_path, CLOSED_AT, later)
    names = book_due(tmp_path, CLOSED_AT + 86_400, later)
    back = [name for name in names if name.endswith(".ach")]
    assert back == ["status-000003-returns-USD.ach", "status-000003-returns-USD-2.ach"]
    first, second = ((tmp_path / name).read_text() for name in back)
    assert ("1234567890" in first, "9876543210" in second) == (True, True)
    assert read_ach(first.encode()).name != read_ach(second.encode()).name


def test_the_command(tmp_path):
    order = tmp_path / "order.xml"
    order.write_bytes(ORDER.replace(b"2026-11-24", b"2026-11-20"))
    words = ["bank", str(order), "--into", str(tmp_path / "bank")]
    told = CliRunner().invoke(host, words)
    assert told.exit_code == 6
    assert told.output.startswith("rejected DEPOSIT-20261123-EUR: DT01, 2026-11-20 is past\n")
    told = CliRunner().invoke(host, [*words, "--json"])
    assert msgspec.json.decode(told.output)["rejected"][0]["code"] == "DU01"
