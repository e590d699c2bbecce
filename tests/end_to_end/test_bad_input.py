"""Bad input at real ports gets what is documented, echoes nothing, and the next one is served."""

import itertools
import time

import pytest

from cardswitch.specs.hsm import Command
from cardswitch.specs.message import Message
from cardswitch.terminal.core.messages import Order, TerminalIdentity, request_for
from cardswitch.terminal.customer.card import Card
from cardswitch.wire.channel import HsmClientChannel
from tests.kit.canaries import files_below, found
from tests.kit.peers import CLOSED, peer_at

# Luhn-valid and routed, but of no card: whoever shows it again has echoed or kept what was sent.
CANARY = "4929999999999991"
TRACK = f"{CANARY}=30121011234500000000"
CARD = Card(pan=CANARY, expiry="3012", cvv2="987")
NO_SUCH_CARD = "14"
TPDU = bytes.fromhex("6000010000")
HTTP = f"GET /?card={CANARY} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
TLS_HELLO = bytes.fromhex("16030100c8010000c40303") + CANARY.encode()
STANS = itertools.count(1)
# Where they begin in a message of the dialect `pos`: after MTI and bitmap, after field 3.
BITMAP, FIELD_3, FIELD_4 = 2, 10, 13


def sale(**changes):
    """A 0200 that is in order, with the canary's card; *changes* are by field, as `f4`."""
    order = Order(amount=1250, currency="EUR", card=CARD)
    message = request_for(TerminalIdentity("CANARY01", "SHOP0001"), order, None, time.time())
    fields = {**message.fields, 11: f"{next(STANS):06d}"}
    fields |= {int(name[1:]): value for name, value in changes.items()}
    return Message("0200", dict(sorted(fields.items())))


@pytest.fixture
def terminal(house):
    """A terminal's link to the switch."""
    listener = house.lab.switch.listeners["plain"]
    with peer_at(listener.port, listener.channel()) as peer:
        yield peer


@pytest.fixture
def hsm(house):
    """A link to the HSM."""
    with peer_at(house.lab.hsm.port, HsmClientChannel(), house.tls("switch")) as peer:
        yield peer


@pytest.fixture(autouse=True)
def _nothing_is_kept(house):
    """After every case: the next sale is served, and the canary is in no file."""
    yield
    code, outcome = house.sell("1 --card good --pin 1234 --check")
    assert (code, outcome["kind"]) == (0, "approved")
    secrets = {"card": CANARY, "track": TRACK, "rest of the track": TRACK.partition("=")[2]}
    assert not found(files_below(house.folder, house.said), secrets)


def assert_served(terminal):
    """The terminal's next request on the same link gets its own answer."""
    request = sale()
    answer = terminal.ask(request)
    assert is_decided(answer)
    assert answer[11] == request[11]


def is_decided(answer):
    """Whether it is the issuer's: it has no such card."""
    return (answer.mti, answer[39]) == ("0210", NO_SUCH_CARD) and 37 in answer.fields


# Framing is broken: nobody finds the next frame, so the link ends ---------------------------------

BROKEN = {
    "garbage": bytes([0xFF] * 40),
    "a frame of 65,535 bytes": b"\xff\xff" + CANARY.encode() * 10,
    "one byte too long": b"\x10\x01" + bytes(4097),
    "HTTP": HTTP,
    "TLS": TLS_HELLO,
    "no TPDU": b"\x00\x10" + CANARY.encode(),
}


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
def test_a_terminals_link_ends_when_framing_is_broken(terminal, data):
    terminal.say(data)
    assert terminal.hear() is CLOSED


@pytest.mark.parametrize("data", list(BROKEN.values())[:5], ids=list(BROKEN)[:5])
def test_a_link_to_the_hsm_ends_when_framing_is_broken(hsm, data):
    hsm.say(data)
    assert hsm.hear() is CLOSED


def test_a_frame_that_is_cut_off_is_forgotten(terminal):
    terminal.say_last(terminal.frame(terminal.channel.encode(sale()))[:-1])
    assert terminal.hear() is CLOSED


def test_a_frame_of_nothing_is_a_keep_alive(terminal, hsm):
    terminal.say(b"\0\0" * 3)
    assert_served(terminal)
    hsm.say(b"\0\0" * 3)
    assert hsm.ask(Command("0001", "NC")).ok


def test_a_frame_may_come_byte_by_byte(terminal):
    for byte in terminal.frame(terminal.channel.encode(sale())):
        terminal.say(bytes([byte]))
    assert is_decided(terminal.channel.decode(terminal.hear()))


# A request that can be correlated is answered 30 with the field named, and the link stays ---------


