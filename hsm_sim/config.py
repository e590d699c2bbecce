"""The section [hsm] of the configuration."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from cardswitch.wire.operator.addresses import Address

from .custody.policy import Policy


class HsmConfig(Address, frozen=True, kw_only=True):
    """Where the simulator listens, and to whom; what it keeps, and what it refuses."""

    # As many connections as a module of this kind serves.
    links_max: Annotated[int, Meta(ge=1)] = 64
    # Of one address; this machine may have them all.
    links_per_address_max: Annotated[int, Meta(ge=1)] = 32
    # Hosts dial and wait for work: longer than their echoes are apart.
    first_frame_s: Annotated[float, Meta(gt=0)] = 90.0
    idle_s: Annotated[float, Meta(gt=0)] = 300.0
    # Characters before every command, which come back with its answer.
    header_size: Annotated[int, Meta(ge=0, le=255)] = 4
    # Commands of one link that are performed in a row before others have their turn.
    pipeline_max: Annotated[int, Meta(ge=1)] = 64
    # Addresses and networks that may connect: this machine alone.
    allow: tuple[str, ...] = ("127.0.0.1", "::1")
    # On this machine alone: where two officers order what no host may; 0: nowhere.
    console_port: Annotated[int, Meta(ge=0, le=65_535)] = 0
    audit: str = "hsm.audit"  # the audit log
    key_store: str = ""  # officers and LMKs of one's own; none: the published test LMKs
    printer: str = ""  # the file that PINs and keys are printed to, in clear; none: nothing is
    passphrase_file: str = ""  # what opens the key store, in its first line
    policy: Policy = Policy()
