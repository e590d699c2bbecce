"""The courier of a configuration: where may be sent, and whose certificates are trusted."""

import asyncio

import pytest

from cardswitch.gateway.config import WebhooksConfig
from cardswitch.gateway.delivery import courier_of
from cardswitch.gateway.outbox.events import Outbox
from cardswitch.gateway.store import GatewayReader
from cardswitch.specs.errors import ConfigError, Error
from tests.kit.events import journal_at
from tests.kit.gateway import order, played
from tests.kit.play import answered


def with_courier(tmp_path, config, scene):
    play = (played() >> order()).skip() >> answered("switch", "00")
    reader = GatewayReader(journal_at(tmp_path, play.skip().entries))

    async def main():
        outbox = Outbox(f"sqlite:///{tmp_path}/events.db")
        try:
            made = courier_of(config, outbox, reader, str, lambda: 1.0, print)
        except ConfigError:
            outbox.close()
            raise
        try:
            await scene(*made)
        finally:
            await made[0].stop()

    asyncio.run(main())


def test_it_takes_in_what_the_journal_has_and_checks_where_may_be_sent(tmp_path):
    async def scene(courier, events):
        courier.start()
        async with asyncio.timeout(20):
            while not events.outbox.last():
                await asyncio.sleep(0.005)
        events.check("https://192.0.2.9/")
        for url in ("http://192.0.2.9/", "https://127.0.0.1/"):
            with pytest.raises(Error):
                events.check(url)

    with_courier(tmp_path, WebhooksConfig(networks=("192.0.2.0/24",)), scene)


def test_a_file_of_certificates_that_is_not_there_is_said(tmp_path):
    with pytest.raises(ConfigError, match=r"gateway\.webhooks\.tls_ca: none\.pem: No such"):
        with_courier(tmp_path, WebhooksConfig(tls_ca="none.pem"), None)
