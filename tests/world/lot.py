"""What a world is like, before anything happens in it: drawn by the seed, hard more often than not.

Limits are so small that they are met; a bank day ends in the middle; some worlds sleep for hours,
days or a year and wake up with clocks that somebody has set.
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from cardswitch.lab.house.ceremony import Keys
from cardswitch.specs.convert.translation import Translation
from cardswitch.specs.dates import CutOff
from cardswitch.specs.hsm.names import TAK, ZAK
from cardswitch.specs.transactions.kinds import KINDS
from cardswitch.switch.core.settings import ListenerSettings, Route, Settings, Upstream
from cardswitch.switch.operate.config import TERMINALS, ZONE
from cardswitch.wire.machine.budget import Limits
from cardswitch.wire.operator.keys import KeysConfig
from cardswitch.wire.operator.macs import MacConfig
from cardswitch.wire.ports import Seconds

from .locksmith import OFTEN_S, zone_keys
from .tampering import terminal_macs, zone_macs

CUT_OFF = CutOff("23:00", "Europe/Berlin")
# Of the second acquirer, where there is one: a minute behind the first, until one of them changes
# its clocks.
ABROAD = "nyc"
CUT_OFF_ABROAD = CutOff("17:01", "America/New_York")
NOON: Seconds = 1_795_000_000.0  # 2026-11-18, 11:06 UTC
BEFORE_CUT_OFF: Seconds = 1_795_039_140.0  # one minute before
HOUR_S: Seconds = 3600.0
YEAR_S: Seconds = 365 * 24 * HOUR_S
NAPS = (HOUR_S, 3 * HOUR_S, 23 * HOUR_S, 26 * HOUR_S, 240 * HOUR_S, YEAR_S, YEAR_S)


ALLOWED = tuple(kind.name for kind in KINDS.all.values() if kind.by_name)


class Lot(Struct, frozen=True, kw_only=True):
    """What one seed has drawn."""

    settings: Settings
    limits: Limits
    hosts: Mapping[str, Any]  # limits of acquirer and issuer
    begins: Seconds
    naps: tuple[Seconds, ...]  # how long everything sleeps between two stretches of life
    is_direct: bool  # what comes in at "till" goes straight to the issuer
    unfit: float  # how often an upstream answers a purchase with nonsense
    unwilling: float  # how often an upstream refuses a reversal
    has_stranger: bool  # a terminal that is not ours
    macs: MacConfig  # of the line between switch and issuer
    terminal_macs: MacConfig  # of the lines to terminals, as those have it
    issuer_keys: KeysConfig  # how the issuer changes the keys of that line
    has_own_rrns: bool  # it says what its field 37 is, and says it twice


def spoken(lot: Lot, name: str, translation: Translation | None) -> Lot:
    """*lot* with what the upstream *name* says otherwise than the house."""
    upstreams = lot.settings.upstreams
    there = replace(upstreams[name], translation=translation)
    return replace(lot, settings=replace(lot.settings, upstreams={**upstreams, name: there}))


def abroad(lot: Lot, merchant: str) -> Lot:
    """*lot* with a second acquirer, which settles *merchant*."""
    settled = {"acquirers": {ABROAD: CUT_OFF_ABROAD}, "acquirer_of": {merchant: ABROAD}}
    return replace(lot, settings=replace(lot.settings, **settled))


def draw(random: Random, keys: Keys) -> Lot:
    """The lot of one world; *keys* are those of its module."""
    is_direct = random.random() < 0.5
    is_odd = random.random() < 0.4
    naps = random.choices(NAPS, k=random.choice((0, 0, 0, 1, 1, 2)))
    at_switch, at_terminals = terminal_macs(random.random())
    settings, limits = _settings(random, keys, is_direct, at_switch), draw_limits(random)
    macs = zone_macs(random.random())
    ours, theirs = zone_keys(random, keys)
    upstream = settings.upstreams["issuer"]
    issuer = replace(
        upstream,
        mac=macs.rule("iso87-binary", ZAK),
        keys=ours.plan(ZONE, {"pin": upstream.pin_key, "mac": macs.key}, ("mac",)),
    )
    return Lot(
        settings=replace(settings, upstreams={**settings.upstreams, "issuer": issuer}),
        limits=limits,
        macs=macs,
        issuer_keys=theirs,
        terminal_macs=at_terminals,
        hosts={
            "limits": draw_limits(random),
            "remembered_max": random.choice((2, 4, 8, 50_000)),
            "checkpoint_rows": random.choice((3, 7, 20, 10_000)),
        },
        begins=random.choice((NOON, BEFORE_CUT_OFF)) + random.uniform(0.0, 20.0),
        naps=tuple(naps),
        is_direct=is_direct,
        unfit=random.choice((0.0, 0.1)) if is_odd else 0.0,
        unwilling=random.choice((0.0, 0.3)) if is_odd else 0.0,
        has_stranger=random.random() < 0.5,
        has_own_rrns=random.random() < 0.3,
    )


def draw_limits(random: Random) -> Limits:
    """How much one program may have in work: often so little that it is met."""
    if random.random() < 0.3:
        return Limits()
    return Limits(
        flows_max=random.choice((1, 3, 5, 10_000)),
        undoing_max=random.choice((1, 2, 4_000)),
        pending_max=random.choice((1, 2, 1_000)),
        waits_per_link_max=random.choice((2, 5, 4_000)),
    )


def _settings(random: Random, keys: Keys, is_direct: bool, macs: MacConfig) -> Settings:
    shops = ListenerSettings(
        serves="merchants",
        pin_key_type="TPK",
        pin_key=keys.tpk,
        mac=macs.rule("pos", TAK),
        keys=KeysConfig(
            master=keys.tmk, mac_master=keys.mac_tmk, every_s=random.choice((0.0, 0.0, OFTEN_S))
        ).plan(TERMINALS, {"pin": keys.tpk, "mac": macs.key}, terminal_keys={}),
        in_flight_max=random.choice((1, 4, 256)),
        reversal_by=("original_data", "rrn", "trace"),
        unknown_reversal=random.choice(("25", "25", "00")),
        repeat_of_unknown=random.choice(("perform", "refuse")),
        allows=ALLOWED,
    )
    network = ListenerSettings(
        serves="acquirers",
        pin_key_type="ZPK",
        pin_key=keys.zpk_acquirer,
        in_flight_max=random.choice((2, 256)),
        allows=ALLOWED,
    )
    return Settings(
        listeners={"pos": shops, "till": shops, "network": network},
        upstreams={
            "acquirer": Upstream(
                pin_key=keys.zpk_acquirer, timeout_s=3.5, echo_s=15.0, settles_with="999001"
            ),
            "issuer": Upstream(pin_key=keys.zpk_issuer, timeout_s=2.5, echo_s=15.0),
        },
        routes=(
            Route("pos", "acquirer"),
            Route("till", "issuer" if is_direct else "acquirer"),
            Route("network", "issuer", bins=("999999",)),
        ),
        cut_off=CUT_OFF,
        legs_max=random.choice((2, 3, 5, 8, 50_000)),
        tombstones_max=random.choice((2, 10_000)),
        unknown_per_s_max=random.choice((1, 100)),
        pending_reversals_max=random.choice((2, 10_000)),
        checkpoint_rows=random.choice((3, 7, 20, 10_000)),
    )
