"""The section [issuer] of the configuration, as frozen values."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct
from msgspec.structs import replace

from cardswitch.specs.amounts import currency
from cardswitch.specs.masking import mask_pan
from cardswitch.specs.transactions.absent import POSTAL_MAX, STREET_MAX, CardAddress, Channel
from cardswitch.specs.transactions.followed import RefundRule
from cardswitch.wire.operator.addresses import Address, IsoListener, url_in
from cardswitch.wire.operator.keys import KeysConfig
from cardswitch.wire.operator.macs import MacConfig

from ..config import Currency, Timeout, refuse_twins

# \A and \Z, since $ would let a line break pass.
Expiry = Annotated[str, Meta(pattern=r"\A([0-9]{2}(0[1-9]|1[0-2])|any)\Z")]  # YYMM
ANY: Final = "any"  # of an expiry or a CVV2: whatever comes is right
TELL: Final = "tell"  # of what is wrong: the answer says it, and declines nothing for it
Pan = Annotated[str, Meta(pattern=r"\A[0-9]{13,19}\Z")]  # 13: a PIN needs 12 digits and the last
Id = Annotated[str, Meta(min_length=1, max_length=40)]
BALANCE_DIGITS_MAX: Final = 12  # of field 54, which tells of it

CardStatus = Literal["active", "lost", "stolen", "closed", "restricted", "pin_blocked"]


class AccountConfig(Struct, frozen=True):
    """An account as it is opened: *balance* in minor units of *currency*."""

    id: Id
    balance: Annotated[int, Meta(ge=0, lt=10**BALANCE_DIGITS_MAX)]
    currency: Currency = "978"

    def __post_init__(self) -> None:
        currency(self.currency)


class CardConfig(Struct, frozen=True, kw_only=True):
    """A card that the issuer gave out. The books call it by its *id*, never by its number.

    *pvki* and *pvv* are for PINs without a track; with one, what the track says is used. What is
    asked for in the currency of one of *more_accounts* is of that account.
    """

    id: Id
    pan: Pan
    account: Id
    more_accounts: tuple[Id, ...] = ()
    expiry: Expiry
    status: CardStatus = "active"
    cvv2: Literal["checked", "any", "none"] = "checked"  # none: it has none to be checked
    address: CardAddress = CardAddress()  # where bills go
    pvki: Annotated[str, Meta(pattern=r"\A[0-9]?\Z")] = ""
    pvv: Annotated[str, Meta(pattern=r"\A([0-9]{4})?\Z")] = ""

    def __post_init__(self) -> None:
        if len(self.address.postal) > POSTAL_MAX or len(self.address.street) > STREET_MAX:
            raise ValueError(
                f"card {self.id!r}: address: expected a postal code of at most {POSTAL_MAX} "
                f"characters, and {STREET_MAX} digits of the street"
            )
        if self.expiry == ANY and self.cvv2 == "checked":
            raise ValueError(f"card {self.id!r}: with any expiry, a CVV2 cannot be checked")

    def __repr__(self) -> str:
        """Masked: a configuration may stand in any log or exception."""
        return f"<card {self.id} {mask_pan(self.pan)} of {self.account}, {self.status}>"


class IssuerConfig(Struct, frozen=True, kw_only=True):
    """The issuer: keys as cryptograms under the HSM's LMK, its accounts and cards."""

    zpk: str  # PIN blocks arrive under it
    pvk: str  # for PIN verification values
    cvk: str  # for card verification values
    accounts: tuple[AccountConfig, ...]
    cards: tuple[CardConfig, ...]
    card_file: str = ""  # of more cards, see `host cards make`; none: there are no more
    # Files of rules, one before the other: names of those that are shipped, or paths.
    rules: tuple[str, ...] = ()
    magic_amounts: bool = False  # the last two digits of an amount choose the answer
    # Refuse a request that brings neither track nor CVV2, from everywhere or from these.
    cvv_required: bool | tuple[Channel, ...] = False
    cvv_wrong: Literal["N7", "82", "tell"] = "N7"  # what a wrong CVV2 is answered
    cavv_wrong: Literal["59", "05", "tell"] = "59"
    cavv_key: str = ""  # the file of the key that CAVVs are made under; none: they are not checked
    refunds: RefundRule = "captured"  # how much those of something may come to
    pin_tries_max: Annotated[int, Meta(ge=1)] = 3
    hsm_timeout_s: Timeout = 1.0
    hsm_header_size: Annotated[int, Meta(ge=0, le=255)] = 4  # characters before a command
    hsm_echo_s: Annotated[float, Meta(ge=0)] = 0.0  # after so much silence, a sign of life
    late_s: Timeout = 8.0  # how late a late answer comes: after every timer before us
    mac: MacConfig = MacConfig()  # of what comes in there
    keys: KeysConfig = KeysConfig()  # which of zpk and mac are changed in traffic
    network: IsoListener = IsoListener(
        port=7103, dialect="iso87-binary", framing="binary2"
    )  # listens
    hsm: Address = Address(port=7100)  # dials
    database: str = "sqlite:///issuer.db"  # its journal
    vault: str = "issuer.vault"  # the file of the key that card numbers are recognised with

    def placed(self, folder: Path) -> IssuerConfig:
        """The same with every relative path counted from *folder*."""
        database, vault = url_in(folder, self.database), str(folder / self.vault)
        cavv_key = self.cavv_key and str(folder / self.cavv_key)
        network, hsm = self.network.placed(folder), self.hsm.placed(folder)
        return replace(
            self,
            database=database,
            vault=vault,
            cavv_key=cavv_key,
            card_file=self.card_file and str(folder / self.card_file),
            network=network,
            hsm=hsm,
        )

    def requires_cvv(self, channel: Channel) -> bool:
        """Whether what comes from *channel* must bring a CVV2."""
        required = self.cvv_required
        return required if isinstance(required, bool) else channel in required

    def __post_init__(self) -> None:
        accounts = [account.id for account in self.accounts]
        refuse_twins("accounts", accounts)
        refuse_twins("cards", [card.id for card in self.cards])
        if len({card.pan for card in self.cards}) < len(self.cards):
            raise ValueError("expected every card number once among cards")
        for card in self.cards:
            for account in (card.account, *card.more_accounts):
                if account not in accounts:
                    raise ValueError(
                        f"card {card.id!r}: no account {account!r}, expected one of accounts"
                    )
