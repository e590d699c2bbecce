"""A function for every HSM command: it makes the value and leaves the header to the kernel.

Keys are text as a module gives them out: under its LMK, or under a zone master key where the name
says so. PIN block formats: "01" ISO 9564-1 format 0, "05" format 1, "47" format 3. *pan12* is the
12 right-most digits of a card number without its check digit. The forms are checked when the
command is packed.
"""

from __future__ import annotations

from typing import Final

from .values import Command

ISO_0: Final = "01"
ISO_1: Final = "05"
ISO_3: Final = "47"
PIN_LENGTH_MAX: Final = "12"  # ISO 9564-1: a PIN has 4 to 12 digits.
# Key types of the LMK: a pair of keys and a variant.
ZMK: Final = "000"
ZPK: Final = "001"
TPK: Final = "002"  # And TMK and PVK: they share it.
TAK: Final = "003"
ZAK: Final = "008"
CVK: Final = "402"

_HEX_INPUT: Final = "1"


def diagnostics() -> Command:
    """NC: is the module there, which LMK and which firmware has it? Answers lmk_check, firmware."""
    return Command("", "NC")


def echo(data: str) -> Command:
    """B2: send *data* back. Answers data.

    >>> from specs.hsm.codec import pack_command
    >>> pack_command(echo("HELLO").with_header("0001"))
    b'0001B20005HELLO'
    """
    return Command("", "B2", {"data": data})


def translate_pin_tpk_zpk(
    tpk: str, zpk: str, block: str, pan12: str, source: str = ISO_0, target: str = ISO_0
) -> Command:
    """CA: a PIN *block* under a terminal's key becomes one under a zone's.

    Answers pin_length, block, format.
    """
    return _translate("CA", {"tpk": tpk, "zpk": zpk}, block, pan12, source, target)


def translate_pin_zpk_zpk(
    source_zpk: str,
    target_zpk: str,
    block: str,
    pan12: str,
    source: str = ISO_0,
    target: str = ISO_0,
) -> Command:
    """CC: a PIN *block* under one zone's key becomes one under another's.

    Answers pin_length, block, format.
    """
    keys = {"source_zpk": source_zpk, "target_zpk": target_zpk}
    return _translate("CC", keys, block, pan12, source, target)


def verify_pin_pvv_tpk(
    tpk: str, pvk: str, block: str, pan12: str, pvki: str, pvv: str, source: str = ISO_0
) -> Command:
    """DC: does the PIN in *block* under a terminal's key give *pvv*? Error 01 says no."""
    return _verify("DC", {"tpk": tpk}, pvk, block, pan12, pvki, pvv, source)


def verify_pin_pvv_zpk(
    zpk: str, pvk: str, block: str, pan12: str, pvki: str, pvv: str, source: str = ISO_0
) -> Command:
    """EC: does the PIN in *block* under a zone's key give *pvv*? Error 01 says no."""
    return _verify("EC", {"zpk": zpk}, pvk, block, pan12, pvki, pvv, source)


def pin_to_lmk(tpk: str, block: str, pan12: str, source: str = ISO_0) -> Command:
    """JC: the PIN in *block* under a terminal's key, kept under the LMK. Answers pin."""
    return Command("", "JC", {"tpk": tpk, "block": block, "format": source, "pan12": pan12})


def pvv_from_lmk_pin(pvk: str, pin: str, pan12: str, pvki: str) -> Command:
    """DG: the PVV of the *pin* that JC gave. Answers pvv."""
    return Command("", "DG", {"pvk": pvk, "pin": pin, "pan12": pan12, "pvki": pvki})


def generate_cvv(cvk: str, pan: str, expiry: str, service_code: str) -> Command:
    """CW: the card verification value; *expiry* in the order the issuer uses it. Answers cvv."""
    return Command("", "CW", _card(cvk, pan, expiry, service_code))


def verify_cvv(cvk: str, pan: str, expiry: str, service_code: str, cvv: str) -> Command:
    """CY: is *cvv* the card verification value? Error 01 says no."""
    return Command("", "CY", {**_card(cvk, pan, expiry, service_code), "cvv": cvv})


