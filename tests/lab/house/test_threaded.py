"""A lab in a thread; that it works is seen in tests/lab/talk/test_at_lab.py."""

import pytest

from cardswitch.lab.house.threaded import ThreadedLab
from cardswitch.specs.errors import ConfigError, Error


def test_a_lab_that_is_there_is_run_as_it_is_configured(tmp_path):
    (tmp_path / "lab.toml").write_text("")
    with pytest.raises(ConfigError, match="there is no program to run"):
        ThreadedLab(tmp_path)


def test_what_keeps_it_from_starting_is_told(tmp_path, monkeypatch):
    def taken(_):
        raise Error("a port is taken")

    monkeypatch.setattr("cardswitch.lab.house.threaded.running", taken)
    with pytest.raises(Error, match="a port is taken"):
        ThreadedLab(tmp_path / "lab")
