"""Our terminal at a host that is none of ours: thirty lines of Python there, ten of TOML here."""

import json
import socketserver
import struct
import threading

import iso8583
import pytest
from click.testing import CliRunner
from iso8583.specs import default_ascii as SPEC

from cardswitch.lab.cli.main import cli
from cardswitch.specs.errors import ConfigError

CARD = ("--card", "4012345678909", "--expiry", "3012")
CONFIG = """\
[terminal]
port = {port}
id = "TILL0001"
merchant = "SHOP4711"
dialect = "iso87-ascii"
framing = "binary2"
header = "none"
"""
ECHOED = ("3", "4", "7", "11", "41", "42", "49", "70")
DUKPT = """\
[terminal.dukpt]
scheme = "tdes"
initial_key = "6AC292FAA1315B4D858AB3A3D7D5933A"
ksn = "FFFF9876543210E00000"
"""


class Host(socketserver.StreamRequestHandler):
    """Answers each message in two bytes of length: 00, or 51 where the amount ends in 51."""

    def handle(self):
        while head := self.rfile.read(2):
            asked, _ = iso8583.decode(self.rfile.read(struct.unpack(">H", head)[0]), SPEC)
            self.server.asked.append(asked)
            answer = {n: asked[n] for n in asked if n in ECHOED}
            answer["t"] = f"{asked['t'][:2]}{int(asked['t'][2]) + 1}0"
            answer["39"] = "51" if asked.get("4", "").endswith("51") else "00"
            if asked.get("25") == "51":
                answer["39"] = "85"
            if asked.get("3", "").startswith("31"):
                answer["54"] = "1002978C000000500000"
            if asked["t"][1] == "5":
                answer["66"] = "1"
            if answer["39"] == "00" and asked["t"][1] in "12":
                answer |= {"37": "633300000001", "38": "A1B2C3"}
            raw, _ = iso8583.encode(answer, SPEC)
            self.wfile.write(struct.pack(">H", len(raw)) + bytes(raw))


@pytest.fixture
def host():
    """The host; `asked` is what it was asked, and `port` where it is."""
    with socketserver.TCPServer(("127.0.0.1", 0), Host) as server:
        server.asked, server.port = [], server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def till(tmp_path, host):
    """Run one command of a terminal whose configuration is all that there is."""
    config = tmp_path / "till.toml"
    config.write_text(CONFIG.format(port=host.port))

    def run(*words, given=None, more=""):
        config.write_text(CONFIG.format(port=host.port) + more)
        words = ["terminal", *words, "--config", str(config)]
        result = CliRunner().invoke(cli, words, input=given)
        if isinstance(result.exception, ConfigError):  # What `cardswitch` shows, with exit code 2.
            return 2, result.stdout, str(result.exception)
        return result.exit_code, result.stdout, result.stderr

    return run


def test_it_sells_and_the_host_reads_what_it_says(till, host):
    code, said, _ = till("sale", "12.50", *CARD, "--entry", "manual", "--json")
    assert (code, json.loads(said)["kind"]) == (0, "approved")
    [asked] = host.asked
    assert (asked["t"], asked["2"], asked["4"]) == ("0200", "4012345678909", "000000001250")
    assert (asked["41"], asked["42"].rstrip(), asked["22"]) == ("TILL0001", "SHOP4711", "012")


def test_all_that_a_terminal_does_goes_there(till, host):
    assert till("sale", "10.51", *CARD, "--check")[0] == 3
    assert "REVERSED" in (till("sale", "9", *CARD), till("reverse"))[1][1]
    till("preauth", "80", *CARD)
    assert "APPROVED" in till("complete", "60")[1]
    assert till("echo") == (0, "TILL0001: the switch is there\n", "")
    assert [one["t"] for one in host.asked] == ["0200", "0200", "0420", "0100", "0220", "0800"]


