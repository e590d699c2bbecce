"""Layouts of commands that encrypt, decrypt, translate and hash data.

A base derivation key is always called by its type, 009, and then a key serial number follows;
where data are chained, an initial vector does, as long as a block of the cipher that the key is of.
That and vectors of 32 digits are chosen here, as are the numbers of the SHA-2 hashes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Final, NamedTuple

from ..grammar import COUNTED, HsmField, HsmKind, HsmLayout, counted, hexadecimal, one_of
from ..kinds import AES_KEY, DESCRIBED_KSN, KEY, TDES_KEY

_PLAIN: Final = HsmKind("(?!009)[0-9A-F]{3}", "a key type of 3 hex digits")
_DERIVED: Final = HsmKind("009", "009, the type of a base derivation key")
_IV_32: Final = hexadecimal(32)
_IV_16: Final = hexadecimal(16)


class _Side(NamedTuple):
    """How one side of a command stands in it: its mode, its key, its initial vector."""

    mode: HsmField
    key: tuple[HsmField, ...]
    iv: tuple[HsmField, ...]


def _sides(prefix: str, mode_error: str) -> Iterator[_Side]:
    """Every combination of mode, kind of key and cipher."""
    ciphers = (("00", KEY, None), ("01", AES_KEY, _IV_32), ("01", TDES_KEY, _IV_16))
    for (mode, key, iv), is_derived in product(ciphers, (False, True)):
        names = [f"{prefix}{name}" for name in ("mode", "key_type", "key", "ksn", "iv")]
        key_type = HsmField(names[1], _DERIVED if is_derived else _PLAIN)
        ksn = (HsmField(names[3], DESCRIBED_KSN),) if is_derived else ()
        yield _Side(
            HsmField(names[0], HsmKind(mode, "mode 00 or 01", mode_error)),
            (key_type, HsmField(names[2], key), *ksn),
            (HsmField(names[4], iv),) if iv else (),
        )


def _formats(given: str, wanted: str) -> tuple[HsmField, HsmField]:
    return (
        HsmField("input_format", one_of(given, "input format", "03")),
        HsmField("output_format", one_of(wanted, "output format", "04")),
    )


def _crypt(given: str, wanted: str) -> tuple[HsmLayout, ...]:
    formats = _formats(given, wanted)
    return tuple(
        HsmLayout(side.mode, *formats, *side.key, *side.iv, HsmField("data", COUNTED))
        for side in _sides("", "02")
    )


def _translate() -> tuple[HsmLayout, ...]:
    formats = _formats("01", "01")
    return tuple(
        HsmLayout(
            *(source.mode, target.mode, *formats, *source.key, *target.key),
            *(*source.iv, *target.iv, HsmField("data", COUNTED)),
        )
        for source, target in product(_sides("source_", "02"), _sides("target_", "07"))
    )


COMMANDS: Final[Mapping[str, tuple[HsmLayout, ...]]] = {
    "M0": _crypt("012", "01"),
    "M2": _crypt("01", "012"),
    "M4": _translate(),
    "GM": (
        HsmLayout(
            HsmField("hash", HsmKind("0[125678]", "a hash that is known", "05")),
            HsmField("data", counted("[0-9]{5}", 10, "5 digits and as many bytes as they say")),
        ),
    ),
}


def _result(*ivs: HsmKind) -> HsmLayout:
    names = ("iv", "second_iv")
    fields = (HsmField(name, iv) for name, iv in zip(names, ivs, strict=False))
    return HsmLayout(*fields, HsmField("data", COUNTED))


# For every chained side the vector with which the next piece of the data begins. What was asked
# says which of these layouts it is: see `cardswitch.specs.hsm.requests.data.read_data`.
_RESULTS: Final = (_result(), _result(_IV_16), _result(_IV_32))
_HASH_LENGTHS: Final = (64, 48, 32, 28, 20, 16)
ANSWERS: Final[Mapping[str, tuple[HsmLayout, ...]]] = {
    "M1": _RESULTS,
    "M3": _RESULTS,
    "M5": (*_RESULTS, *(_result(*ivs) for ivs in product((_IV_16, _IV_32), repeat=2))),
    "GN": (
        HsmLayout(
            HsmField(
                "digest",
                HsmKind(
                    "|".join(f"(?s:.{{{n}}})" for n in _HASH_LENGTHS), "16 to 64 bytes of a hash"
                ),
            )
        ),
    ),
}
