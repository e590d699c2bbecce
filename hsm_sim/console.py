"""The console of a module: orders as lines of words, what they answer as lines of text.

What a host could ask goes as a host command, whether the module is in this process or not; what
only its officers may do (authorise, mode, tamper ...) needs the module itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, Protocol, TypeVar, get_args

from cardswitch.specs.errors import Error
from cardswitch.specs.hsm import Answer, Command, pack_command, unpack_command
from cardswitch.specs.hsm.commands.keys.any_type import generate_key, key_check_value
from cardswitch.specs.hsm.commands.module.status import diagnostics
from cardswitch.specs.masking import printable
from cardswitch.wire.operator.text import columns

from .client.answers import answer_lines
from .client.keyfile import StoredKey, type_of
from .client.load import keep_under, read_key
from .custody.authority import (
    MINUTES_DEFAULT,
    OFFICERS_NEEDED,
    Credential,
    Officer,
    add_officer,
    authorise,
    enrol,
    set_mode,
    stand_by,
)
from .custody.events import KEY_IMPORTED
from .custody.pin_failures import PinFailures
from .custody.state import Mode
from .module import LMK_ID, HsmModule

T = TypeVar("T")
SALT_LENGTH: Final = 16
LINE_LENGTH_MAX: Final = 4_096
MINUTES_DIGITS_MAX: Final = 4
_HEADER: Final = "0000"
_PARTS: Final = "123456789"  # of a key that comes in components
MODES: Final[tuple[Mode, ...]] = get_args(Mode)


class ConsoleError(Error):
    """The order is none, or not one for this console; says what would be right."""


class ModuleAccess(Protocol):
    """Has *action* done by the module itself, and what it noted written; returns its result."""

    def __call__(self, action: Callable[[HsmModule], T], /) -> T: ...


class Console:
    """Obeys orders; *inside* is None where the module is elsewhere."""

    def __init__(
        self,
        ask: Callable[[Command], Answer],
        inside: ModuleAccess | None = None,
        officers: Sequence[Officer] = (),
        read_secret: Callable[[str], str] = lambda _prompt: "",
        random_bytes: Callable[[int], bytes] | None = None,
    ) -> None:
        """*read_secret* asks for a passphrase; with *random_bytes* officers may enrol here."""
        self.keys: dict[str, StoredKey] = {}
        self._ask = ask
        self._inside = inside
        self._officers = tuple(officers)
        self._read_secret = read_secret
        self._random_bytes = random_bytes

    def obey(self, line: str) -> Iterator[str]:
        """What the order in *line* answers. Raises ConsoleError and Error; it never ends it all."""
        if len(line) > LINE_LENGTH_MAX:
            raise ConsoleError(f"expected a line of {LINE_LENGTH_MAX} characters at most")
        name, *words = line.split() or [""]
        if not name or name.startswith("#"):
            return iter(())
        order = ORDERS.get(name.lower())
        if order is None:
            raise ConsoleError("no such order: `help` lists them")
        perform, least, most = order[:3]
        if not least <= len(words) <= most:
            raise ConsoleError(f"expected {name.lower()} {order[3]}".rstrip())
        return perform(self, *words)

    # As a host would ask ------------------------------------------------------------------------

    def help(self) -> Iterator[str]:
        """Every order, and where it works."""
        usages = {f"{name} {order[3]}".rstrip(): order[4] for name, order in ORDERS.items()}
        yield from columns(usages.items())

    def status(self) -> Iterator[str]:
        """What the module tells of itself; more of one that is in this process."""
        yield from self._answered(diagnostics())
        if self._inside is not None:
            yield from columns(self._inside(_status).items())

    def send(self, code: str, *pairs: str) -> Iterator[str]:
        """One host command, its fields as NAME=VALUE."""
        if not all("=" in pair for pair in pairs):
            raise ConsoleError("expected NAME=VALUE for every field")
        fields = dict(pair.partition("=")[::2] for pair in pairs)
        yield from self._answered(Command("", code.upper(), fields))

    def generate(self, name: str, key_type: str) -> Iterator[str]:
        """A new key, kept by its name as long as this console lasts."""
        code = type_of(key_type)
        answer = self._asked(generate_key(code))
        self.keys[name] = StoredKey(code, answer.fields["key"], answer.fields["kcv"])
        yield from columns(answer.fields.items())

    def list_keys(self) -> Iterator[str]:
        """The keys that were generated here."""
        yield from columns((name, k.type, k.kcv, k.key) for name, k in self.keys.items())

    def check(self, key: str, key_type: str = "") -> Iterator[str]:
        """The check value of a key, by its name or its text and type."""
        stored = self.keys.get(key)
        if stored is None and not key_type:
            raise ConsoleError("a key that was not generated here needs its type")
        command = (
            key_check_value(stored.type, stored.key)
            if stored is not None
            else key_check_value(type_of(key_type), key)
        )
        yield self._asked(command).fields["kcv"]

    def cancel(self, activity: str = "") -> Iterator[str]:
        """End the authority for an activity, or all: as RA where the module is elsewhere."""
        if self._inside is None:
            if activity:
                raise ConsoleError("elsewhere only all authority can be cancelled (RA)")
            yield from self._answered(Command("", "RA"))
            return
        self._inside(lambda module: module.state.authority.cancel(activity))
        yield f"cancelled: {printable(activity) or 'all authority'}"

    # As its officers may ------------------------------------------------------------------------

    def officer(self, name: str) -> Iterator[str]:
        """Enrol an officer of a module that keeps nothing."""
        if self._random_bytes is None:
            raise ConsoleError("officers of this module enrol with `cardswitch hsm officer add`")
        passphrase = self._read_secret(f"passphrase of {printable(name)}")
        new = enrol(name, passphrase, self._random_bytes(SALT_LENGTH))
        self._officers = add_officer(self._officers, new)
        yield f"officer {new.name} enrolled: {len(self._officers)} in all"

    def authorise(self, activity: str, first: str, second: str, minutes: str = "") -> Iterator[str]:
        """Let an activity be done for some time, by the consent of two officers."""
        inside = self._require_inside()
        lasting = _minutes(minutes)
        consent = self._credentials(first, second)
        inside(lambda module: authorise(module.state, self._officers, consent, [activity], lasting))
        yield f"authorised for {lasting} minutes: {printable(activity)}"

    def load(
        self, name: str, key_type: str, first: str, second: str, parts: str = "1", lmk_id: str = ""
    ) -> Iterator[str]:
        """Keep a key that two officers know in clear, in components if they say how many."""
        inside = self._require_inside()
        if parts not in _PARTS:
            raise ConsoleError(f"expected 1 to {len(_PARTS)} components")
        code, consent, named = type_of(key_type), self._credentials(first, second), int(parts)
        prompts = [f"component {part}" for part in range(1, named + 1)] if named > 1 else ["key"]
        key = read_key([self._read_secret(prompt) for prompt in prompts])

        def keep(module: HsmModule) -> StoredKey:
            who = stand_by(module.state, self._officers, consent, "load a key at the console")
            stored = keep_under(module.keys_under(lmk_id or LMK_ID), key, code, lmk_id=lmk_id)
            details = {"key_type": code, "kcv": stored.kcv, "officers": who}
            module.state.note(KEY_IMPORTED, command="load", **details)
            return stored

        self.keys[name] = stored = inside(keep)
        yield from columns([("key", stored.key), ("kcv", stored.kcv)])

    def mode(self, mode: str, *names: str) -> Iterator[str]:
        """Set the mode of the module: online, offline, or secure, which takes two officers."""
        inside = self._require_inside()
        if mode not in MODES:
            raise ConsoleError(f"expected mode {', '.join(MODES)}")
        chosen: Mode = mode
        consent = self._credentials(*names) if len(names) == OFFICERS_NEEDED else ()
        inside(lambda module: set_mode(module.state, chosen, self._officers, consent))
        yield f"mode {mode}"

    def reopen(self) -> Iterator[str]:
        """Let PINs be verified again after too many failures."""
        self._require_inside()(lambda module: module.state.pin_failures.reopen())
        yield "PIN verification is open"

    def tamper(self, *cause: str) -> Iterator[str]:
        """Have the module erase its LMKs, as if it had been opened."""
        words = " ".join(cause) or "console"
        self._require_inside()(lambda module: module.tamper(words))
        yield f"LMKs erased: {printable(words)}"

    def _answered(self, command: Command) -> Iterator[str]:
        answer = self._ask(command)
        yield from answer_lines(command.code, answer)
        yield from self._rule_of(answer)

    def _rule_of(self, answer: Answer) -> Iterator[str]:
        """By which rule of the policy this console's command was refused: no host is told."""
        if self._inside is not None and not answer.ok:
            rule = self._inside(lambda module: module.state.console_rule)
            if rule:
                yield f"  refused by policy.{rule}"

    def _asked(self, command: Command) -> Answer:
        answer = self._ask(command)
        if not answer.ok:
            lines = [*answer_lines(command.code, answer), *self._rule_of(answer)]
            raise ConsoleError("\n".join(lines))
        return answer

    def _credentials(self, *names: str) -> tuple[Credential, ...]:
        return tuple(
            Credential(name, self._read_secret(f"passphrase of {printable(name)}"))
            for name in names
        )

    def _require_inside(self) -> ModuleAccess:
        if self._inside is None:
            raise ConsoleError("this order needs the module in this process, not one elsewhere")
        return self._inside


