"""Error codes and the error of a broken frame."""

import cardswitch.specs.hsm.errors as codes
from cardswitch.specs.errors import FormatError
from cardswitch.specs.hsm import ERRORS, HsmFormatError


def test_every_code_that_has_a_name_has_words() -> None:
    named = {v for v in vars(codes).values() if isinstance(v, str) and len(v) == 2}
    assert named <= ERRORS.keys()


def test_a_broken_frame_carries_what_an_answer_needs() -> None:
    error = HsmFormatError("2 digits", field="CA.format", offset=9, header="0001", code="CA")
    assert isinstance(error, FormatError)
    assert (error.header, error.code, error.error_code) == ("0001", "CA", "15")
    assert str(error) == "field CA.format at byte 9: expected 2 digits"
