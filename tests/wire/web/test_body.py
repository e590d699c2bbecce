"""A body within its bounds."""

import asyncio

import pytest
from starlette.requests import Request

from cardswitch.wire.web.body import BodyRefused, read_body


def read(*parts, size_max=10):
    coming = iter(parts)

    async def receive():
        part = next(coming, None)
        if part is None:
            await asyncio.Event().wait()
        return {"type": "http.request", "body": part, "more_body": part != b""}

    return asyncio.run(read_body(Request({"type": "http"}, receive), size_max, 0.01))


def test_a_body_is_read_whole():
    assert read(b"12345", b"67890", b"") == b"1234567890"


@pytest.mark.parametrize(("parts", "status"), [((b"12345", b"678901"), 413), ((b"1",), 408)])
def test_what_is_too_long_or_does_not_come_is_refused(parts, status):
    with pytest.raises(BodyRefused) as refused:
        read(*parts)
    assert refused.value.status == status
