"""Files of the ACH: samples of others, every damage named, and every routing number checked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.specs.ach import LAYOUT, LINE_SIZE, is_ach, is_routing_number, read_ach
from cardswitch.specs.errors import FormatError
from tests.kit.ach import SAMPLES

achkit = pytest.importorskip("achkit", reason="the oracle achkit is not installed")


def test_the_layout_has_as_many_columns_as_a_line():
    assert {sum(length for _, length in fields) for fields in LAYOUT.values()} == {LINE_SIZE}


@pytest.mark.parametrize("name", SAMPLES)
def test_samples_of_others_are_read_and_add_up(name):
    content = SAMPLES[name]
    # It counts no money of returns, though their controls do: that one it takes for wrong.
    assert achkit.validate(content.decode())["ok"] is (name != "returns")
    assert is_ach(content)
    file = read_ach(content)
    assert file.faults == ()
    theirs = achkit.parse(content.decode())
    ours = [
        (entry.fields["routing"], abs(entry.amount), entry.fields["trace"])
        for batch in file.batches
        for entry in batch.entries
    ]
    assert ours == [
        (entry["routing"], entry["amount_cents"], entry["trace_number"])
        for batch in theirs["batches"]
        for entry in batch["entries"]
    ]


def test_what_returns_and_changes_say():
    file = read_ach(SAMPLES["returns"])
    assert file.name == "ACH-201810170306A"
    told = [
        (entry.fields["id"], entry.amount, entry.addendum("99")["reason"])
        for batch in file.batches
        for entry in batch.entries
    ]
    assert told == [("MjMxNDAwMjAtOGQ", -12354, "R01"), ("NmRjZTJmMzItMGN", 4565, "R03")]
    [batch] = read_ach(SAMPLES["notice-of-change"]).batches
    change = batch.entries[0].addendum("98")
    assert (change["reason"], change["corrected"].strip()) == ("C01", "1918171614")
    assert batch.entries[0].addendum("99") is None


@given(st.sampled_from(["ccd-debit", "notice-of-change"]), st.data())
def test_a_digit_that_is_another_is_seen_or_stands_where_nothing_checks(name, data):
    content = SAMPLES[name]
    lines = content.decode().splitlines()
    row = data.draw(st.integers(0, len(lines) - 1))
    column = data.draw(st.integers(0, LINE_SIZE - 1))
    was = lines[row][column]
    if not was.isdigit():
        return
    lines[row] = lines[row][:column] + str((int(was) + 1) % 10) + lines[row][column + 1 :]
    theirs = achkit.validate("\n".join(lines))["ok"]
    try:
        ours = not read_ach("\n".join(lines).encode()).faults
    except FormatError:
        ours = False
    # What an oracle refuses we refuse; we look at more than it does.
    assert theirs or not ours


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda lines: lines[1:], "line 1: the header of a file"),
        (lambda lines: [lines[0], *lines[2:]], "line 2: a batch, or the control"),
        (lambda lines: [*lines[:4], *lines[5:]], "line 5: an entry, or the control of a batch"),
        (lambda lines: [lines[0][:93], *lines[1:]], "line 1: 94 columns"),
        (lambda lines: [*lines[:2], "4" + lines[2][1:], *lines[3:]], "line 3: a record that NACHA"),
        (lambda lines: [*lines[:2], lines[2][:29] + "ABCDEFGHIJ" + lines[2][39:], *lines[3:]],
         "line 3: digits as amount"),
        (lambda lines: [*lines[:6], lines[0], *lines[7:]], "nothing behind the control"),
        (lambda lines: [lines[0].replace("F", "É"), *lines[1:]], "ASCII"),
    ],
)  # fmt: skip
def test_what_has_no_such_structure_is_refused_with_its_line(change, words):
    lines = SAMPLES["ccd-debit"].decode().splitlines()
    with pytest.raises(FormatError, match=words):
        read_ach("\n".join(change(lines)).encode())


def test_lines_that_fill_no_block_are_a_fault():
    lines = SAMPLES["ccd-debit"].decode().splitlines()[:-1]
    assert "9 lines, which are no whole blocks of 10" in read_ach("\n".join(lines).encode()).faults


@given(st.text(alphabet="0123456789", min_size=9, max_size=9))
def test_routing_numbers_are_those_that_an_oracle_takes(text):
    assert is_routing_number(text) is achkit.is_valid_routing(text)


@pytest.mark.parametrize("text", ["", "02100002", "0210000210", "02100002 ", "02100002²"])
def test_what_is_no_routing_number(text):
    assert not is_routing_number(text)


@given(st.binary(max_size=400))
def test_anything_else_is_read_or_refused(content):
    for tail in (content, SAMPLES["ccd-debit"][:300] + content):
        try:
            read_ach(tail)
        except FormatError:
            continue
