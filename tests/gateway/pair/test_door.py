"""A door: the port stays, and what is behind it changes."""

import asyncio

from cardswitch.gateway.pair.door import Door


class Server:
    """A port that is asked by calling it."""

    def __init__(self, app):
        self.app = app
        self.is_open = False

    async def open(self):
        self.is_open = True
        return 7108

    async def close(self):
        self.is_open = False


def named(name, told):
    async def app(scope, receive, send):
        told.append((name, scope))

    return app


def test_it_leads_to_whoever_is_behind_it_and_else_to_the_other_way():
    told, servers = [], []

    def server(app):
        servers.append(Server(app))
        return servers[0]

    async def scene():
        door = Door(server, named("other", told))
        await door.open()
        behind = door.behind(named("own", told))
        await servers[0].app(1, None, None)
        assert await behind.open() == 7108
        await servers[0].app(2, None, None)
        await behind.close()
        await servers[0].app(3, None, None)
        assert servers[0].is_open
        await door.close()

    asyncio.run(scene())
    assert told == [("other", 1), ("own", 2), ("other", 3)]
    assert not servers[0].is_open
