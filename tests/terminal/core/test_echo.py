"""An echo is asked, answered, refused or not answered; nothing is written of it."""

import pytest

from cardswitch.terminal.core.echo import (
    SIGNED_OFF,
    SIGNED_ON,
    SILENT,
    THERE,
    EchoingTerminal,
)
from cardswitch.terminal.core.errors import NotReady
from cardswitch.terminal.core.messages import TerminalIdentity
from tests.kit.play import Playbook, after, answered, sent
from tests.kit.terminal import DOWN, UP, sell


def echoing():
    play = Playbook(EchoingTerminal(TerminalIdentity("TERM01", "SHOP"))) >> UP
    play.do(play.machine.manage(play.now))
    return play << sent("switch", "0800", {41: "TERM01  ", 70: "301"})


@pytest.mark.parametrize(
    ("end", "news"),
    [
        (answered("switch", "00"), THERE),
        (answered("switch", "91"), "refused with 91"),
        (after(4.5), SILENT),
        (DOWN, SILENT),
    ],
)
def test_what_comes_of_it(end, news):
    play = echoing()
    assert play.machine.news == ""
    assert play >> end
    assert play.machine.news == news
    assert play.machine.is_free
    assert not play.entries


def test_it_waits_for_nothing_else():
    play = echoing()
    with pytest.raises(NotReady, match="under way"):
        play.machine.manage(play.now)
    with pytest.raises(NotReady):
        play >> sell()


@pytest.mark.parametrize(("code", "news"), [("001", SIGNED_ON), ("002", SIGNED_OFF)])
def test_it_signs_on_and_off(code, news):
    play = Playbook(EchoingTerminal(TerminalIdentity("TERM01", "SHOP"))) >> UP
    play.do(play.machine.manage(play.now, code))
    assert play << sent("switch", "0800", {41: "TERM01  ", 70: code}) >> answered("switch", "00")
    assert play.machine.news == news
