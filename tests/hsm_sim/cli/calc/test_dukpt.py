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
    ("words", "exit_code"),
    [
        (["--ksn", AES_KSN], 2),
        (["--bdk", KEY, "--ik", KEY, "--ksn", AES_KSN], 2),
        (["--bdk", KEY, "--ksn", "FFFF9876543210E00001", "--type", "AES-128"], 2),
        (["--bdk", KEY, "--ksn", "00"], 1),
        (["--bdk", KEY[:16], "--ksn", "FFFF9876543210E00001"], 1),
        (["--bdk", KEY, "--ksn", "FFFF9876543210E00000"], 1),
        (["--bdk", KEY[:16], "--ksn", AES_KSN], 1),
        (["--bdk", KEY, "--ksn", AES_KSN, "--type", "AES-256"], 1),
    ],
)
def test_what_is_wrong_is_told_without_keys(words, exit_code):
    code, out, err = run("dukpt", *words)
    assert (code, out) == (exit_code, "")
    assert KEY not in err
