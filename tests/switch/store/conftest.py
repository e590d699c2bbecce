"""Each place that journal and books may be in: a file, and a server."""

import pytest


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    """Where new tables may be made."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/tables.db"
    server = request.getfixturevalue("postgres")
    return server.url(server.database())
