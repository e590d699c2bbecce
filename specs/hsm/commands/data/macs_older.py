"""Older commands about message authentication codes.

MA, MC and ME make, verify and translate a MAC of 4 bytes under a TAK; a key of single length takes
algorithm 1, a longer one X9.19, and zeros fill up the data. These run to the end of the frame, as a
public program has it: no LMK id and no trailer can follow.

MQ and MS answer 8 bytes, for long messages in pieces: MQ of algorithm 1 under a ZAK, MS of X9.19
under a TAK or ZAK, where a key of single length takes algorithm 1. Zeros fill up every piece, as
the public program does; of MS that and the input format 1 are chosen here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

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
from ...kinds import KEY, NOTHING
from ...values import Command, text_of

_HEX_INPUT: Final = "1"
_REST: Final = HsmField("data", HsmKind("(?s:.{0,32767})", "any bytes, to the end of the frame"))
_MAC: Final = HsmField("mac", hexadecimal(8))


def _older(modes: str, *iv: HsmField) -> tuple[HsmLayout, HsmLayout]:
    """The pieces *modes* of MQ, and of MS."""
    hex_3 = counted("[0-9A-F]{3}", 16, "3 upper-case hex digits and as many bytes as they say")
    mode = HsmField("mode", one_of(modes, "which piece", "05"))
    return (
        HsmLayout(mode, HsmField("zak", KEY), *iv, HsmField("data", hex_3)),
        HsmLayout(
            mode,
            HsmField("key_kind", one_of("01", "0 for a TAK, 1 for a ZAK", "04")),
            HsmField("length_flag", one_of("01", "0 for single length, 1 for double", "06")),
            HsmField("input_format", one_of("01", "input format", "03")),
            HsmField("key", KEY),
            *iv,
            HsmField("data", COUNTED),
        ),
    )


_IV: Final = HsmField("iv", hexadecimal(16))
_PIECES: Final = (*zip(_older("01"), _older("23", _IV), strict=True),)
_MAB: Final = (HsmLayout(HsmField("mac", hexadecimal(16))),)

COMMANDS: Final[Mapping[str, HostCommand]] = {
    "MA": HostCommand(request=(HsmLayout(HsmField("tak", KEY), _REST),), answer=(HsmLayout(_MAC),)),
    "MC": HostCommand(request=(HsmLayout(HsmField("tak", KEY), _MAC, _REST),), answer=NOTHING),
    "ME": HostCommand(
        request=(HsmLayout(HsmField("tak", KEY), HsmField("target_tak", KEY), _MAC, _REST),),
        answer=(HsmLayout(_MAC),),
    ),
    "MQ": HostCommand(request=_PIECES[0], answer=_MAB),
    "MS": HostCommand(request=_PIECES[1], answer=_MAB),
}


def generate_mac_older(tak: str, data: bytes) -> Command:
    """MA: the MAC of *data*, 8 hex digits. Answers mac."""
    return Command("", "MA", {"tak": tak, "data": text_of(data)})


def verify_mac_older(tak: str, data: bytes, mac: str) -> Command:
    """MC: is *mac* (8 hex digits) that of *data*? Error 01 says no."""
    return Command("", "MC", {"tak": tak, "mac": mac, "data": text_of(data)})


def translate_mac_older(tak: str, target_tak: str, data: bytes, mac: str) -> Command:
    """ME: the MAC of *data* under *target_tak*, if *mac* is that under *tak*. Answers mac."""
    fields = {"tak": tak, "target_tak": target_tak, "mac": mac}
    return Command("", "ME", {**fields, "data": text_of(data)})


def generate_mac_zak_older(zak: str, data: bytes, mode: str = "0", iv: str = "") -> Command:
    """MQ: the MAC of *data* by algorithm 1. Answers mac, in modes 1 and 2 the next *iv*.

    *mode* is 0 for a whole message, 1 for its first piece, 2 for any other, 3 for the last; of 2
    and 3 *iv* is the mac that the piece before answered.
    """
    fields = {"mode": mode, "zak": zak, "data": text_of(data)}
    return Command("", "MQ", fields | ({"iv": iv} if iv else {}))


def generate_mac_x919_older(
    key: str, data: bytes, mode: str = "0", iv: str = "", *, zak: bool = False, double: bool = True
) -> Command:
    """MS: the MAC of *data* by X9.19, under a TAK or a *zak*. Answers mac; see MQ for the rest."""
    kinds = {"key_kind": "1" if zak else "0", "length_flag": "1" if double else "0"}
    fields = {"mode": mode, **kinds, "input_format": _HEX_INPUT, "key": key}
    return Command("", "MS", {**fields, "data": data.hex().upper()} | ({"iv": iv} if iv else {}))
