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
    key, public = str(folder / "shop.key"), str(folder / "shop.pub")
    shop = SimpleNamespace(key=key, public_key=public, merchant="SHOP0001")
    return SimpleNamespace(gateway=gateway, shop=shop)


def test_a_key_is_made_once(tmp_path):
    for _ in range(2):
        make_shop_key(house(tmp_path), Clock())
    path = tmp_path / "shop.key"
    found = KeyFile(tmp_path / "gateway.keys").find(path.read_text("ascii"), 0.0)
    assert (found.merchant, found.kind) == ("SHOP0001", "secret")
    assert len(KeyFile(tmp_path / "gateway.keys").all()) == 2
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    public = (tmp_path / "shop.pub").read_text("ascii")
    assert KeyFile(tmp_path / "gateway.keys").find(public, 0.0).kind == "publishable"


def test_a_shop_of_before_keeps_its_key_and_gets_the_publishable_one(tmp_path):
    (tmp_path / "shop.key").write_text("sk_test_x", "ascii")
    make_shop_key(house(tmp_path), Clock())
    assert (tmp_path / "shop.key").read_text("ascii") == "sk_test_x"
    assert (tmp_path / "shop.pub").read_text("ascii").startswith("pk_test_")


def test_without_a_gateway_a_key_must_be_there(tmp_path):
    with pytest.raises(ConfigError, match=r"shop\.key: missing"):
        make_shop_key(house(tmp_path, has_gateway=False), Clock())
    for name in ("shop.key", "shop.pub"):
        (tmp_path / name).write_text("a key", "ascii")
    make_shop_key(house(tmp_path, has_gateway=False), Clock())
