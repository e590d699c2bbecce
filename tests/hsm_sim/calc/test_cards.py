"""Card verification values step by step: the result is the beginning of the last step."""

from hypothesis import given
from hypothesis import strategies as st

from cardswitch.hsm_sim.calc.cards import SERVICE_CODES, compute_cvc3, compute_cvv, compute_dcvv
from cardswitch.hsm_sim.calc.steps import Steps

KEYS = st.binary(min_size=16, max_size=16)
PANS = st.text("0123456789", min_size=10, max_size=19)


@given(KEYS, PANS)
def test_the_cvv_is_the_beginning_of_its_last_step(key, pan):
    steps = Steps()
    assert steps.taken == []
    cvv = compute_cvv(steps, key, pan, "3012", "201")["cvv"]
    assert steps.taken[-1][1].startswith(cvv)


@given(KEYS, PANS)
def test_the_dcvv_is_the_beginning_of_its_last_step(key, pan):
    steps = Steps()
    dcvv = compute_dcvv(steps, key, pan, "3012", "201", "0042")["dcvv"]
    assert steps.taken[-1][1].startswith(dcvv)
    assert steps.taken[0][1].startswith("0042")


@given(KEYS, st.binary(min_size=1, max_size=40))
def test_the_cvc3_is_the_end_of_its_last_step(key, track):
    steps = Steps()
    made = compute_cvc3(steps, key, track, bytes(4), b"\x00\x01")
    assert made["cvc3"] == f"{int(steps.taken[-1][1][-4:], 16):05d}"
    assert steps.taken[1][1].startswith(made["ivcvc3"])


def test_no_card_has_the_service_codes_of_chip_and_back():
    assert SERVICE_CODES == {"icvv": "999", "cvv2": "000"}
