"""lab.fuzz.reports: for people, for CI, and tests that stay red until the fault is mended."""

from pathlib import Path
from xml.etree import ElementTree

import msgspec
import pytest
import yaml

from cardswitch.lab.fuzz import ORACLES
from cardswitch.lab.fuzz.campaign import Report
from cardswitch.lab.fuzz.reports import WORKFLOW, junit, pytest_file, show_report
from tests.lab.fuzz.test_findings import BAD

pytest_plugins = ["pytester"]
CLEAN = Report(dialect="pos", cases=10, read=4, refused=6)
FOUND = Report(dialect="iso87-ascii", cases=10, read=4, refused=5, known=1, findings=[BAD])


def test_words():
    first, what, where, data, replay = show_report(FOUND)
    assert first == "iso87-ascii: 10 cases, 4 read, 5 refused as documented, 1 finding, 1 known"
    assert BAD.key in what
    assert BAD.what in what
    assert BAD.target in where
    assert data.split() == ["bytes", BAD.data]
    assert replay.split(maxsplit=1) == [
        "replay",
        f"cardswitch fuzz replay --data {BAD.data} --dialect iso87-ascii"
        f" --target {BAD.target} --allow Refused --allow ValueError --secret {BAD.secrets[0]}",
    ]


def test_bytes_that_may_be_of_others_are_not_shown():
    """Of a corpus nobody knows whose card data it has."""
    lines = "\n".join(show_report(FOUND, with_bytes=False))
    assert BAD.data not in lines
    assert "--unsafe" in lines


def test_long_bytes_stand_in_the_replay_line_alone():
    long = msgspec.structs.replace(BAD, data="30" * 1000)
    *_, data, replay = show_report(msgspec.structs.replace(FOUND, findings=[long]))
    assert data.endswith("30… (1000 bytes)")
    assert long.data in replay


def test_junit_has_a_test_for_each_oracle_and_each_finding():
    clean, found = ElementTree.fromstring(junit([CLEAN, FOUND]).encode())
    assert (clean.get("tests"), clean.get("failures")) == (str(len(ORACLES)), "0")
    assert len(clean) == len(ORACLES)
    assert not list(clean.iter("skipped"))
    assert (found.get("tests"), found.get("failures")) == (str(len(found)), "1")
    [failure] = found.iter("failure")
    assert failure.get("message") == BAD.what
    assert BAD.data not in junit([FOUND])


def test_an_oracle_that_is_off_is_skipped_in_junit():
    off = msgspec.structs.replace(CLEAN, off={"chip": "no construct"})
    [suite] = ElementTree.fromstring(junit([off]).encode())
    assert suite.get("skipped") == "1"
    [case] = [case for case in suite if case.get("name") == "chip"]
    assert case[0].get("message") == "no construct"
    assert show_report(off)[1:] == ["  chip is off: no construct"]


@pytest.mark.parametrize(("reader", "outcome"), [("careless", "failed"), ("careful", "passed")])
def test_the_pytest_file_replays(pytester, monkeypatch, reader, outcome):
    monkeypatch.syspath_prepend(Path(__file__).parents[3])
    text = pytest_file([BAD, BAD]).replace(":careless", f":{reader}")
    pytester.makepyfile(text)
    pytester.runpytest().assert_outcomes(**{outcome: 2})


def test_the_workflow_is_one_and_uses_what_there_is():
    steps = yaml.load(WORKFLOW, yaml.BaseLoader)["jobs"]["fuzz"]["steps"]
    assert any("cardswitch fuzz decode" in step.get("run", "") for step in steps)
