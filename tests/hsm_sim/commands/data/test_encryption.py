"""M0, M2, M4 and GM: published ciphers through the wire, and what is refused."""

import tomllib
from itertools import product
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cardswitch.hsm_sim.module import HsmModule
from cardswitch.specs.errors import EncodeError
from cardswitch.specs.hsm import Answer, Command, HsmFormatError, pack_command, unpack_command
from cardswitch.specs.hsm.commands.data.encryption import (
    MD5,
    SHA_1,
    SHA_224,
    SHA_256,
    SHA_384,
    SHA_512,
    Data,
    DataKey,
    decrypt_data,
    encrypt_data,
    hash_data,
    read_data,
    translate_data,
)
from tests.kit.hsm.examples_emv import under_block_lmk
from tests.kit.hsm.module import ask, key, module, under_lmk

VECTORS = Path(__file__).parents[3] / "vectors"
DUKPT = tomllib.loads((VECTORS / "dukpt.toml").read_text("utf-8"))["tdes"]
CLEAR = bytes(range(32))
IV_8, IV_16 = "0123456789ABCDEF", "00112233445566778899AABBCCDDEEFF"
DEK, OTHER, AES_KEY = key(50), key(51), bytes(range(24))
BDK = bytes.fromhex(DUKPT["bdk"])
KSN = "FFFF9876543210E00001"
AES_KSN = "123456789012345600000001"
TDES_BLOCK, AES_BLOCK = under_block_lmk("D0T2B00N00", DEK), under_block_lmk("D0A2B00N00", AES_KEY)
AES_BDK = under_block_lmk("B0A1X00N00", bytes.fromhex("FEDCBA9876543210F1F1F1F1F1F1F1F1"))
BDK_BLOCK = under_block_lmk("B0T2X00N00", BDK)


def keys_of(lmk_id: str) -> list[DataKey]:
    """Keys of every kind under an LMK, with and without chaining."""
    if lmk_id == "00":
        dek, zek, bdk = under_lmk("00B", DEK), under_lmk("00A", OTHER), under_lmk("009", BDK)
        texts = [("00B", dek, IV_8, ""), ("00A", zek, IV_8, ""), ("009", bdk, IV_8, KSN)]
    else:
        texts = [
            ("FFF", TDES_BLOCK, IV_8, ""),
            ("FFF", AES_BLOCK, IV_16, ""),
            ("00B", AES_BLOCK, IV_16, ""),
            ("009", BDK_BLOCK, IV_8, KSN),
            ("009", AES_BDK, IV_16, AES_KSN),
        ]
    return [DataKey(kind, text, iv, ksn) for kind, text, long, ksn in texts for iv in ("", long)]


def under(lmk_id: str, command: Command, **fields: str) -> Command:
    """*command* for an LMK, and with other fields."""
    return msgspec.structs.replace(command, fields={**command.fields, **fields, "lmk_id": lmk_id})


def ask_data(hsm: HsmModule, command: Command) -> Data:
    """What the answer to *command* holds."""
    answer = ask(hsm, command)
    assert answer.error == "00"
    return read_data(command, answer)


# What is encrypted -------------------------------------------------------------------------------


@pytest.mark.parametrize("lmk_id", ["00", "01"])
def test_what_is_encrypted_is_decrypted(lmk_id: str) -> None:
    hsm = module()
    for used in keys_of(lmk_id):
        cipher = ask_data(hsm, under(lmk_id, encrypt_data(used, CLEAR)))
        assert cipher.text != CLEAR.hex().upper()
        clear = ask_data(hsm, under(lmk_id, decrypt_data(used, bytes.fromhex(cipher.text))))
        assert clear.text == CLEAR.hex().upper()
        assert cipher.ivs == clear.ivs == ((cipher.text[-len(used.iv) :],) if used.iv else ())


@pytest.mark.parametrize("lmk_id", ["00", "01"])
def test_what_is_translated_is_decrypted_under_the_other_key(lmk_id: str) -> None:
    hsm = module()
    for source, target in product(keys_of(lmk_id), repeat=2):
        cipher = ask_data(hsm, under(lmk_id, encrypt_data(source, CLEAR))).text
        asked = under(lmk_id, translate_data(source, target, bytes.fromhex(cipher)))
        moved = ask_data(hsm, asked)
        expected = ask_data(hsm, under(lmk_id, encrypt_data(target, CLEAR)))
        assert moved.text == expected.text
        source_iv = (cipher[-len(source.iv) :],) if source.iv else ()
        assert moved.ivs == source_iv + expected.ivs


@pytest.mark.parametrize("index", range(len(keys_of("01"))))
def test_pieces_chain(index: int) -> None:
    hsm, used = module(), keys_of("01")[index]
    whole = ask_data(hsm, under("01", encrypt_data(used, CLEAR)))
    first = ask_data(hsm, under("01", encrypt_data(used, CLEAR[:16])))
    second_key = used._replace(iv=first.ivs[0] if used.iv else "")
    second = ask_data(hsm, under("01", encrypt_data(second_key, CLEAR[16:])))
    assert first.text + second.text == whole.text


