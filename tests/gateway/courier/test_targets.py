"""Where events may go: what a URL may be, and that the address that was checked is dialled."""

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest

from cardswitch.gateway.courier.targets import address_of, refuse_literal, target_of, url_at
from cardswitch.specs.errors import Error
from cardswitch.wire.operator.addresses import address_rule

allows = address_rule(("127.0.0.0/8", "::1/128"), "x")


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://127.0.0.1/", "https"),
        ("ftp://127.0.0.1/", "https"),
        ("127.0.0.1", "https"),
        ("https://user@127.0.0.1/", "no user"),
        ("https://:word@127.0.0.1/", "no user"),
        ("https:///path", "names a host"),
        ("https://127.0.0.1/#part", "no #"),
        ("https://127.0.0.1:99999/", "no URL"),
        ("https://[::1/", "no URL"),
        ("https://127.0.0.1/a b", "without blanks"),
        ("https://127.0.0.1/\n", "without blanks"),
        ("https://shöp/", "ASCII"),
        ("https://127.0.0.1/" + "x" * 2_048, "at most"),
    ],
)
def test_what_is_no_target_says_why(url, told):
    with pytest.raises(Error, match=told):
        target_of(url)


def test_an_address_that_is_not_allowed_is_refused_at_once():
    for url in ("https://192.0.2.7/", "https://[fe80::1]/", "https://0.0.0.0/", "https://[::]/"):
        with pytest.raises(Error, match=r"gateway\.webhooks\.networks"):
            refuse_literal(target_of(url), allows)
    refuse_literal(target_of("https://[::ffff:127.0.0.1]/"), allows)
    refuse_literal(target_of("https://name.example/"), allows)


def resolved(url, monkeypatch, *addresses):
    def found(host, port, **_):
        if not addresses:
            raise OSError("no such host")
        return [(0, 0, 0, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", found)
    with ThreadPoolExecutor(1) as pool:
        return asyncio.run(address_of(target_of(url), allows, pool))


def test_a_name_is_resolved_and_its_address_checked(monkeypatch):
    target = target_of("https://shop.example:8443/hook")
    address = resolved("https://shop.example:8443/hook", monkeypatch, "127.0.0.1", "::1")
    assert url_at(address, target) == "https://127.0.0.1:8443/hook"
    assert target.authority == "shop.example:8443"
    for bad in (["192.0.2.7"], ["127.0.0.1", "192.0.2.7"], ["169.254.169.254"]):
        with pytest.raises(Error, match="not in"):
            resolved("https://shop.example/", monkeypatch, *bad)
    with pytest.raises(Error, match="no such host"):
        resolved("https://shop.example/", monkeypatch)
    assert resolved("https://[::1]:1/", monkeypatch, "192.0.2.7") == "::1"
