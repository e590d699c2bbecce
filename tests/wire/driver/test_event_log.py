"""Lines go where the operator wants them, masked, and never stop a program."""

import json
import os
import stat
import sys

import pytest

from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.errors import Error
from cardswitch.specs.message import Message
from cardswitch.wire.channel import IsoChannel
from cardswitch.wire.driver import event_log as event_log_module
from cardswitch.wire.driver.event_log import EventLog, record_and_tap, record_of
from cardswitch.wire.driver.runtime import Clock
from cardswitch.wire.framing import Framing
from cardswitch.wire.operator.options import LogOptions
from cardswitch.wire.ports import LinkId
from tests.kit.files import is_owners_alone

POS = LinkId("pos/1")
SALE = Message("0200", {2: "9999990000000011", 11: "000007"})


class At(Clock):
    def now(self):
        return 1774746000.25


def note(options, kind="link_up", reason="with ::1"):
    log = EventLog(options)
    log.record("switch", At()).note(kind, POS, reason)
    return log


def test_people_read_one_line(capsys):
    note(LogOptions())
    assert capsys.readouterr().err == "2026-03-29T01:00:00.250Z switch pos/1 link_up: with ::1\n"


def test_programs_read_one_object(capsys):
    note(LogOptions(is_json=True))
    assert json.loads(capsys.readouterr().err) == {
        "at": "2026-03-29T01:00:00.250Z",
        "program": "switch",
        "kind": "link_up",
        "link": "pos/1",
        "reason": "with ::1",
        "left_out": 0,
    }


def test_a_file_gets_every_line_as_json_and_is_its_owners_alone(tmp_path, capsys):
    path = tmp_path / "switch.log"
    path.write_text("", "utf-8")
    path.chmod(0o644)
    for kind in ("link_up", "link_down"):
        note(LogOptions(is_quiet=True, path=path), kind).close()
    assert capsys.readouterr().err == ""
    assert [json.loads(line)["kind"] for line in path.read_text().splitlines()] == [
        "link_up",
        "link_down",
    ]
    assert is_owners_alone(path)


@pytest.mark.skipif(os.name != "posix", reason="pipes and their rights")
def test_what_is_no_file_stays_everybodys_as_dev_null_must(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    path.chmod(0o666)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    EventLog(LogOptions(path=path)).close()
    os.close(reader)
    assert stat.S_IMODE(path.stat().st_mode) == 0o666


def test_a_file_that_cannot_be_written_is_named(tmp_path):
    with pytest.raises(Error, match=r"missing/a\.log: cannot be written"):
        EventLog(LogOptions(path=tmp_path / "missing" / "a.log"))


def test_a_full_disk_and_a_reader_who_left_are_counted(tmp_path, monkeypatch):
    log = EventLog(LogOptions(path=tmp_path / "a.log"))

    def full(file, data):
        raise OSError(28, "no space left")

    class Gone:
        def write(self, text):
            raise BrokenPipeError

    with monkeypatch.context() as patched:
        patched.setattr(event_log_module.os, "write", full)
        patched.setattr(sys, "stderr", Gone())
        log.record("switch", At()).note("link_up", POS, "")
    assert log.lost == 2


def test_a_file_that_somebody_forgot_ends_at_its_bound(tmp_path, monkeypatch):
    monkeypatch.setattr(event_log_module, "FILE_SIZE_MAX", 250)
    path = tmp_path / "a.log"
    log = EventLog(LogOptions(is_quiet=True, path=path))
    for _ in range(5):
        log.record("switch", At()).note("link_up", POS, "")
    assert len(path.read_text().splitlines()) == 2
    assert log.lost == 3


def test_the_trace_shows_every_message_masked(capsys):
    record, tap = record_and_tap(EventLog(LogOptions(has_trace=True)), "switch", At())
    assert record is not None
    channel = IsoChannel(load_dialect("iso87-ascii"), Framing("ascii4"))
    watched = tap.watch(channel, POS, lambda: 1774746000.25)
    for _ in range(30):
        watched.decode(watched.encode(SALE))
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 60
    assert lines[0] == f"2026-03-29T01:00:00.250Z switch -> pos/1 {SALE!r}"
    assert lines[1] == f"2026-03-29T01:00:00.250Z switch <- pos/1 {SALE!r}"
    assert SALE[2] not in "".join(lines)


def test_nobody_pays_for_a_trace_that_is_not_wanted():
    record, tap = record_and_tap(EventLog(LogOptions()), "switch", Clock())
    assert (record is None, tap) == (False, None)
    assert record_and_tap(None, "switch", Clock()) == (None, None)


def test_closing_twice_is_closing(tmp_path):
    log = note(LogOptions(is_quiet=True, path=tmp_path / "a.log"))
    log.close()
    log.close()
    assert (tmp_path / "a.log").stat().st_size > 0


def test_without_a_log_a_record_is_shown_by_that_of_python(caplog, capsys):
    record_of(None, "acs", Clock()).note("link_refused", LinkId("acs"), "nobody")
    assert "acs: link_refused: nobody" in caplog.text
    record_of(EventLog(LogOptions()), "acs", Clock()).note("link_refused", LinkId("acs"), "him")
    assert "him" in capsys.readouterr().err
    assert "him" not in caplog.text
