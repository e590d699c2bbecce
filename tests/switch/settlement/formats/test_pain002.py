"""States of an order on its three levels."""

import pytest

from cardswitch.specs.errors import FormatError
from cardswitch.switch.settlement.formats.pain002 import Status, read_status
from tests.kit.statements import pain002, reason

TRANSFER = (
    "<TxInfAndSts><OrgnlEndToEndId>E1</OrgnlEndToEndId><TxSts>RJCT</TxSts>"
    f"{reason('AC04', 'closed')}</TxInfAndSts>"
)


def payment(inside):
    return f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>P1</OrgnlPmtInfId>{inside}</OrgnlPmtInfAndSts>"


@pytest.mark.parametrize("version", ["03", "12", "14"])
def test_all_levels_from_the_whole_to_single_transfers(version):
    inside = f"<PmtInfSts>PART</PmtInfSts>{TRANSFER}"
    content = pain002("<GrpSts>PART</GrpSts>", payment(inside), version=version)
    assert read_status(content)[1] == (
        Status(order="ORDER", state="PART"),
        Status(order="ORDER", payment="P1", state="PART"),
        Status(
            order="ORDER", payment="P1", reference="E1", state="RJCT", code="AC04", text="closed"
        ),
    )


def test_levels_that_are_left_out_say_nothing():
    assert read_status(pain002("", name="S7")) == ("S7", ())
    _, [state] = read_status(pain002(f"<GrpSts>RJCT</GrpSts>{reason('AM10')}"))
    assert (state.state, state.code, state.payment) == ("RJCT", "AM10", "")
    _, [state] = read_status(pain002("", payment(TRANSFER)))
    assert state.reference == "E1"


def test_a_reason_of_the_bank_itself():
    own = "<StsRsnInf><Rsn><Prtry>X1</Prtry></Rsn></StsRsnInf>"
    _, [state] = read_status(pain002(f"<GrpSts>RJCT</GrpSts>{own}"))
    assert state.code == "X1"


def test_a_report_of_nothing():
    with pytest.raises(FormatError, match="OrgnlMsgId"):
        read_status(pain002("", order=""))
