"""Whatever a peer says in its dialect, on whatever link: no program falls, and all serve on."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cardswitch.hosts.acquirer.machine import Acquirer
from cardswitch.hosts.issuer.machine import Issuer
from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.fuzzing.strategies import messages
from cardswitch.specs.hsm import Answer, Command
from cardswitch.specs.message import Message
from cardswitch.specs.security.vault import AesVault
from cardswitch.switch.core.machine import Switch
from cardswitch.terminal.core.machine import Terminal
from cardswitch.terminal.core.messages import TerminalIdentity
from cardswitch.wire.ports import Found, LinkDown, LinkId, LinkUp, LookUp, Received
from tests.kit.switch import SETTINGS
from tests.world.people import acquirer_config, deck, issuer_config

DIALECT = load_dialect("iso87-ascii")
KEYS = deck().keys
fingerprint = AesVault(bytes(32)).fingerprint
PROGRAMS = {
    "switch": (
        lambda: Switch(SETTINGS, AesVault(bytes(32))),
        ("pos/1", "network/1", "acquirer"),
    ),
    "acquirer": (lambda: Acquirer(acquirer_config(), fingerprint), ("front/1", "network")),
    "issuer": (lambda: Issuer(issuer_config(KEYS), fingerprint), ("network/1",)),
    "terminal": (lambda: Terminal(TerminalIdentity("TERM0001", "SHOP0001")), ("switch",)),
}
# Near enough to a purchase to get past the first checks, wrong in any place.
NEARLY = st.builds(
    lambda mti, base, changes: Message(mti, {**base, **changes}),
    st.sampled_from(["0200", "0201", "0100", "0400", "0420", "0421", "0800", "0210", "0430"]),
    st.just(
        {
            3: "000000",
            4: "000000001200",
            7: "1118110640",
            11: "000001",
            35: deck().cards["good"].track2,
            37: "632200000001",
            41: "TERM0001",
            42: "SHOP0001       ",
            49: "978",
            52: "0123456789ABCDEF",
            90: f"02000000011118110640{'0' * 22}",
        }
    ),
    st.one_of(
        st.just({}),
        st.fixed_dictionaries({11: st.sampled_from(["000001", "000002", "000003"])}),
        messages(DIALECT).map(lambda message: dict(list(message.fields.items())[:2])),
    ),
)
HSM_TALK = st.one_of(
    st.builds(
        Answer,
        st.sampled_from(["0001", "0002", "zzzz"]),
        st.sampled_from(["CB", "ED", "ZZ"]),
        st.sampled_from(["00", "01", "20", "68"]),
        st.just({"block": "FEDCBA9876543210"}),
    ),
    st.builds(Command, st.just("0001"), st.just("CA")),
)


@pytest.mark.parametrize("name", PROGRAMS)
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_no_message_brings_a_program_down(name, data):
    build, links = PROGRAMS[name]
    program, now = build(), 1_795_000_000.0
    with_hsm = (*links, "hsm") if name in ("switch", "issuer") else links

    def happens(event):
        """*event*, and the journal says at once that nothing is known."""
        for effect in program.handle(event, now):
            if isinstance(effect, LookUp):
                happens(Found(effect.number, ()))

    program.recover((), now)
    for link in with_hsm:
        for effect in program.handle(LinkUp(LinkId(link)), now):
            happens(Received(effect.link, effect.message.reply("00")))
    for _ in range(data.draw(st.integers(1, 6))):
        link = data.draw(st.sampled_from(with_hsm))
        talk = HSM_TALK if link == "hsm" else st.one_of(NEARLY, NEARLY, messages(DIALECT))
        happens(Received(LinkId(link), data.draw(talk)))
        now += data.draw(st.sampled_from([0.0, 0.5, 5.0]))
        program.wake(now)
    for link in with_hsm:
        happens(LinkDown(LinkId(link)))
    assert program.wake(now + 100.0) is not None
    assert program.counts["flow_failed"] == 0
