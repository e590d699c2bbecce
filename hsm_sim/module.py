"""HsmModule: takes a command, finds who performs it, and answers; whatever happens, it answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Final

from cardswitch.specs.errors import ConfigError, CryptoError
from cardswitch.specs.hsm import Answer, Command, HsmFormatError, answer_code, unpack_command
from cardswitch.specs.hsm.errors import (
    COMMAND_DISABLED,
    INPUT_REFUSED,
    LMK_UNKNOWN,
    MISMATCH,
    NO_ERROR,
    TOO_MANY_PIN_FAILURES,
)
from cardswitch.specs.security.block_lmk import TEST_BLOCK_LMK, BlockLmk
from cardswitch.specs.security.lmk import TEST_LMK, LmkSet
from cardswitch.specs.security.rsa import generate_key_rsa

from .commands import HANDLERS, PIN_VERIFIERS
from .custody.ceremony import check_value_of_lmk, require_not_published
from .custody.events import (
    AUDITED_FIELDS,
    EVENT_OF_COMMAND,
    KEY_GENERATED,
    LMK_LOADED,
    POLICY_REFUSED,
    TAMPERED,
)
from .custody.policy import CommandRefused, DigitsRefused, Policy
from .custody.state import LoadedLmk, ModuleState
from .desk import HsmDesk, RsaMaker, no_printer
from .keys.blocks import BlockRing
from .keys.ring import KeyRing
from .keys.tamper import ErasedRing
from .keys.variants import VariantRing

Lmk = LmkSet | BlockLmk
LMK_ID: Final = "00"  # The LMK of a command that names none.
# By id, as commands name them: %00 has variants, %01 key blocks.
TEST_LMKS: Final[Mapping[str, Lmk]] = {LMK_ID: TEST_LMK, "01": TEST_BLOCK_LMK}
# In key change storage while the LMKs are test ones: the published keys with four bits of each byte
# turned, so that parity stays, and none is a key of today: else BW would change the type of those.
# It stands for the old LMK, from which BW and LO take keys and tables; no command can name it.
OLD_TEST_LMK: Final = LmkSet(
    tuple(bytes(byte ^ 0x3C for byte in pair) for pair in TEST_LMK.pairs), is_test=True
)
_KCV_LENGTH: Final = 6


class HsmModule:
    """A payment HSM without its wires. What its commands share is its *state*.

    *counts* has one entry for each answer code and error seen, ``"CB 00"``, and "unanswerable".
    """

    def __init__(
        self,
        random_bytes: Callable[[int], bytes],
        policy: Policy | None = None,
        lmks: Mapping[str, Lmk] = TEST_LMKS,
        *,
        allow_live_lmk: bool = False,
        make_rsa: RsaMaker | None = None,
        print_text: Callable[[str], None] = no_printer,
    ) -> None:
        """*random_bytes* must be a good source: keys and PIN block fill come from it.

        RSA pairs come from *make_rsa*; without one they are made of *random_bytes*, slowly and
        always the same.
        Raises ConfigError for an LMK that is not marked as test, unless *allow_live_lmk*, and
        KeyRefused for one that is not, and has published keys.
        """
        self.counts: Counter[str] = Counter()
        self.policy = policy or Policy()
        self.state = ModuleState()
        self._random_bytes = random_bytes
        self._make_rsa = make_rsa or (lambda bits, e: generate_key_rsa(bits, e, random_bytes))
        self._print_text = print_text
        self._allow_live_lmk = allow_live_lmk
        self._erased = self._desk(ErasedRing(self.policy, random_bytes, self.state.storage))
        self._desks: dict[str, HsmDesk] = {}
        self._refusals_told: set[tuple[str, str]] = set()  # command and rule
        self._set_lmks(lmks)

    @property
    def pin_failures(self) -> int:
        """PIN verifications that failed, since they were last reopened."""
        return self.state.pin_failures.count

    def answer(self, command: Command, now: float = 0.0) -> Answer:
        """Perform *command*, whose fields have the forms of its layout; a refusal is an answer.

        *now* is the time of the machine's clock, in seconds.
        """
        self.state.now, self.state.rule = now, ""
        self.state.load.add(command.code, now)
        error, fields = self._perform(command)
        if error == MISMATCH and command.code in PIN_VERIFIERS:
            account = _account_of(command)
            self.state.pin_failures.add(self.policy, account, now, self.state.peer)
        if command.code in EVENT_OF_COMMAND:
            self._note(EVENT_OF_COMMAND[command.code], command, error, fields)
        elif self.state.rule and (command.code, self.state.rule) not in self._refusals_told:
            # Each command and rule once: a client that asks all day long fills no disk.
            self._refusals_told.add((command.code, self.state.rule))
            self._note(POLICY_REFUSED, command, error, fields)
        code = answer_code(command.code)
        self.counts[f"{code} {error}"] += 1
        return Answer(command.header, code, error, fields, command.trailer)

    def answer_at_console(self, command: Command, now: float, attended: str = "") -> Answer:
        """Perform *command* as one from the console; *attended*: two officers stand by, and who."""
        with self.state.at_console(attended):
            answer = self.answer(command, now)
            self.state.console_rule = self.state.rule
            return answer

    def refuse(self, error: HsmFormatError) -> Answer | None:
        """The answer to a frame that could not be read; None if there is no telling to what.

        An unknown command gets error 68, like one that is disabled: no public source tells what
        modules answer, and to a client both are a command that this module does not perform.
        """
        code = answer_code(error.code)
        self.counts[f"{code} {error.error_code}" if code else "unanswerable"] += 1
        return Answer(error.header, code, error.error_code) if code else None

    def tamper(self, cause: str) -> None:
        """Erase the LMKs, stored keys and all authority: from now on, what needs a key gets 13."""
        self._set_lmks({})
        self.state.storage.texts.clear()
        self.state.authority.until.clear()
        self.state.tampered, self.state.tampered_at = cause, self.state.now
        self.state.tampers += 1
        self.state.note(TAMPERED, cause=cause)

    def load_lmks(self, lmks: Mapping[str, Lmk]) -> None:
        """Replace the LMKs by *lmks*: the end of a ceremony, also after a tamper.

        Raises ConfigError and KeyRefused, as at the start.
        """
        self._set_lmks(lmks)
        self.state.tampered = ""
        for lmk_id, description in self.lmk_descriptions.items():
            self.state.note(LMK_LOADED, lmk_id=lmk_id, lmk=description)

    def stay_erased(self, cause: str) -> None:
        """Begin without LMKs, since an earlier tamper erased them; it is not counted again."""
        self._set_lmks({})
        self.state.tampered = cause

    def keys_under(self, lmk_id: str) -> KeyRing:
        """The keys under the LMK that is called so. Raises CommandRefused (13) if there is none."""
        desk = self._desks.get(lmk_id)
        if desk is None:
            raise CommandRefused(LMK_UNKNOWN)
        return desk.keys

    @property
    def lmk_descriptions(self) -> dict[str, str]:
        """What people may know of each LMK, by id: ``"test 4F550070D645C657"``."""
        return {
            lmk_id: f"{'test' if lmk.is_test else 'live'} {check_value_of_lmk(lmk)}"
            for lmk_id, lmk in ((lmk_id, desk.keys.lmk) for lmk_id, desk in self._desks.items())
        }

    def _set_lmks(self, lmks: Mapping[str, Lmk]) -> None:
        if not (self._allow_live_lmk or all(lmk.is_test for lmk in lmks.values())):
            raise ConfigError(
                "the LMK is not marked as test, and a simulator protects no live keys; "
                "use the test LMK, or allow a live one explicitly"
            )
        for lmk in lmks.values():
            require_not_published(lmk)
        self._desks = {lmk_id: self._desk(self._keys(lmk)) for lmk_id, lmk in lmks.items()}
        for desk in self._desks.values():
            if desk.keys.lmk.is_test:
                desk.keys.old_lmk = self._keys(OLD_TEST_LMK)
        self.state.lmks = tuple(
            LoadedLmk(
                lmk_id=lmk_id,
                has_blocks=isinstance(desk.keys.lmk, BlockLmk),
                is_test=desk.keys.lmk.is_test,
                has_old=desk.keys.old_lmk is not None,
            )
            for lmk_id, desk in self._desks.items()
        )

    def _keys(self, lmk: Lmk) -> KeyRing:
        """The keys under *lmk*, whichever its kind."""
        if isinstance(lmk, LmkSet):
            return VariantRing(lmk, self.policy, self._random_bytes, self.state.storage)
        return BlockRing(lmk, self.policy, self._random_bytes, self.state.storage)

    def _desk(self, keys: KeyRing) -> HsmDesk:
        return HsmDesk(
            keys=keys,
            policy=self.policy,
            state=self.state,
            random_bytes=self._random_bytes,
            make_rsa=self._make_rsa,
            perform=self._perform_frame,
            print_text=self._print_text,
        )

    def _perform_frame(self, frame: bytes) -> Answer:
        """The answer to a command that came within another, at the same moment."""
        try:
            return self.answer(unpack_command(frame), self.state.now)
        except HsmFormatError as error:
            answer = self.refuse(error)
            assert answer is not None, "who hands a frame in has seen its code"
            return answer

    def _perform(self, command: Command) -> tuple[str, Mapping[str, str]]:
        """The error code of the answer, and its fields."""
        handler = HANDLERS.get(command.code)
        if handler is None:
            return COMMAND_DISABLED, {}
        try:
            self.policy.require_command(command.code)
            if command.code in PIN_VERIFIERS and self.state.pin_failures.is_closed_for(
                self.policy, _account_of(command), self.state.now, self.state.peer
            ):
                return TOO_MANY_PIN_FAILURES, {}
            return NO_ERROR, handler(self._desk_of(command), command.fields)
        except DigitsRefused as refused:
            is_unseen = command.code in PIN_VERIFIERS and self.policy.translate_digits_unseen
            return MISMATCH if is_unseen else refused.code, {}
        except CommandRefused as refused:
            self.state.rule = refused.rule
            return refused.code, refused.fields
        except CryptoError:
            return INPUT_REFUSED, {}

    def _desk_of(self, command: Command) -> HsmDesk:
        """The desk of the LMK that *command* names; without any, what needs none is performed."""
        lmk_id = command.fields.get("lmk_id")
        desk = self._desks.get(lmk_id or LMK_ID)
        if desk is None and (lmk_id is None or not self._desks):
            return self._erased
        if desk is None:
            raise CommandRefused(LMK_UNKNOWN)
        return desk

    def _note(self, event: str, command: Command, error: str, fields: Mapping[str, str]) -> None:
        """Have the audit log tell of *command*: what it was about, never what it held."""
        if event == KEY_GENERATED and not self.policy.audit_generated_keys:
            return
        details = {"command": command.code, "error": error}
        details |= {name: command.fields[name] for name in AUDITED_FIELDS if name in command.fields}
        if self.state.rule:
            details["rule"] = self.state.rule
        if self.state.peer:
            details["peer"] = self.state.peer
        if "kcv" in fields:
            details["kcv"] = fields["kcv"][:_KCV_LENGTH]
        self.state.note(event, **details)


def _account_of(command: Command) -> str:
    """The account whose PIN *command* verifies."""
    return command.fields.get("pan12", "")
