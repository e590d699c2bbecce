"""Network management (0800): sign on, ask whether the peer is there, answer when it asks us."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from specs.dates import transmission_time
from specs.message import Message
from wire.kernel import Desk, NoAnswer
from wire.ports import LinkId, Seconds

from ..settings import Upstream

if TYPE_CHECKING:
    from ..machine import Switch

SIGN_ON: Final = "001"
SIGN_OFF: Final = "002"
ECHO: Final = "301"
ANSWER_S: Final[Seconds] = 2.0
RETRY_S: Final[Seconds] = 1.0


async def keep_company(switch: Switch, link: LinkId, upstream: Upstream, session: int) -> None:
    """Sign on to *link*, then see from time to time that somebody is there; else close it."""
    desk = switch.desk
    while upstream.sign_on and not await answers(desk, link, SIGN_ON):
        await desk.sleep(RETRY_S)
        if switch.session(link) != session:
            return
    if switch.session(link) != session:
        return
    switch.ready.add(link)
    while True:
        await desk.sleep(upstream.echo_s)
        if switch.session(link) != session:
            return
        if not await answers(desk, link, ECHO):
            if switch.session(link) == session:
                desk.count("echo_no_answer")
                desk.close(link, "no answer to an echo")
            return


async def answers(desk: Desk, link: LinkId, code: str) -> bool:
    """Whether the peer on *link* agrees to the network management *code* (field 70)."""
    try:
        question = desk.stamp(link, Message("0800", {7: transmission_time(desk.now), 70: code}))
        answer = await desk.ask(link, question, within=ANSWER_S)
    except NoAnswer:
        return False
    return answer.get(39) == "00"


def answer_network(switch: Switch, link: LinkId, request: Message) -> None:
    """Answer a peer's 0800: sign-on, sign-off and echo are agreed to, anything else is not (12)."""
    code = request.get(70)
    if code == SIGN_OFF:
        switch.signed_off.add(link)
    elif code == SIGN_ON:
        switch.signed_off.discard(link)
    known = code in (SIGN_ON, SIGN_OFF, ECHO)
    switch.desk.send(link, request.reply("00" if known else "12"))
