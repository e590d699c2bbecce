"""It is no surer than it can be, and says why."""

import pytest

from cardswitch.lab.doctor.reasons import reasons, sureness
from cardswitch.specs.doctor import diagnose
from cardswitch.specs.message import Message
from tests.kit.samples.doctor import HEADER_12, SALE, TPDU, TRACK, bases, change, framed, wire

ODD = SALE.with_fields({35: f"{TRACK}0"})
WRAPPED = framed("binary2", TPDU + wire("pos", message=ODD))
EDITED = wire("iso87-ascii", change(48, format="ans..99"))


def found_in(*data):
    return diagnose(data, bases())


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ([wire("iso87-ascii")], "certain"),
        ([WRAPPED], "certain"),
        ([wire("pos")], "likely"),
        ([HEADER_12 + wire("iso87-ascii")], "likely"),
        ([wire("iso87-ascii", message=SALE.with_fields({2: "9999990000000015"}))], "likely"),
        ([EDITED], "likely"),
        ([wire("pos", change(41, format="ans 16"), message=SALE.with_fields({41: "T" * 16}))],
         "a guess"),
        ([wire("iso87-ascii", message=Message("0800", {11: "000001"}))], "a guess"),
    ],
)  # fmt: skip
def test_it_is_no_surer_than_it_can_be(data, expected):
    assert sureness(found_in(*data)) == expected


def test_what_reads_the_same_is_named_with_what_would_tell():
    assert any("pos reads the same: field 35" in each for each in reasons(found_in(wire("pos")), 1))
