"""What endpoints share: ids that are none, and amounts."""

import pytest

from cardswitch.gateway.api.endpoints import positive, ref_of
from cardswitch.gateway.api.faults import Fault
from cardswitch.gateway.api.params import Whole


def test_what_is_no_id_leads_nowhere():
    assert ref_of("pi_" + "a" * 22 + "00") == "a" * 22
    assert ref_of("ch_" + "a" * 22 + "00") == ref_of("pi_x") == "-"


def test_an_amount_is_above_zero_or_not_given():
    assert (positive(None), positive(Whole(5))) == (None, 5)
    with pytest.raises(Fault) as fault:
        positive(Whole(0), "amount_to_capture")
    assert fault.value.problem.param == "amount_to_capture"
