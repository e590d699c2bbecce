"""Commands that encrypt, decrypt, translate and hash data."""

from __future__ import annotations

from typing import Final, NamedTuple

from ..commands import ANSWERS
from ..errors import HsmFormatError
from ..grammar import HsmLayout
from ..values import Answer, Command, answer_code
from .macs import described_ksn

ECB: Final = "00"
CBC: Final = "01"
# Hashes of GM.
SHA_1: Final = "01"
MD5: Final = "02"
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
    return Command("", "GM", {"hash": algorithm, "data": data.decode("latin-1")})


def read_data(command: Command, answer: Answer) -> Data:
    """What *answer*, which succeeded, holds.

    An initial vector in front may look like a length: only what was asked tells one from the other.
    Raises HsmFormatError.
    """
    given = (command.fields.get(name) for name in ("iv", "source_iv", "target_iv"))
    ivs = [iv for iv in given if iv]
    names = ("iv", "second_iv")[: len(ivs)]
    layouts = ANSWERS[answer_code(command.code)]
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
