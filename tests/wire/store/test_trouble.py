"""What goes wrong is one sentence that says what it is and what to try, and holds no data."""

import sqlite3

import pytest

from cardswitch.specs.errors import Error
from cardswitch.wire.store.trouble import explained, trouble


def test_sqlite_says_what_to_try(tmp_path):
    (tmp_path / "no.db").write_bytes(b"4111111111111111" * 100)
    with pytest.raises(Error) as caught, explained("read"):
        sqlite3.connect(tmp_path / "no.db").execute("SELECT * FROM sqlite_master")
    assert str(caught.value) == (
        "the database cannot be read: file is not a database (DatabaseError); name another file"
    )


def test_what_others_say_is_not_quoted():
    class Theirs(Exception):
        sqlstate = "22P02"

    with pytest.raises(Error) as caught, explained("written", Theirs):
        raise Theirs("invalid input: 4111111111111111")
    assert str(caught.value) == "the database cannot be written: Theirs 22P02"
    assert caught.value.__cause__ is None
    assert str(trouble("read", KeyError("4111"))) == "the database cannot be read: KeyError"
