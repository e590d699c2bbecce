"""specs.interop.documents: JSON and YAML are strings on lines; hostile ones are refused."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.specs.errors import DialectError
from cardswitch.specs.interop.documents import Node, read_document
from cardswitch.specs.interop.drafts import FOREIGN_SIZE_MAX, Draft


def plain(node):
    if isinstance(node.value, dict):
        return {key: plain(inner) for key, inner in node.value.items()}
    return [plain(item) for item in node.value] if isinstance(node.value, list) else node.value


def test_everything_is_a_string():
    text = "a: [0200, on, 1_0, ~, 1e3, 2020-01-01, 0x1F]"
    words = ["0200", "on", "1_0", "~", "1e3", "2020-01-01", "0x1F"]
    assert plain(read_document(Draft("x"), text)) == {"a": words}


def test_json_with_tabs_and_escapes():
    text = '{\n\t"a":\t{"b\\/\\u0041":"c\\td",\n"e":-1}}'
    node = read_document(Draft("x"), text)
    assert plain(node) == {"a": {"b/A": "c\td", "e": "-1"}}
    assert node.value["a"].value["e"].line == 3


@pytest.mark.parametrize("text", ["{'a': 1,\n'b': 1,\n'a': 2}", "a: 1\nb: 1\na: 2"])
def test_of_a_key_that_stands_twice_the_last_one_counts(text):
    draft = Draft("x")
    assert plain(read_document(draft, text)) == {"b": "1", "a": "2"}
    [loss] = draft.losses
    assert (loss.line, loss.where) == (1, "'a'")
    assert "line 3 says it again" in loss.problem


BAD = {
    "nothing": ("", 0),
    "two documents": ("a\n---\nb", 0),
    "alias": ("a: &x [1]\nb: *x", 2),
    "billion laughs": ("a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]", 2),
    "nested lists": ("[" * 100_000, 1),
    "nested keys": ("{a: " * 5000, 1),
    "a list as a key": ("? [a]\n: b", 1),
    "cut off": ('{"a": [', 1),
    "not a token": ("a: @b", 1),
    "a tag of Python": ("!!python/object/apply:os.system [x]", 0),
    "control characters": ("a: \x00", 0),
    "huge": ("#" * (FOREIGN_SIZE_MAX + 1), 0),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_refused(case):
    text, line = BAD[case]
    draft = Draft("bad.json")
    with pytest.raises(DialectError, match=r"^bad\.json") as caught:
        read_document(draft, text).keys(draft, "document")
    assert not line or f"line {line}:" in str(caught.value)


@given(st.text(alphabet="{}[]:,'\"&*!|>%@`#?- \n\tab\\u0", max_size=60))
def test_any_text_is_read_or_refused(text):
    with suppress(DialectError):
        assert isinstance(read_document(Draft("x"), text), Node)
