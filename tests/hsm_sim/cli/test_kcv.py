"""The command `kcv`."""

import pytest

from cardswitch.hsm_sim.client.keyfile import StoredKey, add_key
from cardswitch.specs.security.keys import key_check_value
from tests.kit.hsm.module import ZPK, under_lmk
from tests.kit.hsm.served import run, serving, shown

KCV = key_check_value(ZPK).hex().upper()


@pytest.fixture(scope="module")
def port():
    with serving() as (port, _, _):
        yield port


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "keys.toml"
    add_key(path, "zpk", StoredKey("001", under_lmk("001", ZPK), KCV))
    add_key(path, "other", StoredKey("001", under_lmk("001", ZPK), "000000"))
    return str(path)


def test_of_a_key_by_name_and_by_its_text(port, file):
    assert run(port, "kcv", "zpk", "--file", file)[:2] == (0, f"{KCV}\n")
    words = ("kcv", under_lmk("001", ZPK), "--type", "zpk", "--file", file)
    assert shown(port, *words) == {"kcv": KCV}


@pytest.mark.parametrize("expect", [KCV, KCV.lower(), KCV[:4], KCV + "00"])
def test_it_is_compared_as_far_as_it_goes(port, file, expect):
    assert run(port, "kcv", "zpk", "--file", file, "--expect", expect)[0] == 0


@pytest.mark.parametrize("words", [["other"], ["zpk", "--expect", "000000"]])
def test_another_one_is_exit_6(port, file, words):
    code, out, err = run(port, "kcv", *words, "--file", file)
    assert (code, out) == (6, f"{KCV}\n")
    assert "another key" in err


def test_a_key_of_no_known_type_is_a_usage_error(port, file):
    assert run(port, "kcv", under_lmk("001", ZPK), "--file", file)[0] == 2
