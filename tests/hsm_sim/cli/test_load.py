"""The command `keys load`, and a PIN block that goes to a key loaded so."""

import json

import pytest

from cardswitch.hsm_sim.client.keyfile import read_keys
from cardswitch.hsm_sim.module import OLD_TEST_LMK
from cardswitch.specs.security.lmk import TEST_LMK, unwrap_key
from cardswitch.specs.security.pinblocks import encode_pinblock
from cardswitch.specs.security.tdes import decrypt_tdes_ecb, encrypt_tdes_ecb
from tests.kit.hsm.module import PAN, PAN12
from tests.kit.hsm.served import run, serving

TERMINAL = "0123456789ABCDEFFEDCBA9876543210"
ZONE = "1334 5779 1334 5779 0123 4567 89AB CDEF"
ZONE_KEY = bytes.fromhex(ZONE)


@pytest.fixture(scope="module")
def port():
    with serving() as (port, _, _):
        yield port


@pytest.fixture
def file(tmp_path):
    return tmp_path / "keys.toml"


def load(port, file, *words, stdin):
    return run(port, "keys", "load", *words, "--file", str(file), stdin=stdin)


def test_a_pin_block_goes_to_a_key_that_one_knows(port, file):
    for name, key_type, text in (("tpk", "TPK", TERMINAL), ("zpk", "ZPK", ZONE)):
        code, out, err = load(port, file, name, "--type", key_type, "--from", "-", stdin=text)
        assert code == 0, err
    block = encrypt_tdes_ecb(bytes.fromhex(TERMINAL), encode_pinblock("01", "1234", PAN12))
    words = [
        block.hex().upper(),
        "--from",
        "tpk",
        "--to",
        "zpk",
        "--pan",
        PAN,
        "--file",
        str(file),
        "--json",
    ]
    code, out, err = run(port, "translate", *words)
    assert code == 0, err
    made = bytes.fromhex(json.loads(out)["block"])
    assert decrypt_tdes_ecb(ZONE_KEY, made) == encode_pinblock("01", "1234", PAN12)


def test_a_key_is_typed_and_never_shown(port, file):
    code, out, err = load(port, file, "zpk", "--type", "ZPK", stdin=f"{ZONE}\n")
    assert code == 0
    assert ZONE not in out + err
    assert ZONE_KEY.hex().upper() not in out + err + file.read_text()
    assert unwrap_key(TEST_LMK, "001", read_keys(file)["zpk"].key) == ZONE_KEY


def test_components_are_typed_one_by_one(port, file):
    other = "23" * 16
    words = ("zmk", "--type", "ZMK", "--components", "2", "--json")
    code, out, err = load(port, file, *words, stdin=f"{ZONE}\n{other}\n")
    assert code == 0, err
    expected = bytes(a ^ 0x23 for a in ZONE_KEY)
    opened = unwrap_key(TEST_LMK, "000", json.loads(out)["key"])
    assert bytes(b & 0xFE for b in opened) == bytes(b & 0xFE for b in expected)
    assert "parity, which was corrected" in err


@pytest.mark.parametrize("digits", [4, 6, 8, 16])
def test_a_check_value_is_compared(port, file, digits):
    kcv = encrypt_tdes_ecb(ZONE_KEY, bytes(8)).hex().upper()[:digits]
    words = ("--type", "ZPK", "--from", "-", "--kcv")
    assert load(port, file, "right", *words, kcv, stdin=ZONE)[0] == 0
    code, out, _ = load(port, file, "wrong", *words, "0" * digits, stdin=ZONE)
    assert (code, out) == (6, "")
    assert "wrong" not in read_keys(file)


def test_an_aes_key_in_a_block(port, file, tmp_path):
    source = tmp_path / "key.txt"
    source.write_text("3F419E1CB7079442AA37474C2EFBF8B8\n")
    words = ("aes", "--lmk-id", "01", "--attributes", "P0A2B00N00", "--from", str(source))
    code, _, err = load(port, file, *words, stdin="")
    assert code == 0, err
    assert read_keys(file)["aes"].kcv == "08793E"


@pytest.mark.parametrize(
    ("words", "stdin"),
    [
        (["zpk"], ZONE),
        (["zpk", "--type", "XYZ", "--from", "-"], ZONE),
        (["zpk", "--type", "ZPK", "--from", "-"], "5ECRET"),
        (["zpk", "--type", "ZPK", "--from", "-"], f"{ZONE}\n{ZONE}\n"),
        (["zpk", "--type", "ZPK", "--from", "nowhere.txt"], ""),
        (["zpk", "--type", "ZPK", "--from", "-", "--lmk-id", "07"], ZONE),
        (["UPPER", "--type", "ZPK", "--from", "-"], ZONE),
    ],
)
def test_what_cannot_be_loaded_is_a_usage_error(port, file, words, stdin):
    code, out, err = load(port, file, *words, stdin=stdin)
    assert (code, out) == (2, "")
    assert "5ECRET" not in err
    assert not file.exists()


def test_a_module_of_another_lmk_is_told(file):
    with serving() as (port, machine, _):
        machine.module.load_lmks({"00": OLD_TEST_LMK})
        code, out, err = load(port, file, "zpk", "--type", "ZPK", "--from", "-", stdin=ZONE)
    assert (code, out) == (6, "")
    assert "published test LMK" in err
    assert not file.exists()
