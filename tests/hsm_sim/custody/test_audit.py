"""The audit log: every change is seen, and nothing secret is in it."""

import msgspec
import pytest

from cardswitch.hsm_sim.custody.audit import (
    DETAIL_LENGTH_MAX,
    FINDINGS_MAX,
    GENESIS,
    AuditEntry,
    AuditLog,
    Finding,
    read_entries,
    true_entries,
    verify_audit,
)
from cardswitch.hsm_sim.custody.events import KEY_IMPORTED, STARTED
from cardswitch.specs.errors import Error


def entries(count: int = 4) -> list[AuditEntry]:
    log = AuditLog()
    return [log.entry(KEY_IMPORTED, {"kcv": f"{n:06d}"}, 100.5 + n) for n in range(count)]


def lines(count: int = 4) -> list[bytes]:
    return [msgspec.json.encode(entry) + b"\n" for entry in entries(count)]


def problems(changed: list[bytes], head: str = "") -> list[tuple[int, str]]:
    return [(each.line, each.problem.split(":")[0]) for each in verify_audit(changed, head)]


def test_a_whole_log_has_no_findings() -> None:
    assert verify_audit(lines()) == []
    assert verify_audit([]) == []
    assert entries()[0].previous == GENESIS
    assert [entry.sequence for entry in entries()] == [1, 2, 3, 4]


def test_a_log_goes_on_where_it_ended() -> None:
    first = entries(2)
    added = AuditLog(first[-1]).entry(STARTED, {}, 200.0)
    whole = [*first, added]
    assert verify_audit([msgspec.json.encode(entry) + b"\n" for entry in whole]) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda entry: msgspec.structs.replace(entry, time=1.0),
        lambda entry: msgspec.structs.replace(entry, event=STARTED),
        lambda entry: msgspec.structs.replace(entry, details={"kcv": "999999"}),
        lambda entry: msgspec.structs.replace(entry, details={}),
    ],
)
def test_an_entry_that_was_changed(change) -> None:
    changed = lines()
    changed[1] = msgspec.json.encode(change(entries()[1])) + b"\n"
    assert problems(changed) == [(2, "the entry was changed")]


def test_an_entry_whose_hash_was_mended_breaks_the_chain_after_it() -> None:
    kept = entries()
    forged = AuditLog(kept[0]).entry(KEY_IMPORTED, {"kcv": "999999"}, 101.5)
    changed = lines()
    changed[1] = msgspec.json.encode(forged) + b"\n"
    assert problems(changed) == [(3, "the chain is broken")]


def test_a_gap_and_another_order() -> None:
    first, second, third, fourth = lines()
    assert problems([first, third, fourth]) == [(2, "a gap")]
    assert problems([second, third, fourth]) == [(1, "a gap")]
    assert (2, "a gap") in problems([first, third, second, fourth])
    assert problems([first, first, second]) == [(2, "a gap")]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b"nonsense\n", "no audit entry"),
        (b"\xff\n", "no audit entry"),
        (b"{}\n", "no audit entry"),
        (b"[" * 3000 + b"\n", "no audit entry"),
        (b"x" * 5000 + b"\n", "no audit entry"),
        (lines(1)[0].replace(b'{"sequence"', b'{ "sequence"'), "the line was changed in form"),
        (lines(1)[0].replace(b"}\n", b',"more":1}\n'), "no audit entry"),
        (lines(1)[0].replace(b'"time":', b'"time":0,"time":'), "the line was changed in form"),
        (lines(1)[0][:-1], "the line is cut off"),
    ],
)
def test_a_line_that_is_none_of_ours(line: bytes, problem: str) -> None:
    assert problems([line]) == [(1, problem)]


def test_a_cut_end_is_seen_by_whoever_noted_the_last_hash() -> None:
    head = entries()[-1].hash
    assert verify_audit(lines(), head) == []
    assert verify_audit(lines(6), head) == []
    assert problems(lines(3), head) == [(4, "no entry has the hash that was noted")]
    assert verify_audit(lines(3)) == []
    assert verify_audit([], GENESIS) == []


def test_what_is_noted_is_printable_and_short() -> None:
    entry = AuditLog().entry(STARTED, {"why": "a\nb" + "x" * 200}, 0.0)
    assert entry.details["why"].startswith("a\\nb")
    assert len(entry.details["why"]) <= DETAIL_LENGTH_MAX + 3


def test_an_event_must_stand_in_the_table() -> None:
    with pytest.raises(AssertionError):
        AuditLog().entry("something", {}, 0.0)


def test_entries_are_read_up_to_one_that_is_being_written() -> None:
    assert list(read_entries(lines())) == entries()
    assert list(read_entries([*lines(2), lines(3)[2][:10]])) == entries(2)
    with pytest.raises(Error, match="line 2: no audit entry"):
        list(read_entries([lines()[0], b"x\n"]))


def test_a_finding_is_a_value() -> None:
    assert verify_audit([b"\n"]) == [Finding(1, "no audit entry: the line cannot be read")]


def test_entries_are_taken_one_by_one_up_to_the_first_that_is_wrong() -> None:
    def endless():
        yield from lines(2)
        yield lines(4)[3]
        raise AssertionError("nothing is read behind a fault")

    seen = true_entries(endless())
    assert [next(seen).sequence, next(seen).sequence] == [1, 2]
    with pytest.raises(Error, match="line 3: a gap"):
        next(seen)
    with pytest.raises(Error, match="line 3: no entry has the hash"):
        list(true_entries(lines(2), entries()[-1].hash))


def test_findings_have_an_end() -> None:
    assert len(verify_audit(b"x\n" for _ in range(2 * FINDINGS_MAX))) == FINDINGS_MAX
