"""Each place that a journal may be in: a file, a server, and the memory of a test."""

import pytest

from cardswitch.wire.store.engines import memory_engine
from cardswitch.wire.store.journal import JournalStore
from tests.kit.journals import SCHEMA, STEPS, Step


@pytest.fixture(params=["sqlite", "postgresql", "memory"])
def url(request, tmp_path):
    """Where a new journal may be opened."""
    if request.param == "memory":
        return memory_engine()
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/steps.db"
    return request.getfixturevalue("postgres").schema_url()


@pytest.fixture
def open_store():
    """Opens a journal at a url; at the end, all are closed."""
    opened = []

    def open_at(url):
        opened.append(JournalStore(url, SCHEMA, STEPS, Step))
        return opened[-1]

    yield open_at
    for store in opened:
        store.close()


@pytest.fixture
def store(open_store, url):
    return open_store(url)
