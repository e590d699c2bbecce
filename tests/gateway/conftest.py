"""A lab that runs, and a shop that has keys for its gateway: shared by tests of the API."""

import pytest

from tests.kit.shop import Shop


@pytest.fixture(scope="session")
def shop(tmp_path_factory):
    with Shop(tmp_path_factory.mktemp("shop") / "lab") as shop:
        yield shop
