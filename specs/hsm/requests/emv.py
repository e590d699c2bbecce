"""Commands about the cryptograms of chip cards."""

from __future__ import annotations

from typing import Final

from ..values import Command

# Session keys of KQ: none (VIS, cryptogram version 10), and M/Chip's.
VIS_CVN_10: Final = "0"
M_CHIP: Final = "1"
# Session keys of KW: EMV common session keys; the card's key derived by option A, or by option B.
CSK_OPTION_A: Final = "2"
CSK_OPTION_B: Final = "3"


def verify_arqc(
    mk_ac: str,
    account: bytes,
    atc: bytes,
    unpredictable: bytes,
    data: bytes,
    arqc: bytes,
    arc: bytes = b"",
    scheme: str = VIS_CVN_10,
) -> Command:
    """KQ: is *arqc* (8 bytes) the cryptogram over *data* (1 to 255)? With *arc* (2) answers arpc.

    *account* (8) is made of card and sequence number, *atc* (2) the card's counter, *unpredictable*
    (4) the terminal's number. Zeros fill the last block of *data*; where a card fills with 80
    (M/Chip), that byte is for the caller to append. Error 01 says no.
    """
    mode = "1" if arc else "0"
    card = _card(mk_ac, account, atc, unpredictable)
    fields = {"mode": mode, "scheme": scheme, **card, "data": _text(data), "arqc": _text(arqc)}
    return Command("", "KQ", fields | ({"arc": _text(arc)} if arc else {}))


def generate_arpc(
    mk_ac: str,
    account: bytes,
    atc: bytes,
    unpredictable: bytes,
    arqc: bytes,
    arc: bytes,
    scheme: str = VIS_CVN_10,
) -> Command:
    """KQ: the answer to *arqc* without verifying it. Answers arpc. See :func:`verify_arqc`."""
    card = _card(mk_ac, account, atc, unpredictable)
    fields = {"mode": "2", "scheme": scheme, **card, "arqc": _text(arqc), "arc": _text(arc)}
    return Command("", "KQ", fields)


def verify_arqc_and_mac(command: Command, mk_smi: str, mac: bytes, mac_data: bytes) -> Command:
    """KQ: *command* of :func:`verify_arqc`, and is *mac* (4 bytes) that of *mac_data* as well?

    Error 06 says that it is not.
    """
    mode = "4" if "arc" in command.fields else "3"
    second = {"mk_smi": mk_smi, "mac": _text(mac), "mac_data": _text(mac_data)}
    return Command("", "KQ", {**command.fields, "mode": mode, **second})


def verify_arqc_csk(
    mk_ac: str,
    account: bytes,
    atc: bytes,
    data: bytes,
    arqc: bytes,
    arc: bytes = b"",
    csu: bytes = b"",
    proprietary: bytes = b"",
    scheme: str = CSK_OPTION_A,
) -> Command:
    """KW: the same with common session keys; with *arc* (2 bytes) or *csu* (4) answers arpc.

    *arc* asks for method 1; *csu*, with 0 to 8 bytes *proprietary*, for method 2, of whose answer
    the first 4 bytes count. By option B *account* is the packed digits of card and sequence number,
    with a zero in front where their count is odd.
    """
    fields = {"scheme": scheme, "mk_ac": mk_ac, "account": _text(account), "atc": _text(atc)}
    fields |= {"data": _text(data), "arqc": _text(arqc)}
    mode = "1" if arc else "3" if csu else "0"
    return Command("", "KW", {"mode": mode, **fields, **_answer(arc, csu, proprietary)})


def generate_arpc_csk(
    mk_ac: str,
    account: bytes,
    atc: bytes,
    arqc: bytes,
    arc: bytes = b"",
    csu: bytes = b"",
    proprietary: bytes = b"",
    scheme: str = CSK_OPTION_A,
) -> Command:
    """KW: the answer to *arqc* without verifying it. Answers arpc. See :func:`verify_arqc_csk`."""
    fields = {"scheme": scheme, "mk_ac": mk_ac, "account": _text(account), "atc": _text(atc)}
    mode = "2" if arc else "4"
    asked = {"mode": mode, **fields, "arqc": _text(arqc), **_answer(arc, csu, proprietary)}
    return Command("", "KW", asked)


def use_emv2000_tree(command: Command, branch_factor: int = 4, iv: bytes = bytes(16)) -> Command:
    """KW by the key tree of EMV2000 instead: *command* is of the two functions before.

    *branch_factor* is 4 or 2, *iv* 16 bytes.

    >>> asked = generate_arpc_csk("U" + "0" * 32, bytes(8), bytes(2), bytes(8), arc=b"00")
    >>> use_emv2000_tree(asked).fields["scheme"]
    '0'
    """
    scheme = {CSK_OPTION_A: "0", CSK_OPTION_B: "1"}[command.fields["scheme"]]
    tree = {2: "0", 4: "1"}[branch_factor]
    return Command("", "KW", {**command.fields, "scheme": scheme, "tree": tree, "iv": _text(iv)})


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
    fields = {"scheme": "1", "version": "0", **card, "track": _text(track), "atc": _text(atc)}
    return Command("", "PM", {**fields, "unpredictable": _text(unpredictable), "cvc3": cvc3})


def _card(mk_ac: str, account: bytes, atc: bytes, unpredictable: bytes) -> dict[str, str]:
    numbers = {"account": _text(account), "atc": _text(atc), "unpredictable": _text(unpredictable)}
    return {"mk_ac": mk_ac, **numbers}


def _answer(arc: bytes, csu: bytes, proprietary: bytes) -> dict[str, str]:
    if arc:
        return {"arc": _text(arc)}
    return {"csu": _text(csu), "proprietary": _text(proprietary)} if csu else {}


def _text(data: bytes) -> str:
    return data.decode("latin-1")
