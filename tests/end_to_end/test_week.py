"""Days of three shops by the commands of operators alone: closed, ordered, answered, matched.

Easter 2026: the clocks change, banks rest, a new cut-off comes in the middle, a payout comes back
and is paid again. Terminals are played, since their clocks cannot be set; all else people type.
"""

import json
import re
import sqlite3
from contextlib import closing
from unittest import mock

import pytest
from click.testing import CliRunner
from lxml import etree

from cardswitch.hosts.cli import host
from cardswitch.specs.dates import CutOff
from cardswitch.switch.cli.settle import settle
from tests.kit.week import BERLIN, EUR, NEXT_MORNING_S, USD, Days
from tests.switch.conftest import SettlementLab

CAMT = {"c": "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"}
LAB = """
[switch]
listeners = {}
upstreams = {}
routes = []
hsm = { port = 1 }
cut_off = { time = "23:00", zone = "Europe/Berlin" }

[settlement]
answers = "bank"

[settlement.acquirer]
name = "Acquiring Bank"
iban = "DE89370400440532013000"
bic = "COBADEFFXXX"
accounts.USD = { iban = "DE89370400440532013000", bic = "COBADEFFXXX" }

[[settlement.fees]]
version = "blended-1"
merchants = ["SHOP"]
rates = [{ fee = { percent = "1.49" } }]

[[merchants]]
id = "SHOP"
name = "Corner Shop"
city = "London"
country = "GB"
country_code = "826"
mcc = "5411"
iban = "GB82WEST12345698765432"
bic = "WESTGB22"

[[merchants]]
id = "CAFE"
name = "Cafe"
city = "Paris"
country = "FR"
country_code = "250"
mcc = "5812"
iban = "FR1420041010050500013M02606"
account_holder = "Cafe ERRAC04RTRN"

[[merchants]]
id = "HOTEL"
name = "Hotel"
city = "Berlin"
country = "DE"
country_code = "276"
mcc = "7011"
iban = "DE02120300000000202051"
bic = "BYLADEM1001"
currencies = ["978", "840"]
"""
IBANS = {
    "SHOP": "GB82WEST12345698765432",
    "CAFE": "FR7630006000011234567890189",
    "HOTEL": "DE02120300000000202051",
}
# By an own query: no function of ours, and no column that settlement reads of money but the amount.
APPROVED = """
SELECT merchant, currency, sum(CASE
    WHEN state = 'approved' AND kind = 'sale' THEN amount
    WHEN state = 'approved' AND kind = 'refund' THEN -amount
    WHEN state = 'reversing' AND kind = 'sale' THEN stays - amount
    ELSE 0 END)
FROM journal WHERE serves = 'merchants' GROUP BY merchant, currency
"""
DAYS, REST = 10, 3  # on the last ones nothing is sold, and what was ordered arrives
PLACES = [("SHOP", EUR), ("CAFE", EUR), ("HOTEL", EUR), ("HOTEL", USD)]


class Operator:
    """Types commands in a lab, at an hour that the test says."""

    def __init__(self, folder):
        self.lab = SettlementLab(folder)
        self.lab.history = Days(BERLIN, "2026-03-28")
        self.config = ""
        self.write(LAB)
        self.now = 0.0
        self.handed_in = set()
        self.matched = []

    def write(self, config):
        """The configuration is another one from now on."""
        self.config = config
        self.lab.path.write_text(config, "utf-8")

    def settle(self, *words, code=0):
        obj = {"record": lambda _config, booked, acquirer: self.lab.record(booked)}
        return self._run(settle, [*words, "--config", str(self.lab.path)], code, obj)

    def told(self, *words, code=0):
        """What it says as JSON, line by line."""
        return [json.loads(line) for line in self.settle(*words, "--json", code=code).splitlines()]

    def host(self, *words, code=0):
        return self._run(host, words, code)

    def _run(self, group, words, code, obj=None):
        with mock.patch("time.time", return_value=self.now):
            result = CliRunner().invoke(group, [str(word) for word in words], obj=obj)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code in ((code,) if isinstance(code, int) else code), result.output
        return result.stdout

    def end_day(self):
        """The day ends and is closed, the bank has its orders, and what it answers is matched."""
        self.lab.history.cut_over()
        self.lab.commit()
        self.now = self.lab.history.ends[-1].ends_at + 300
        self.settle("close")
        for path in sorted(self.lab.deposits.glob("*.xml")):
            if path.name not in self.handed_in:
                self.host("bank", path, "--into", self.lab.folder / "bank")
                self.handed_in.add(path.name)
        self.now += NEXT_MORNING_S
        for file in self.told("match", code=(0, 6)):
            self.matched += file["matched"]


def sell(history, number):
    for merchant, currency in PLACES:
        history.sale(1_000 + 137 * number, merchant=merchant, currency=currency)
    history.sale(250 + number, merchant="SHOP", kind="refund")
    history.reverse(history.sale(4_000, merchant="CAFE"), stays=1_500)
    history.sale(77, ending="declined")


