"""KU and KY: scripts as pyemv makes them, and what is refused."""

import msgspec
import pytest
from pyemv import kd, sm

from cardswitch.specs.hsm import Answer, Command, HsmFormatError, unpack_command
from cardswitch.specs.hsm.commands.cards.scripts import (
    M_CHIP_SCRIPT,
    VIS_SCRIPT,
    NewPin,
    ScriptSecret,
    change_pin_of_card,
    make_script,
    make_script_csk,
)
from cardswitch.specs.security.emv_keys import encode_account_emv_a
from cardswitch.specs.security.tdes import encrypt_tdes_ecb
from tests.kit.hsm.examples_emv import under_block_lmk
from tests.kit.hsm.module import PAN, PAN12, ask, key, module, pin_block, under_lmk

SMI, SMC, DEK = map(key, (60, 61, 62))
ACCOUNT, ATC = encode_account_emv_a(PAN), b"\x00\x1c"
COUNTER, ARQC = bytes(6) + ATC, bytes.fromhex("1234567890ABCDEF")
MESSAGE, CLEAR = bytes.fromhex("8424000008001C"), b"16 bytes of data"
KEYS = {
    "00": (under_lmk("209", SMI), under_lmk("309", SMC), under_lmk("00B", DEK)),
    "01": (
        under_block_lmk("E2T2N00E00", SMI),
        under_block_lmk("E1T2N00E00", SMC),
        under_block_lmk("D0T2B00N00", DEK),
    ),
}
SMI_TEXT, SMC_TEXT, DEK_TEXT = KEYS["00"]


def session_key(master: bytes, session: bytes, style: str) -> bytes:
    """As pyemv derives it."""
    card_key = kd.derive_icc_mk_a(master, PAN.encode(), b"00")
    if style == "vis":
        return kd.derive_visa_sm_sk(card_key, ATC)
    return kd.derive_common_sk(card_key, session)


def encrypted(style: str, session: bytes) -> bytes:
    """The data as pyemv encrypts them for the card."""
    kind = {
        "vis": sm.EncryptionType.VISA,
        "mchip": sm.EncryptionType.MASTERCARD,
        "emv": sm.EncryptionType.EMV,
    }
    return sm.encrypt_command_data(session_key(SMC, session, style), CLEAR, kind[style])


def command_of(style: str, secret: ScriptSecret | None = None, lmk_id: str = "00") -> Command:
    """The command that asks for a script of *style*."""
    smi = KEYS[lmk_id][0]
    if style == "emv":
        asked = make_script_csk(smi, ACCOUNT, ARQC, MESSAGE, secret)
    else:
        session, scheme = (COUNTER, VIS_SCRIPT) if style == "vis" else (ARQC, M_CHIP_SCRIPT)
        asked = make_script(smi, ACCOUNT, session, MESSAGE, secret, scheme)
    return changed(asked, lmk_id=lmk_id)


def secret_of(style: str, offset: int = 5, lmk_id: str = "00") -> ScriptSecret:
    """Data under the transport key."""
    session = COUNTER if style == "vis" else ARQC
    _, smc, dek = KEYS[lmk_id]
    return ScriptSecret(smc, dek, session, offset, encrypt_tdes_ecb(DEK, CLEAR))


def changed(command: Command, **fields: str) -> Command:
    """*command* with other fields."""
    return msgspec.structs.replace(command, fields={**command.fields, **fields})


def bytes_in(answer: Answer, name: str) -> bytes:
    assert answer.error == "00"
    return answer.fields[name].encode("latin-1")


ORACLE = pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")
STYLES = ["vis", "mchip", "emv"]


@ORACLE
@pytest.mark.parametrize("lmk_id", ["00", "01"])
@pytest.mark.parametrize("style", STYLES)
def test_the_mac_of_a_command(style: str, lmk_id: str) -> None:
    answer = ask(module(), command_of(style, lmk_id=lmk_id))
    mac_key = session_key(SMI, ARQC, style)
    assert bytes_in(answer, "mac") == sm.generate_command_mac(mac_key, MESSAGE)
    assert set(answer.fields) == {"mac"}


@ORACLE
@pytest.mark.parametrize("lmk_id", ["00", "01"])
@pytest.mark.parametrize("offset", [0, 5, len(MESSAGE)])
@pytest.mark.parametrize("style", STYLES)
def test_data_are_encrypted_and_stand_in_the_message(style: str, offset: int, lmk_id: str) -> None:
    answer = ask(module(), command_of(style, secret_of(style, offset, lmk_id), lmk_id))
    data = bytes_in(answer, "data")
    assert data == encrypted(style, ARQC)
    whole = MESSAGE[:offset] + data + MESSAGE[offset:]
    mac_key = session_key(SMI, ARQC, style)
    assert bytes_in(answer, "mac") == sm.generate_command_mac(mac_key, whole)


