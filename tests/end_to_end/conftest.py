"""Labs of real processes; whatever a test leaves running is ended by its pid."""

import pytest

from tests.kit.programs import PATIENT, House


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
