"""specs.fuzzing.hypothesis_hook: types have their strategies wherever Hypothesis is imported."""

import subprocess
import sys
from importlib.metadata import entry_points

from hypothesis import find, given
from hypothesis import strategies as st

from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.fuzzing.hypothesis_hook import DIALECT, register
from cardswitch.specs.message import Message
from cardswitch.specs.tlv import Tlv, pack_tlv
from cardswitch.specs.tracks import Track2, pack_track2


def test_the_entry_point_is_ours():
    [ours] = [entry for entry in entry_points(group="hypothesis") if entry.name == "cardswitch"]
    assert ours.load() is register


@given(st.from_type(Message), st.from_type(Track2), st.from_type(Tlv))
def test_types_are_made_as_they_should_be(message, track, item):
    assert load_dialect(DIALECT).pack(message)
    assert pack_track2(track)
    assert pack_tlv([item])


def test_more_than_one_message_is_made():
    assert find(st.from_type(Message), lambda message: message.mti == "0800").mti == "0800"


def test_nothing_heavy_comes_with_hypothesis():
    code = "import hypothesis, sys; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "cardswitch.specs.message" in done.stdout.split()
    heavy = {
        "cardswitch.specs.dialect",
        "cardswitch.specs.fuzzing.strategies",
        "iso8583",
        "cryptography",
        "cardswitch.specs.parts",
    }
    assert heavy.isdisjoint(done.stdout.split())
