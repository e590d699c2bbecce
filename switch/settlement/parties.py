"""Who pays and who is paid: the acquirer's accounts and the merchants' nominated accounts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from cardswitch.specs.amounts import currency
from cardswitch.specs.errors import ConfigError, FormatError
from cardswitch.specs.holidays import OrderCutOff, execution_date
from cardswitch.specs.merchants import is_merchant_id, no_merchant_id
from cardswitch.specs.registries import are_of_one_country, is_bic, is_iban
from cardswitch.wire.ports import Seconds

from .ach.parties import CURRENCY, VALUE_DAYS_MAX, AchAccount, check_destination, destination
from .names import NAME_MAX, has_letter

SEPA_CURRENCY: Final = "EUR"
# Who bears the costs (ISO 20022 ChargeBearerType1Code): debtor, creditor, each his own.
Charges = Literal["DEBT", "CRED", "SHAR"]


class OwnAccount(Struct, frozen=True, forbid_unknown_fields=True):
    """An account of the acquirer in another currency than the euro."""

    iban: str
    bic: str
    charges: Charges = "SHAR"  # who bears the costs of its transfers
    order_cut_off: OrderCutOff | None = None  # of its bank; none: that of the acquirer
    value_days: Annotated[int, Meta(ge=0, le=VALUE_DAYS_MAX)] | None = None  # the same


class AcquiringBank(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The bank that deposits, and the accounts that the money comes from. Raises ConfigError.

    *iban* and *bic* are its account in euro, for SEPA transfers; *accounts* those in other
    currencies, by their three letters. An order handed in before *order_cut_off* on a day of the
    bank is carried out on that day, or *value_days* of its calendar later.
    """

    name: str
    iban: str
    bic: str
    batch_booking: bool = True  # one debit for all transfers of an order and currency
    order_cut_off: OrderCutOff = OrderCutOff()
    value_days: Annotated[int, Meta(ge=0, le=VALUE_DAYS_MAX)] = 0  # bank days behind that day
    accounts: Mapping[str, OwnAccount] = {}
    ach: AchAccount | None = None  # for US dollars, instead of one of *accounts*

    def __post_init__(self) -> None:
        if self.ach and CURRENCY in self.accounts:
            raise ConfigError(f"the acquirer has two accounts in {CURRENCY}: one of them is by ach")
        _check_name("the acquirer", self.name)
        _check_account("the acquirer", self.iban, self.bic)
        for code, account in self.accounts.items():
            if code == SEPA_CURRENCY or _letters(code) != code:
                raise ConfigError(
                    f"accounts of the acquirer: {code!r}: expected the letters of a currency that "
                    f"is not {SEPA_CURRENCY}, such as USD"
                )
            _check_account(f"the acquirer's account in {code}", account.iban, account.bic)

    def execution(self, at: Seconds, code: str) -> str:
        """The day for which transfers in the currency *code* are ordered at the instant *at*."""
        own = self.ach if self.by_ach(code) else self.accounts.get(code)
        days = self.value_days if own is None or own.value_days is None else own.value_days
        return execution_date(at, self.cut_off(code), code, days)

    def cut_off(self, code: str) -> OrderCutOff:
        """Until when orders in the currency *code* are carried out on the same day."""
        own = self.ach if self.by_ach(code) else self.accounts.get(code)
        return (own and own.order_cut_off) or self.order_cut_off

    def pays(self, code: str) -> bool:
        """Whether it has an account in the currency *code* (letters)."""
        return code == SEPA_CURRENCY or code in self.accounts or self.by_ach(code)

    def by_ach(self, code: str) -> bool:
        """Whether it pays the currency *code* by the ACH."""
        return code == CURRENCY and self.ach is not None


class MerchantAccount(Struct, frozen=True, gc=False, kw_only=True, forbid_unknown_fields=True):
    """A merchant (*id* as in field 42) and its nominated account. Raises ConfigError.

    *currency* (ISO 4217, alphabetic or numeric) is that of the account. Funds of every currency
    are deposited there; converting them is the receiving bank's part. *bic* may be empty: inside
    SEPA nobody needs it. *town* and *country* are the merchant's, for transfers outside of it.
    *ach_routing* and *ach_account* are its account in US dollars at a bank of the ACH.
    """

    id: str
    name: str
    iban: str
    bic: str = ""
    currency: str = SEPA_CURRENCY
    town: str = ""
    country: str = ""
    ach_routing: str = ""
    ach_account: str = ""

    def __post_init__(self) -> None:
        if not is_merchant_id(self.id):
            raise ConfigError(no_merchant_id(self.id))
        _check_name(f"merchant {self.id}", self.name)
        has_ach = bool(self.ach_routing or self.ach_account)
        if has_ach:
            check_destination(f"merchant {self.id}: ach", self.ach_routing, self.ach_account)
        if self.iban or not has_ach:
            _check_account(f"merchant {self.id}", self.iban, self.bic, needs_bic=False)
        if not _letters(self.currency):
            raise ConfigError(
                f"currency of merchant {self.id}: expected one of ISO 4217 in use, such as EUR"
            )

    def paid_to(self, code: str, acquirer: AcquiringBank) -> str:
        """Where *acquirer* pays the currency *code* (letters) to; "" if it cannot."""
        if not acquirer.by_ach(code):
            return self.iban
        return destination(self.ach_routing, self.ach_account) if self.ach_routing else ""


def _letters(code: str) -> str:
    """The letters of the currency *code*; empty if there is none such."""
    try:
        return currency(code).alpha
    except FormatError:
        return ""


def _check_name(whose: str, name: str) -> None:
    if not name.strip() or len(name) > NAME_MAX or not name.isprintable():
        raise ConfigError(f"name of {whose}: expected 1 to {NAME_MAX} printable characters")
    if not has_letter(name):
        raise ConfigError(
            f"name of {whose}: no letter of it is one that banks can print: give account_holder, "
            "in Latin letters"
        )


def _check_account(whose: str, iban: str, bic: str, *, needs_bic: bool = True) -> None:
    if not is_iban(iban):
        raise ConfigError(
            f"iban of {whose}: expected an IBAN without spaces, such as DE89370400440532013000"
        )
    if not bic and not needs_bic:
        return
    if not is_bic(bic):
        raise ConfigError(f"bic of {whose}: expected a BIC of 8 or 11, such as COBADEFFXXX")
    if not are_of_one_country(bic, iban):
        raise ConfigError(
            f"bic of {whose}: a bank of {bic[4:6]} keeps no account of {iban[:2]}: mend bic or iban"
        )
