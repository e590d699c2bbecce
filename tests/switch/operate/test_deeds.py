"""Deeds are done by the switch that runs, or on its journal by whoever holds it, never by both."""

import os
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from cardswitch.specs.errors import Error
from cardswitch.switch.core.states import State
from cardswitch.switch.operate import deeds
from cardswitch.switch.operate.deeds import (
    WAIT_MAX_S,
    CutOver,
    RecordClose,
    Resolve,
    Retry,
    control_folder,
    deed_of,
    perform,
)
from cardswitch.switch.settlement.entries import BankEntry
from cardswitch.wire.ports import Append, Found, LookUp, Question
from cardswitch.wire.store.disk import user_name
from tests.kit.operated import OperatedMachine, config_in, row, store_of

BEFORE = [
    row(1, 1, "forwarded"),
    row(2, 1, "approved"),
    row(3, 2, "exception"),
    row(4, 3, "forwarded"),
]

ENTRY = {
    "number": 1, "closes": 2, "at": 3.0, "kind": "statement", "name": "a.xml", "message": "M",
    "content_sha256": "ab",
}  # fmt: skip
CLOSE = {"read_to": 7, "closed_at": 2.0, "sha256": "ab", "books_head": "cd"}


@pytest.fixture
def config(tmp_path):
    made, _ = config_in(tmp_path)
    with_rows = store_of(made)
    with_rows.commit(BEFORE)
    with_rows.close()
    return made


@pytest.fixture
def machine(monkeypatch):
    """The machine that is built when no switch runs."""
    made = OperatedMachine()
    monkeypatch.setattr(deeds, "open_switch", lambda config, vault: (store_of(config), made))
    return made


def rows_after(config):
    store = store_of(config)
    try:
        assert list(store.verify()) == []
        return [(each.leg, each.state) for each in store.rows(after=len(BEFORE))]
    finally:
        store.close()


# Without a switch that runs -----------------------------------------------------------------------


def test_a_retry_is_written_and_what_a_start_would_write_before_it(config, machine):
    assert perform(config, None, "retry", {"leg": 2, "because": "it is back"}) == {
        "is_running": False,
        "rows": [{"sequence": 6, "leg": 2, "state": "reversing", "business_date": "2026-11-28"}],
    }
    assert rows_after(config) == [(3, "reversing"), (2, "reversing")]
    assert machine.did == [("reversing", 2, user_name(), "it is back")]


def test_a_leg_that_is_no_exception_is_refused_and_the_journal_is_free_again(config, machine):
    for leg in (1, 3, 99):
        with pytest.raises(Error, match=f"leg {leg} is not in exception"):
            perform(config, None, "resolve", {"leg": leg, "because": "refunded"})
    assert machine.did == []
    assert (2, "resolved") not in rows_after(config)


def test_a_day_is_ended(config, machine):
    done = perform(config, None, "cut_over", {"because": "end of the test", "wait_s": 3.5})
    assert (done["still_open"], done["rows"][0]["business_date"]) == ([], "2026-11-28-2")
    assert machine.did == [("cut_over", user_name(), "end of the test")]


def test_a_close_is_recorded(config, machine):
    said = {"day": "2026-11-28", "run": 1, **CLOSE}
    [written] = perform(config, None, "record_close", said)["rows"]
    assert (written["state"], written["business_date"]) == ("closed", "2026-11-28")
    assert machine.did == [("record_close", "2026-11-28", {**said, "by": user_name()})]


def test_what_was_taken_of_a_bank_is_recorded(config, machine):
    entry = {**ENTRY, "because": "x"}
    [written] = perform(config, None, "record_bank", {"entry": entry})["rows"]
    assert written["state"] == "bank"
    told = msgspec.to_builtins(msgspec.convert(entry, BankEntry))
    assert machine.did == [("record_bank", told)]


def test_how_it_stands_is_said_and_nothing_is_written(config, machine):
    assert perform(config, None, "status", {}) == {"is_running": False, "in_flight": []}
    assert rows_after(config) == []