@pytest.fixture(scope="module")
def week(tmp_path_factory):
    """The days, played once."""
    operator = Operator(tmp_path_factory.mktemp("week"))
    history = operator.lab.history
    for number in range(DAYS + REST):
        if number < DAYS:
            sell(history, number)
        if number == 3:  # The next day ends at six.
            history.cut_off = CutOff("18:00", "Europe/Berlin")
            operator.write(operator.config.replace('"23:00"', '"18:00"'))
        if number == 4:
            shown = operator.settle("payout", "list")
            assert "returned" in shown
            config = operator.config.replace('account_holder = "Cafe ERRAC04RTRN"\n', "")
            operator.write(config.replace("FR1420041010050500013M02606", IBANS["CAFE"]))
        operator.end_day()
    yield operator
    operator.lab.store.close()


def test_the_calendar_has_a_short_day_of_the_clock_and_one_of_the_new_cut_off(week):
    past = [
        each for each in week.told("calendar", "--past", DAYS + REST) if each["state"] == "closed"
    ]
    hours = [round((each["ends_at"] - each["starts_at"]) / 3_600) for each in past]
    assert hours[:6] == [24, 23, 24, 24, 19, 24]
    assert [each["length"] for each in past[:5]] == ["", "short", "", "", "short"]


def test_banks_rest_on_their_holidays(week):
    days = {each["execution"] for each in week.told("payout", "list", "--all")}
    assert {"2026-04-02", "2026-04-07"} <= days
    in_euro = {
        each["execution"]
        for each in week.told("payout", "list", "--all")
        if each["currency"] == EUR
    }
    assert not {f"2026-04-0{day}" for day in (3, 4, 5, 6)} & in_euro


def test_what_was_approved_was_credited_to_the_cent(week):
    with closing(sqlite3.connect(week.lab.folder / "switch.db")) as journal:
        approved = {(who, code): total for who, code, total in journal.execute(APPROVED) if who}
    letters = {EUR: "EUR", USD: "USD"}
    wanted = {(IBANS[who], letters[code]): total for (who, code), total in approved.items()}
    lines = week.host("accounts", "--into", week.lab.folder / "bank", "--json").splitlines()
    credited = {
        (each["iban"], each["currency"]): round(float(each["amount"]) * 100)
        for each in map(json.loads, lines)
        if each["what"] == "is paid" and float(each["amount"])
    }
    assert credited == wanted
    assert len(wanted) == len(PLACES)


def test_the_statements_are_matched_to_the_last_line(week):
    statements = sorted((week.lab.folder / "bank").glob("statement*.xml"))
    parts = [p for path in statements for p in etree.parse(path).iterfind(".//c:TxDtls", CAMT)]
    outcomes = [each["outcome"] for each in week.matched]
    assert len(outcomes) == len(parts) > 30
    assert {*outcomes} == {"booked", "returned"}
    states = {each["state"] for each in week.told("payout", "list", "--all")}
    assert states == {"booked", "paid again"}
    assert week.settle("suspense", "list") == ""


def test_the_ledger_agrees_with_the_bank_and_fees_are_invoiced(week):
    held = {(each["account"], each["currency"]): each["amount"] for each in week.told("accounts")}
    assert held.get(("merchant_payable:CAFE", EUR), 0) == 0
    assert held["acquirer_cash", EUR] == -held["scheme_settlement", EUR]
    invoiced = sum(each["amount"] for each in week.told("fees", "list") if each["is_invoiced"])
    assert held["fee_receivable:SHOP", EUR] == -held["mdr_income", EUR] == invoiced > 0


KINDS = {
    "deposit-.csv", "deposit--sheet.csv", "deposit-.xml", ".csv", "invoice..csv", "reports-.sha256",
    "taken",
}  # fmt: skip


def kind_of(path):
    """Its name without day and merchant; of a file of the bank, the folder."""
    names = r"[0-9]{4}-[0-9]{2}-[0-9]{2}|SHOP|CAFE|HOTEL"
    return "taken" if path.parent.name == "taken" else re.sub(names, "", path.name)


def altered(content):
    """The file with the last digit of its first amount changed; of one without, its first digit."""
    found = re.search(rb"[0-9]+\.[0-9]([0-9])(?=[<,])", content) or re.search(rb"([0-9])", content)
    digit = b"%d" % ((int(found[1]) + 1) % 10)
    return content[: found.start(1)] + digit + content[found.end(1) :]


def test_one_cent_changed_in_each_kind_of_file_is_named_by_verify(week):
    assert "they agree with themselves" in week.settle("verify")
    found = sorted((path for path in week.lab.deposits.rglob("*") if path.is_file()), reverse=True)
    files = {kind_of(path): path for path in found}  # of the first day, on which much was sold
    assert {*files} == KINDS
    for kind, path in files.items():
        before = path.read_bytes()
        path.write_bytes(altered(before))
        finding, *others = week.settle("verify", code=6).splitlines()
        path.write_bytes(before)
        whose = "the bank sent" if kind == "taken" else "the books hold: "
        assert finding.startswith(f"{path} is not what {whose}")
        assert others == []


def test_books_that_are_lost_are_made_anew(week):
    before = week.told("accounts")
    for path in week.lab.folder.glob("books.db*"):
        path.rename(path.with_name(f"lost-{path.name}"))
    assert len(week.settle("rebuild").splitlines()) == DAYS + REST
    assert week.told("accounts") == before
    assert "they agree with themselves" in week.settle("verify")
