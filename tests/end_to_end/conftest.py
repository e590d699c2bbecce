"""Labs of real processes; whatever a test leaves running is ended by its pid."""

from contextlib import suppress
from pathlib import Path

import pytest

from tests.kit.chromium import Watched
from tests.kit.programs import PATIENT, House

KEPT = Path(__file__).parents[2] / "build" / "browser"  # what browsers showed when a test was red


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Of a test in a browser that is red, keep what each of its pages shows."""
    report = yield
    if report.when == "call" and report.failed:
        for number, watched in enumerate(Watched.all):
            with suppress(Exception):  # Some are closed: what is there is kept.
                watched.keep(KEPT, f"{item.name}-{number}".replace("/", "-"))
    return report


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A lab that runs, shared by all tests of a module: none of them disturbs another."""
    house = House(tmp_path_factory.mktemp("house"))
    try:
        house.up()
        yield house
    finally:
        house.end()


@pytest.fixture
def patient_house(tmp_path):
    """A lab of one test, where no timer runs out; nothing is started yet."""
    house = House(tmp_path, PATIENT)
    try:
        yield house
    finally:
        house.end()
