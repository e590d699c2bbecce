"""CW and CY."""

import pytest

from cardswitch.specs.hsm import Command
from cardswitch.specs.hsm.commands.cards.values import generate_cvv, verify_cvv
from cardswitch.specs.security.cvv import generate_cvv as cvv_of
from tests.kit.hsm import examples_emv as examples
from tests.kit.hsm.module import CVK, PAN, ask, key, module, under_lmk

TEXT = under_lmk("402", CVK)
CVV = cvv_of(CVK, PAN, "2912", "201")


@pytest.mark.parametrize("text", [TEXT, under_lmk("402", CVK, "X"), under_lmk("402", CVK, "X")[1:]])
def test_a_value_is_made_and_verified(text: str) -> None:
    hsm = module()
    assert ask(hsm, generate_cvv(text, PAN, "2912", "201")).fields == {"cvv": CVV}
    assert ask(hsm, verify_cvv(text, PAN, "2912", "201", CVV)).ok


@pytest.mark.parametrize(
    ("pan", "expiry", "service_code", "cvv"),
    [
        (PAN, "2912", "201", f"{(int(CVV) + 1) % 1000:03d}"),
        (PAN, "2911", "201", CVV),
        (PAN, "2912", "101", CVV),
        (PAN[:-1] + "2", "2912", "201", CVV),
    ],
)
def test_any_other_is_refused(pan: str, expiry: str, service_code: str, cvv: str) -> None:
    answer = ask(module(), verify_cvv(TEXT, pan, expiry, service_code, cvv))
    assert (answer.error, answer.fields) == ("01", {})


def test_the_key_is_a_pair() -> None:
    triple = under_lmk("402", key(9, 24), "T")
    assert ask(module(), generate_cvv(triple, PAN, "2912", "201")).error == "27"
    assert ask(module(), generate_cvv(under_lmk("001", CVK), PAN, "2912", "201")).error == "10"


@pytest.mark.parametrize(
    "wrong",
    [
        {"atc": "65536"},
        {"track": "no track"},
        {"track": examples.track_cvc3.fields["track"][:-1]},
    ],
    ids=["counter", "no track", "short track"],
)
def test_what_is_no_track_has_no_cvc3(wrong: dict[str, str]) -> None:
    command = examples.track_cvc3
    assert ask(module(), command).ok
    assert ask(module(), Command("", "PM", {**command.fields, **wrong})).error == "15"


def test_another_number_of_the_reader_has_another_cvc3() -> None:
    fields = {**examples.track_cvc3.fields, "unpredictable": "00000001"}
    answer = ask(module(), Command("", "PM", fields))
    assert (answer.error, answer.fields) == ("01", {})
