"""What the core must be told: listeners, upstreams, the routes between them, and limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from cardswitch.specs.convert.translation import Translation
from cardswitch.specs.dates import CutOff
from cardswitch.specs.merchants import MERCHANT_FIELDS, MerchantField
from cardswitch.specs.transactions.answers import BROUGHT_BACK, Brought
from cardswitch.specs.transactions.followed import RefundRule
from cardswitch.specs.transactions.identity import CLOCK_APART_MAX_S
from cardswitch.specs.transactions.kinds import Serves
from cardswitch.specs.transactions.reversals import WAYS, Way
from cardswitch.wire.machine.keys.offers import KeyPlan
from cardswitch.wire.machine.macs import MacRule


class SpeaksFor(Struct, frozen=True, kw_only=True):
    """Whom the holder of a certificate may name in a request; what is empty binds nothing."""

    terminals: tuple[str, ...] = ()  # field 41
    merchants: tuple[str, ...] = ()  # field 42
    institutions: tuple[str, ...] = ()  # field 32

    def __post_init__(self) -> None:
        if not (self.terminals or self.merchants or self.institutions):
            raise ValueError("expected terminals, merchants or institutions")


class ListenerSettings(Struct, frozen=True, kw_only=True):
    """Where requests come in. PINs arrive under *pin_key*, a cryptogram under the HSM's LMK."""

    serves: Serves  # "merchants" are paid by our settlement, "acquirers" pay theirs themselves
    pin_key_type: Literal["TPK", "ZPK"] = "TPK"
    pin_key: str = ""
    terminal_keys: Mapping[str, str] = {}  # TPKs of single terminals, by terminal id (field 41)
    # Who may be named in a request; None is anybody. Merchants by id, each with its terminals.
    merchants: Mapping[str, frozenset[str] | None] | None = None
    institutions: frozenset[str] | None = None  # field 32
    # By a name of a certificate; where there is one, other certificates are sent away.
    speaks_for: Mapping[str, SpeaksFor] = {}
    mac: MacRule | None = None  # how messages are authenticated, in both directions
    keys: KeyPlan | None = None  # which of them are changed in traffic
    sign_on: Literal["optional", "required"] = "optional"  # whether a sender must, before it asks
    in_flight_max: int = 256  # Requests of one link in work at once; more get no answer.
    reversal_by: tuple[Way, ...] = WAYS  # how a reversal may name its original, tried in this order
    unknown_reversal: Literal["25", "00"] = "25"  # what a reversal of something unknown is told
    repeat_of_unknown: Literal["perform", "refuse"] = "perform"  # a 0201 whose 0200 never came
    rrn: Literal["keep", "replace"] = "keep"  # the field 37 that a request brings
    clock_apart_s: float = CLOCK_APART_MAX_S  # how far from now field 7 of something new may be
    brings_back: tuple[Brought, ...] = BROUGHT_BACK  # fields of answers from upstream
    sets: tuple[MerchantField, ...] = MERCHANT_FIELDS  # what of 18, 19, 43 is passed on from there
    requires: tuple[int, ...] = ()  # fields besides those that the class of a request requires
    translation: Translation | None = None  # what is said there otherwise than by us
    refunds: RefundRule = "captured"  # how much those of something that was captured may come to
    allows: tuple[str, ...] = ()  # classes of transactions that are off unless they are named


class Upstream(Struct, frozen=True, kw_only=True):
    """A peer that requests are forwarded to, on the link of the same name."""

    pin_key: str = ""  # the ZPK shared with it, under the LMK
    timeout_s: float = 3.5
    echo_s: float = 30.0  # how often an 0800/301 asks whether the peer is there
    sign_on: bool = True
    mac: MacRule | None = None
    keys: KeyPlan | None = None
    follows_cut_over: bool = False  # whether our bank day ends when it announces the end of its own
    # The institution (field 99) that settles what goes there; "": no totals are compared with it.
    settles_with: str = ""
    match: tuple[int, ...] = (11, 41)  # what an answer has in common with its question
    requires: tuple[int, ...] = ()  # fields without which it takes no request
    reversal_timeout_s: float | None = None  # None: that of all
    translation: Translation | None = None
    test_cards_only: bool = False  # Messages go there in clear, and others can read them.


class Route(Struct, frozen=True):
    """Requests from *source* for one of *bins* (and *merchants*, if given) go to *upstream*."""

    source: str
    upstream: str
    bins: tuple[str, ...] = ("",)
    merchants: tuple[str, ...] = ()


class Settings(Struct, frozen=True, kw_only=True):
    """All of the above, and limits of time: they must fit into those of the peer downstream."""

    listeners: Mapping[str, ListenerSettings]
    upstreams: Mapping[str, Upstream]
    routes: tuple[Route, ...]
    cut_off: CutOff = CutOff()
    acquirers: Mapping[str, CutOff] = {}  # those besides the one without a name: their cut-offs
    acquirer_of: Mapping[str, str] = {}  # who of them settles which merchant
    hsm_timeout_s: float = 1.0
    hsm_header_size: int = 4  # characters before a command
    hsm_echo_s: float = 0.0  # how much silence leads to a command that asks for a sign of life
    reversal_timeout_s: float = 3.5
    reversal_pause_s: float = 1.0  # before the second send; doubled for each later one
    reversal_pause_max_s: float = 60.0
    reversals_sent_max: int = 30  # about 25 minutes of silence, then it is a matter for people
    pending_reversals_max: int = 10_000  # more owed than this and new purchases are declined
    legs_max: int = 40_000  # finished legs kept in memory; older ones are looked up in the journal
    tombstones_max: int = 10_000  # reversals that name something unknown, and not exactly
    unknown_per_s_max: int = (
        100  # reversals of something unknown that are written down in a second, of one link
    )
    checkpoint_rows: int = 10_000  # rows until what a start must know is written down again

    @property
    def cut_offs(self) -> Mapping[str, CutOff]:
        """By acquirer, when its bank days end; first that of the one without a name."""
        return {"": self.cut_off, **self.acquirers}

    @property
    def key_plans(self) -> Mapping[str, KeyPlan]:
        """By place, where keys are changed in traffic."""
        plans = {name: each.keys for name, each in self.listeners.items()}
        plans |= {name: each.keys for name, each in self.upstreams.items()}
        return {name: plan for name, plan in plans.items() if plan is not None}
