"""The cable to the issuer is pulled out under a whole lab, and put back: told as it was."""

import asyncio

import msgspec
import pytest
from msgspec.structs import replace

from cardswitch.lab.house.running import running
from cardswitch.terminal.config import read_cards
from cardswitch.terminal.core.messages import Order
from cardswitch.terminal.core.outcome import SaleState
from cardswitch.terminal.customer.card import find_card
from cardswitch.terminal.session import open_session
from cardswitch.wire.driver.event_log import EventLog
from cardswitch.wire.machine import network
from cardswitch.wire.operator.options import LogOptions
from tests.kit.cable import Cable
from tests.kit.house_inside import lab_in
from tests.kit.listening import listening

PATIENCE_S = 60.0


async def _until(holds):
    async with asyncio.timeout(PATIENCE_S):
        while not holds():
            await asyncio.sleep(0.02)


async def _sale(session, card):
    """How a sale ends: its state, and field 39."""
    order = Order(amount=1250, currency="EUR", card=card)
    steps = session.perform(lambda terminal, now: terminal.ask(order, now), PATIENCE_S)
    told = [outcome async for outcome in steps]
    return told[-1].kind, told[-1].code


def _told(path, link):
    """What the switch told of *link*: kind and reason."""
    lines = [msgspec.json.decode(line) for line in path.read_bytes().splitlines()]
    return [
        (line["kind"], line["reason"])
        for line in lines
        if (line["program"], line["link"]) == ("switch", link)
    ]


@pytest.mark.timeout(180)
def test_a_cable_that_is_pulled_out_and_put_back(tmp_path, monkeypatch):
    monkeypatch.setattr(network, "ANSWER_S", 1.0)
    lab = lab_in(tmp_path)
    path = tmp_path / "events.json"

    async def main():
        between = Cable(lab.issuer.network.port)
        async with listening(between.talk) as port:
            issuer = lab.switch.upstreams["issuer"]
            issuer = replace(issuer, port=port, echo_s=0.3)
            upstreams = {**lab.switch.upstreams, "issuer": issuer}
            wired = replace(lab, switch=replace(lab.switch, upstreams=upstreams))
            log = EventLog(LogOptions(is_quiet=True, path=path))
            card = find_card(read_cards(lab.folder / "cards.toml"), "good")
            terminal = replace(lab.terminal, timeout_s=PATIENCE_S)
            async with running(wired, log=log) as programs:
                await programs.ready()
                async with open_session(terminal) as session:
                    before = await _sale(session, card)
                    between.pull()
                    await _until(lambda: "issuer" not in programs.switch.memory.ready)
                    meanwhile = await _sale(session, card)
                    between.put_back()
                    await _until(lambda: "issuer" in programs.switch.memory.ready)
                    after = await _sale(session, card)
                    told = _told(path, "issuer")
            log.close()
            return before, meanwhile, after, told

    before, meanwhile, after, told = asyncio.run(main())
    assert before == after == (SaleState.APPROVED, "00")
    assert meanwhile == (SaleState.DECLINED, "91")
    kinds = [kind for kind, _ in told]
    assert kinds[:2] == ["link_up", "link_down"]
    assert kinds[-1] == "link_up"
    assert told[1][1] == "closed: it answers neither an echo nor anything else"
    assert len(told) < 20, "an outage is a few lines"
