"""How keys travel: what is wrapped under a ZMK, what comes back, and what is refused."""

from collections.abc import Callable
from random import Random
from typing import Any

import msgspec
import pytest

from cardswitch.hsm_sim.custody.policy import CommandRefused, Policy
from cardswitch.hsm_sim.desk import HsmDesk
from cardswitch.hsm_sim.keys.blocks import BlockRing
from cardswitch.hsm_sim.keys.clear import ClearKey
from cardswitch.hsm_sim.keys.ring import KeyRing
from cardswitch.hsm_sim.keys.transport import Master, unwrap_under_master, wrap_under_master
from cardswitch.hsm_sim.keys.uses import CVK, TAK, ZMK, ZPK, KeyUse
from cardswitch.specs.security.block_lmk import TEST_BLOCK_LMK
from cardswitch.specs.security.lmk import wrap_key_under_key
from tests.kit.hsm import module as helpers
from tests.kit.hsm.module import key, key_ring, under_lmk

CLEAR = helpers.ZPK
MASTER = ClearKey("T", helpers.ZMK)
WEAK = bytes.fromhex("0101010101010101" + "0123456789ABCDEF")
REPEATED = bytes.fromhex("0123456789ABCDEF" * 2)
CLEAR_KEY = ClearKey("T", CLEAR)
AES_KEY = ClearKey("A", bytes(range(32)))


def block_ring(**policy: Any) -> BlockRing:
    return BlockRing(TEST_BLOCK_LMK, Policy(**policy), Random(2024).randbytes)


def attended(keys: KeyRing) -> HsmDesk:
    """A desk where two officers stand by: what they allow is for test_borders."""
    made = helpers.desk()
    made.state.attended = "anna, ben"
    return msgspec.structs.replace(made, keys=keys, policy=keys.policy)


def wrap(keys: KeyRing, zmk: ClearKey, scheme: str, use: KeyUse, clear: ClearKey) -> str:
    return wrap_under_master(attended(keys), Master(ZMK, zmk), scheme, use, clear, {})


def unwrap(keys: KeyRing, zmk: ClearKey, use: KeyUse, text: str) -> tuple[ClearKey, bool]:
    return unwrap_under_master(attended(keys), Master(ZMK, zmk), use, text, {})


def code_of(call: Callable[..., Any], *arguments: Any) -> str:
    """The error code that *call* ends with."""
    with pytest.raises(CommandRefused) as refused:
        call(*arguments)
    return refused.value.code


@pytest.mark.parametrize(("scheme", "length"), [("U", 16), ("X", 16), ("T", 24), ("Y", 24)])
def test_keys_travel_under_a_zone_key(scheme: str, length: int) -> None:
    mine, zmk, clear = key_ring(), ClearKey("T", key(50, 24)), ClearKey("T", key(51, length))
    text = wrap(mine, zmk, scheme, ZPK, clear)
    assert text[0] == scheme
    assert unwrap(mine, zmk, ZPK, text) == (clear, False)


def test_wrong_parity_is_corrected() -> None:
    even = bytes(byte ^ 1 for byte in CLEAR)
    text = wrap_key_under_key(MASTER.value, "X", even)
    assert unwrap(key_ring(), MASTER, ZPK, text) == (ClearKey("T", CLEAR), True)


@pytest.mark.parametrize(
    ("scheme", "clear", "error"),
    [("U", key(51, 24), "26"), ("Q", CLEAR, "26"), ("T", key(51, 24), "27")],
)
def test_what_is_not_sent(scheme: str, clear: bytes, error: str) -> None:
    assert code_of(wrap, key_ring(), MASTER, scheme, ZPK, ClearKey("T", clear)) == error


@pytest.mark.parametrize(
    ("clear", "scheme", "error"),
    [
        (bytes(16), "X", "11"),
        (WEAK, "X", "11"),
        (REPEATED, "X", "75"),
        (key(51, 8), "Z", "27"),
        (key(51, 24), "Y", "27"),
    ],
)
def test_what_is_not_received(clear: bytes, scheme: Any, error: str) -> None:
    text = wrap_key_under_key(MASTER.value, scheme, clear)
    assert code_of(unwrap, key_ring(), MASTER, ZPK, text) == error


def test_a_single_length_zone_key_has_no_variants() -> None:
    lax = key_ring(refuse_weaker_wrapping=False)
    single = ClearKey("T", key(1, 8))
    assert code_of(wrap, lax, single, "U", ZPK, ClearKey("T", CLEAR)) == "27"
    assert code_of(unwrap, lax, single, ZPK, under_lmk("001", CLEAR)) == "27"


def test_the_weaker_may_wrap_the_stronger_if_allowed() -> None:
    lax = key_ring(refuse_weaker_wrapping=False)
    clear = ClearKey("T", key(51, 24))
    assert unwrap(lax, MASTER, ZPK, wrap(lax, MASTER, "T", ZPK, clear)) == (
        clear,
        False,
    )


@pytest.mark.parametrize("master", [ClearKey("T", helpers.ZMK), AES_KEY])
def test_keys_travel_as_key_blocks(master: ClearKey) -> None:
    mine = block_ring()
    text = wrap(mine, master, "R", ZPK, CLEAR_KEY)
    assert text[:2] == ("RD" if master.algorithm == "A" else "RB")
    received, corrected = unwrap(mine, master, ZPK, text)
    assert (received.value, corrected) == (CLEAR_KEY.value, False)
    assert code_of(unwrap, mine, master, CVK, text) == "A6"


def test_what_must_not_leave_does_not() -> None:
    mine, master = block_ring(), ClearKey("T", helpers.ZMK)
    text = mine.close(TAK, "S", CLEAR_KEY, {"attributes": "M3T2C00N00"})
    assert code_of(wrap, mine, master, "R", TAK, mine.open_any(TAK, text)) == "AA"
    assert wrap(block_ring(obey_exportability=False), master, "R", TAK, mine.open_any(TAK, text))


def test_nothing_travels_under_what_is_weaker() -> None:
    master = ClearKey("T", helpers.ZMK)
    assert code_of(wrap, block_ring(), master, "R", ZPK, AES_KEY) == "27"
    assert code_of(wrap, block_ring(), ClearKey("A", bytes(16)), "R", ZPK, AES_KEY) == "27"
    assert wrap(block_ring(refuse_weaker_wrapping=False), master, "R", ZPK, AES_KEY)


def test_older_forms_can_be_forbidden() -> None:
    master = ClearKey("T", helpers.ZMK)
    assert wrap(block_ring(), master, "X", ZPK, CLEAR_KEY)[0] == "X"
    assert code_of(wrap, block_ring(key_blocks_only=True), master, "X", ZPK, CLEAR_KEY) == "26"
    assert code_of(wrap, block_ring(), AES_KEY, "X", ZPK, CLEAR_KEY) == "26"
