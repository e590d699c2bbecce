"""The section [terminal] of the configuration, and the file of test cards."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from cardswitch.specs.amounts import currency
from cardswitch.specs.errors import ConfigError, CryptoError
from cardswitch.wire.framings import FramingName
from cardswitch.wire.headers import HeaderName
from cardswitch.wire.operator.addresses import IsoAddress, split_address
from cardswitch.wire.operator.config import read_config, section
from cardswitch.wire.operator.macs import MacConfig

from .customer.card import Card
from .pinpad.dukpt import KSN_FIELD, PIN_FIELD, Chance, DukptPad, Scheme

# \A and \Z, since $ would let a line break pass.
TerminalId = Annotated[str, Meta(pattern=r"\A[0-9A-Za-z]{1,8}\Z")]  # field 41
ShopLine = Annotated[str, Meta(min_length=1, max_length=40)]
Field = Annotated[int, Meta(ge=2, le=128)]
MerchantId = Annotated[str, Meta(pattern=r"\A[0-9A-Za-z]{1,15}\Z")]  # field 42


class DukptConfig(Struct, frozen=True, kw_only=True):
    """A PIN pad with another key for every PIN. Its initial key is a test key, in clear."""

    scheme: Scheme
    initial_key: str
    ksn: str  # the last one used; of a new device its counter is 0
    pin_field: Field = PIN_FIELD
    ksn_field: Field = KSN_FIELD

    def __post_init__(self) -> None:
        self.pad(bytes)

    def pad(self, chance: Chance) -> DukptPad:
        """The pad, which takes what is random from *chance*. Raises ValueError."""
        try:
            key, ksn = bytes.fromhex(self.initial_key), bytes.fromhex(self.ksn)
        except ValueError:
            raise ValueError("initial_key, ksn: expected hexadecimal digits") from None
        try:
            return DukptPad(self.scheme, key, ksn, chance, (self.pin_field, self.ksn_field))
        except CryptoError as error:
            raise ValueError(f"initial_key, ksn: {error}") from None

    def __repr__(self) -> str:
        """Without the key."""
        return f"<DukptConfig {self.scheme}>"


class TerminalConfig(IsoAddress, frozen=True, kw_only=True):
    """Where the terminal stands, what it dials and speaks there, and where it keeps its state."""

    port: Annotated[int, Meta(ge=1, le=65_535)]
    dialect: str = "pos"
    framing: FramingName = "binary2"
    header: HeaderName = "tpdu"
    id: TerminalId
    merchant: MerchantId
    currency: str = "EUR"  # alphabetic or numeric
    zone: str = "UTC"  # of the clock on its receipts
    shop: tuple[ShopLine, ...] = ()  # what stands at their head; none: as [[merchants]] has it
    columns: Literal[24, 32, 40, 48] = 40  # of the paper that they are on
    svg: str = ""  # folder in which they are kept as pictures, too
    state: str = "terminal"  # folder of its journals, one for every terminal id
    cards: str = "cards.toml"
    tpk: str = ""  # under the TMK; empty: no PIN pad
    dukpt: DukptConfig | None = None  # the PIN pad, instead of one with a TPK
    mac: MacConfig = MacConfig()  # its key, a TAK, is under the TMK
    timeout_s: Annotated[float, Meta(gt=0)] = 4.5
    sign_on: bool = False  # whether it signs on whenever its connection is up
    partial_approvals: Literal["accept", "undo"] = "accept"  # what becomes of one

    def __post_init__(self) -> None:
        currency(self.currency)
        if self.tpk and self.dukpt is not None:
            raise ValueError("dukpt: a PIN pad has either a TPK or DUKPT")
        if self.mac.terminal_keys:
            raise ValueError("mac.terminal_keys: a terminal has one key, mac.key")

    @property
    def journal(self) -> Path:
        """The file of all that it has done."""
        return Path(self.state) / f"terminal-{self.id}.log"


class _Cards(Struct, frozen=True):
    """The file of test cards; of its other keys the issuer and the lab make use."""

    card: tuple[Card, ...] = ()


def read_terminal_config(path: Path, to: str = "", *, is_remote: bool = False) -> TerminalConfig:
    """The section [terminal] of *path*; relative paths in it count from the file's folder.

    *to*: ``HOST:PORT``, instead of those there. *is_remote*: without TLS too, with test cards.
    Raises ConfigError, naming file and key, and ValueError if *to* is no such text.
    """
    data = read_config(path)
    if "terminal" not in data:
        raise ConfigError(f"{path}: no section [terminal]; `cardswitch up` writes one")
    table = {**data["terminal"], **({"plain": True} if is_remote else {})}
    if to:
        table["host"], table["port"] = split_address(to)
    config = section({**data, "terminal": table}, "terminal", TerminalConfig, path)
    folder = path.parent
    return msgspec.structs.replace(
        config.placed(folder),
        state=str(folder / config.state),
        cards=str(folder / config.cards),
        svg=str(folder / config.svg) if config.svg else "",
        shop=config.shop or _shop(data, config.merchant),
    )


def _shop(data: Mapping[str, Any], merchant: str) -> tuple[str, ...]:
    """Name and place of *merchant*, if the table of the merchants in *data* has them."""
    for each in data.get("merchants", ()):
        if isinstance(each, dict) and each.get("id") == merchant:
            found = each.get("name"), each.get("city")
            return tuple(text for text in found if isinstance(text, str) and text)
    return ()


def with_id(config: TerminalConfig, terminal_id: str) -> TerminalConfig:
    """The same for another terminal; raises ConfigError if *terminal_id* cannot be one."""
    try:
        checked = msgspec.convert(terminal_id, TerminalId)
    except msgspec.ValidationError:
        raise ConfigError("a terminal id is 1 to 8 letters and digits") from None
    return msgspec.structs.replace(config, id=checked)


def on_paper(config: TerminalConfig, columns: int, svg: str) -> TerminalConfig:
    """The same with receipts of so many *columns*, and pictures of them in the folder *svg*."""
    return msgspec.structs.replace(config, columns=columns, svg=svg)


def read_cards(path: Path) -> tuple[Card, ...]:
    """The test cards of the file *path*; their PINs stay there. Raises ConfigError."""
    data: Mapping[str, Any] = read_config(path)
    try:
        return msgspec.convert(data, _Cards, strict=True).card
    except msgspec.ValidationError as error:
        raise ConfigError(f"{path}: {error}") from None
