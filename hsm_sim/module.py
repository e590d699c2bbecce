"""HsmModule: takes a command, finds who performs it, and answers; whatever happens, it answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Final

from specs.errors import ConfigError, CryptoError
from specs.hsm import Answer, Command, HsmFormatError, answer_code
from specs.hsm.errors import (
    COMMAND_DISABLED,
    INPUT_REFUSED,
    LMK_UNKNOWN,
    MISMATCH,
    NO_ERROR,
    TOO_MANY_PIN_FAILURES,
)
from specs.security.block_lmk import TEST_BLOCK_LMK, BlockLmk
from specs.security.lmk import TEST_LMK, LmkSet

from .commands import HANDLERS, PIN_VERIFIERS
from .key_blocks import BlockRing
from .keys import KeyRing, VariantRing
from .policy import Policy, Refused
from .state import ModuleState

Lmk = LmkSet | BlockLmk
LMK_ID: Final = "00"  # The LMK of a command that names none.
# By id, as commands name them: %00 has variants, %01 key blocks.
TEST_LMKS: Final[Mapping[str, Lmk]] = {LMK_ID: TEST_LMK, "01": TEST_BLOCK_LMK}


class HsmModule:
    """A payment HSM without its wires. Commands do not depend on each other but for two counts.

    *counts* has one entry for each answer code and error seen, ``"CB 00"``, and "unanswerable".
    """

    def __init__(
        self,
        random_bytes: Callable[[int], bytes],
        policy: Policy | None = None,
        lmks: Mapping[str, Lmk] = TEST_LMKS,
        *,
        allow_live_lmk: bool = False,
    ) -> None:
        """*random_bytes* must be a good source: keys and PIN block fill come from it.

        Raises ConfigError for an LMK that is not marked as test, unless *allow_live_lmk*.
        """
        if not (allow_live_lmk or all(lmk.is_test for lmk in lmks.values())):
            raise ConfigError(
                "the LMK is not marked as test, and a simulator protects no live keys; "
                "use the test LMK, or allow a live one explicitly"
            )
        self.counts: Counter[str] = Counter()
        self.pin_failures = 0
        self._policy = policy or Policy()
        self.state = ModuleState()
        self._rings = {
            lmk_id: _ring(lmk, self._policy, random_bytes, self.state)
            for lmk_id, lmk in lmks.items()
        }

    def answer(self, command: Command, now: float = 0.0) -> Answer:
        """Perform *command*, whose fields have the forms of its layout; a refusal is an answer.

        *now* is the time of the machine's clock, in seconds.
        """
        self.state.now = now
        error, fields = self._perform(command)
        if error == MISMATCH and command.code in PIN_VERIFIERS:
            self.pin_failures += 1
        code = answer_code(command.code)
        self.counts[f"{code} {error}"] += 1
        return Answer(command.header, code, error, fields, command.trailer)

    def refuse(self, error: HsmFormatError) -> Answer | None:
        """The answer to a frame that could not be read; None if there is no telling to what.

        An unknown command gets error 68, like one that is disabled: no public source tells what
        modules answer, and to a client both are a command that this module does not perform.
        """
        code = answer_code(error.code)
        self.counts[f"{code} {error.error_code}" if code else "unanswerable"] += 1
        return Answer(error.header, code, error.error_code) if code else None

    def _perform(self, command: Command) -> tuple[str, Mapping[str, str]]:
        """The error code of the answer, and its fields."""
        handler = HANDLERS.get(command.code)
        if handler is None or command.code in self._policy.commands_disabled:
            return COMMAND_DISABLED, {}
        ring = self._rings.get(command.fields.get("lmk_id", LMK_ID))
        if ring is None:
            return LMK_UNKNOWN, {}
        if command.code in PIN_VERIFIERS and self.pin_failures >= self._policy.pin_failures_max:
            return TOO_MANY_PIN_FAILURES, {}
        try:
            return NO_ERROR, handler(ring, command.fields)
        except Refused as refused:
            return refused.code, refused.fields
        except CryptoError:
            return INPUT_REFUSED, {}


def _ring(
    lmk: Lmk, policy: Policy, random_bytes: Callable[[int], bytes], state: ModuleState
) -> KeyRing:
    """The keys under *lmk*, whichever its kind."""
    if isinstance(lmk, LmkSet):
        return VariantRing(lmk, policy, random_bytes, state)
    return BlockRing(lmk, policy, random_bytes, state)