PLAIN, FULL = command_of("mchip"), command_of("mchip", secret_of("mchip"))
TRIPLES = {kind: under_lmk(kind, key(9, 24), "T") for kind in ("209", "309", "00B")}


@pytest.mark.parametrize(
    ("command", "error"),
    [
        (changed(PLAIN, message=""), "80"),
        (changed(FULL, offset="0008"), "06"),
        (changed(FULL, data=""), "80"),
        (changed(FULL, data="seven b"), "80"),
        (changed(FULL, data="x" * 256), "80"),
        (changed(command_of("vis"), session="\x01" * 8), "15"),
        (changed(PLAIN, mk_smi=TRIPLES["209"]), "27"),
        (changed(FULL, mk_smc=TRIPLES["309"]), "27"),
        (changed(FULL, transport_key=TRIPLES["00B"]), "27"),
        (changed(FULL, mk_smi=SMC_TEXT), "10"),
        (changed(FULL, mk_smc=SMI_TEXT), "11"),
        (changed(FULL, transport_key=SMI_TEXT), "11"),
        (changed(FULL, lmk_id="01"), "26"),
        (changed(PLAIN, lmk_id="01", mk_smi=KEYS["01"][1]), "A6"),
    ],
)
def test_what_is_refused(command: Command, error: str) -> None:
    assert ask(module(), command).error == error


@pytest.mark.parametrize(
    ("frame", "field", "error"),
    [
        ("1234KU1", "KU.mode", "04"),
        ("1234KU02", "KU.scheme", "05"),
        ("1234KY5", "KY.mode", "04"),
        (f"1234KY0{SMI_TEXT}" + "x" * 16 + "0002a", "KY.message", "80"),
        (f"1234KY2{SMI_TEXT}" + "x" * 16 + "0001ab", "KY.mk_smc", "15"),
    ],
)
def test_broken_frames(frame: str, field: str, error: str) -> None:
    with pytest.raises(HsmFormatError) as caught:
        unpack_command(frame.encode())
    assert (caught.value.field, caught.value.error_code) == (field, error)


AC, ZPK = key(63), key(64)
AC_TEXT, ZPK_TEXT = under_lmk("109", AC), under_lmk("001", ZPK)
FORMATS = ("01", "34", "41", "42")


def new_pin(style: str, current: str = "", mk_ac: str = "") -> NewPin:
    """PIN 98765 for the card, and its current one."""
    block = pin_block(ZPK, current) if current else ""
    session = COUNTER if style == "vis" else ARQC
    made = pin_block(ZPK, "98765")
    return NewPin(SMC_TEXT, session, 7, "001", ZPK_TEXT, made, PAN12, mk_ac, block)


@ORACLE
@pytest.mark.parametrize(
    ("style", "pin", "current"),
    [
        ("emv", new_pin("emv"), None),
        ("mchip", new_pin("mchip"), None),
        ("vis", new_pin("vis", "", AC_TEXT), None),
        ("vis", new_pin("vis", "1234", AC_TEXT), "1234"),
    ],
    ids=["34, EMV", "34, M/Chip", "41", "42"],
)
def test_a_pin_is_changed_as_pyemv_does_it(style: str, pin: NewPin, current: str | None) -> None:
    clear = sm.format_iso9564_2_pin_block("98765")
    if style == "vis":
        card_key = kd.derive_icc_mk_a(AC, PAN.encode(), b"00")
        clear = sm.format_vis_pin_block(card_key, "98765", current)
    answer = ask(module(pin_formats=FORMATS), change_pin_of_card(command_of(style), pin))
    kinds = {"vis": sm.EncryptionType.VISA, "mchip": sm.EncryptionType.MASTERCARD}
    secret = session_key(SMC, ARQC, style)
    data = sm.encrypt_command_data(secret, clear, kinds.get(style, sm.EncryptionType.EMV))
    assert bytes_in(answer, "data") == data
    mac_key = session_key(SMI, ARQC, style)
    assert bytes_in(answer, "mac") == sm.generate_command_mac(mac_key, MESSAGE + data)


CHANGE = change_pin_of_card(command_of("emv"), new_pin("emv"))


@pytest.mark.parametrize(
    ("command", "policy", "error"),
    [
        (CHANGE, {}, "69"),
        (CHANGE, {"pin_formats": FORMATS, "pins_excluded": ("98765",)}, "86"),
        (changed(CHANGE, pan12="999000000002"), {"pin_formats": FORMATS}, "22"),
        (changed(CHANGE, key=DEK_TEXT), {"pin_formats": FORMATS}, "10"),
        (changed(CHANGE, key_type="003"), {"pin_formats": FORMATS}, "28"),
    ],
    ids=["off by default", "excluded", "another card", "another key", "no PIN key"],
)
def test_a_pin_that_is_not_changed(command: Command, policy: dict, error: str) -> None:
    assert ask(module(**policy), command).error == error
