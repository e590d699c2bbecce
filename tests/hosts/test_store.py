"""The journals of the hosts in real databases: one for each host, which finds what it needs."""

import pytest

from cardswitch.hosts.row import CHECKPOINT, HostRow
from cardswitch.hosts.store import (
    ACQUIRER_JOURNAL,
    ACQUIRER_SCHEMA,
    ISSUER_JOURNAL,
    ISSUER_SCHEMA,
    open_journal,
)
from cardswitch.specs.errors import Error
from cardswitch.wire.ports import Question

HOSTS = {"acquirer": (ACQUIRER_SCHEMA, ACQUIRER_JOURNAL), "issuer": (ISSUER_SCHEMA, ISSUER_JOURNAL)}
hosts = pytest.mark.parametrize("name", HOSTS)
DAY = "2026-11-23"


def row(sequence: int, leg: int, identity: str = "", **more) -> HostRow:
    sent_on = DAY if identity else ""
    made = {"at": 1.0, "state": "Done", "identity": identity, "sent_on": sent_on, **more}
    return HostRow(sequence=sequence, leg=leg, **made)


ROWS = [
    row(1, 1, "front|T1|SHOP|2|000007|2026", rrn="R1"),
    row(2, 1, fields='{"more":1}'),
    row(3, 0, state=CHECKPOINT, fields='{"legs":[]}'),
    row(4, 2, "front|T1|SHOP|4|000008|2026", rrn="R1"),
]


@pytest.fixture
def opened(tmp_path):
    """Opens the journal of a host in *tmp_path*, and closes all that it opened."""
    journals = []

    def open_it(name, database="host.db"):
        url, old = f"sqlite:///{tmp_path / database}", tmp_path / f"{name}.journal"
        journals.append(open_journal(url, *HOSTS[name], old))
        return journals[-1]

    yield open_it
    for journal in journals:
        journal.close()


@hosts
def test_what_is_committed_is_found_and_read_again(opened, name):
    journal = opened(name)
    journal.commit(ROWS)
    by_identity = Question(identities=((DAY, "front|T1|SHOP|2|000007|2026"),))
    by_rrn = Question(rrns=(("R1", "front|T1|SHOP|"),))
    nothing = Question(identities=(("2025-11-23", "front|T1|SHOP|2|000007|2026"),))
    assert journal.look_up([by_identity, by_rrn, nothing]) == [ROWS[:2], [*ROWS[:2], ROWS[3]], []]
    journal.close()
    assert list(opened(name).recent()) == ROWS[2:]


@hosts
def test_a_journal_has_one_host(opened, name):
    opened(name)
    with pytest.raises(Error, match=f"the journal of the {name} is in use: stop the other {name}"):
        opened(name)


def test_in_one_database_each_host_sees_its_own_journal(opened):
    journal = opened("acquirer")
    journal.commit(ROWS)
    journal.close()
    assert list(opened("issuer").recent()) == []


@hosts
def test_what_an_older_version_wrote_is_not_passed_over(opened, tmp_path, name):
    (tmp_path / f"{name}.journal").write_text("{}\n")
    with pytest.raises(Error, match=rf"{name}\.journal: .* older version .* start with a new one"):
        opened(name)
    assert not (tmp_path / "host.db").exists()