def test_what_the_machine_looks_up_is_found_with_all_that_was_appended_before(config, machine):
    look_up = LookUp(7, Question(legs=(2,)))
    first = row(6, 2, "reversing")
    machine.retry = lambda *_: [Append(first), look_up]
    machine.handle = lambda found, now: (
        machine.heard.append(found) or [Append(row(7, 2, str(State.REVERSED)))]
    )
    done = perform(config, None, "retry", {"leg": 2})
    assert machine.heard == [Found(7, [BEFORE[2], first])]
    assert [each["sequence"] for each in done["rows"]] == [6, 7]
    assert rows_after(config) == [(3, "reversing"), (2, "reversing"), (2, "reversed")]


def test_a_journal_that_another_holds_is_left_alone(config, machine):
    held = store_of(config)
    with pytest.raises(Error, match="in use: stop the other switch"):
        perform(config, None, "retry", {"leg": 2})
    held.close()
    assert machine.did == []


# What is asked ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verb", "told", "deed"),
    [
        ("cut_over", {}, CutOver("ann")),
        ("cut_over", {"because": "x", "wait_s": 5}, CutOver("ann", "x", 5.0)),
        ("retry", {"leg": 7}, Retry("ann", 7)),
        ("resolve", {"leg": 7, "because": "x"}, Resolve("ann", 7, "x")),
        (
            "record_close",
            {"day": "2026-11-28-2", "run": 2, **CLOSE},
            RecordClose(who="ann", day="2026-11-28-2", run=2, **CLOSE),
        ),
        ("retry", {"leg": 7, "because": "RRN 608800000007"}, Retry("ann", 7, "RRN 608800000007")),
    ],
)
def test_what_may_be_asked(verb, told, deed):
    assert deed_of(verb, {**told, "who": "ann"}) == deed


@pytest.mark.parametrize(
    ("verb", "told", "says"),
    [
        (
            "drop",
            {},
            "drop: unknown, expected one of cut_over, record_close, record_bank, retry, resolve",
        ),
        ("retry", {}, "retry: Object missing required field `leg`"),
        ("retry", {"leg": 0}, r"retry: Expected `int` >= 1 - at `\$.leg`"),
        ("retry", {"leg": "7"}, r"retry: Expected `int`, got `str` - at `\$.leg`"),
        ("retry", {"leg": 7, "card": 1}, "retry: Object contains unknown field `card`"),
        ("retry", {"leg": 7, "who": ""}, r"\$.who"),
        ("retry", {"leg": 7, "because": "x" * 201}, r"\$.because"),
        ("retry", {"leg": 7, "because": "9999 9900 0000 0014"}, "leave out what may be a card"),
        ("retry", {"leg": 7, "because": "of 9999990000000014!"}, "leave out what may be a card"),
        ("resolve", {"leg": 7}, "missing required field `because`"),
        ("resolve", {"leg": 7, "because": ""}, r"\$.because"),
        ("resolve", {"leg": 7, "because": "  "}, "resolve: because: say in a few words"),
        ("cut_over", {"wait_s": WAIT_MAX_S + 1}, r"\$.wait_s"),
        ("cut_over", {"wait_s": -1}, r"\$.wait_s"),
        ("cut_over", {"wait_s": float("nan")}, r"\$.wait_s"),
    ],
)
def test_what_is_wrong_is_named(verb, told, says):
    with pytest.raises(Error, match=says) as caught:
        deed_of(verb, {"who": "ann", **told})
    assert "9999" not in str(caught.value)


def test_wrong_arguments_are_refused_before_anybody_is_asked(config, machine):
    with pytest.raises(Error, match="missing required field `leg`"):
        perform(config, None, "retry", {})
    assert rows_after(config) == []


@pytest.mark.skipif(os.name != "posix", reason="paths as POSIX writes them")
@pytest.mark.parametrize(
    ("database", "folder"),
    [
        ("sqlite:////lab/data/switch.db", "/lab/data"),
        ("sqlite+pysqlite:////lab/data/switch.db?timeout=5", "/lab/data"),
        ("sqlite://", "/keys"),
        ("sqlite:///:memory:", "/keys"),
        ("postgresql+psycopg://localhost/switch", "/keys"),
        ("postgresql+psycopg:///switch", "/keys"),
    ],
)
def test_where_the_switch_listens_for_orders(config, database, folder):
    moved = replace(config, database=database, vault="/keys/vault.key")
    assert control_folder(moved) == Path(folder)