# FIPS 81, table C1, as a key of two equal halves; NIST SP 800-38A, F.2.1.
CHAINED = [
    (
        DataKey("FFF", under_block_lmk("D0T2B00N00", bytes.fromhex("0123456789ABCDEF" * 2))),
        "1234567890ABCDEF",
        b"Now is the time for all ".hex(),
        "E5C7CDDE872BF27C43E934008C389C0F683788499A7C05F6",
    ),
    (
        DataKey(
            "FFF", under_block_lmk("D0A1B00N00", bytes.fromhex("2B7E151628AED2A6ABF7158809CF4F3C"))
        ),
        "000102030405060708090A0B0C0D0E0F",
        "6BC1BEE22E409F96E93D7E117393172A",
        "7649ABAC8119B246CEE98E9B12E9197D",
    ),
]


@pytest.mark.parametrize(("used", "iv", "clear", "cipher"), CHAINED)
def test_published_ciphers(used: DataKey, iv: str, clear: str, cipher: str) -> None:
    hsm, chained = module(refuse_repeated_parts=False), used._replace(iv=iv)
    assert ask_data(hsm, under("01", encrypt_data(chained, bytes.fromhex(clear)))).text == cipher
    decrypted = ask_data(hsm, under("01", decrypt_data(chained, bytes.fromhex(cipher))))
    assert decrypted.text == clear.upper()


# The source gives no data for the other numbers.
ROWS = [row for row in DUKPT["row"] if "data_request" in row]


@pytest.mark.parametrize("row", ROWS, ids=[row["ksn"][-6:] for row in ROWS])
def test_published_data_of_devices(row: dict[str, Any]) -> None:
    clear = DUKPT["text"].encode().ljust(24, b"\x00")
    used = DataKey("009", under_lmk("009", BDK), "0" * 16, row["ksn"])
    assert ask_data(module(), encrypt_data(used, clear)).text == row["data_request"]


# Forms -------------------------------------------------------------------------------------------

PLAIN = DataKey("00B", under_lmk("00B", DEK))


@pytest.mark.parametrize(("given", "wanted"), [*product("012", "01")])
def test_data_may_come_and_go_as_they_are(given: str, wanted: str) -> None:
    hsm, text = module(), bytes(range(128, 144)).decode("latin-1")
    data = text.encode("latin-1").hex().upper() if given == "1" else text
    asked = encrypt_data(PLAIN, b"")
    asked = under("00", asked, input_format=given, output_format=wanted, data=data)
    seen = ask_data(hsm, asked).text
    cipher = ask_data(hsm, encrypt_data(PLAIN, text.encode("latin-1"))).text
    assert (seen if wanted == "1" else seen.encode("latin-1").hex().upper()) == cipher


def test_a_text_has_no_unprintable_bytes() -> None:
    hsm = module()
    for clear, error in ((b"TEXT 100% ; TEXT", "00"), (b"\x19" * 8, "35"), (b"\xe9" * 8, "35")):
        cipher = bytes.fromhex(ask_data(hsm, encrypt_data(PLAIN, clear)).text)
        asked = under("00", decrypt_data(PLAIN, cipher), output_format="2")
        answer = ask(hsm, asked)
        assert answer.error == error
        if answer.ok:
            assert read_data(asked, answer).text.encode() == clear


def test_only_the_command_tells_an_iv_from_data() -> None:
    # 16 digits, a length of 4, and 4 digits of data: or a length of 20 and as many digits.
    asked = encrypt_data(PLAIN, bytes(8))
    line = "0014" + "0" * 12 + "0004" + "0" * 4
    misread = Answer("", "M1", "00", {"iv": line[:16], "data": "0000"})
    assert read_data(asked, misread) == Data((), line[4:])
    chained = encrypt_data(PLAIN._replace(iv=IV_8), bytes(8))
    assert read_data(chained, Answer("", "M1", "00", {"data": line[4:]})) == Data(
        (line[:16],), "0000"
    )
    with pytest.raises(HsmFormatError):
        read_data(chained, Answer("", "M1", "00", {"data": "00"}))


# What is refused ---------------------------------------------------------------------------------

TARGET = DataKey("00A", under_lmk("00A", OTHER))
ENCRYPT, DECRYPT = encrypt_data(PLAIN, bytes(8)), decrypt_data(PLAIN, bytes(8))
TRANSLATE = translate_data(PLAIN, TARGET, bytes(8))
SIXTEEN = translate_data(DataKey("FFF", TDES_BLOCK), DataKey("FFF", AES_BLOCK), bytes(8))


