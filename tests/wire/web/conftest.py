"""A port of HTTPS to be asked: that of a lab's gateway."""

import pytest

from tests.kit.shop import Shop


@pytest.fixture(scope="session")
def shop(tmp_path_factory):
    with Shop(tmp_path_factory.mktemp("shop") / "lab") as shop:
        yield shop
