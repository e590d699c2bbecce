"""The key of the sample shop: made at the first start, and kept where the shop alone reads it."""

from __future__ import annotations

from pathlib import Path

from cardswitch.specs.errors import ConfigError
from cardswitch.wire.driver.runtime import Clock
from cardswitch.wire.store.disk import create_file
from cardswitch.wire.store.files import file_trouble

from .programs import Runs


def make_shop_key(house: Runs, clock: Clock) -> None:
    """An API key for the merchant of the lab's shop, unless it has one. Raises Error."""
    from cardswitch.gateway.api.keys import KeyFile  # HTTP is for whoever needs it

    assert house.shop is not None
    path = Path(house.shop.key)
    if path.exists():
        return
    if house.gateway is None:
        raise ConfigError(f"{path}: missing, and there is no [gateway] here to make a key for")
    (_, text), _ = KeyFile(Path(house.gateway.keys)).add(house.shop.merchant, int(clock.now()))
    try:
        create_file(path, text.encode())
    except OSError as error:
        raise file_trouble(path, error) from None
