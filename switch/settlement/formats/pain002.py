"""What a bank says of an order before it books it: pain.002, in all its versions.

States stand on three levels: the whole order, one payment (PmtInf) of it, one transfer. What is
accepted is often not listed, and several come for one order, in any order.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Final
from xml.etree.ElementTree import Element

from msgspec import Struct

from cardswitch.specs.errors import FormatError
from cardswitch.specs.xml import text_of

from .from_bank import read_document

STATUS: Final = "pain.002.001"
REJECTED: Final = "RJCT"


class Status(Struct, frozen=True, gc=False, kw_only=True):
    """The state of an order, or of what of it *payment* and *reference* name."""

    order: str  # its MsgId
    payment: str = ""  # PmtInfId; "" where it is said of the whole order
    reference: str = ""  # EndToEndId; "" where it is said of the whole payment
    state: str  # such as ACCP, ACSC, PDNG, RJCT
    code: str = ""  # such as AC04, where there is a reason
    text: str = ""  # what the bank says beside it

    @property
    def depth(self) -> int:
        """How near to a transfer it is: 0 the order, 1 a payment of it, 2 the transfer."""
        return 2 if self.reference else int(bool(self.payment))

    @property
    def named(self) -> tuple[str, str, str]:
        """What it is the state of."""
        return self.order, self.payment, self.reference

    @property
    def around(self) -> tuple[tuple[str, str, str], ...]:
        """The same, and what that is a part of."""
        return self.named, (self.order, self.payment, ""), (self.order, "", "")


def read_status(content: bytes) -> tuple[str, tuple[Status, ...]]:
    """The name (MsgId) of a pain.002, and every state in it, from the order to single transfers.

    Raises FormatError.
    """
    report = read_document(content, STATUS)
    group = report.find("OrgnlGrpInfAndSts")
    order = text_of(report, "OrgnlGrpInfAndSts/OrgnlMsgId")
    if group is None or not order:
        raise FormatError("the MsgId of an order, OrgnlMsgId")
    name = text_of(report, "GrpHdr/MsgId") or sha256(content).hexdigest()
    return name, tuple(_states(report, group, order))


def _states(report: Element, group: Element, order: str) -> Iterator[Status]:
    if state := text_of(group, "GrpSts"):
        yield Status(order=order, state=state, **_reason(group))
    for payment in report.iterfind("OrgnlPmtInfAndSts"):
        name = text_of(payment, "OrgnlPmtInfId")
        if state := text_of(payment, "PmtInfSts"):
            yield Status(order=order, payment=name, state=state, **_reason(payment))
        for transfer in payment.iterfind("TxInfAndSts"):
            if state := text_of(transfer, "TxSts"):
                reference = text_of(transfer, "OrgnlEndToEndId")
                yield Status(
                    order=order,
                    payment=name,
                    reference=reference,
                    state=state,
                    **_reason(transfer),
                )


def _reason(element: Element) -> dict[str, str]:
    code = text_of(element, "StsRsnInf/Rsn/Cd") or text_of(element, "StsRsnInf/Rsn/Prtry")
    return {"code": code, "text": text_of(element, "StsRsnInf/AddtlInf")}
