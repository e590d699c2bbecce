"""specs.review.explain: every code that an error may carry is explained, and none besides."""

import re
from pathlib import Path

import pytest

from cardswitch.specs.errors import FormatError
from cardswitch.specs.review.explain import explain, explanations

ROOT = Path(__file__).parents[3]
RAISED = re.compile(r'\bcode(?:=| = error\.code or )"([a-z-]+)"')


def test_all_codes_are_explained_and_used():
    used = set()
    for folder in ("specs", "lab", "wire"):
        for path in (ROOT / folder).rglob("*.py"):
            used |= set(RAISED.findall(path.read_text()))
    assert used == set(explanations())


@pytest.mark.parametrize("code", sorted(explanations()))
def test_an_explanation_says_the_rule_and_what_to_try(code):
    said = explain(code)
    assert said.rule.endswith(".")
    assert said.meaning.endswith(".")
    assert said.hints


def test_an_unknown_code_is_refused_with_the_known():
    with pytest.raises(FormatError, match="trailing-bytes"):
        explain("E42")
