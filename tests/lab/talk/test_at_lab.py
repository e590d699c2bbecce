"""A lab at hand; see also tests/lab/test_pytest_plugin.py."""

import pytest

from cardswitch.lab.house.threaded import ThreadedLab
from cardswitch.lab.talk.at_lab import IsoLab
from cardswitch.specs.errors import ConfigError
from cardswitch.specs.message import Message


def test_clients_speak_as_each_listener_does(tmp_path):
    traces = []
    with ThreadedLab(tmp_path / "lab") as house:
        lab = IsoLab(house, traces)
        fields = {7: "1129004500", 11: "000001", 70: "301"}
        for listener in ("pos", "network"):
            answer = lab.client(listener, timeout_s=60).ask(Message("0800", fields))
            assert (answer.mti, answer[39]) == ("0810", "00")
        assert lab.config.is_file()
        with pytest.raises(
            ConfigError, match="no listener 'web', expected one of pos, plain, shop, network"
        ):
            lab.address("web")
        lab.close()
    assert len(traces) == 2
    house.close()  # A second time is none.