def test_each_class_goes_there(till, host):
    pin = {"given": "1234\n", "more": DUKPT}
    sale = till("sale", "12.50", *CARD, "--json")
    stan = json.loads(sale[1])["stan"]
    done = {
        "sign-on": till("sign-on"),
        "sale": sale,
        "refund": till("refund", "2.50", "--stan", stan, "--check"),
        "refund of no sale": till("refund", "1", *CARD, "--check"),
        "tip": till("tip", "1", "--stan", stan, "--check"),
        "sale in error": till("sale", "9", *CARD),
        "void": till("void"),
        "preauth": till("preauth", "80", *CARD),
        "increment": till("increment", "5", "--check"),
        "complete": till("complete", "60", "--check"),
        "balance": till("balance", *CARD, "--pin", "-", "--check", **pin),
        "verify": till("verify", *CARD, "--entry", "manual", "--check", more=DUKPT),
        "cash": till("cash", "50", *CARD, "--pin", "-", "--check", **pin),
        "cashback": till("cashback", "30", "--cash", "20", *CARD, "--pin", "-", "--check", **pin),
        "offline": till("offline", "7", *CARD, more=DUKPT),
        "stop-list": till("stop-list", "add", *CARD, "--check", more=DUKPT),
        "report": till("report", "left here", *CARD, "--check", more=DUKPT),
        "echo": till("echo", more=DUKPT),
        "settle": till("settle", more=DUKPT),
        "sign-off": till("sign-off", more=DUKPT),
    }
    assert {name: told for name, told in done.items() if told[0]} == {}
    seen = [(one["t"], one.get("3", "")[:2]) for one in host.asked]
    assert seen == [
        ("0200", "00"), ("0800", ""), ("0200", "20"), ("0200", "20"), ("0220", "02"),
        ("0200", "00"), ("0420", "00"), ("0100", "00"), ("0100", "00"), ("0220", "00"),
        ("0100", "31"), ("0100", "00"), ("0200", "01"), ("0200", "09"), ("0220", "00"),
        ("0302", ""), ("0600", ""), ("0800", ""), ("0500", ""), ("0800", ""),
    ]  # fmt: skip
    assert "5000.00" in done["balance"][1]
    assert "in balance" in done["settle"][1]


def test_each_pin_has_a_key_of_its_own_and_none_comes_twice(till, host):
    for _ in range(2):
        assert till("sale", "5", *CARD, "--pin", "-", given="1234\n", more=DUKPT)[0] == 0
    seen = [(one["52"], one["62"]) for one in host.asked]
    # ANSI X9.24-1:2009, A.4.1.
    assert seen == [
        ("1B9C1845EB993A7A", "FFFF9876543210E00001"),
        ("10A01C8D02C69107", "FFFF9876543210E00002"),
    ]


def test_where_the_dialect_has_no_room_for_the_block_nothing_is_sent(till, host):
    aes = DUKPT.replace("tdes", "aes").replace("FFFF9876543210E00000", "123456789012345600000000")
    code, _, told = till("sale", "5", *CARD, "--pin", "-", given="1234\n", more=aes)
    assert (code, host.asked) == (2, [])
    assert "terminal.dukpt: field 52: expected b 8" in told


def test_without_a_key_there_is_no_pin(till, host):
    code, _, told = till("sale", "5", *CARD, "--pin", "-", given="1234\n")
    assert (code, host.asked) == (2, [])
    assert "set tpk or dukpt, or give no PIN" in told


def test_another_address_may_be_said_and_beyond_this_machine_plain_is_asked_for(till, host):
    assert till("echo", "--to", f"localhost:{host.port}")[0] == 0
    code, _, told = till("echo", "--to", "192.0.2.7:8583")
    assert (code, "tls_ca: missing: 192.0.2.7 is beyond this machine" in told) == (2, True)
    assert till("echo", "--to", "nowhere")[0] == 2


def test_what_is_plain_beyond_this_machine_carries_test_cards_alone(till, monkeypatch):
    monkeypatch.setattr("cardswitch.terminal.session.Session.connected", _at_once)
    code, _, told = till("sale", "5", *CARD, "--to", "192.0.2.7:8583", "--remote")
    assert (code, "this card is no test card" in told) == (2, True)


async def _at_once(_):
    """The host is there, for all that the terminal knows."""
