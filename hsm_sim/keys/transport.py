"""How keys travel: under a zone or terminal master key, as a key block or in an older form."""

from __future__ import annotations

from typing import Final, cast

from msgspec import Struct

from cardswitch.specs.hsm.errors import (
    KEY_LENGTH_REFUSED,
    KEY_NOT_EXPORTABLE,
    KEY_SCHEME_REFUSED,
    SOURCE_KEY_REFUSED,
    TARGET_KEY_REFUSED,
)
from cardswitch.specs.security.errors import KeyRefused
from cardswitch.specs.security.keys import adjust_parity
from cardswitch.specs.security.lmk import unwrap_key_under_key, wrap_key_under_key
from cardswitch.specs.security.schemes import Scheme

from ..custody.policy import CommandRefused, Policy
from ..desk import HsmDesk
from .attributes import Attributes, open_exchange_block, write_exchange_block
from .borders import Crossing, goes_alone, require_crossing
from .clear import AES, TDES, ClearKey
from .ring import Fields, KeyRing, refusal
from .uses import KeyUse
from .variants import require_scheme

EXCHANGE_BLOCK: Final = "R"  # the scheme of key blocks under another key than the LMK


class Master(Struct, frozen=True):
    """The key that others travel under: a ZMK or a TMK, as *use* says."""

    use: KeyUse
    key: ClearKey

    @staticmethod
    def open(keys: KeyRing, use: KeyUse, text: str) -> Master:
        """The master key that *text* holds under the LMK. Raises as :meth:`KeyRing.open_any`."""
        return Master(use, keys.open_any(use, text))


def wrap_under_master(
    desk: HsmDesk,
    master: Master,
    scheme: str,
    use: KeyUse,
    key: ClearKey,
    fields: Fields,
    *,
    is_new: bool = False,
) -> str:
    """*key* for *use* in transport form under *master*: by *scheme*, R for a key block.

    Raises CommandRefused: 17 if officers must allow it, 26 scheme, 27 length, AA if its key block
    says that it must not leave.
    """
    keys, zmk = desk.keys, master.key
    crossing = Crossing(
        direction="new" if is_new else "export",
        use=use,
        key=key,
        master=zmk,
        master_use=master.use,
        is_block=scheme == EXCHANGE_BLOCK,
        fields=fields,
    )
    require_crossing(keys, desk.state, crossing)
    if (
        keys.policy.obey_exportability
        and key.attributes is not None
        and key.attributes.exportability == "N"
    ):
        raise CommandRefused(KEY_NOT_EXPORTABLE, rule="obey_exportability")
    if scheme == EXCHANGE_BLOCK:
        attributes = Attributes.of_key(use, key.algorithm, key.attributes, fields)
        _require_strength(keys.policy, zmk, key)
        return EXCHANGE_BLOCK + write_exchange_block(
            zmk.algorithm, zmk.value, attributes, key.value, keys.random_bytes
        )
    _require_old_form(keys.policy, zmk, key)
    require_scheme(scheme, key.value)
    _require_strength(keys.policy, zmk, key)
    try:
        return wrap_key_under_key(zmk.value, cast(Scheme, scheme), key.value)
    except KeyRefused as error:
        raise refusal(error, SOURCE_KEY_REFUSED) from None


def unwrap_under_master(
    desk: HsmDesk, master: Master, use: KeyUse, text: str, fields: Fields
) -> tuple[ClearKey, bool]:
    """The key that came as *text* under *master*, and whether its parity had to be corrected.

    Raises CommandRefused: 11 weak, 17 if officers must allow it, 26 scheme, 27 length, 75 repeated
    parts; of key blocks as for :meth:`KeyRing.open_any`. Officers must also allow a key of wrong
    parity, which may be nobody's, but chance.
    """
    keys, zmk = desk.keys, master.key
    try:
        if text.startswith(EXCHANGE_BLOCK):
            attributes, value = open_exchange_block(zmk.value, text[1:], use)
            received = ClearKey(attributes.algorithm, value, attributes)
        else:
            _require_old_form(keys.policy, zmk)
            received = ClearKey(TDES, unwrap_key_under_key(zmk.value, text))
        crossing = Crossing(
            direction="import",
            use=use,
            key=received,
            master=zmk,
            master_use=master.use,
            is_block=text.startswith(EXCHANGE_BLOCK),
            fields=fields,
        )
        # Before anything is said of the key: what is refused tells nothing of it.
        require_crossing(keys, desk.state, crossing)
        _require_strength(keys.policy, zmk, received)
        key = received
        if received.algorithm == TDES and not use.any_parity:
            key = ClearKey(TDES, adjust_parity(received.value), received.attributes)
        keys.judge(key)
    except KeyRefused as error:
        raise refusal(error, TARGET_KEY_REFUSED) from None
    was_corrected = key.value != received.value
    if was_corrected and keys.policy.keys_keep_their_type and goes_alone(keys, crossing):
        desk.state.require_officers(f"import.{use.key_type}")
    return key, was_corrected


def _require_old_form(policy: Policy, *keys: ClearKey) -> None:
    """Refuse (26) unless keys may travel without a key block; those of AES may not."""
    if policy.key_blocks_only or any(key.algorithm != TDES for key in keys):
        rule = "key_blocks_only" if policy.key_blocks_only else ""
        raise CommandRefused(KEY_SCHEME_REFUSED, rule=rule)


def _require_strength(policy: Policy, zmk: ClearKey, key: ClearKey) -> None:
    """No key travels under one that is weaker: any AES is stronger than any TDES."""
    if policy.refuse_weaker_wrapping and _strength(zmk) < _strength(key):
        raise CommandRefused(KEY_LENGTH_REFUSED, rule="refuse_weaker_wrapping")


def _strength(key: ClearKey) -> int:
    """For comparison alone: by length, and all AES above all TDES."""
    return len(key.value) + (100 if key.algorithm == AES else 0)