@pytest.mark.parametrize(
    ("command", "error"),
    [
        *((under("00", command, data=""), "06") for command in (ENCRYPT, DECRYPT, TRANSLATE)),
        *((under("00", command, data="00" * 9), "06") for command in (ENCRYPT, DECRYPT)),
        (under("00", TRANSLATE, data="00" * 9), "06"),
        (under("01", SIXTEEN), "06"),
        *((under("00", command, data="0" * 15), "35") for command in (ENCRYPT, DECRYPT)),
        (under("00", TRANSLATE, data="0g" * 8), "35"),
        (under("00", ENCRYPT, key_type="001"), "05"),
        (under("00", ENCRYPT, key_type="FFF"), "05"),
        (under("00", ENCRYPT, key_type="ABC"), "05"),
        (under("00", TRANSLATE, source_key_type="001"), "05"),
        (under("00", TRANSLATE, target_key_type="001"), "08"),
        (under("00", ENCRYPT, key=TARGET.key), "10"),
        (under("00", TRANSLATE, target_key=PLAIN.key), "11"),
        (under("01", ENCRYPT), "26"),
        (under("01", ENCRYPT, key=BDK_BLOCK), "A6"),
        (under("01", ENCRYPT, key=under_block_lmk("P0T2B00N00", DEK)), "A6"),
        (under("01", ENCRYPT, key=under_block_lmk("D0T2D00N00", DEK)), "A8"),
        (under("01", ENCRYPT, key=under_block_lmk("D0T2E00N00", DEK)), "00"),
        (under("01", DECRYPT, key=under_block_lmk("D0T2E00N00", DEK)), "A8"),
        (under("01", DECRYPT, key=under_block_lmk("D0T2D00N00", DEK)), "00"),
        (
            under(
                "01",
                TRANSLATE,
                source_key=under_block_lmk("D0T2D00N00", DEK),
                target_key=under_block_lmk("D0T2D00N00", DEK),
            ),
            "A8",
        ),
    ],
)
def test_what_is_refused(command: Command, error: str) -> None:
    assert ask(module(), command).error == error


@pytest.mark.parametrize(
    ("frame", "field", "error"),
    [
        ("1234M002", "M0.mode", "02"),
        ("1234M0003", "M0.input_format", "03"),
        ("1234M00012", "M0.output_format", "04"),
        ("1234M2002", "M2.input_format", "03"),
        ("1234M20013", "M2.output_format", "04"),
        ("1234M403", "M4.source_mode", "02"),
        ("1234M40003", "M4.target_mode", "07"),
        (f"1234M4000011{PLAIN.key}", "M4.source_key_type", "15"),
        (f"1234M0001100B{PLAIN.key}0009" + "0" * 8, "M0.data", "80"),
        (f"1234M00111009{PLAIN.key}A05{KSN}{IV_8[:-1]}", "M0.iv", "15"),
        ("1234GM04", "GM.hash", "05"),
        ("1234GM0600002a", "GM.data", "80"),
        ("1234GM0600001ab", "GM", "15"),
    ],
)
def test_broken_frames(frame: str, field: str, error: str) -> None:
    with pytest.raises(HsmFormatError) as caught:
        unpack_command(frame.encode())
    assert (caught.value.field, caught.value.error_code) == (field, error)


def test_an_iv_is_as_long_as_a_block() -> None:
    for text, iv in ((AES_BLOCK, IV_8), (TDES_BLOCK, IV_16)):
        with pytest.raises(EncodeError):
            pack_command(encrypt_data(DataKey("FFF", text, iv), CLEAR))


# Hashes ------------------------------------------------------------------------------------------

# FIPS 180-4 and RFC 1321: of "abc".
HASHES = {
    SHA_1: "A9993E364706816ABA3E25717850C26C9CD0D89D",
    MD5: "900150983CD24FB0D6963F7D28E17F72",
    SHA_224: "23097D223405D8228642A477BDA255B32AADBCE4BDA0B3F7E36C9DA7",
    SHA_256: "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD",
    SHA_384: "CB00753F45A35E8BB5A03D699AC65007272C32AB0EDED1631A8B605A43FF5BED"
    "8086072BA1E7CC2358BAECA134C825A7",
    SHA_512: "DDAF35A193617ABACC417349AE20413112E6FA4E89A97EA20A9EEEE64B55D39A"
    "2192992A274FC1A836BA3C23A3FEEBBD454D4423643CE80E2A9AC94FA54CA49F",
}


@pytest.mark.parametrize("algorithm", HASHES)
def test_published_hashes(algorithm: str) -> None:
    digest = ask(module(), hash_data(b"abc", algorithm)).fields["digest"]
    assert digest.encode("latin-1").hex().upper() == HASHES[algorithm]


def test_data_to_hash_may_be_none_or_much() -> None:
    empty = ask(module(), hash_data(b"", MD5)).fields["digest"]
    assert empty.encode("latin-1").hex() == "d41d8cd98f00b204e9800998ecf8427e"
    assert ask(module(), hash_data(bytes(65_000))).ok
