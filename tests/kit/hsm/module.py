"""A module at hand, with keys that never change, so that every test says only what it is about."""

from collections.abc import Callable
from random import Random
from typing import Any

from cardswitch.hsm_sim.custody.policy import Policy
from cardswitch.hsm_sim.custody.state import ModuleState
from cardswitch.hsm_sim.desk import HsmDesk
from cardswitch.hsm_sim.keys.uses import USES
from cardswitch.hsm_sim.keys.variants import VariantRing
from cardswitch.hsm_sim.module import HsmModule
from cardswitch.specs.hsm import (
    Answer,
    Command,
    pack_answer,
    pack_command,
    unpack_answer,
    unpack_command,
)
from cardswitch.specs.security.keys import adjust_parity
from cardswitch.specs.security.lmk import TEST_LMK, wrap_key
from cardswitch.specs.security.pinblocks import encode_pinblock
from cardswitch.specs.security.rsa import generate_key_rsa
from cardswitch.specs.security.tdes import encrypt_tdes_ecb

PAN = "9999990000000011"
PAN12 = "999000000001"
FILL = bytes.fromhex("AABBCCDDEE")


def key(seed: int, length: int = 16) -> bytes:
    """A clear key of odd parity."""
    return adjust_parity(Random(seed).randbytes(length))


ZMK, TPK, ZPK, ZPK2, PVK, CVK, TAK = map(key, range(1, 8))


# Types under a variant LMK, each once: some uses share one.
KEY_TYPES = frozenset(use.key_type for use in USES)


def under_lmk(key_type: str, clear: bytes, scheme: Any = "U") -> str:
    """*clear* as the module would give it out."""
    return wrap_key(TEST_LMK, key_type, scheme, clear)


def module(**policy: Any) -> HsmModule:
    """A module whose random bytes are always the same, and whose printer keeps nothing."""
    return HsmModule(Random(2024).randbytes, Policy(**policy), print_text=lambda text: None)


def allowed(**policy: Any) -> HsmModule:
    """Such a module, in which officers let hosts bring every key across every border."""
    asked = module(**policy)
    asked.state.authority.until.update({"import": 1e9, "export": 1e9})
    return asked


def key_ring(**policy: Any) -> VariantRing:
    """The keys of such a module."""
    return VariantRing(TEST_LMK, Policy(**policy), Random(2024).randbytes)


def desk(**policy: Any) -> HsmDesk:
    """What a handler of such a module works with; it performs no further command."""
    rules, random_bytes, state = Policy(**policy), Random(2024).randbytes, ModuleState()
    keys = VariantRing(TEST_LMK, rules, random_bytes, state.storage)
    return HsmDesk(
        keys=keys,
        policy=rules,
        state=state,
        random_bytes=random_bytes,
        make_rsa=lambda bits, exponent: generate_key_rsa(bits, exponent, random_bytes),
        perform=_not_performed,
        print_text=lambda text: None,
    )


def _not_performed(frame: bytes) -> Answer:
    raise AssertionError("a handler alone performs no further command")


def attended(asked: HsmModule) -> Callable[[Command], Answer]:
    """What asks *asked* at its console, where two officers stand by."""
    return lambda command: asked.answer_at_console(command, 0.0, "anna, ben")


def ask(asked: HsmModule, command: Command) -> Answer:
    """The answer of *asked* after both have been bytes."""
    received = unpack_command(pack_command(command.with_header("0001")))
    answer = unpack_answer(pack_answer(asked.answer(received)))
    assert answer.header == "0001"
    return answer


def pin_block(clear_key: bytes, pin: str, code: str = "01", pan12: str = PAN12) -> str:
    """*pin* in a block of format *code*, encrypted."""
    return encrypt_tdes_ecb(clear_key, encode_pinblock(code, pin, pan12, FILL)).hex().upper()


def any_block(clear_key: bytes, clear: str) -> str:
    """The 16 hex digits *clear*, encrypted: for blocks that hold no PIN."""
    return encrypt_tdes_ecb(clear_key, bytes.fromhex(clear)).hex().upper()
