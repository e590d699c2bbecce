"""What the field classes of jPOS packagers mean, by the rule that their names follow.

`IFA_` ASCII, `IFB_` packed or binary, `IFE_` EBCDIC (IBM-1047), `IF_` plain; `LL` digits of a
length, `H` behind them a binary one; `NUM`, `CHAR`, `BINARY`, `AMOUNT`, `BITMAP`.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

PACKAGES: Final = (
    *("org.jpos.iso.packager.", "org.jpos.iso."),
    *("org.jpos.tlv.packager.bertlv.", "org.jpos.tlv.packager.", "org.jpos.tlv."),
)
_EBCDIC: Final = "ebcdic-1047"
_PREFIX_DIGITS_MAX: Final = 6
# `pad` says on which side packed digits are filled: true left, and false, or nothing, right.
BY_PAD: Final = "bcd by pad 0"
BY_PAD_F: Final = "bcd by pad F"


class FieldClass(Struct, frozen=True, kw_only=True, gc=False):
    """How the fields of one class are written: a class, an encoding and a prefix of ours.

    *more* are characters of a value that its `length` counts but ours does not (a sign); *loss* is
    what we cannot say.
    """

    kind: str
    encoding: str = "ascii"
    digits: int = 0
    length: str = "ascii"
    count: str = ""
    more: int = 0
    loss: str = ""


def _families() -> dict[str, FieldClass]:
    classes: dict[str, FieldClass] = {}
    for digits in range(1, _PREFIX_DIGITS_MAX + 1):
        ls = "L" * digits
        for family, text, length in (("IFA", "ascii", "ascii"), ("IFE", _EBCDIC, _EBCDIC)):
            classes[f"{family}_{ls}NUM"] = FieldClass(
                kind="n", encoding=text, digits=digits, length=length
            )
            classes[f"{family}_{ls}CHAR"] = FieldClass(
                kind="ans", encoding=text, digits=digits, length=length
            )
            # Trap: hexadecimal text where it is fixed, bytes as they are behind a length.
            classes[f"{family}_{ls}BINARY"] = FieldClass(
                kind="b", encoding="binary", digits=digits, length=length
            )
        classes[f"IFA_{ls}ABINARY"] = FieldClass(
            kind="b", encoding="hex", digits=digits, length="ascii", count="bytes"
        )
        classes[f"IFAE_{ls}CHAR"] = FieldClass(
            kind="ans", encoding=_EBCDIC, digits=digits, length="ascii"
        )
        classes[f"IFEA_{ls}CHAR"] = FieldClass(
            kind="ans", encoding="ascii", digits=digits, length=_EBCDIC
        )
        for h, length in (("", "bcd"), ("H", "binary")):
            classes[f"IFB_{ls}{h}NUM"] = FieldClass(
                kind="n", encoding=BY_PAD, digits=digits, length=length
            )
            classes[f"IFB_{ls}{h}CHAR"] = FieldClass(
                kind="ans", encoding="ascii", digits=digits, length=length
            )
            classes[f"IFB_{ls}{h}ECHAR"] = FieldClass(
                kind="ans", encoding=_EBCDIC, digits=digits, length=length
            )
            classes[f"IFB_{ls}{h}BINARY"] = FieldClass(
                kind="b", encoding="binary", digits=digits, length=length
            )
        # Trap: this F is the nibble that fills an odd digit up.
        classes[f"IFB_F{ls}NUM"] = FieldClass(
            kind="n", encoding=BY_PAD_F, digits=digits, length="bcd"
        )
        classes[f"IFB_{ls}HEX"] = FieldClass(
            kind="b", encoding="binary", digits=digits, length="bcd", count="nibbles"
        )
        # And this F means that the value is filled up to its greatest length.
        for kind in ("NUM", "CHAR"):
            classes[f"IFA_F{ls}{kind}"] = _filled("ans", "ascii", digits)
        classes[f"IFB_{ls}HFBINARY"] = _filled("b", "binary", (digits + 1) // 2)
        odd = "odd numbers of digits cannot be read or written: their length says none"
        classes[f"IFEB_{ls}NUM"] = FieldClass(
            kind="n", encoding="bcd right F", digits=digits, length=_EBCDIC, count="bytes", loss=odd
        )
        even = "jPOS writes the length of an odd number of digits as if they were one more"
        classes[f"IFA_{ls}BNUM"] = FieldClass(
            kind="n", encoding=BY_PAD, digits=digits, length="ascii", loss=even
        )
    return classes


def _filled(kind: str, encoding: str, size: int) -> FieldClass:
    loss = "filled up to its greatest length: the value has its length in front, and the filling"
    return FieldClass(kind=kind, encoding=encoding, more=-size, loss=loss)


FIELD_CLASSES: Final = {
    **_families(),
    "IF_CHAR": FieldClass(kind="ans"),
    "IF_ECHAR": FieldClass(kind="ans", encoding=_EBCDIC),
    "IFA_NUMERIC": FieldClass(kind="n"),
    "IFA_AMOUNT": FieldClass(kind="x+n", more=1),
    "IFA_AMOUNT2003": FieldClass(kind="n"),
    "IFA_BINARY": FieldClass(kind="b", encoding="hex"),
    "IFB_NUMERIC": FieldClass(kind="n", encoding=BY_PAD),
    "IFB_FNUMERIC": FieldClass(kind="n", encoding=BY_PAD_F),
    "IFB_AMOUNT": FieldClass(kind="x+n", encoding=BY_PAD, more=1),
    "IFB_AMOUNT2003": FieldClass(kind="n", encoding=BY_PAD),
    "IFB_BINARY": FieldClass(kind="b", encoding="binary"),
    "IFE_CHAR": FieldClass(kind="ans", encoding=_EBCDIC),
    "IFE_NUMERIC": FieldClass(kind="n", encoding=_EBCDIC),
    "IFE_AMOUNT": FieldClass(kind="x+n", encoding=_EBCDIC, more=1),
    "IFE_BINARY": FieldClass(kind="b", encoding=_EBCDIC),
}
# The classes that jPOS has, of all that the rule of their names would give, by their number of L.
_WITH_LENGTH: Final = {
    "IFA_{}NUM": (2, 3),
    "IFA_{}CHAR": range(1, 7),
    "IFA_{}BINARY": range(1, 7),
    "IFA_{}ABINARY": (2, 3),
    "IFAE_{}CHAR": (2,),
    "IFEA_{}CHAR": (2,),
    "IFB_{}NUM": (2, 3),
    "IFB_{}CHAR": (2, 3, 4, 6),
    "IFB_{}BINARY": (2, 3, 4),
    "IFB_{}HNUM": (2, 3),
    "IFB_{}HCHAR": (2, 3),
    "IFB_{}HECHAR": (2, 3),
    "IFB_{}HBINARY": (2, 3),
    "IFB_{}HEX": (2,),
    "IFB_F{}NUM": (2, 3),
    "IFE_{}NUM": (1, 2, 3),
    "IFE_{}CHAR": (1, 2, 3, 4),
    "IFE_{}BINARY": (1, 2, 3),
}
CLASSES_WITH_LENGTH: Final = frozenset(
    name.format("L" * digits) for name, lengths in _WITH_LENGTH.items() for digits in lengths
)
BITMAP_CLASSES: Final = {"IFA_BITMAP": "hex", "IFB_BITMAP": "binary", "IFE_BITMAP": _EBCDIC}
MTI_CLASSES: Final = {"IFA_NUMERIC": "ascii", "IFB_NUMERIC": "bcd", "IFE_NUMERIC": _EBCDIC}
NOTHING: Final = "IF_NOP"
# A part with its length and its tag in front: LLTT, where LL counts TT too.
TAGGED: Final = "IFEP_LLCHAR"


def bare_class(name: str) -> str:
    """*name* without the package of jPOS; blanks around it are not of it.

    >>> bare_class("org.jpos.iso.IFB_BINARY "), bare_class("com.bank.IFB_BINARY")
    ('IFB_BINARY', 'com.bank.IFB_BINARY')
    """
    name = name.strip()
    package = next((package for package in PACKAGES if name.startswith(package)), "")
    return name.removeprefix(package)
