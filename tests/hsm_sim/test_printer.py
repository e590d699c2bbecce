"""The printer is a file for its owner alone."""

import stat
from pathlib import Path

import pytest

from cardswitch.hsm_sim.custody.policy import CommandRefused
from cardswitch.hsm_sim.desk import no_printer
from cardswitch.hsm_sim.printer import FilePrinter


def test_what_is_printed_is_added_to_a_file_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "printed.txt"
    for text in ("one\n", "two\n"):
        FilePrinter(path)(text)
    assert path.read_text() == "one\ntwo\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "printed.txt"
    path.touch()
    path.chmod(0o644)
    with pytest.raises(CommandRefused, match="16"):
        FilePrinter(path)("secret")
    assert path.read_text() == ""


def test_no_room_no_folder_and_no_printer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cardswitch.hsm_sim.printer.PRINTED_MAX", 3)
    printer = FilePrinter(tmp_path / "printed.txt")
    printer("four")
    for refused in (printer, FilePrinter(tmp_path / "none" / "printed.txt"), no_printer):
        with pytest.raises(CommandRefused, match="16"):
            refused("secret")
