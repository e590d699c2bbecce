"""The journals of the hosts on a disk: one program each, and what an older one left."""

from contextlib import closing

import pytest

from cardswitch.hosts.acquirer.books import books_of
from cardswitch.hosts.acquirer.machine import Acquirer
from cardswitch.hosts.store import (
    ACQUIRER_JOURNAL,
    ACQUIRER_SCHEMA,
    ISSUER_JOURNAL,
    ISSUER_SCHEMA,
    open_journal,
)
from cardswitch.specs.errors import Error
from tests.kit.hosts import (
    acquirer,
    acquirer_config,
    approved,
    fingerprint,
    purchase,
    rows_of,
)

KINDS = {"acquirer": (ACQUIRER_SCHEMA, ACQUIRER_JOURNAL), "issuer": (ISSUER_SCHEMA, ISSUER_JOURNAL)}


def opened(folder, name):
    schema, table = KINDS[name]
    return open_journal(f"sqlite:///{folder}/{name}.db", schema, table, folder / f"{name}.journal")


@pytest.mark.parametrize("name", KINDS)
def test_one_program_alone_holds_it(tmp_path, name):
    told = f"the journal of the {name} is in use: stop the other"
    with closing(opened(tmp_path, name)), pytest.raises(Error, match=told):
        opened(tmp_path, name)


@pytest.mark.parametrize("name", KINDS)
def test_what_an_older_version_wrote_is_not_forgotten_in_silence(tmp_path, name):
    (tmp_path / f"{name}.journal").write_text("{}\n")
    with pytest.raises(Error, match="an older version wrote: move this data folder away"):
        opened(tmp_path, name)


@pytest.mark.parametrize("checkpoint_rows", [5, 10_000])
def test_an_acquirer_starts_from_what_the_store_gives_it(tmp_path, checkpoint_rows):
    play = acquirer(checkpoint_rows=checkpoint_rows)
    for trace in range(1, 8):
        approved(play, purchase(trace=trace))
    with closing(opened(tmp_path, "acquirer")) as store:
        store.commit(rows_of(play))
        assert books_of(store.rows()).approved() == play.machine.approved()
        rebuilt = Acquirer(acquirer_config(), fingerprint)
        rebuilt.recover(store.recent(), play.now)
    assert rebuilt.approved().items() <= play.machine.approved().items()
    assert rebuilt.books.open == play.machine.books.open
