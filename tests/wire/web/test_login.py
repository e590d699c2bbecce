"""Who has shown a secret, and what can be done without."""

import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from cardswitch.wire.web.guard import Guard
from cardswitch.wire.web.login import LIVES_S, Login, Sessions
from tests.kit.asgi import Browser

HOST = "panel.localhost:7117"


class House:
    """Two pages behind a login: one is looked at, one does something."""

    def __init__(self):
        self.time = 1_000.0
        self.done = []
        self.known = {"ada"}
        self.sessions = Sessions("panel", lambda: self.time)
        login = Login(
            self.sessions,
            {"sesame": "ada", "s2": "bob"}.get,
            lambda request, status, alert, to: Response(f"ask {to}: {alert}", status),
            self.form,
            "/home",
            lambda: self.time,
            lambda who: who in self.known,
        )
        say = lambda request, status, title, text: Response(title, status)  # noqa: E731
        guard = Guard(("panel.localhost",), say, print, "x", way="", sorry="")
        routes = [
            Route("/home", guard(login.opened(self.home))),
            Route("/deed", guard(login.deed(self.deed)), methods=["POST"]),
            *login.routes(guard),
        ]
        self.browser = Browser(Starlette(routes=routes), HOST)

    async def form(self, request):
        pairs = (part.split("=") for part in (await request.body()).decode().split("&"))
        return {name: value.replace("%2F", "/") for name, value in pairs}

    async def home(self, request):
        return Response(self.sessions.token(request))

    async def deed(self, request, form):
        self.done.append(self.sessions.who(request))
        return Response("done")

    def enter(self, **form):
        return self.browser.post("/login", {"key": "sesame"} | form)


@pytest.fixture
def house():
    return House()


def test_the_cookie_is_for_this_host_and_for_our_own_pages_alone(house):
    said = house.enter().headers["set-cookie"]
    assert said.startswith("__Host-panel=")
    for part in ("HttpOnly", "Secure", "Path=/", "SameSite=strict"):
        assert part in said


def test_a_deed_needs_the_cookie_and_the_token_of_it(house):
    assert house.browser.post("/deed", {"token": ""}).status == 403
    house.enter()
    token = house.browser.get("/home").text
    assert house.browser.post("/deed", {"token": "guessed"}).status == 403
    assert house.done == []
    assert house.browser.post("/deed", {"token": token}).text == "done"
    other = House()
    other.enter()
    assert other.browser.post("/deed", {"token": token}).status == 403
    assert (house.done, other.done) == (["ada"], [])


@pytest.mark.parametrize("at", [0, -1, 5])
def test_a_cookie_that_was_changed_is_nobodys(house, at):
    house.enter()
    name, _, value = house.browser.cookie.partition("=")
    changed = "A" if value[at] != "A" else "B"
    cut = at % len(value)
    house.browser.cookie = f"{name}={value[:cut]}{changed}{value[cut + 1 :]}"
    assert house.browser.get("/home").status == 303


@pytest.mark.parametrize("cookie", ["", "a", "..", "a.b.c.d", "YWRh.9999999999.x.", "\u00e9"])
def test_what_is_no_cookie_of_ours_is_nobodys(house, cookie):
    house.browser.cookie = f"__Host-panel={cookie}"
    assert house.browser.get("/home").status == 303


def test_it_ends_after_a_day_of_work_with_its_key_and_when_it_is_left(house):
    house.enter()
    house.time += LIVES_S - 1
    assert house.browser.get("/home").status == 200
    house.time += 1
    assert house.browser.get("/home").status == 303
    house.enter()
    house.known.clear()
    assert house.browser.get("/home").status == 303
    house.known.add("ada")
    page = house.browser.post("/logout", {"token": house.browser.get("/home").text})
    assert page.headers["location"] == "/login"
    assert house.browser.get("/home").status == 303


@pytest.mark.parametrize(
    "to",
    ["//evil.example", "https://evil.example", "/\\evil", "/a?b=c", "javascript:a", "/login", ""],
)
def test_it_leads_to_no_other_place(house, to):
    assert house.enter(to=to.replace("/", "%2F")).headers["location"] == "/home"
    assert house.enter(to="/deed").headers["location"] == "/deed"


def test_who_tries_too_often_waits_and_is_not_heard(house):
    tries = [house.enter(key="wrong").status for _ in range(30)]
    assert tries == [403] * 25 + [429] * 5
    assert house.enter().status == 429
    house.time += 1.0
    assert house.enter().status == 303


def test_whoever_is_in_is_not_asked_again(house):
    assert house.browser.get("/login").text == "ask /home: "
    house.enter()
    assert house.browser.get("/login").headers["location"] == "/home"


def test_a_copy_of_a_cookie_is_of_nobody_once_its_owner_has_left():
    house = House()
    house.browser.post("/login", {"key": "sesame"})
    copy, token = house.browser.cookie, house.browser.get("/home").text
    house.browser.post("/login", {"key": "s2"})
    other = house.browser.cookie
    house.browser.cookie = copy
    assert house.browser.post("/logout", {"token": token}).status == 303
    house.browser.cookie = copy
    assert house.browser.get("/home").status == 303
    house.known.add("bob")
    house.browser.cookie = other
    assert house.browser.get("/home").status == 200
