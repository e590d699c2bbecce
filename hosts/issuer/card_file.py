"""A file of many cards, up to a million: looked up by number, never loaded, and no number is in it.

An SQLite file: of a card it has the keyed fingerprint of its number, and the account that it is of.
Made row by row from CSV; whoever has not the key of the issuer's vault cannot use it.
"""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Final

import msgspec

from cardswitch.specs.errors import ConfigError, Error
from cardswitch.specs.tracks import is_luhn_valid
from cardswitch.wire.store.disk import rename_file
from cardswitch.wire.store.files import private

from .config import BALANCE_DIGITS_MAX, AccountConfig, CardConfig

CARDS_MAX: Final = 1_000_000
ROWS_AT_ONCE: Final = 10_000
COLUMNS: Final = (
    *("id", "pan", "expiry", "account", "balance", "currency", "status", "cvv2"),
    *("postal", "street", "pvki", "pvv"),
)
NEEDED: Final = ("id", "pan", "expiry")
_OF_CARD: Final = frozenset(["id", "pan", "expiry", "status", "cvv2", "pvki", "pvv"])
_VERSION: Final = 1
_KEY_CHECK: Final = "0"  # no card number: its fingerprint tells one key from another
_SCHEMA: Final = """
CREATE TABLE about (version INTEGER, key TEXT, cards INTEGER, accounts INTEGER);
CREATE TABLE accounts (id TEXT PRIMARY KEY, balance INTEGER, currency TEXT) WITHOUT ROWID;
CREATE TABLE cards (fingerprint TEXT PRIMARY KEY, card TEXT) WITHOUT ROWID;
CREATE TABLE ids (id TEXT PRIMARY KEY) WITHOUT ROWID;
"""
Fingerprint = Callable[[str], str]


class Unreadable(Error):
    """The file cannot be read, or not any more."""


class CardFile:
    """The cards of the file *path*. Raises ConfigError if it is none, or of another key."""

    def __init__(self, path: Path, fingerprint: Fingerprint) -> None:
        self._fingerprint = fingerprint
        self._path = path
        try:
            if not path.is_file():
                raise ConfigError(f"{path}: there is no such file; `host cards make` makes one")
            self._file = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
            version, key, self.cards, self.accounts = self._one("SELECT * FROM about")
        except (sqlite3.Error, Unreadable, TypeError, ValueError):
            raise ConfigError(f"{path}: this is no card file") from None
        if version != _VERSION or key != fingerprint(_KEY_CHECK):
            raise ConfigError(
                f"{path}: it was made with another key than that of the issuer's vault, or by "
                "another version: make it anew with `cardswitch host cards make`"
            )

    def card(self, pan: str) -> CardConfig | None:
        """The card with the number *pan*, if there is one. Raises Error."""
        found = self._one("SELECT card FROM cards WHERE fingerprint = ?", self._fingerprint(pan))
        if found is None:
            return None
        return msgspec.json.decode(found[0].replace(_NO_PAN, pan, 1), type=CardConfig)

    def account(self, name: str) -> AccountConfig | None:
        """The account *name*, if there is one. Raises Error."""
        found = self._one("SELECT id, balance, currency FROM accounts WHERE id = ?", name)
        return AccountConfig(*found) if found else None

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _one(self, query: str, *values: str) -> Any:
        try:
            return self._file.execute(query, values).fetchone()
        except sqlite3.Error as error:
            raise Unreadable(f"{self._path}: cannot be read: {error}") from None


_NO_PAN: Final = "0000000000000000000"  # stands in the file where a number would


def make_card_file(lines: Iterable[str], source: str, path: Path, fingerprint: Fingerprint) -> int:
    """Write the cards in CSV *lines*, which come from *source*, to *path*; how many they are.

    A row at a time: the memory is bounded. Raises ConfigError, naming line and column, or Error;
    then *path* is as it was before.
    """
    half = path.with_name(f"{path.name}.new")
    with suppress(FileNotFoundError):
        half.unlink()
    private(half, make=True)  # It has the security codes of cards.
    try:
        with closing(sqlite3.connect(half)) as file:
            count = _Maker(file, fingerprint).make(_rows(lines, source))
        rename_file(half, path)
    except (sqlite3.Error, OSError) as error:
        raise ConfigError(f"{path}: cannot be written: {error}") from None
    finally:
        with suppress(FileNotFoundError):
            half.unlink()
    return count


