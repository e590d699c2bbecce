"""The command `calc dukpt`."""

import pytest

from tests.kit.hsm.calc import assert_known, cases, results, run

KEY = "0123456789ABCDEFFEDCBA9876543210"
AES_KSN = "123456789012345600000001"


@pytest.mark.parametrize(("words", "expected"), cases("dukpt"))
def test_known_answers_step_by_step(words, expected):
    steps = assert_known(words, expected)
    assert [*steps.values()][-1] == expected["transaction_key"]


def test_the_type_of_aes_keys_at_work_can_be_chosen():
    assert len(results("dukpt", "--bdk", KEY, "--ksn", AES_KSN, "--type", "TDES-3")["pin"]) == 48


@pytest.mark.parametrize(
    ("ksn", "initial_key"),
    [
        ("FFFF9876543210E00000", "6AC292FAA1315B4D858AB3A3D7D5933A"),
        ("FFFF.9876.5432.10E0.0000", "6AC292FAA1315B4D858AB3A3D7D5933A"),
        ("9876543210E00000", "6AC292FAA1315B4D858AB3A3D7D5933A"),
    ],
)
def test_an_initial_ksn_has_its_initial_key(ksn, initial_key):
    made = results("dukpt", "--bdk", KEY, "--ksn", ksn)
    assert made["initial_key"] == initial_key
    assert made["next_ksn"] == "FFFF9876543210E00001"
    assert "pin" not in made


def test_an_initial_ksn_of_aes_has_its_initial_key():
    bdk = "FEDCBA9876543210F1F1F1F1F1F1F1F1"  # ANSI X9.24-3:2017 supplement
    made = results("dukpt", "--bdk", bdk, "--ksn", "123456789012345600000000")
    assert made["initial_key"] == "1273671EA26AC29AFA4D1084127652A1"


@pytest.mark.parametrize(("words", "expected"), cases("dukpt_data"))
def test_known_data(words, expected):
    assert_known(words, expected)


def test_which_key_made_a_block_is_told():
    words = ("dukpt", "--bdk", KEY, "--ksn", "FFFF9876543210E00001", "--data", "041274EDCBA9876F")
    assert results(*words, "--match", "1B9C1845EB993A7A")["match_1"] == "pin key, encrypted, ecb"
    code, out, err = run(*words, "--match", "1B9C1845EB993A7B")
    assert (code, out) == (6, "")
    assert "another BDK" in err


@pytest.mark.parametrize(
    ("words", "exit_code"),
    [
        (["--ksn", AES_KSN], 2),
        (["--bdk", KEY, "--ik", KEY, "--ksn", AES_KSN], 2),
        (["--bdk", KEY, "--ksn", "FFFF9876543210E00001", "--type", "AES-128"], 2),
        (["--bdk", KEY, "--ksn", "00"], 1),
        (["--bdk", KEY[:16], "--ksn", "FFFF9876543210E00001"], 1),
        (["--bdk", KEY[:16], "--ksn", AES_KSN], 1),
        (["--bdk", KEY, "--ksn", AES_KSN, "--type", "AES-256"], 1),
    ],
)
def test_what_is_wrong_is_told_without_keys(words, exit_code):
    code, out, err = run("dukpt", *words)
    assert (code, out) == (exit_code, "")
    assert KEY not in err
