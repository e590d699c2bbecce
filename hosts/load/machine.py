"""The machine of the load host: every request is answered at once, out of itself."""

from __future__ import annotations

from typing import Any, Final

from cardswitch.specs.codes import APPROVALS, APPROVED
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.reversals import REVERSAL
from cardswitch.wire.machine.matching import NETWORK_MANAGEMENT, IsoExchange
from cardswitch.wire.machine.network import network_reply
from cardswitch.wire.machine.program import Program
from cardswitch.wire.ports import LinkId

LISTENER: Final = "load"
APPROVAL_CODE: Final = "000001"


class LoadHost(Program):
    """Answers with *code*; reversals with 00, since there is nothing that could not be undone."""

    def __init__(self, code: str = APPROVED) -> None:
        super().__init__({LISTENER: IsoExchange()})
        self._code = code
        self._changes = {38: APPROVAL_CODE} if code in APPROVALS else None

    def asked(self, link: LinkId, question: Any) -> None:
        """Whatever it is, it has an answer."""
        self.desk.send(link, self._answer(question))

    def _answer(self, request: Message) -> Message:
        kind = request.mti[1]
        if kind == NETWORK_MANAGEMENT:
            return network_reply(request)
        if kind == REVERSAL:
            return request.reply(APPROVED)
        return request.reply(self._code, self._changes)