def generate_key(
    key_type: str,
    scheme: str = "U",
    zmk: str | None = None,
    zmk_scheme: str = "X",
    *,
    zmk_is_tmk: bool = False,
) -> Command:
    """A0: a new key; with *zmk* (or a terminal master key) also in transport form under that.

    Answers key, [key_under_zmk,] kcv.
    """
    fields = {"mode": "0", "key_type": key_type, "lmk_scheme": scheme}
    if zmk is not None:
        flag = "1" if zmk_is_tmk else "0"
        fields |= {"mode": "1", "zmk_flag": flag, "zmk": zmk, "zmk_scheme": zmk_scheme}
    return Command("", "A0", fields)


def import_key(key_type: str, zmk: str, key_under_zmk: str, scheme: str = "U") -> Command:
    """A6: a key that came under *zmk*, kept under the LMK. Answers key, kcv.

    Error 01 with these fields: its parity was wrong and has been corrected.
    """
    fields = {"key_type": key_type, "zmk": zmk, "key": key_under_zmk, "lmk_scheme": scheme}
    return Command("", "A6", fields)


def export_key(key_type: str, zmk: str, key: str, zmk_scheme: str = "X") -> Command:
    """A8: *key* in transport form under *zmk*. Answers key, kcv."""
    fields = {"key_type": key_type, "zmk": zmk, "key": key, "zmk_scheme": zmk_scheme}
    return Command("", "A8", fields)


def key_check_value(key_type: str, key: str) -> Command:
    """BU: the check value of *key*, 6 hex digits. Answers kcv."""
    length_flag = {"U": "1", "X": "1", "T": "2", "Y": "2"}.get(key[:1], "0")
    fields = {"type_code": "FF", "length_flag": length_flag, "key": key, "key_type": key_type}
    return Command("", "BU", {**fields, "options": "001"})


def generate_mac(
    key_type: str, key: str, data: bytes, algorithm: str = "3", padding: str = "1", length: int = 8
) -> Command:
    """M6: the MAC of *data*, *length* 8 or 16 hex digits. Answers mac.

    *algorithm* "1" or "3" is that of ISO 9797-1, *padding* "1" or "2" its method, "0" is none.
    """
    return Command("", "M6", _mac(key_type, key, data, algorithm, padding, length))


def verify_mac(
    key_type: str, key: str, data: bytes, mac: str, algorithm: str = "3", padding: str = "1"
) -> Command:
    """M8: is *mac* (8 or 16 hex digits) the MAC of *data*? Error 01 says no."""
    fields = _mac(key_type, key, data, algorithm, padding, len(mac))
    return Command("", "M8", {**fields, "mac": mac})


def _translate(
    code: str, keys: dict[str, str], block: str, pan12: str, source: str, target: str
) -> Command:
    formats = {"source_format": source, "target_format": target}
    return Command(
        "", code, {**keys, "pin_max": PIN_LENGTH_MAX, "block": block, **formats, "pan12": pan12}
    )


def _verify(
    code: str,
    key: dict[str, str],
    pvk: str,
    block: str,
    pan12: str,
    pvki: str,
    pvv: str,
    source: str,
) -> Command:
    pin = {"block": block, "format": source, "pan12": pan12}
    return Command("", code, {**key, "pvk": pvk, **pin, "pvki": pvki, "pvv": pvv})


def _card(cvk: str, pan: str, expiry: str, service_code: str) -> dict[str, str]:
    return {"cvk": cvk, "pan": pan, "expiry": expiry, "service_code": service_code}


def _mac(
    key_type: str, key: str, data: bytes, algorithm: str, padding: str, length: int
) -> dict[str, str]:
    return {
        "mode": "0",
        "input_format": _HEX_INPUT,
        "mac_size": "1" if length == 16 else "0",
        "algorithm": algorithm,
        "padding": padding,
        "key_type": key_type,
        "key": key,
        "data": data.hex().upper(),
    }
