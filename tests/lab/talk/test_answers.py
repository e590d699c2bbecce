"""What says yes is what the dialect of an edition takes, in each class."""

import pytest

from cardswitch.lab.talk.answers import accepted
from cardswitch.specs.convert import convert
from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.message import Message

OLD = load_dialect("iso87-ascii")


@pytest.mark.parametrize("name", ["iso87-ascii", "iso93-ascii", "iso2003"])
@pytest.mark.parametrize("mti", ["0110", "0210", "0230", "0430", "0510", "0810"])
def test_it_is_what_00_is_converted_to(name, mti):
    edition = load_dialect(name)
    answer = convert(Message(mti, {11: "000001", 39: "00"}), OLD, edition, "2026").message
    assert accepted(Message(f"{answer.mti[:2]}0{answer.mti[3]}")) == answer[39]
