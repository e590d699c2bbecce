"""Commands that encrypt, decrypt, translate and hash data.

A base derivation key is always called by its type, 009, and then a key serial number follows;
where data are chained, an initial vector does, as long as a block of the cipher that the key is of.
That and vectors of 32 digits are chosen here, as are the numbers of the SHA-2 hashes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Final, NamedTuple

from ...errors import HsmFormatError
from ...grammar import (
    COUNTED,
    HostCommand,
    HsmField,
    HsmKind,
    HsmLayout,
    counted,
    hexadecimal,
    one_of,
)
from ...kinds import AES_KEY, DESCRIBED_KSN, KEY, TDES_KEY
from ...values import Answer, Command, text_of
from .macs import described_ksn

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


def _result(*ivs: HsmKind) -> HsmLayout:
    names = ("iv", "second_iv")
    fields = (HsmField(name, iv) for name, iv in zip(names, ivs, strict=False))
    return HsmLayout(*fields, HsmField("data", COUNTED))


# For every chained side the vector with which the next piece of the data begins. What was asked
# says which of these layouts it is: see :func:`read_data`.
_RESULTS: Final = (_result(), _result(_IV_16), _result(_IV_32))
_HASH_LENGTHS: Final = (64, 48, 32, 28, 20, 16)

COMMANDS: Final[Mapping[str, HostCommand]] = {
    "M0": HostCommand(request=_crypt("012", "01"), answer=_RESULTS),
    "M2": HostCommand(request=_crypt("01", "012"), answer=_RESULTS),
    "M4": HostCommand(
        request=_translate(),
        answer=(*_RESULTS, *(_result(*ivs) for ivs in product((_IV_16, _IV_32), repeat=2))),
    ),
    "GM": HostCommand(
        request=(
            HsmLayout(
                HsmField("hash", HsmKind("0[1235678]", "a hash that is known", "05")),
                HsmField("data", counted("[0-9]{5}", 10, "5 digits and as many bytes as they say")),
            ),
        ),
        answer=(
            HsmLayout(
                HsmField(
                    "digest",
                    HsmKind(
                        "|".join(f"(?s:.{{{n}}})" for n in _HASH_LENGTHS),
                        "16 to 64 bytes of a hash",
                    ),
                )
            ),
        ),
    ),
}


ECB: Final = "00"
CBC: Final = "01"
# Hashes of GM.
SHA_1: Final = "01"
MD5: Final = "02"
MDC_2: Final = "03"
SHA_224: Final = "05"
SHA_256: Final = "06"
SHA_384: Final = "07"
SHA_512: Final = "08"
_HEX: Final = "1"


class DataKey(NamedTuple):
    """A key for data as a module gives it out, and how to use it.

    *key_type* is 00A (ZEK), 00B (DEK), FFF for a key block, or 009 for a base derivation key: then
    *ksn* is the serial number of a device. *iv* is the initial vector in hexadecimal (16 digits, of
    AES 32); without one, blocks are not chained.
    """

    key_type: str
    key: str
    iv: str = ""
    ksn: str = ""


class Data(NamedTuple):
    """What an answer holds: *text* as asked for, and the next *ivs*, one for each chained side."""

    ivs: tuple[str, ...]
    text: str


def encrypt_data(key: DataKey, data: bytes) -> Command:
    """M0: *data*, whole blocks, encrypted; for :func:`read_data`, in hexadecimal."""
    return Command("", "M0", {**_head(), **_side("", key), "data": data.hex().upper()})


def decrypt_data(key: DataKey, cipher: bytes) -> Command:
    """M2: what was encrypted; for :func:`read_data`, in hexadecimal."""
    return Command("", "M2", {**_head(), **_side("", key), "data": cipher.hex().upper()})


def translate_data(source: DataKey, target: DataKey, cipher: bytes) -> Command:
    """M4: from under one key to under another; for :func:`read_data`, in hexadecimal."""
    sides = {**_side("source_", source), **_side("target_", target)}
    return Command("", "M4", {**_head(), **sides, "data": cipher.hex().upper()})


def hash_data(data: bytes, algorithm: str = SHA_256) -> Command:
    """GM: the hash of *data*, 0 to 65535 bytes. Answers digest, its bytes as characters."""
    return Command("", "GM", {"hash": algorithm, "data": text_of(data)})


def read_data(command: Command, answer: Answer) -> Data:
    """What *answer*, which succeeded, holds.

    An initial vector in front may look like a length: only what was asked tells one from the other.
    Raises HsmFormatError.
    """
    given = (command.fields.get(name) for name in ("iv", "source_iv", "target_iv"))
    ivs = [iv for iv in given if iv]
    names = ("iv", "second_iv")[: len(ivs)]
    layouts = COMMANDS[command.code].answer
    line = next(a for a in layouts if a.required == answer.fields.keys()).write(answer.fields)
    for layout in layouts:
        read = layout.read(line, 0) if _fits(layout, names, ivs) else None
        if read is not None and read[1] == len(line):
            return Data(tuple(read[0][name] for name in names), read[0]["data"])
    expected = f"{len(ivs)} initial vectors and data"
    raise HsmFormatError(expected, field=answer.code, code=answer.code)


def _fits(layout: HsmLayout, names: tuple[str, ...], ivs: list[str]) -> bool:
    """Whether *layout* has as many initial vectors as were given, as long as those."""
    kinds = {field.name: field.kind for field in layout.fields if field.name != "data"}
    return tuple(kinds) == names and all(
        kinds[name].admits(iv) for name, iv in zip(names, ivs, strict=True)
    )


def _head() -> dict[str, str]:
    return {"input_format": _HEX, "output_format": _HEX}


def _side(prefix: str, key: DataKey) -> dict[str, str]:
    fields = {"mode": CBC if key.iv else ECB, "key_type": key.key_type, "key": key.key}
    fields |= {"iv": key.iv} if key.iv else {}
    fields |= {"ksn": described_ksn(key.ksn)} if key.ksn else {}
    return {f"{prefix}{name}": value for name, value in fields.items()}
