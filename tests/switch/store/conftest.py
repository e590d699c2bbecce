"""Each place that journal and books may be in: a file, and a server."""

import pytest

from tests.kit.booked import Ledger


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    """Where new tables may be made."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/tables.db"
    server = request.getfixturevalue("postgres")
    return server.url(server.database())


@pytest.fixture
def ledger(url, tmp_path):
    """Books and a journal beside them: two files, or tables of one database of a server."""
    made = Ledger(url, f"sqlite:///{tmp_path}/journal.db" if url.startswith("sqlite") else url)
    yield made
    made.end()
