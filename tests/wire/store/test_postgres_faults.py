"""PostgreSQL fails in mid-traffic: what was acknowledged is there, and the writer ends.

A row is acknowledged when what waited for it is released. It may be there without that, never the
other way round; and once a commit has failed, nothing is written or released any more.
"""

import asyncio
import threading
import time
from collections import Counter
from contextlib import suppress

import pytest

from cardswitch.specs.errors import Error
from cardswitch.wire.driver.writer import JournalWriter
from cardswitch.wire.store.database import InUse
from cardswitch.wire.store.journal import JournalStore
from tests.kit.journals import SCHEMA, STEPS, Step
from tests.kit.swallower import swallower

ACKNOWLEDGED_BEFORE = 100  # So many rows, then the fault.
ROWS_MAX = 20_000  # So many are not reached: the fault comes first.
ROWS_IN_TURN = 3


class Traffic:
    """Rows that are written one after the other until the journal fails."""

    def __init__(self):
        self.acknowledged = []
        self.errors = []
        self.after_the_end = Counter()

    def run(self, url, fault):
        """Write to *url* until *fault*, which runs in a thread of its own, has had its effect."""
        asyncio.run(self._main(url, fault))
        return self

    async def _main(self, url, fault):
        store = JournalStore(url, SCHEMA, STEPS, Step)
        writer = JournalWriter(store, self._release, lambda found: None, self.errors.append)
        thread = threading.Thread(target=fault)
        for sequence in range(1, ROWS_MAX):
            writer.append(Step(sequence=sequence, leg=sequence))
            writer.waiting.append(sequence)
            if sequence % ROWS_IN_TURN == 0:
                writer.submit()
                await asyncio.sleep(0.0005)
            if len(self.acknowledged) > ACKNOWLEDGED_BEFORE and thread.ident is None:
                thread.start()
            if self.errors:
                break
        await writer.close()
        await asyncio.to_thread(thread.join)

    def _release(self, waiting):
        if self.errors:
            self.after_the_end["released"] += 1
        self.acknowledged += waiting


def reopened(url):
    """What is there afterwards, by a new start, when the server has let go of the last one."""
    store = opened(url)
    try:
        assert list(store.verify()) == []
        return [row.sequence for row in store.rows()]
    finally:
        store.close()


def opened(url, tries=100):
    for _ in range(tries):
        with suppress(InUse):
            return JournalStore(url, SCHEMA, STEPS, Step)
        time.sleep(0.1)
    raise AssertionError("the server still holds the lock of a connection that is gone")


def restart(server, database):
    server.stop()
    server.start()


def power_cut(server, database):
    server.stop("immediate")
    server.start()


def terminate(server, database):
    server.sql(
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
        f"WHERE datname = '{database}'"
    )


def check(traffic, found):
    assert len(traffic.acknowledged) > ACKNOWLEDGED_BEFORE
    assert traffic.acknowledged == found[: len(traffic.acknowledged)]
    assert found == [*range(1, len(found) + 1)]  # No part of a commit is missing.
    [error] = [error for error in traffic.errors if "written" in str(error)]
    assert isinstance(error, Error)
    assert str(error).startswith("the database cannot be written: ")
    assert not traffic.after_the_end


@pytest.mark.parametrize("fault", [restart, power_cut, terminate], ids=lambda f: f.__name__)
def test_what_was_acknowledged_is_there_and_the_writer_ends(postgres, fault):
    database = postgres.database()
    # What the server would do by itself must not matter.
    postgres.sql(f"ALTER DATABASE {database} SET synchronous_commit = off")
    traffic = Traffic().run(postgres.url(database), lambda: fault(postgres, database))
    check(traffic, reopened(postgres.url(database)))


def test_a_commit_whose_answer_is_lost_is_there_but_nobody_was_told(postgres):
    database = postgres.database()
    with swallower(postgres.port) as between:

        def swallow():
            between.is_hungry = True

        traffic = Traffic().run(postgres.url(database, between.port), swallow)
        assert between.swallowed == 1
    found = reopened(postgres.url(database))
    check(traffic, found)
    assert len(found) > len(traffic.acknowledged)
