"""Commands about card verification values, printed and dynamic ones.

Layout chosen here, where no public source says: of PM version 0 of scheme 1, a CVC3 over the static
data of a track. Version 2 takes the whole track 2, in which the reader put its number and counter.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ...errors import MISMATCH
from ...grammar import (
    HostCommand,
    HsmField,
    HsmKind,
    HsmLayout,
    counted,
    digits,
    hexadecimal,
    one_of,
)
from ...kinds import BYTES_2, BYTES_4, KEY_PAIR, NOTHING, PAN
from ...values import Command, text_of

_CVV: Final = HsmField("cvv", digits(3))
_PRINTED: Final = (HsmField("expiry", digits(4), ";"), HsmField("service_code", digits(3)))
_DYNAMIC: Final = (
    HsmField("mk", KEY_PAIR),
    HsmField("derivation", one_of("AB", "derivation of the card's key")),
    HsmField("pan", PAN),
)
_TRACK: Final = counted("[0-9A-F]{2}", 16, "2 upper-case hex digits and as many bytes as they say")
# What the module itself computed, for whoever is authorised to see it.
_COMPUTED: Final = HsmKind("[0-9]{5}|[0-9]{3}", "a value of 3 or 5 digits")

COMMANDS: Final[Mapping[str, HostCommand]] = {
    "CW": HostCommand(
        request=(HsmLayout(HsmField("cvk", KEY_PAIR), HsmField("pan", PAN), *_PRINTED),),
        answer=(HsmLayout(_CVV),),
    ),
    "CY": HostCommand(
        request=(HsmLayout(HsmField("cvk", KEY_PAIR), _CVV, HsmField("pan", PAN), *_PRINTED),),
        answer=NOTHING,
    ),
    "PM": HostCommand(
        request=(
            HsmLayout(
                HsmField("scheme", one_of("0", "scheme", "05")),
                HsmField("version", one_of("0", "version")),
                *_DYNAMIC,
                *_PRINTED,
                HsmField("atc", digits(6)),
                HsmField("dcvv", digits(3)),
            ),
            HsmLayout(
                HsmField("scheme", one_of("1", "scheme", "05")),
                HsmField("version", one_of("0", "version")),
                *_DYNAMIC,
                HsmField("sequence", digits(2), ";"),
                HsmField("track", _TRACK),
                HsmField("atc", BYTES_2, ";"),
                HsmField("unpredictable", BYTES_4),
                HsmField("cvc3", HsmKind("[0-9]{3,5}", "3 to 5 digits")),
            ),
            HsmLayout(
                HsmField("scheme", one_of("1", "scheme", "05")),
                HsmField("version", one_of("2", "version")),
                *_DYNAMIC,
                HsmField("sequence", digits(2), ";"),
                HsmField("track", counted("[0-9]{3}", 10, "3 digits and as many bytes")),
                HsmField("unpredictable", hexadecimal(8)),
                HsmField("atc", digits(5)),
                HsmField(
                    "cvc3", HsmKind("XX[0-9]{3}|X[0-9]{4}|[0-9]{5}", "5 digits, or X and 3 or 4")
                ),
            ),
        ),
        answer=NOTHING,
        warnings={MISMATCH: (HsmLayout(HsmField("diagnostic", _COMPUTED)), HsmLayout())},
    ),
}


def generate_cvv(cvk: str, pan: str, expiry: str, service_code: str) -> Command:
    """CW: the card verification value; *expiry* in the order the issuer uses it. Answers cvv."""
    return Command("", "CW", _card(cvk, pan, expiry, service_code))


def verify_cvv(cvk: str, pan: str, expiry: str, service_code: str, cvv: str) -> Command:
    """CY: is *cvv* the card verification value? Error 01 says no."""
    return Command("", "CY", {**_card(cvk, pan, expiry, service_code), "cvv": cvv})


def verify_dcvv(
    mk_ac: str,
    pan: str,
    expiry: str,
    service_code: str,
    atc: str,
    dcvv: str,
    derivation: str = "A",
) -> Command:
    """PM: is *dcvv* the dynamic CVV of the card at *atc* (4 digits)? Error 01 says no."""
    card = {"mk": mk_ac, "derivation": derivation, "pan": pan, "expiry": expiry}
    fields = {"scheme": "0", "version": "0", **card, "service_code": service_code}
    return Command("", "PM", {**fields, "atc": atc.zfill(6), "dcvv": dcvv})


def verify_cvc3(
    mk_cvc3: str,
    pan: str,
    sequence: str,
    track: bytes,
    atc: bytes,
    unpredictable: bytes,
    cvc3: str,
    derivation: str = "A",
) -> Command:
    """PM: are *cvc3* (3 to 5 digits) the last digits of that over the static *track* data?

    Error 01 says no. *sequence* is 2 digits, *atc* 2 bytes, *unpredictable* 4.
    """
    card = {"mk": mk_cvc3, "derivation": derivation, "pan": pan, "sequence": sequence}
    fields = {"scheme": "1", "version": "0", **card, "track": text_of(track), "atc": text_of(atc)}
    return Command("", "PM", {**fields, "unpredictable": text_of(unpredictable), "cvc3": cvc3})


def verify_cvc3_of_track(
    mk_cvc3: str,
    pan: str,
    sequence: str,
    track: bytes,
    atc: int,
    unpredictable: str,
    cvc3: str,
    derivation: str = "A",
) -> Command:
    """PM: are *cvc3* (3 to 5 digits) the last digits of that over *track* 2, as a reader sends it?

    Error 01 says no. *track* is packed, *unpredictable* 8 hex digits.
    """
    card = {"mk": mk_cvc3, "derivation": derivation, "pan": pan, "sequence": sequence}
    said = {"track": text_of(track), "unpredictable": unpredictable, "atc": f"{atc:05d}"}
    fields = {"scheme": "1", "version": "2", **card, **said}
    return Command("", "PM", {**fields, "cvc3": cvc3.rjust(5, "X")})


def _card(cvk: str, pan: str, expiry: str, service_code: str) -> dict[str, str]:
    return {"cvk": cvk, "pan": pan, "expiry": expiry, "service_code": service_code}
