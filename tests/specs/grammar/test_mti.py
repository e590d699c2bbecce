"""specs.grammar.mti: the shape of a message type indicator."""

import pytest

from cardswitch.specs.grammar.mti import describe_mti, is_answerable, legal_mtis


@pytest.mark.parametrize("mti", ["0100", "0200", "0201", "0421", "0810", "0240", "0285"])
def test_legal(mti):
    assert mti in legal_mtis("0")


@pytest.mark.parametrize("mti", ["0000", "0900", "0290", "0206", "1200", "2200", "9999", "ABCD"])
def test_illegal(mti):
    assert mti not in legal_mtis("0")


def test_each_edition_has_its_own():
    assert not set(legal_mtis("0")) & set(legal_mtis("1"))


def test_only_requests_and_advices_wait_for_an_answer():
    answered = {mti[2] for mti in legal_mtis("0") if is_answerable(mti)}
    assert answered == {"0", "2"}


def test_describe():
    assert describe_mti("1814") == "1993 network management request response, other"
