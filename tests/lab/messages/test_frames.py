"""Frames of a dialect that says how it is framed: taken off where they are whole."""

import pytest

from cardswitch.lab.messages.frames import unframed
from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.errors import DialectError
from tests.kit.samples.doctor import ECHO, SALE, framed, wire


@pytest.fixture
def dialect(tmp_path):
    path = tmp_path / "framed.toml"
    path.write_text('extends = "pos"\nframing = "binary2"\n', "utf-8")
    return load_dialect(str(path))


def test_whole_frames_are_taken_off(dialect):
    messages = [wire("pos", message=each) for each in (SALE, ECHO)]
    assert unframed(dialect, b"".join(framed("binary2", one) for one in messages)) == messages


@pytest.mark.parametrize("tail", [b"\0", b"\0\x05xxxxx"])
def test_what_is_no_whole_frame_of_messages_is_left_as_it_is(dialect, tail):
    data = framed("binary2", wire("pos")) + tail
    assert unframed(dialect, data) == [data]
    assert unframed(dialect, wire("pos")) == [wire("pos")]
    assert unframed(load_dialect("pos"), framed("binary2", wire("pos"))) != [wire("pos")]


def test_a_framing_that_nobody_knows_is_refused(tmp_path):
    path = tmp_path / "framed.toml"
    path.write_text('extends = "pos"\nframing = "pigeon"\n', "utf-8")
    with pytest.raises(DialectError, match="framing: a name such as 'binary2'"):
        load_dialect(str(path))
