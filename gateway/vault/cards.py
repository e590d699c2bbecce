"""Sealed card numbers by their fingerprints, in a database: written together, read one by one."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from threading import Lock
from typing import Final, NamedTuple, Protocol

from sqlalchemy import Column, Index, Integer, MetaData, Table, Text, func, select, text, update

from cardswitch.specs.errors import ConfigError, CryptoError, Error
from cardswitch.specs.security.vault import AesVault
from cardswitch.wire.ports import Seconds
from cardswitch.wire.store.database import Database, reading
from cardswitch.wire.store.schema import Schema, version_table

from .keys import SealKey, SealKeys

KNOWN_MAX: Final = 10_000  # sealed numbers in memory: of cards that were seen lately
WRONG_KEYS: Final = (
    "gateway.seals: these keys are not those that the cards in gateway.cards are sealed with: put "
    "the file of this data folder back"
)
STEP: Final = 200  # cards sealed anew at once: some milliseconds, in which no new one is written
_METADATA: Final = MetaData()
CARDS: Final = Table(
    "gateway_cards",
    _METADATA,
    Column("reference", Text, primary_key=True),
    Column("key", Integer, nullable=False),
    Column("sealed", Text, nullable=False),
)
Index("gateway_cards_key", CARDS.c.key)
# The same in SQLite and in PostgreSQL; a card that is there stays as it is.
_INSERT: Final = text(
    "INSERT INTO gateway_cards (reference, key, sealed) VALUES (:reference, :key, :sealed) "
    "ON CONFLICT (reference) DO NOTHING"
)
SCHEMA: Final = Schema(
    key="gateway.cards",
    metadata=_METADATA,
    version_table=version_table("gateway_cards", _METADATA),
    version=1,
    lock_number=8_589,
    in_use="the cards of the gateway are in use: stop the other gateway, or give this one its own "
    "database",
    missing="there are no cards yet: start the gateway once",
)


class Fingerprints(Protocol):
    """By what a number is known again, whatever key it is sealed with."""

    def fingerprint(self, pan: str) -> str:
        """32 hexadecimal digits. Raises CryptoError."""
        ...


class _Sealed(NamedTuple):
    key: int
    text: str


class SealedCards:
    """The cards of one gateway; what is sealed may be named once :meth:`durable` has returned.

    Its methods are the loop's, but :meth:`step` and :meth:`count`, which may block.
    """

    def __init__(self, url: str, keys: SealKeys, fingerprints: Fingerprints) -> None:
        """Raises ConfigError or Error."""
        self.keys = keys
        self._fingerprints = fingerprints
        self._database = Database(url, SCHEMA)
        self._known: OrderedDict[str, _Sealed] = OrderedDict()
        self._pending: dict[str, str] = {}  # numbers until they are written, within a moment
        self._writing: asyncio.Task[None] | None = None
        self._lock = Lock()  # Nothing is written with a key that another thread takes away.
        try:
            self._require_keys()
        except BaseException:
            self._database.close()
            raise

    def __repr__(self) -> str:
        """Without a number."""
        return f"<{len(self._known)} cards>"

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    def fingerprint(self, pan: str) -> str:
        """See :class:`Fingerprints`."""
        return self._fingerprints.fingerprint(pan)

    def seal(self, pan: str) -> str:
        """The reference of *pan*. Raises CryptoError if it is no number of a card."""
        reference = self._fingerprints.fingerprint(pan)
        if reference not in self._known:
            self._pending[reference] = pan
        return reference

    def open(self, reference: str) -> str:
        """The number that *reference* stands for. Raises CryptoError if there is none, or Error."""
        if reference in self._pending:
            return self._pending[reference]
        sealed = self._known.get(reference)
        vault = self.keys.vault(sealed.key) if sealed is not None else None
        if sealed is None or vault is None:
            sealed = self._read(reference)
            vault = self.keys.vault(sealed.key)
            self._know({reference: sealed})
        if vault is None:
            raise CryptoError("gateway.seals: the key of this card is not there")
        return vault.open(sealed.text)

    async def durable(self) -> None:
        """Return when all that was sealed so far is on the disk. Raises Error."""
        so_far = set(self._pending)
        while not so_far.isdisjoint(self._pending):
            # To wait for what is done would not let the loop go on, which has not said so yet.
            if self._writing is None or self._writing.done():
                self._writing = asyncio.create_task(self._written())
                self._writing.add_done_callback(_heard)
            await asyncio.shield(self._writing)

    async def _written(self) -> None:
        some = dict(self._pending)
        sealed = await asyncio.to_thread(self._write, some)
        self._know(sealed)
        for reference in some:
            self._pending.pop(reference, None)

    def _write(self, some: Mapping[str, str]) -> dict[str, _Sealed]:
        with self._lock:
            key, vault = self.keys.current, self._current()
            sealed = {name: _Sealed(key, vault.seal(pan)) for name, pan in some.items()}
            rows = [
                {"reference": name, "key": key, "sealed": each.text}
                for name, each in sealed.items()
            ]
            with self._database.transaction() as writer:
                writer.execute(_INSERT, rows)
        return sealed

    def _read(self, reference: str) -> _Sealed:
        c = CARDS.c
        query = select(c.key, c.sealed).where(c.reference == reference)
        with reading(self._database.engine) as connection:
            row = connection.execute(query).first()
        if row is None:
            raise CryptoError("gateway.cards: this card is not there")
        return _Sealed(row.key, row.sealed)

    def _know(self, sealed: Mapping[str, _Sealed]) -> None:
        self._known.update(sealed)
        while len(self._known) > KNOWN_MAX:
            self._known.popitem(last=False)

    # A new key ------------------------------------------------------------------------------------

    def begin(self, now: Seconds) -> SealKey:
        """A new key, which seals from now on. Raises Error."""
        with self._lock:
            return self.keys.add(now)

    def step(self) -> int:
        """Seal some cards anew; how many were not sealed with the current key. Raises Error."""
        c, key = CARDS.c, self.keys.current
        query = select(c.reference, c.key, c.sealed).where(c.key != key).limit(STEP)
        with self._lock, self._database.transaction() as writer:
            rows = writer.execute(query).all()
            for row in rows:
                this = (c.reference == row.reference) & (c.key == row.key)
                anew = self._current().seal(self._opened(row.key, row.sealed))
                writer.execute(update(CARDS).where(this).values(key=key, sealed=anew))
        return len(rows)

    def end(self) -> None:
        """No card is sealed with an old key: forget them. Raises Error."""
        with self._lock:
            self.keys.drop_old()

    def count(self) -> dict[int, int]:
        """How many cards are sealed with each key. Raises Error."""
        query = select(CARDS.c.key, func.count()).group_by(CARDS.c.key)
        with reading(self._database.engine) as connection:
            return {row[0]: row[1] for row in connection.execute(query)}

    def _require_keys(self) -> None:
        """Raise ConfigError unless a card of each key can be opened."""
        c = CARDS.c
        with reading(self._database.engine) as connection:
            for key in connection.scalars(select(c.key).distinct()).all():
                some = select(c.sealed).where(c.key == key).limit(1)
                try:
                    self._opened(key, connection.scalar(some) or "")
                except Error:
                    raise ConfigError(WRONG_KEYS) from None

    def _opened(self, key: int, sealed: str) -> str:
        vault = self.keys.vault(key)
        if vault is None:
            raise Error(f"gateway.seals: key {key} is not there: restore the file from a copy")
        return vault.open(sealed)

    def _current(self) -> AesVault:
        vault = self.keys.vault(self.keys.current)
        assert vault is not None, "it is the last of those that are known"
        return vault


def _heard(task: asyncio.Task[None]) -> None:
    """Whoever waited for *task* was told how it failed."""
    if not task.cancelled():
        task.exception()
