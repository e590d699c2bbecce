"""A question and its answer have one key, and no other question has it while it is alive."""

import pytest

from cardswitch.specs.hsm import Answer, Command
from cardswitch.specs.message import Message
from cardswitch.wire.machine import matching
from cardswitch.wire.machine.matching import (
    HSM_HEADER_MAX,
    LATE_S,
    STAN_MAX,
    WAITERS_MAX,
    AliveKeys,
    HsmExchange,
    IsoExchange,
    join,
)
from cardswitch.wire.ports import LinkId

LINK, OTHER = LinkId("issuer"), LinkId("acquirer")
SALE = Message("0200", {4: "000000000100", 11: "000007", 41: "TERM0001"})
ISO = IsoExchange()


@pytest.mark.parametrize(
    "answer", [SALE.reply("00"), Message("0210", {11: "000007", 41: "TERM0001", 39: "91"})]
)
def test_an_answer_has_the_key_of_its_question(answer):
    assert ISO.key(LINK, answer) == ISO.key(LINK, SALE)


def test_a_repeat_has_the_key_of_its_first_send():
    assert ISO.key(LINK, Message("0201", SALE.fields)) == ISO.key(LINK, SALE)


@pytest.mark.parametrize(
    ("link", "message"),
    [
        (OTHER, SALE),
        (LINK, Message("0400", SALE.fields)),
        (LINK, SALE.with_fields({11: "000008"})),
        (LINK, SALE.with_fields({41: "TERM0002"})),
        (LINK, SALE.without(41)),
    ],
)
def test_anything_else_has_another_key(link, message):
    assert ISO.key(link, message) != ISO.key(LINK, SALE)


def test_the_fields_of_the_key_are_configured():
    exchange = IsoExchange((11, 37))
    assert exchange.key(LINK, SALE.with_fields({41: "X"})) == exchange.key(LINK, SALE)
    assert exchange.key(LINK, SALE.with_fields({37: "1"})) != exchange.key(LINK, SALE)


@pytest.mark.parametrize(
    ("message", "asks"),
    [
        (SALE, True),
        (Message("0420"), True),
        (Message("0801"), True),
        (SALE.reply("00"), False),
        (Message("0430"), False),
        (Command("0001", "NC"), False),
        ("text", False),
    ],
)
def test_iso_questions(message, asks):
    assert ISO.is_question(message) is asks


def test_a_trace_number_is_six_digits():
    assert ISO.number_max == STAN_MAX
    assert ISO.stamp(SALE, 1)[11] == "000001"
    assert ISO.stamp(SALE, STAN_MAX)[11] == "999999"


def test_hsm_answers_match_by_header():
    exchange = HsmExchange()
    command = exchange.stamp(Command("", "NC"), HSM_HEADER_MAX)
    assert command.header == "FFFF"
    assert exchange.stamp(command, 1).header == "0001"
    assert exchange.key(LINK, Answer("FFFF", "ND", "00")) == exchange.key(LINK, command)
    assert exchange.key(LINK, Answer("FFFE", "ND", "00")) != exchange.key(LINK, command)
    assert exchange.is_question(command)
    assert not exchange.is_question(Answer("FFFF", "ND", "00"))


def test_a_key_is_alive_until_its_answer_can_no_longer_come():
    alive = AliveKeys()
    alive.add("a", 0.0)
    alive.add("b", LATE_S - 1)
    assert "a" in alive
    alive.add("c", LATE_S)
    assert "a" not in alive
    assert "b" in alive


def test_a_key_is_forgotten_once():
    alive = AliveKeys()
    alive.add("a", 0.0)
    assert alive.discard("a")
    assert not alive.discard("a")
    assert "a" not in alive


def test_a_key_that_died_and_lived_again_lives_its_whole_time():
    alive = AliveKeys()
    alive.add("a", 0.0)
    alive.discard("a")
    alive.add("a", 100.0)
    alive.add("b", LATE_S)  # The first life of "a" would be over.
    assert "a" in alive


def test_keys_are_bounded(monkeypatch):
    monkeypatch.setattr(matching, "SPENT_MAX", 3)
    alive = AliveKeys()
    for key in range(5):
        alive.add(key, 0.0)
    assert [key for key in range(5) if key in alive] == [2, 3, 4]


@pytest.mark.parametrize(
    ("size", "number", "header"), [(1, 15, "F"), (4, 65_535, "FFFF"), (6, 255, "0000FF")]
)
def test_a_command_has_a_header_of_the_size_of_its_module(size, number, header):
    exchange = HsmExchange(size)
    assert number <= exchange.number_max
    assert exchange.stamp(Command("", "NC"), number).header == header
    assert HsmExchange(255).stamp(Command("", "NC"), 1).header == "1".rjust(255, "0")


def test_waiters_are_one_a_link_and_bounded():
    waiters = {LinkId("pos/0"): SALE}
    for n in (1, 2, 3, 0, 4):
        join(waiters, LinkId(f"pos/{n}"), SALE)
    assert list(waiters) == ["pos/2", "pos/3", "pos/0", "pos/4"]
    assert len(waiters) == WAITERS_MAX
