"""The tables: pages and what is due are found by an index, however much there is."""

import pytest
from sqlalchemy import create_engine, text

from cardswitch.gateway.outbox.tables import SCHEMA


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ("SELECT * FROM gateway_events WHERE merchant = 'S' ORDER BY number DESC", "_merchant"),
        (
            "SELECT min(due) FROM gateway_deliveries WHERE endpoint = 'w' AND state = 'pending'",
            "_due",
        ),
        ("SELECT * FROM gateway_events WHERE ref = 'r'", "_ref"),
    ],
)
def test_a_query_is_answered_by_an_index(query, index, tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path}/x.db")
    SCHEMA.metadata.create_all(engine)
    with engine.connect() as connection:
        [plan] = connection.execute(text(f"EXPLAIN QUERY PLAN {query}")).fetchall()
    engine.dispose()
    assert index in plan[3]
    assert "SCAN" not in plan[3]