class _Maker:
    def __init__(self, file: sqlite3.Connection, fingerprint: Fingerprint) -> None:
        self._file = file
        self._fingerprint = fingerprint
        file.executescript(f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; {_SCHEMA}")

    def make(self, rows: Iterable[tuple[str, Mapping[str, str]]]) -> int:
        """Write *rows*, each with its place for people; how many they are."""
        count = 0
        for where, row in rows:
            self._add(where, row)
            count += 1
            if count > CARDS_MAX:
                raise ConfigError(f"{where}: at most {CARDS_MAX} cards are expected")
            if count % ROWS_AT_ONCE == 0:
                self._file.commit()
        [accounts] = self._file.execute("SELECT count(*) FROM accounts").fetchone()
        about = (_VERSION, self._fingerprint(_KEY_CHECK), count, accounts)
        self._file.execute("INSERT INTO about VALUES (?, ?, ?, ?)", about)
        self._file.execute("DROP TABLE ids")
        self._file.commit()
        return count

    def _add(self, where: str, row: Mapping[str, str]) -> None:
        card, account = _read(where, row)
        self._insert(where, "id", "INSERT INTO ids VALUES (?)", card.id)
        known = self._file.execute("SELECT * FROM accounts WHERE id = ?", [account.id]).fetchone()
        if known is None:
            values = (account.id, account.balance, account.currency)
            self._file.execute("INSERT INTO accounts VALUES (?, ?, ?)", values)
        elif row.get("balance") and AccountConfig(*known) != account:
            raise ConfigError(
                f"{where}: account: {account.id} has another balance or currency above"
            )
        bare = msgspec.structs.replace(card, pan=_NO_PAN)
        text = msgspec.json.encode(bare).decode()
        fingerprint = self._fingerprint(card.pan)
        self._insert(where, "pan", "INSERT INTO cards VALUES (?, ?)", fingerprint, text)

    def _insert(self, where: str, column: str, query: str, *values: str) -> None:
        try:
            self._file.execute(query, values)
        except sqlite3.IntegrityError:
            raise ConfigError(f"{where}: {column}: the same as of a card above") from None


def _rows(lines: Iterable[str], source: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    reader = csv.DictReader(lines, restkey="")
    try:
        columns = reader.fieldnames or ()
        for name in columns:
            if name not in COLUMNS:
                known = ", ".join(COLUMNS)
                raise ConfigError(f"{source}, line 1: {name!r}: expected columns of {known}")
        for name in NEEDED:
            if name not in columns:
                raise ConfigError(f"{source}, line 1: the column {name} is missing")
        for row in reader:
            yield f"{source}, line {reader.line_num}", row
    except (csv.Error, UnicodeDecodeError) as error:
        raise ConfigError(f"{source}, line {reader.line_num}: {error}") from None


def _read(where: str, row: Mapping[str, str]) -> tuple[CardConfig, AccountConfig]:
    """The card and the account of *row*. Raises ConfigError without any value of it."""
    given = {name: value for name, value in row.items() if value}
    if "" in row or None in row.values():
        raise ConfigError(f"{where}: expected as many values as there are columns")
    balance = given.get("balance", "0")
    if not (balance.isascii() and balance.isdecimal() and len(balance) <= BALANCE_DIGITS_MAX):
        raise ConfigError(
            f"{where}: balance: expected minor units, up to {BALANCE_DIGITS_MAX} digits alone"
        )
    name = given.get("account") or given.get("id", "")
    address = {key: given.get(key, "") for key in ("postal", "street")}
    plain = {key: value for key, value in given.items() if key in _OF_CARD}
    currency = {"currency": given["currency"]} if "currency" in given else {}
    try:
        card = msgspec.convert({**plain, "account": name, "address": address}, CardConfig)
        account = msgspec.convert({"id": name, "balance": int(balance), **currency}, AccountConfig)
    except (msgspec.ValidationError, Error) as error:
        raise ConfigError(f"{where}: {_plainly(error)}") from None
    if not is_luhn_valid(card.pan):
        raise ConfigError(f"{where}: pan: expected a card number, its last digit is wrong")
    return card, account


def _plainly(error: Exception) -> str:
    text, _, place = str(error).partition(" - at `$.")
    return f"{place.rstrip('`')}: {text}" if place else text
