"""Commands of settlement on a lab whose bank answers; a module may have its own of these names."""

import pytest
from click.testing import CliRunner

from cardswitch.specs.errors import Error
from cardswitch.switch.cli.settle import settle
from tests.kit.statements import camt053


@pytest.fixture
def run(lab):
    """Run one command of this lab."""

    def run(*words, code=0):
        obj = {"record": lambda _config, booked, acquirer: lab.record(booked)}
        words = [*words, "--config", str(lab.path)]
        result = CliRunner().invoke(settle, words, obj=obj)
        if isinstance(result.exception, Error):
            raise result.exception
        assert result.exit_code == code, result.output
        return result

    return run


@pytest.fixture
def sold(lab, run):
    """A day with a sale is closed."""
    lab.history.sale(1250)
    lab.history.cut_over()
    lab.commit()
    run("close")
    return lab


@pytest.fixture
def file(tmp_path):
    """Write a statement with these entries; its path."""

    def write(name, *entries, **about):
        (tmp_path / name).write_bytes(camt053(entries, name=name, **about))
        return str(tmp_path / name)

    return write
