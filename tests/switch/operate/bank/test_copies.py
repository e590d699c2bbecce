"""A copy of each file of a bank lies below the deposits, as it came."""

from cardswitch.switch.operate.verify_books import verify
from tests.kit.banking import answers, closed, taken


def test_each_file_has_its_copy(lab):
    closed(lab)
    files = answers(lab)
    taken(lab, files)
    kept = {path.name: path.read_bytes() for path in (lab.deposits / "taken").iterdir()}
    assert [name[:13] for name in sorted(kept)] == ["000001-status", "000002-statem"]
    assert sorted(kept.values()) == sorted(files.values())


def test_one_that_was_taken_away_is_nobody_s_fault(lab):
    closed(lab)
    taken(lab, answers(lab))
    path, *_ = sorted((lab.deposits / "taken").iterdir())
    path.unlink()
    seen = verify(lab.switch, lab.settlement)
    assert (seen.findings, seen.not_here) == ((), (f"taken/{path.name}",))


def test_a_copy_that_was_changed_is_named(lab):
    closed(lab)
    taken(lab, answers(lab))
    path, *_ = sorted((lab.deposits / "taken").iterdir())
    path.write_bytes(path.read_bytes().replace(b"ACSP", b"RJCT"))
    [finding] = verify(lab.switch, lab.settlement).findings
    assert finding == f"{path} is not what the bank sent"
