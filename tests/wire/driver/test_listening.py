"""A port keeps to what its section of the configuration says."""

import pytest

from cardswitch.specs.errors import ConfigError
from cardswitch.wire.driver import connections
from cardswitch.wire.driver.listening import listen_at
from cardswitch.wire.operator.addresses import IsoListener
from tests.kit.wire import HOST, SmallMachine, peer_at, running, until


@pytest.mark.parametrize(
    ("changes", "counted"),
    [
        ({"links_max": 1}, "link_refused"),
        ({"first_frame_s": 0.02}, "frame_late"),
        ({"first_frame_s": 9.0, "idle_s": 0.02}, "link_idle"),
    ],
)
def test_its_bounds_are_those_of_the_section(on_loop, monkeypatch, changes, counted):
    monkeypatch.setattr(connections, "SWEEP_S", 0.01)
    place = IsoListener(port=0, dialect="iso87-ascii", **changes)

    async def main():
        async with running(SmallMachine()) as runtime:
            port = await listen_at(place, runtime, "pos", "switch.listeners.pos")
            assert runtime.ports == {"pos": port}
            async with peer_at(port), peer_at(port) as second:
                assert await second.hear() is None
            assert runtime.counts[counted] >= 1

    on_loop(main())


def test_it_listens_where_the_section_says(on_loop):
    async def main():
        async with running(SmallMachine()) as runtime:
            port = await listen_at(
                IsoListener(port=0, host=HOST), runtime, "pos", "switch.listeners.pos"
            )
            async with peer_at(port) as peer:
                peer.writer.write(b"0012" + b"\xff" * 12)

    on_loop(main())


@pytest.mark.parametrize(("allow", "is_in"), [((HOST,), True), (("192.0.2.0/24",), False)])
def test_only_those_are_let_in_whom_the_section_allows(on_loop, allow, is_in):
    machine = SmallMachine()

    async def main():
        async with running(machine) as runtime:
            place = IsoListener(port=0, allow=allow)
            port = await listen_at(place, runtime, "pos", "switch.listeners.pos")
            async with peer_at(port) as peer:
                if is_in:
                    await until(lambda: machine.kinds("pos/1") == ["LinkUp"])
                else:
                    assert await peer.hear() is None
                    assert runtime.counts["link_refused"] == 1

    on_loop(main())


def test_an_address_that_is_none_is_named(on_loop):
    async def main():
        async with running(SmallMachine()) as runtime:
            place = IsoListener(port=0, allow=("somewhere",))
            with pytest.raises(ConfigError, match=r"^switch\.listeners\.pos\.allow: somewhere"):
                await listen_at(place, runtime, "pos", "switch.listeners.pos")

    on_loop(main())
