"""The key of the lab's shop: made once, for its owner alone."""

import stat
from types import SimpleNamespace

import pytest

from cardswitch.gateway.api.keys import KeyFile
from cardswitch.lab.house.shop import make_shop_key
from cardswitch.specs.errors import ConfigError
from cardswitch.wire.driver.runtime import Clock


def house(folder, *, has_gateway=True):
    gateway = SimpleNamespace(keys=str(folder / "gateway.keys")) if has_gateway else None
    shop = SimpleNamespace(key=str(folder / "shop.key"), merchant="SHOP0001")
    return SimpleNamespace(gateway=gateway, shop=shop)


def test_a_key_is_made_once(tmp_path):
    for _ in range(2):
        make_shop_key(house(tmp_path), Clock())
    path = tmp_path / "shop.key"
    found = KeyFile(tmp_path / "gateway.keys").find(path.read_text("ascii"), 0.0)
    assert (found.merchant, found.kind) == ("SHOP0001", "secret")
    assert len(KeyFile(tmp_path / "gateway.keys").all()) == 2
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_without_a_gateway_a_key_must_be_there(tmp_path):
    with pytest.raises(ConfigError, match=r"shop\.key: missing"):
        make_shop_key(house(tmp_path, has_gateway=False), Clock())
    (tmp_path / "shop.key").write_text("sk_test_x", "ascii")
    make_shop_key(house(tmp_path, has_gateway=False), Clock())
