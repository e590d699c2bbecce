"""The shop as a program: its key, and its wait for the gateway."""

import asyncio

import pytest

from cardswitch.gateway.shop.serve import read_key, serve_shop
from cardswitch.lab.house.topology import free_ports, make_lab, read_lab
from cardswitch.specs.errors import ConfigError, Error


@pytest.mark.parametrize("text", ["", "\n", "two\nlines", "x" * 300, "\u00fc"])
def test_what_is_no_key_is_refused_by_the_name_of_its_file(tmp_path, text):
    path = tmp_path / "shop.key"
    path.write_text(text, "utf-8")
    with pytest.raises(ConfigError, match=r"shop\.key: expected an API key"):
        read_key(path)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(Error, match=r"shop\.key"):
        read_key(tmp_path / "shop.key")


def test_a_shop_without_its_gateway_listens_all_the_same(tmp_path):
    path, _ = make_lab(tmp_path / "lab", free_ports())
    shop = read_lab(path).shop
    for name in ("shop.key", "shop.pub"):
        (tmp_path / "lab" / name).write_text("a key", "ascii")

    async def main():
        served = await serve_shop(shop)
        _, writer = await asyncio.open_connection("127.0.0.1", served.port)
        writer.close()
        await writer.wait_closed()
        await served.stop()
        await served.wait()

    asyncio.run(main())
