"""The sections [switch] and [settlement] of the configuration file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct
from msgspec.structs import replace

from cardswitch.specs.dates import CutOff
from cardswitch.specs.hsm.names import TAK, TPK, ZAK, ZPK
from cardswitch.specs.merchants import MERCHANT_FIELDS, Merchant, MerchantField
from cardswitch.specs.transactions.answers import BROUGHT_BACK, Brought
from cardswitch.specs.transactions.followed import RefundRule
from cardswitch.specs.transactions.identity import CLOCK_APART_MAX_S
from cardswitch.specs.transactions.kinds import KINDS, Serves
from cardswitch.specs.transactions.reversals import WAYS, Way
from cardswitch.wire.machine.keys.offers import KeyPlan
from cardswitch.wire.machine.keys.working import KeyKind
from cardswitch.wire.operator.addresses import Address, IsoAddress, IsoListener, url_in
from cardswitch.wire.operator.config import nearest
from cardswitch.wire.operator.keys import KeysConfig
from cardswitch.wire.operator.macs import MacConfig

from ..core.settings import ListenerSettings, Route, Settings, SpeaksFor, Upstream
from ..settlement.fees.schedules import Schedule, check_schedules
from ..settlement.parties import AcquiringBank, MerchantAccount

ZONE: Final[Mapping[KeyKind, str]] = {"pin": ZPK, "mac": ZAK}  # the types of keys between two banks
TERMINALS: Final[Mapping[KeyKind, str]] = {"pin": TPK, "mac": TAK}  # ... and of terminals

# What stands in the label of a day, of a file, and in the 35 characters of an order's MsgId.
_ACQUIRER: Final = re.compile(r"[a-z][a-z0-9]{0,10}")
_NO_OTHER: Final = "there is no [switch.acquirers.NAME]: leave it out, or write that section"
HOLD_DAYS_MAX: Final = 366  # No issuer sets money aside for longer than a year.
FieldNumber = Annotated[int, Meta(ge=2, le=128)]


class ListenerConfig(IsoListener, frozen=True, kw_only=True):
    """A listener: its address, and the key that PINs arrive under."""

    serves: Serves
    pin_key_type: Literal["TPK", "ZPK"] = "TPK"
    pin_key: str = ""
    terminal_keys: Mapping[str, str] = {}
    merchants: tuple[str, ...] | Literal["any"] = ()
    institutions: tuple[str, ...] | Literal["any"] = ()
    speaks_for: Mapping[str, SpeaksFor] = {}
    mac: MacConfig = MacConfig()
    keys: KeysConfig = KeysConfig()
    sign_on: Literal["optional", "required"] = "optional"
    in_flight_max: int = 256
    reversal_by: tuple[Way, ...] = WAYS
    unknown_reversal: Literal["25", "00"] = "25"
    repeat_of_unknown: Literal["perform", "refuse"] = "perform"
    rrn: Literal["keep", "replace"] = "keep"
    clock_apart_s: Annotated[float, Meta(gt=0, le=CLOCK_APART_MAX_S)] = CLOCK_APART_MAX_S
    brings_back: tuple[Brought, ...] = BROUGHT_BACK
    sets: tuple[MerchantField, ...] = MERCHANT_FIELDS
    requires: tuple[FieldNumber, ...] = ()
    refunds: RefundRule = "captured"
    allows: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        known = [kind.name for kind in KINDS.all.values() if kind.by_name]
        for name in self.allows:
            if name not in known:
                raise ValueError(f"allows: {name!r} is none of {', '.join(known) or 'nothing'}")


class UpstreamConfig(IsoAddress, frozen=True, kw_only=True):
    """A peer that the switch dials: its address, and the key that PINs leave under."""

    pin_key: str = ""
    timeout_s: float = 3.5
    echo_s: float = 30.0
    sign_on: bool = True
    follows_cut_over: bool = False
    settles_with: Annotated[str, Meta(pattern=r"\A[0-9]{0,11}\Z")] = ""
    mac: MacConfig = MacConfig()
    keys: KeysConfig = KeysConfig()
    match: Annotated[tuple[FieldNumber, ...], Meta(min_length=1, max_length=8)] = (11, 41)
    requires: tuple[FieldNumber, ...] = ()
    reversal_timeout_s: Annotated[float, Meta(gt=0)] | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if 11 not in self.match:
            raise ValueError("match: expected 11, which tells our questions apart, among them")


class HsmConfig(Address, frozen=True, kw_only=True):
    """Where the HSM listens, how long it may take, and be silent."""

    timeout_s: float = 1.0
    echo_s: Annotated[float, Meta(ge=0)] = 0.0
    header_size: Annotated[int, Meta(ge=0, le=255)] = 4


class _Settles(Struct, frozen=True, kw_only=True):
    """By whom merchants are paid, and where books and files are kept."""

    books: str = "sqlite:///books.db"
    deposits: str = "deposits"  # the folder of the files
    answers: str = ""  # the folder that the bank's files come in; none: each is named to `match`
    acquirer: AcquiringBank
    hold_days: Annotated[int, Meta(ge=1, le=HOLD_DAYS_MAX)] = 7  # then a hold has expired
    fees: tuple[Schedule, ...] = ()  # what merchants are charged; none: nothing


class NamedSettlement(_Settles, frozen=True, kw_only=True):
    """How an acquirer that has a name settles; what it leaves out is called after it."""

    books: str = ""
    deposits: str = ""


class NamedAcquirer(Struct, frozen=True, kw_only=True):
    """One more acquirer: its merchants say its name, and its bank days and books are its own."""

    cut_off: CutOff = CutOff()
    settlement: NamedSettlement


class SwitchConfig(Struct, frozen=True, kw_only=True):
    """Everything `cardswitch switch serve` needs to know."""

    database: str = "sqlite:///switch.db"
    vault: str = "vault.key"  # the file of the key that card numbers are sealed with
    cut_off: CutOff = CutOff()
    acquirers: Mapping[str, NamedAcquirer] = {}  # by name, those besides the one of [settlement]
    listeners: Mapping[str, ListenerConfig]
    upstreams: Mapping[str, UpstreamConfig]
    routes: tuple[Route, ...]
    hsm: HsmConfig
    merchants: tuple[Merchant, ...] = ()  # at the top of the file: all programs read the same
    reversal_timeout_s: float = 3.5
    reversal_pause_s: float = 1.0

    def __post_init__(self) -> None:
        for name, listener in self.listeners.items():
            self._check_speakers(f"listeners.{name}", listener)
        self._check_routes()
        self._check_acquirers()

    def _check_acquirers(self) -> None:
        for name in self.acquirers:
            if not _ACQUIRER.fullmatch(name):
                raise ValueError(
                    f"acquirers: {name!r} is no name of an acquirer: expected 1 to 11 letters "
                    "a to z and digits, a letter first, since it stands in days and file names"
                )
            _ = self.settlement_of(name)  # Whatever is wrong in one is said at the start.
        for number, merchant in enumerate(self.merchants):
            if merchant.acquirer and merchant.acquirer not in self.acquirers:
                said = nearest(merchant.acquirer, self.acquirers) if self.acquirers else _NO_OTHER
                raise ValueError(f"merchants[{number}].acquirer: {said}")

    def _check_routes(self) -> None:
        """What a route names must be there: else each sale that goes that way would fail."""
        for number, route in enumerate(self.routes):
            at = f"routes[{number}]"
            if route.source not in self.listeners:
                raise ValueError(f"{at}.source: {nearest(route.source, self.listeners)}")
            if route.upstream not in self.upstreams:
                raise ValueError(f"{at}.upstream: {nearest(route.upstream, self.upstreams)}")

    def _check_speakers(self, where: str, listener: ListenerConfig) -> None:
        needed = "merchants" if listener.serves == "merchants" else "institutions"
        if not getattr(listener, needed):
            raise ValueError(f'{where}.{needed}: missing: name those who may speak there, or "any"')
        if listener.speaks_for and not listener.tls_ca:
            raise ValueError(f"{where}.speaks_for: certificates are asked for with tls_ca alone")
        known = {merchant.id for merchant in self.merchants}
        unknown = [] if listener.merchants == "any" else sorted({*listener.merchants} - known)
        if unknown:
            raise ValueError(
                f"{where}.merchants: {unknown[0]!r} is no id of [[merchants]], where there are "
                f"{', '.join(sorted(known)) or 'none'}"
            )

    def placed(self, folder: Path) -> SwitchConfig:
        """The same with its relative paths made to count from *folder*."""
        database, vault = url_in(folder, self.database), str(folder / self.vault)
        acquirers = {
            name: replace(each, settlement=_placed(self.settlement_of(name), each, folder))
            for name, each in self.acquirers.items()
        }
        return replace(
            self,
            database=database,
            vault=vault,
            acquirers=acquirers,
            hsm=self.hsm.placed(folder),
            listeners={name: each.placed(folder) for name, each in self.listeners.items()},
            upstreams={name: each.placed(folder) for name, each in self.upstreams.items()},
        )

    def settlement_of(self, name: str) -> SettlementConfig:
        """How the acquirer *name*, one of `acquirers`, settles."""
        own = self.acquirers[name].settlement
        about = {field: getattr(own, field) for field in own.__struct_fields__}
        about["books"] = own.books or f"sqlite:///books-{name}.db"
        about["deposits"] = own.deposits or f"deposits-{name}"
        return OwnSettlement(**about, merchants=self.merchants, of=name)

    def settings(self) -> Settings:
        """The part of it that the core is told."""
        return Settings(
            listeners={name: self._listener(each) for name, each in self.listeners.items()},
            upstreams={name: _upstream(each) for name, each in self.upstreams.items()},
            routes=self.routes,
            cut_off=self.cut_off,
            acquirers={name: each.cut_off for name, each in self.acquirers.items()},
            acquirer_of={each.id: each.acquirer for each in self.merchants if each.acquirer},
            hsm_timeout_s=self.hsm.timeout_s,
            hsm_echo_s=self.hsm.echo_s,
            hsm_header_size=self.hsm.header_size,
            reversal_timeout_s=self.reversal_timeout_s,
            reversal_pause_s=self.reversal_pause_s,
        )

    def _listener(self, listener: ListenerConfig) -> ListenerSettings:
        names = ListenerSettings.__struct_fields__
        same = {name: getattr(listener, name) for name in names if name != "translation"}
        return ListenerSettings(
            **{
                **same,
                "merchants": self._terminals(listener),
                "institutions": _known(listener.institutions or "any"),
                "mac": listener.mac.rule(
                    listener.dialect, TAK if listener.serves == "merchants" else ZAK
                ),
                "keys": _key_plan(listener),
                "translation": listener.translation(),
            }
        )

    def _terminals(self, listener: ListenerConfig) -> Mapping[str, frozenset[str] | None] | None:
        """Those who may speak at *listener*: terminals by merchant, None for any."""
        if listener.merchants == "any" or not listener.merchants:
            return None  # Acquirers know their merchants.
        of = {merchant.id: merchant for merchant in self.merchants}
        return {name: _known(of[name].terminals) for name in listener.merchants}


class SettlementConfig(_Settles, frozen=True, kw_only=True):
    """The section [settlement]: who is paid, by whom, and where books and files are kept."""

    merchants: tuple[Merchant, ...]  # at the top of the file: all programs read the same

    def __post_init__(self) -> None:
        _ = self.accounts  # Whatever is wrong in one is said at the start, not at a close.
        check_schedules(self.fees, [merchant.id for merchant in self.merchants])

    @property
    def name(self) -> str:
        """The name of the acquirer that settles; "" where it needs none."""
        return ""

    @property
    def merchant_ids(self) -> tuple[str, ...]:
        """The merchants that are the acquirer's now."""
        return tuple(each.id for each in self.merchants if each.acquirer == self.name)

    @property
    def accounts(self) -> tuple[MerchantAccount, ...]:
        """The nominated accounts of those merchants that have one.

        Of all: one that has gone to another acquirer is still paid what it is owed here.
        """
        return tuple(_account(merchant) for merchant in self.merchants if _has_account(merchant))

    def placed(self, folder: Path) -> SettlementConfig:
        """The same with its relative paths made to count from *folder*."""
        books, deposits = url_in(folder, self.books), str(folder / self.deposits)
        answers = self.answers and str(folder / self.answers)
        return replace(self, books=books, deposits=deposits, answers=answers)


