"""A shop with a fake gateway."""

import pytest

from tests.gateway.shop.fakes import FakeShop


@pytest.fixture
def sample(tmp_path):
    return FakeShop(tmp_path)
