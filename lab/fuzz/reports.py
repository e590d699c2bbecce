"""Findings for people and for CI: lines of text, JUnit XML, and a pytest file that replays them.

Pure. Inputs stand in hex in the pytest file, which cannot do without, and in the lines of text,
unless they come from a corpus: nobody knows whose card data that has.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from textwrap import indent
from typing import Final
from xml.etree import ElementTree

from . import ORACLES
from .campaign import Report
from .findings import Finding, write_findings

SHOWN_MAX: Final = 256  # bytes of an input; all of them stand in the replay line
WIDTH_MAX: Final = 64  # characters of a test that JUnit viewers show without breaking
WORKFLOW: Final = """\
# .github/workflows/fuzz.yml: change the dialect; findings.json: known findings.
name: fuzz
on:
  pull_request:
  schedule: [{cron: "17 3 * * *"}]
permissions:
  contents: read
jobs:
  fuzz:
    runs-on: ubuntu-latest
    timeout-minutes: 20
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.12"
      - run: pip install cardswitch .
      - run: |
          cardswitch fuzz decode --dialect iso87-ascii --seed ${{ github.run_number }} \\
            --cases 200000 --time 300 --corpus tests/corpus --junit fuzz.xml \\
            --pytest test_found.py
      - if: failure()
        uses: actions/upload-artifact@v4
        with:
          name: fuzz
          path: |
            fuzz.xml
            test_found.py
            tests/corpus
"""
_INDENT: Final = " " * 16
_PYTEST_HEAD: Final = '''\
"""What `cardswitch fuzz decode` found: an input each, red until its fault is mended."""

import pytest

from cardswitch.lab.fuzz.findings import fault_of, read_findings

FINDINGS = read_findings(
    rb"""
'''
_PYTEST_FOOT: Final = '''
""",
    __file__,
)


@pytest.mark.parametrize("finding", FINDINGS, ids=lambda finding: finding.key)
def test_nothing_is_found_any_more(finding):
    fault = fault_of(finding)
    assert fault is None, f"{fault.oracle}: {fault.what}"
'''


def show_report(report: Report, with_bytes: bool = True) -> list[str]:
    """What came of one campaign, in words.

    >>> show_report(Report(dialect="pos", cases=3, read=1, refused=2))
    ['pos: 3 cases, 1 read, 2 refused as documented, 0 findings']
    """
    known = f", {report.known} known" if report.known else ""
    count = len(report.findings)
    found = f"{count} finding{'' if count == 1 else 's'}"
    lines = [
        f"{report.dialect}: {report.cases} case{'' if report.cases == 1 else 's'}, "
        f"{report.read} read, "
        f"{report.refused} refused as documented, {found}{known}"
    ]
    lines += [f"  {oracle} is off: {reason}" for oracle, reason in report.off.items()]
    for finding in report.findings:
        lines += show_finding(finding)
        lines += _show_input(finding) if with_bytes else [f"{_INDENT}bytes: with --unsafe"]
    return lines


def show_finding(finding: Finding) -> list[str]:
    """One finding in words, without its input."""
    of = finding.target or finding.dialect
    how = f", {' and '.join(finding.how)}" if finding.how else ""
    return [
        f"  {finding.key}  {finding.oracle}: {finding.what}",
        f"{_INDENT}{of}: {len(finding.data) // 2} bytes, of case {finding.case}{how}",
    ]


def _show_input(finding: Finding) -> list[str]:
    """The bytes of a finding, and the command that reads them again."""
    size = len(finding.data) // 2
    shown = finding.data[: SHOWN_MAX * 2]
    more = f"… ({size} bytes)" if size > SHOWN_MAX else ""
    words = ["cardswitch", "fuzz", "replay", "--data", finding.data, "--dialect", finding.dialect]
    words += ["--target", finding.target] if finding.target else []
    words += [word for name in finding.allow for word in ("--allow", name) if finding.target]
    words += [word for secret in finding.secrets for word in ("--secret", secret)]
    return [f"{_INDENT}bytes  {shown}{more}", f"{_INDENT}replay {shlex.join(words)}"]


def junit(reports: Sequence[Report]) -> str:
    """JUnit XML: a suite for each dialect, a test for each oracle, a failure for each finding."""
    root = ElementTree.Element("testsuites")
    for report in reports:
        _suite(root, report)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _suite(root: ElementTree.Element, report: Report) -> None:
    found = report.findings
    broken = {finding.oracle for finding in found}
    name = f"fuzz {report.dialect}"
    tests, failures = str(len(ORACLES) - len(broken) + len(found)), str(len(found))
    suite = ElementTree.SubElement(root, "testsuite", name=name, tests=tests, failures=failures)
    if off := report.off.keys() - broken:
        suite.set("skipped", str(len(off)))
    for oracle in ORACLES:
        if oracle not in broken:
            case = ElementTree.SubElement(suite, "testcase", classname=name, name=oracle)
            if oracle in report.off:
                ElementTree.SubElement(case, "skipped", message=report.off[oracle])
    for finding in found:
        title = f"{finding.oracle} {finding.key}"
        case = ElementTree.SubElement(suite, "testcase", classname=name, name=title)
        failure = ElementTree.SubElement(case, "failure", message=finding.what[:WIDTH_MAX])
        failure.text = "\n".join(show_finding(finding))


def pytest_file(findings: Sequence[Finding]) -> str:
    """A test file, by pytest's rules, that is red as long as one of *findings* is there."""
    lines = ",\n".join(write_findings([finding])[1:-1] for finding in findings)
    return _PYTEST_HEAD + indent(f"[{lines}]", "") + _PYTEST_FOOT
