"""Who may ask for a page."""

import asyncio

import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from cardswitch.wire.web.body import BodyRefused
from cardswitch.wire.web.guard import Guard
from cardswitch.wire.web.rates import Rate

HOST = "panel.localhost"


def asked(page=None, *, method="GET", host=f"{HOST}:7117", notes=None, rate=None, more=(), **kind):
    """The status of the answer, and its title."""

    async def shown(request):
        return Response("shown")

    def say(request, status, title, text):
        return Response(f"{title}. {text}", status)

    told = (lambda *said: notes.append(said)) if notes is not None else (lambda *said: None)
    guard = Guard((HOST,), say, told, "failed", way="Again.", sorry="Sorry.", rate=rate)
    headers = [(b"host", host.encode()), *more]
    scope = {"type": "http", "method": method, "path": "/", "headers": headers, "query_string": b""}
    scope |= {"server": (HOST, 7117), "scheme": "https", "client": ("127.0.0.1", 1)}
    answer = asyncio.run(guard(page or shown, **kind)(Request(scope)))
    return answer.status_code, answer.body.decode()


@pytest.mark.parametrize(
    ("host", "status"),
    [
        (HOST, 200),
        (f"{HOST}:9", 200),
        ("evil.example", 421),
        (f"{HOST}.evil.example", 421),
        (f"evil.example:{HOST}", 421),
        ("127.0.0.1", 421),
        ("", 421),
    ],
)
@pytest.mark.parametrize("kind", [{}, {"from_elsewhere": True}])
def test_a_name_that_is_not_ours_leads_to_nothing(host, status, kind):
    assert asked(host=host, **kind)[0] == status


OURS = (b"origin", f"https://{HOST}".encode())


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ((OURS,), 200),
        ((), 200),  # A browser of old says nothing.
        (((b"origin", b"https://evil.example"),), 403),
        (((b"origin", b"null"),), 403),
        (((b"origin", b"http://panel.localhost"),), 403),
        ((OURS, (b"sec-fetch-site", b"cross-site")), 403),
        ((OURS, (b"sec-fetch-site", b"same-site")), 403),
        ((OURS, (b"sec-fetch-site", b"same-origin")), 200),
    ],
)
def test_a_form_counts_from_a_page_of_ours_alone(more, status):
    assert asked(method="POST", host=HOST, more=more)[0] == status
    assert asked(method="POST", host=HOST, more=more, from_elsewhere=True)[0] == 200
    assert asked(host=HOST, more=more)[0] == 200


def test_who_asks_too_often_waits():
    rate = Rate(1, lambda: 0.0)
    assert [asked(rate=rate)[0] for _ in range(6)] == [200] * 5 + [429]


def raising(error):
    async def page(request):
        raise error

    return page


def test_what_fails_within_is_noted_without_what_it_says():
    notes = []
    status, text = asked(raising(RuntimeError("secret")), notes=notes)
    assert (status, text) == (500, "Something went wrong. Sorry.")
    assert notes == [("failed", "/: RuntimeError")]


def test_a_body_that_is_refused_is_said_and_no_page_is_another_matter():
    assert asked(raising(BodyRefused(413, "too long")))[0] == 413
    with pytest.raises(HTTPException):
        asked(raising(HTTPException(404)))