def payload(terminal, message=None):
    """*message*, or a good sale, as bytes without TPDU."""
    return bytearray(terminal.channel.encode(message or sale()))[len(TPDU) :]


def letters_in_amount(good):
    good[FIELD_4] = 0xAB
    return good


def sign_in_amount(good):
    good[FIELD_4 : FIELD_4 + 6] = b"-00100"
    return good


def third_bitmap(good):
    good[BITMAP] |= 0x80
    good[FIELD_3:FIELD_3] = bytes.fromhex("8000000000000000")
    return good


def trailing_bytes(good):
    return good + CANARY.encode()


def cut_short(good):
    return good[:-1]


NAMED = [
    (letters_in_amount, "4"),
    (sign_in_amount, "4"),
    (third_bitmap, "65"),
    (trailing_bytes, ""),
    (cut_short, "49"),
]


@pytest.mark.parametrize(("spoil", "field"), NAMED)
def test_what_can_be_correlated_is_answered_30(terminal, spoil, field):
    request = sale()
    terminal.say(terminal.frame(TPDU + bytes(spoil(payload(terminal, request)))))
    frame = terminal.hear()
    answer = terminal.channel.decode(frame)
    assert (answer.mti, answer[39], answer.get(44)) == ("0210", "30", field)
    assert answer.get(11, request[11]) == request[11]
    assert answer.fields.keys() <= {3, 4, 7, 11, 12, 13, 37, 39, 41, 42, 44}
    assert_served(terminal)


@pytest.mark.parametrize("missing", [3, 4, 7, 41, 42, 49])
def test_a_request_without_a_field_is_answered_30(terminal, missing):
    answer = terminal.ask(sale().without(missing))
    assert (answer[39], answer[44]) == ("30", str(missing))
    assert_served(terminal)


# A message that nothing can be made of is dropped; the third one ends the link --------------------


def no_mti(good):
    good[:2] = bytes.fromhex("ABCD")
    return good


def mti_of_another_version(good):
    good[:2] = bytes.fromhex("9200")
    return good


def mti_of_zeros(good):
    good[:2] = bytes(2)
    return good


def a_response(good):
    good[:2] = bytes.fromhex("0210")
    return good


def no_fields(good):
    return good[:2] + bytes(8)


def no_bitmap(good):
    return good[:5]


def mti_alone(good):
    return good[:2]


UNREADABLE = [no_mti, mti_of_another_version, mti_of_zeros, no_fields, no_bitmap, mti_alone]


@pytest.mark.parametrize("spoil", [*UNREADABLE, a_response])
def test_what_cannot_be_correlated_is_dropped(terminal, spoil):
    terminal.say(terminal.frame(TPDU + bytes(spoil(payload(terminal)))))
    assert_served(terminal)


def test_a_sale_without_a_trace_number_is_dropped(terminal):
    terminal.say(terminal.frame(TPDU + bytes(payload(terminal, sale().without(11)))))
    assert_served(terminal)


def test_the_third_unreadable_message_ends_the_link(terminal):
    bad = terminal.frame(TPDU + bytes(no_mti(payload(terminal))))
    terminal.say(bad * 3)
    assert terminal.hear() is CLOSED


# The HSM ------------------------------------------------------------------------------------------

KEY = "U" + "0123456789ABCDEF" * 2
# What comes after the header, and answer and error code; nothing where no answer is possible.
COMMANDS = {
    "odd number of hex digits": (f"BU021{KEY[:-1]}", "BV15"),
    "lower-case hex": (f"BU021{KEY.lower()}", "BV15"),
    "unknown key scheme": (f"BU021Z{KEY[1:]}", "BV26"),
    "unknown command": (f"ZZ{CANARY}", "Z068"),
    "more than the command has": (f"NC{CANARY}", "ND15"),
    "no such LMK": (f"BU021{KEY}%02", "BV13"),
    "LMK of another kind": (f"BU021{KEY}%01", "BV26"),
    "a key of another type": (f"BU021{KEY}", "BV10"),
}


@pytest.mark.parametrize(("line", "expected"), COMMANDS.values(), ids=COMMANDS)
def test_a_command_that_is_wrong_gets_its_error_code(hsm, line, expected):
    hsm.say(hsm.frame(f"HEAD{line}".encode()))
    assert hsm.hear() == f"HEAD{expected}".encode()
    assert hsm.ask(Command("NEXT", "NC")).error == "00"


@pytest.mark.parametrize("frame", [b"1", b"HEA", b"HEAD", b"HEADN"])
def test_a_command_without_a_code_ends_the_link(hsm, frame):
    hsm.say(hsm.frame(frame))
    assert hsm.hear() is CLOSED
