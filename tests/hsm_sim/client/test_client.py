"""The blocking client, against a module on a real port and against servers that misbehave."""

import ssl

import pytest

from cardswitch.hsm_sim.client.client import (
    IN_FLIGHT_MAX,
    HsmClient,
    HsmError,
    HsmLinkError,
    words_of,
)
from cardswitch.specs.errors import EncodeError
from cardswitch.specs.hsm import BUFFER_SIZE, HsmFormatError
from cardswitch.specs.hsm.commands.keys.any_type import generate_key
from cardswitch.specs.hsm.commands.module.status import diagnostics, echo, module_status
from cardswitch.specs.hsm.errors import ERRORS
from cardswitch.specs.hsm.names import ZPK
from cardswitch.wire.framing import FramingError
from tests.kit.hsm.served import answering, serving, unused_port


def framed(*texts):
    return b"".join(len(text).to_bytes(2, "big") + text for text in texts)


def test_it_asks_and_is_answered():
    with serving() as (port, _, _), HsmClient("127.0.0.1", port) as hsm:
        assert hsm.ask(diagnostics()).fields["firmware"]
        assert hsm.ask(generate_key(ZPK)).fields["kcv"]


def test_many_are_answered_in_their_order():
    texts = [f"TEXT {number}" for number in range(3 * IN_FLIGHT_MAX + 1)]
    with serving() as (port, _, _), HsmClient("127.0.0.1", port) as hsm:
        answers = hsm.ask_all([echo(text) for text in texts])
    assert [answer.fields["data"] for answer in answers] == texts
    assert [answer.header for answer in answers[:3]] == ["0000", "0001", "0002"]


def test_a_frame_fills_the_buffer_that_no_tells_of():
    with serving() as (port, _, _), HsmClient("127.0.0.1", port) as hsm:
        assert hsm.ask(module_status()).fields["buffer"] == "3"
        longest = echo("x" * (BUFFER_SIZE - len("0000B27FF6")))
        assert hsm.ask(longest).fields["data"] == longest.fields["data"]
        with pytest.raises(EncodeError):
            hsm.ask(echo("x" * BUFFER_SIZE))


@pytest.mark.parametrize("frame", [b"", b"00", b"0000", b"0000B", b"0000nc"])
def test_what_nothing_answers_ends_the_link_at_once(frame):
    with (
        serving() as (port, _, _),
        HsmClient("127.0.0.1", port) as hsm,
        pytest.raises((HsmLinkError, EncodeError)),
    ):
        hsm.exchange([frame])


def test_an_error_has_its_code_and_words():
    with serving() as (port, _, _), HsmClient("127.0.0.1", port) as hsm:
        with pytest.raises(HsmError) as caught:
            hsm.ask(generate_key("00F"))
        assert (caught.value.command, caught.value.code) == ("A0", "28")
        assert caught.value.words == ERRORS["28"]
        [answer] = hsm.ask_all([generate_key("00F")])
        assert answer.error == "28"
        assert hsm.ask(diagnostics()).ok  # The link stays open.


def test_words_of_an_error_depend_on_the_command():
    assert words_of("EC", "01") == "verification failed"
    assert words_of("A6", "01") == "key parity was corrected"
    assert words_of("EC", "zz") == "an error without a name"


def test_headers_begin_again_after_the_last():
    with serving() as (port, _, _), HsmClient("127.0.0.1", port) as hsm:
        hsm._number = 0xFFFF
        assert hsm.frame("NC") == b"FFFFNC"
        assert hsm.frame("NC") == b"0000NC"


def test_a_header_of_another_size():
    answer = framed(b"07ND00" + b"4F550070D645C657" + b"0000-SIM0")
    with answering(answer) as port, HsmClient("127.0.0.1", port, header_size=2) as hsm:
        hsm._number = 7
        assert hsm.ask(diagnostics()).fields["firmware"] == "0000-SIM0"


@pytest.mark.parametrize(
    ("chunks", "error"),
    [
        ([], HsmLinkError),
        ([framed(b"0000B3")], HsmFormatError),
        ([framed(b"0001B300HELLO")], HsmLinkError),
        ([framed(b"0000B300HELLO", b"0000B300HELLO")], HsmLinkError),
        ([b"\xff\xff\xff"], FramingError),
    ],
)
def test_what_is_no_answer_is_told(chunks, error):
    chunks = chunks or [b""]
    with answering(*chunks) as port, HsmClient("127.0.0.1", port) as hsm, pytest.raises(error):
        hsm.ask(echo("HELLO"))


def test_more_answers_than_questions_are_told_even_unread():
    two = framed(b"0000B300HELLO", b"0000B300HELLO")
    refused = pytest.raises(HsmLinkError, match="one answer")
    with answering(two) as port, HsmClient("127.0.0.1", port) as hsm, refused:
        hsm.exchange([hsm.frame("B20005HELLO")])


def test_an_answer_may_come_in_pieces():
    whole = framed(b"0000B300HELLO")
    with answering(whole[:1], ends=False) as port:
        client = HsmClient("127.0.0.1", port, timeout_s=0.05)
        with client, pytest.raises(TimeoutError):
            client.ask(echo("HELLO"))
        with pytest.raises(OSError, match="Bad file descriptor"):
            client.ask(echo("HELLO"))  # A late answer would be taken for another's.


def test_a_command_that_cannot_be_written_is_not_sent():
    with serving() as (port, machine, _), HsmClient("127.0.0.1", port) as hsm:
        with pytest.raises(EncodeError):
            hsm.ask(generate_key("ZPK"))
        assert not machine.module.counts


def test_nobody_there_is_an_error_of_the_system():
    with pytest.raises(ConnectionRefusedError):
        HsmClient("127.0.0.1", unused_port())


def test_a_peer_without_tls_is_refused():
    context = ssl.create_default_context()
    with answering(b"no TLS") as port, pytest.raises(OSError):
        HsmClient("127.0.0.1", port, tls=context)
