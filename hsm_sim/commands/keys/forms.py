"""Components (A2, A4), other forms of a key (B0, BW), and the user storage (LA, LE).

What makes a key out of parts, or gives it another form, needs the authority of two officers:
``component.001.host`` and ``scheme.001.host`` for keys of type 001.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from typing import Final

from cardswitch.specs.hsm.errors import (
    INDEX_REFUSED,
    INPUT_REFUSED,
    KEY_ALGORITHM_REFUSED,
    KEY_LENGTH_REFUSED,
    SOURCE_KEY_REFUSED,
    STORAGE_REFUSED,
)
from cardswitch.specs.security.errors import KeyRefused
from cardswitch.specs.security.keys import adjust_parity
from cardswitch.specs.security.tdes import xor

from ...custody.policy import CommandRefused
from ...desk import Handler, HsmDesk
from ...keys.borders import require_renewal
from ...keys.clear import TDES, ClearKey
from ...keys.ring import Fields, refusal
from .any_type import KEY_LENGTH_FLAG_REFUSED, inner_scheme, type_of_code

COMPONENT: Final = "component"
SCHEME: Final = "scheme"
PLACES: Final = 0x1000  # of the user storage: what three hexadecimal digits can say
BLOCKS_MAX: Final = 0x20  # that one command stores or reads
# The longest text that is stored: a key block of 512 characters, and its S.
TEXT_LENGTH_MAX: Final = 513
# The longest private key, of 4096 bits, under the LMK has less than 2,500 bytes.
BYTES_LENGTH_MAX: Final = 4_096
# F, like any other, says nothing.
_LENGTH_OF_FLAG: Final = {"0": 8, "1": 16, "2": 24, "3": 24}


def generate_component(desk: HsmDesk, fields: Fields) -> Fields:
    """A2: a random component, under the LMK alone: nothing is printed."""
    use = desk.keys.use_of(fields)
    desk.state.require_officers(f"{COMPONENT}.{use.key_type}")
    component = desk.keys.generate(use, fields["lmk_scheme"], fields)
    return {"component": desk.keys.close(use, fields["lmk_scheme"], component, fields)}


def form_key_from_components(desk: HsmDesk, fields: Fields) -> Fields:
    """A4: the key that all components make together; its parity is corrected."""
    use = desk.keys.use_of(fields)
    desk.state.require_officers(f"{COMPONENT}.{use.key_type}")
    names = sorted(name for name in fields if name.startswith("component_"))
    parts = [desk.keys.open_any(use, fields[name]) for name in names]
    algorithm = parts[0].algorithm
    if len({len(part.value) for part in parts}) > 1:
        raise CommandRefused(KEY_LENGTH_REFUSED)
    if any(part.algorithm != algorithm for part in parts):
        raise CommandRefused(KEY_ALGORITHM_REFUSED)
    value = reduce(xor, (part.value for part in parts))
    key = ClearKey(algorithm, adjust_parity(value) if algorithm == TDES else value)
    try:
        desk.keys.judge(key)
    except KeyRefused as error:
        raise refusal(error, SOURCE_KEY_REFUSED) from None
    return {"key": desk.keys.close(use, fields["lmk_scheme"], key, fields), "kcv": key.kcv}


def translate_key_scheme(desk: HsmDesk, fields: Fields) -> Fields:
    """B0: the same key under the same LMK, by another scheme."""
    use = desk.keys.use_of(fields)
    desk.state.require_officers(f"{SCHEME}.{use.key_type}")
    key = desk.keys.open_any(use, fields["key"])
    return {"key": desk.keys.close(use, fields["lmk_scheme"], key, fields)}


def translate_key_from_old_lmk(desk: HsmDesk, fields: Fields) -> Fields:
    """BW: a key under the old LMK comes under that of today, whichever kind that is."""
    use = desk.keys.use_of({**fields, "key_type": type_of_code(fields)})
    require_renewal(desk.keys, desk.state, use, fields)
    key = desk.keys.under_old_lmk().open_any(use, fields["key"])
    length = _LENGTH_OF_FLAG.get(fields["length_flag"], len(key.value))
    if length != len(key.value):
        raise CommandRefused(KEY_LENGTH_FLAG_REFUSED)
    return {"key": desk.keys.close(use, inner_scheme(desk, fields, key), key, fields)}


def load_user_storage(desk: HsmDesk, fields: Fields) -> Fields:
    """LA: texts of one length into places of the user storage, one after the other; or bytes."""
    if "bytes" in fields:
        if not 0 < len(fields["bytes"]) <= BYTES_LENGTH_MAX:
            raise CommandRefused(INPUT_REFUSED)
        desk.state.storage.texts[fields["index"]] = fields["bytes"]
        return {}
    places, data = _places(fields), fields["data"]
    length, rest = divmod(len(data), len(places))
    if rest or not 0 < length <= TEXT_LENGTH_MAX:
        raise CommandRefused(INPUT_REFUSED)
    texts = (data[at : at + length] for at in range(0, len(data), length))
    desk.state.storage.texts.update(zip(places, texts, strict=True))
    return {}


def read_user_storage(desk: HsmDesk, fields: Fields) -> Fields:
    """LE: what is in places of the user storage, one after the other; bytes stay there (12)."""
    data = "".join(map(desk.state.storage.read, _places(fields)))
    if not (data.isascii() and data.isalnum()):
        raise CommandRefused(STORAGE_REFUSED)
    return {"data": data}


def _places(fields: Fields) -> list[str]:
    """The places that *fields* name. Raises CommandRefused (21) if there are none or no such."""
    first, count = int(fields["index"], 16), int(fields["count"], 16)
    if not 0 < count <= BLOCKS_MAX or first + count > PLACES:
        raise CommandRefused(INDEX_REFUSED)
    return [f"{place:03X}" for place in range(first, first + count)]


HANDLERS: Final[Mapping[str, Handler]] = {
    "A2": generate_component,
    "A4": form_key_from_components,
    "B0": translate_key_scheme,
    "BW": translate_key_from_old_lmk,
    "LA": load_user_storage,
    "LE": read_user_storage,
}