class OwnSettlement(SettlementConfig, frozen=True, kw_only=True):
    """How the acquirer *of* that name settles, see `SwitchConfig.settlement_of`."""

    of: str

    @property
    def name(self) -> str:
        """See :class:`SettlementConfig`."""
        return self.of


def _placed(settlement: SettlementConfig, own: NamedAcquirer, folder: Path) -> NamedSettlement:
    """What *own* says of *settlement*, with its relative paths made to count from *folder*."""
    there = settlement.placed(folder)
    return replace(
        own.settlement, books=there.books, deposits=there.deposits, answers=there.answers
    )


def _key_plan(listener: ListenerConfig) -> KeyPlan | None:
    keys: Mapping[KeyKind, str] = {"pin": listener.pin_key, "mac": listener.mac.key}
    if listener.serves == "acquirers":
        return listener.keys.plan(ZONE, keys)
    own: Mapping[KeyKind, Mapping[str, str]] = {
        "pin": listener.terminal_keys,
        "mac": listener.mac.terminal_keys,
    }
    return listener.keys.plan(TERMINALS, keys, terminal_keys=own)


def _known(names: tuple[str, ...] | Literal["any"]) -> frozenset[str] | None:
    return None if names == "any" else frozenset(names)


def _upstream(upstream: UpstreamConfig) -> Upstream:
    return Upstream(
        pin_key=upstream.pin_key,
        timeout_s=upstream.timeout_s,
        echo_s=upstream.echo_s,
        sign_on=upstream.sign_on,
        follows_cut_over=upstream.follows_cut_over,
        settles_with=upstream.settles_with,
        mac=upstream.mac.rule(upstream.dialect, ZAK),
        keys=upstream.keys.plan(
            ZONE, {"pin": upstream.pin_key, "mac": upstream.mac.key}, comes_in=("mac",)
        ),
        match=upstream.match,
        requires=upstream.requires,
        reversal_timeout_s=upstream.reversal_timeout_s,
        translation=upstream.translation(),
        test_cards_only=upstream.is_in_clear,
    )


def _has_account(merchant: Merchant) -> bool:
    return bool(merchant.iban or merchant.ach_routing or merchant.ach_account)


def _account(merchant: Merchant) -> MerchantAccount:
    return MerchantAccount(
        id=merchant.id,
        name=merchant.account_holder or merchant.name,
        iban=merchant.iban,
        bic=merchant.bic,
        currency=merchant.account_currency,
        town=merchant.city,
        country=merchant.country,
        ach_routing=merchant.ach_routing,
        ach_account=merchant.ach_account,
    )
