"""specs.strategies: what is drawn is what it says."""

from hypothesis import find, given
from hypothesis import strategies as st

from specs.dialect import load_dialect
from specs.strategies import messages, mutations, pans

POS = load_dialect("pos")


@given(pans())
def test_pans_pass_luhn(pan):
    doubled = sum(sum(divmod(2 * int(digit), 10)) for digit in pan[-2::-2])
    assert (doubled + sum(int(digit) for digit in pan[-1::-2])) % 10 == 0
    assert 13 <= len(pan) <= 19


@given(messages(POS, mti="0200"))
def test_messages_carry_the_mandatory_fields(message):
    assert message.mti == "0200"
    assert POS.missing(message) == []


@given(st.data())
def test_messages_of_any_mti(data):
    assert data.draw(messages(POS)).mti in POS.messages


def test_mutations_of_every_kind():
    data = bytes(range(0x30, 0x60))
    assert len(find(mutations(data), lambda other: len(other) < len(data))) < len(data)
    assert len(find(mutations(data), lambda other: len(other) > len(data))) > len(data)
    same = find(mutations(data), lambda other: len(other) == len(data) and other != data)
    assert same != data
