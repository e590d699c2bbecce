"""The keys of the sample shop: made at the first start, where the shop alone reads them."""

from __future__ import annotations

from pathlib import Path

from cardswitch.specs.errors import ConfigError
from cardswitch.wire.driver.runtime import Clock
from cardswitch.wire.store.disk import create_file
from cardswitch.wire.store.files import file_trouble

from .programs import Runs


def make_shop_key(house: Runs, clock: Clock) -> None:
    """API keys for the merchant of the lab's shop, those that it has not yet. Raises Error."""
    from cardswitch.gateway.api.keys import KeyFile  # HTTP is for whoever needs it

    assert house.shop is not None
    paths = (Path(house.shop.key), Path(house.shop.public_key))
    missing = [path for path in paths if not path.exists()]
    if not missing:
        return
    if house.gateway is None:
        raise ConfigError(
            f"{missing[0]}: missing, and there is no [gateway] here to make a key for"
        )
    made = KeyFile(Path(house.gateway.keys)).add(house.shop.merchant, int(clock.now()))
    for path, (_, text) in zip(paths, made, strict=True):
        try:
            if path in missing:
                create_file(path, text.encode())
        except OSError as error:
            raise file_trouble(path, error) from None
