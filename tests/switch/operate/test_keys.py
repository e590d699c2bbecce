"""An operator has a switch change a key: what is asked, how it ends, and what is refused."""

import asyncio
import os
from functools import partial

import pytest

from cardswitch.specs.errors import Error
from cardswitch.switch.operate.deeds import CONTROL, control_folder
from cardswitch.switch.operate.keys import change_key, key_verbs, keys_of, kinds_at
from cardswitch.wire.driver.runtime import Runtime
from cardswitch.wire.store.disk import user_name
from tests.kit.operated import KEY, KeyedMachine, config_in, keyed_config
from tests.kit.wire import PATIENCE_S

pytestmark = pytest.mark.skipif(os.name != "posix", reason="Unix sockets")


def changed(folder, machine, *words, **how):
    """What an operator is told who has *machine* change a key."""
    config, _ = config_in(folder)

    async def main():
        runtime = Runtime(machine)
        try:
            await runtime.serve_control(
                control_folder(config), CONTROL, key_verbs(runtime, machine)
            )
            ask = partial(change_key, config, *words, **{"theirs": False, **how})
            async with asyncio.timeout(PATIENCE_S):
                return await asyncio.to_thread(ask)
        finally:
            await runtime.stop()

    return asyncio.run(main())


def test_a_change_is_told_when_it_has_ended(tmp_path):
    machine = KeyedMachine({"is_under_way": True}, {"is_under_way": True}, {"outcome": "changed"})
    found = changed(tmp_path, machine, "issuer", "pin", "why", 30.0)
    assert found == {**KEY, "outcome": "changed"}
    assert machine.did == [(user_name(), "issuer", "pin", "why", False)]


def test_whoever_does_not_wait_is_told_how_it_stands(tmp_path):
    machine = KeyedMachine({"is_under_way": True, "offered": "A1B2C3"})
    found = changed(tmp_path, machine, "issuer", "pin", "", 0.0, theirs=True)
    assert found["offered"] == "A1B2C3"
    assert machine.did[0][-1] is True


def test_what_the_switch_refuses_and_what_is_no_order_is_told(tmp_path):
    with pytest.raises(Error, match="no such key"):
        changed(tmp_path, KeyedMachine({}), "nobody", "pin", "", 1.0)
    with pytest.raises(Error, match="leave out what may be a card number"):
        changed(tmp_path, KeyedMachine({}), "issuer", "pin", "card 9999990000000014", 1.0)
    with pytest.raises(Error, match=r"change_key: .*<= 60"):
        changed(tmp_path, KeyedMachine({}), "issuer", "pin", "", 99.0)


def test_a_switch_that_does_not_run_changes_nothing(tmp_path):
    config, _ = config_in(tmp_path)
    with pytest.raises(Error, match="together with its peer, so start it first"):
        change_key(config, "issuer", "pin", "", 1.0, theirs=False)


def test_what_can_be_changed_stands_in_the_configuration(tmp_path):
    config = keyed_config(tmp_path)
    assert kinds_at(config, "issuer") == ("pin", "mac")
    assert kinds_at(config, "acquirer") == ("pin",), "the switch says then that there is none"


def test_how_keys_stand_is_known_without_a_switch_that_runs(tmp_path):
    [pin, mac] = keys_of(keyed_config(tmp_path), None)
    assert (pin["place"], pin["kind"], pin["check_value"]) == ("issuer", "pin", "")
    assert mac["kind"] == "mac"