def ask_inside(inside: ModuleAccess) -> Callable[[Command], Answer]:
    """What asks the module as a host would: a command that breaks its layout raises EncodeError."""

    def ask(command: Command) -> Answer:
        received = unpack_command(pack_command(command.with_header(_HEADER)))
        return inside(lambda module: module.answer_at_console(received, module.state.now))

    return ask


# By name: who obeys, how few words and how many, the words, and what it does.
ORDERS: Final[dict[str, tuple[Callable[..., Iterator[str]], int, int, str, str]]] = {
    "status": (Console.status, 0, 0, "", "LMK and firmware; in this process mode and counters"),
    "send": (Console.send, 1, 99, "CODE [NAME=VALUE]...", "a host command"),
    "generate": (Console.generate, 2, 2, "NAME TYPE", "a key, such as: generate zpk ZPK"),
    "keys": (Console.list_keys, 0, 0, "", "the keys generated here"),
    "kcv": (Console.check, 1, 2, "NAME | KEY TYPE", "the check value of a key"),
    "cancel": (Console.cancel, 0, 1, "[ACTIVITY]", "end authority"),
    "officer": (Console.officer, 1, 1, "NAME", "enrol an officer (in this process)"),
    "authorise": (
        *(Console.authorise, 3, 4, "ACTIVITY OFFICER OFFICER [MINUTES]"),
        "let something be done for some time (in this process)",
    ),
    "load": (
        *(Console.load, 4, 6, "NAME TYPE OFFICER OFFICER [COMPONENTS [LMK]]"),
        "a key that the officers know in clear; asks for it (in this process)",
    ),
    "mode": (
        *(Console.mode, 1, 3, "online | offline | secure OFFICER OFFICER"),
        "set the mode (in this process)",
    ),
    "reopen": (Console.reopen, 0, 0, "", "open PIN verification (in this process)"),
    "tamper": (Console.tamper, 0, 9, "[CAUSE]", "erase the LMKs (in this process)"),
    "help": (Console.help, 0, 0, "", "this list"),
}


def _status(module: HsmModule) -> dict[str, str]:
    state, failures = module.state, module.state.pin_failures
    authorised = ", ".join(name for name in state.authority.until if state.is_authorised(name))
    shown: dict[str, Any] = {
        "mode": state.mode,
        **{f"LMK %{lmk_id}": words for lmk_id, words in module.lmk_descriptions.items()},
        "tampered": state.tampered or "no",
        "authorised": authorised or "nothing",
        "PIN failures": f"{failures.count}{_closed(failures)}",
        "commands": state.load.commands.total(),
    }
    return {name: str(value) for name, value in shown.items()}


def _closed(failures: PinFailures) -> str:
    if failures.is_closed or not failures.clients_closed:
        return ", closed" if failures.is_closed else ""
    return f", closed for {', '.join(map(printable, failures.clients_closed))}"


def _minutes(text: str) -> int:
    if not text:
        return MINUTES_DEFAULT
    if len(text) > MINUTES_DIGITS_MAX or text.strip("0123456789"):
        raise ConsoleError("expected minutes in digits")
    return int(text)
