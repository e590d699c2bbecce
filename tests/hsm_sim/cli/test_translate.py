"""The command `translate`: CA from a terminal's key, CC from a zone's."""

import pytest

from cardswitch.hsm_sim.client.keyfile import StoredKey, add_key
from cardswitch.specs.security.pinblocks import decode_pinblock
from cardswitch.specs.security.tdes import decrypt_tdes_ecb
from tests.kit.hsm.module import PAN, PAN12, TPK, ZPK, ZPK2, pin_block, under_lmk
from tests.kit.hsm.served import run, serving, shown


@pytest.fixture(scope="module")
def port():
    with serving() as (port, _, _):
        yield port


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "keys.toml"
    for name, key_type, key in (("tpk", "002", TPK), ("zpk", "001", ZPK), ("zpk2", "001", ZPK2)):
        add_key(path, name, StoredKey(key_type, under_lmk(key_type, key), ""))
    return str(path)


@pytest.mark.parametrize("account", [["--pan", PAN], ["--pan12", PAN12]])
@pytest.mark.parametrize(("source", "key"), [("tpk", TPK), ("zpk", ZPK)])
def test_a_block_under_one_key_becomes_one_under_another(port, file, source, key, account):
    words = ("translate", pin_block(key, "1234").lower(), "--from", source, "--to", "zpk2")
    answer = shown(port, *words, *account, "--file", file)
    block = decrypt_tdes_ecb(ZPK2, bytes.fromhex(answer["block"]))
    assert decode_pinblock("01", block, PAN12) == "1234"
    assert (answer["pin_length"], answer["format"]) == ("04", "01")


def test_into_another_format_with_keys_as_they_are(port, file):
    words = ("translate", pin_block(TPK, "1234"), "--from", under_lmk("002", TPK))
    more = ("--to", under_lmk("001", ZPK), "--pan", PAN, "--to-format", "iso3", "--file", file)
    code, out, _ = run(port, *words, *more)
    assert code == 0
    assert "format      47" in out


@pytest.mark.parametrize(
    ("more", "exit_code"),
    [
        ([], 2),
        (["--pan", PAN, "--pan12", PAN12], 2),
        (["--pan", "1"], 2),
        (["--pan", "4000000000000002"], 1),
        (["--pan", PAN, "--to-format", "iso1"], 1),
    ],
)
def test_what_is_wrong_is_told(port, file, more, exit_code):
    words = ("translate", pin_block(TPK, "1234"), "--from", "tpk", "--to", "zpk", *more)
    code, out, err = run(port, *words, "--file", file)
    assert (code, out) == (exit_code, "")
    assert PAN not in err


def test_a_block_of_format_4_is_made_under_a_key_of_aes(port, tmp_path):
    file = str(tmp_path / "blocks.toml")
    for name, attributes in (("tdes", "P0T2B00N00"), ("aes", "P0A1B00N00")):
        words = ("keys", "generate", name, "--lmk-id", "01", "--attributes", attributes)
        run(port, *words, "--file", file)
    keys = ("--from", "tdes", "--from-type", "ZPK", "--to", "aes", "--to-format", "iso4")
    words = ("translate", "0" * 16, *keys, "--file", file)
    code, out, err = run(port, *words, "--pan", PAN)
    assert (code, out) == (1, "")
    assert "error 20" in err  # The module read all of it, but zeros are no PIN block.
    code, _, err = run(port, *words, "--pan12", PAN12)
    assert (code, "--pan" in err) == (2, True)
