"""Bytes as text: encodings, and what pages leave in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.lab.messages.pasted import texts
from cardswitch.lab.messages.pasted.texts import lines_of, text_of
from cardswitch.specs.errors import FormatError


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_text_of_pages_and_shells(encoding):
    given = "08\xa000\u200b 82\n".encode(encoding)
    assert text_of(given) == "08 00 82\n"
    assert list(lines_of([given])) == ["08 00 82"]


def test_bytes_are_no_text():
    assert text_of(b"\x08\x00\x0a") is None
    assert text_of(b"\xf0\xf8") is None
    assert text_of("é".encode()[:1] + b"", is_all=False) == ""


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("size", [1, 5, 99])
def test_lines_end_as_on_every_system(end, size):
    data = end.join(["08", "00", "", "82"]).encode()
    chunks = [data[at : at + size] for at in range(0, len(data), size)]
    assert list(lines_of(chunks)) == ["08", "00", "", "82"]


@pytest.mark.parametrize("given", [b"08\xc3", b"\xff\xfe0\x008", b"\xff\xfe\x00\xd8"])
def test_a_text_that_ends_amid_a_character_is_read_to_its_end(given):
    assert len("".join(lines_of([given]))) > 0


@given(st.text(), st.integers(1, 9))
def test_lines_come_out_whatever_the_chunks_are(text, size):
    data = text.encode()
    chunks = [data[at : at + size] for at in range(0, len(data), size)]
    assert list(lines_of(chunks)) == list(lines_of([data] if data else []))


def test_a_line_that_never_ends_is_refused(monkeypatch):
    monkeypatch.setattr(texts, "LINE_SIZE_MAX", 10)
    with pytest.raises(FormatError, match="lines of at most"):
        list(lines_of([b"x" * 11]))
