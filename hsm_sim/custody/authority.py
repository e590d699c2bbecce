"""Dual control: what needs two officers, and how they show that they are two.

An officer is a name and what scrypt makes of a passphrase. Nobody is authorised by one alone, nor
by one passphrase under two names, nor for ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hmac import compare_digest
from typing import Final, NamedTuple

from msgspec import Struct

from cardswitch.specs.errors import CryptoError, Error
from cardswitch.specs.masking import printable
from cardswitch.specs.security.digits import hex_bytes
from cardswitch.specs.security.keystore import (
    PASSPHRASE_LENGTH_MIN,
    SALT_LENGTH,
    stretch_passphrase,
)

from .events import AUTHORISED, AUTHORITY_REFUSED
from .state import Mode, ModuleState

OFFICERS_NEEDED: Final = 2
OFFICERS_MAX: Final = 20  # More than any house has; each costs a tenth of a second to compare.
MINUTES_DEFAULT: Final = 60
MINUTES_MAX: Final = 12 * 60  # A working day: authority must not outlive those who gave it.
ACTIVITY_LENGTH_MAX: Final = 40
_NAME_LETTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")
NAME_LENGTH_MAX: Final = 20
_ACTIVITY_LETTERS: Final = _NAME_LETTERS | {"."}


class AuthorityRefused(Error):
    """Who asks may not, or what is asked for cannot be; says why, never a passphrase."""


class Officer(Struct, frozen=True):
    """One who may take part in dual control: *proof* is the stretched passphrase, both in hex."""

    name: str
    salt: str
    proof: str

    def __repr__(self) -> str:
        """The name alone."""
        return f"<Officer {self.name}>"


class Credential(NamedTuple):
    """Who somebody says to be, and the proof."""

    name: str
    passphrase: str

    def __repr__(self) -> str:
        """The name alone."""
        return f"<Credential {printable(self.name, NAME_LENGTH_MAX)}>"


def enrol(name: str, passphrase: str, salt: bytes) -> Officer:
    """A new officer; *salt* is 16 random bytes. Raises AuthorityRefused: name or passphrase.

    >>> enrol("anna", "correct horse", bytes(16))
    <Officer anna>
    """
    if not 1 <= len(name) <= NAME_LENGTH_MAX or not _NAME_LETTERS.issuperset(name):
        raise AuthorityRefused(
            f"an officer's name is 1 to {NAME_LENGTH_MAX} letters, digits, - or _"
        )
    if len(passphrase) < PASSPHRASE_LENGTH_MIN:
        raise AuthorityRefused(f"a passphrase has {PASSPHRASE_LENGTH_MIN} characters or more")
    return Officer(name, salt.hex().upper(), stretch_passphrase(passphrase, salt).hex().upper())


def add_officer(officers: Sequence[Officer], new: Officer) -> tuple[Officer, ...]:
    """*officers* and the *new* one. Raises AuthorityRefused: the name is taken, or too many."""
    if any(officer.name == new.name for officer in officers):
        raise AuthorityRefused(f"there is an officer {new.name} already")
    if len(officers) >= OFFICERS_MAX:
        raise AuthorityRefused(f"there are {OFFICERS_MAX} officers already")
    return (*officers, new)


def require_two_officers(officers: Sequence[Officer], credentials: Sequence[Credential]) -> str:
    """The names of two different officers who proved to be who they say, such as "anna, ben".

    Raises AuthorityRefused; whether a name or a passphrase is wrong it does not say.
    """
    if len(officers) < OFFICERS_NEEDED:
        raise AuthorityRefused("dual control needs two officers: enrol them first")
    if len(credentials) != OFFICERS_NEEDED:
        raise AuthorityRefused("dual control needs two officers, no more and no fewer")
    known = {officer.name: officer for officer in officers}
    proved = [_proves(known, credential) for credential in credentials]  # Always both of them.
    if not all(proved):
        raise AuthorityRefused("unknown officer, or wrong passphrase")
    first, second = credentials
    if first.passphrase == second.passphrase:  # As it also is if they are one officer.
        raise AuthorityRefused("dual control needs two different officers with passphrases apart")
    return f"{first.name}, {second.name}"


def authorise(
    state: ModuleState,
    officers: Sequence[Officer],
    credentials: Sequence[Credential],
    activities: Iterable[str],
    minutes: int = MINUTES_DEFAULT,
) -> None:
    """Authorise *activities*, such as ``export.001.host``, for *minutes* from the state's now.

    Raises AuthorityRefused, with an entry in the audit log.
    """
    names = sorted(activities)
    try:
        _require_terms(names, minutes)
        who = require_two_officers(officers, credentials)
    except AuthorityRefused as refused:
        state.note(AUTHORITY_REFUSED, why=str(refused))
        raise
    for activity in names:
        state.authority.until[activity] = state.now + 60.0 * minutes
        state.note(AUTHORISED, activity=activity, minutes=str(minutes), officers=who)


def stand_by(
    state: ModuleState,
    officers: Sequence[Officer],
    credentials: Sequence[Credential],
    activity: str,
) -> str:
    """The names of the two officers by whose word one *activity* is done at the console.

    No host can profit by it. Raises AuthorityRefused, with an entry in the audit log.
    """
    try:
        who = require_two_officers(officers, credentials)
    except AuthorityRefused as refused:
        state.note(AUTHORITY_REFUSED, why=str(refused))
        raise
    state.note(AUTHORISED, activity=activity, minutes="0", officers=who)
    return who


def set_mode(
    state: ModuleState, mode: Mode, officers: Sequence[Officer], credentials: Sequence[Credential]
) -> None:
    """Bring the module into *mode*: secure takes two officers, the others nobody.

    Host commands are performed online alone. Leaving the secure mode ends all authority.
    Raises AuthorityRefused, with an entry in the audit log.
    """
    if mode == "secure":
        try:
            require_two_officers(officers, credentials)
        except AuthorityRefused as refused:
            state.note(AUTHORITY_REFUSED, why=str(refused))
            raise
    elif state.mode == "secure":
        state.authority.cancel()
    state.set_mode(mode)


def _require_terms(activities: Sequence[str], minutes: int) -> None:
    if not 1 <= minutes <= MINUTES_MAX:
        raise AuthorityRefused(f"authority lasts 1 to {MINUTES_MAX} minutes, seen {minutes}")
    if not activities:
        raise AuthorityRefused("expected an activity, such as export.001.host")
    for activity in activities:
        if (
            not 1 <= len(activity) <= ACTIVITY_LENGTH_MAX
            or not _ACTIVITY_LETTERS.issuperset(activity)
            or activity.startswith(".")
        ):
            raise AuthorityRefused("an activity is words with dots between, like export.001.host")


def _proves(known: Mapping[str, Officer], credential: Credential) -> bool:
    """Whether the passphrase is that of the name; an unknown name takes as long as a known one."""
    officer = known.get(credential.name, _NOBODY)
    salt, proof = hex_bytes(officer.salt), hex_bytes(officer.proof)
    if salt is None or proof is None:
        return False
    try:
        return compare_digest(stretch_passphrase(credential.passphrase, salt), proof)
    except CryptoError:
        return False


# Whose passphrase is never right: no passphrase stretches to nothing.
_NOBODY: Final = Officer("", "00" * SALT_LENGTH, "")
