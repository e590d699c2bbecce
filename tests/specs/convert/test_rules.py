"""specs.convert.rules: whatever a rule makes is turned back and compared."""

import pytest

from cardswitch.specs.convert.rules import (
    Draft,
    FieldRule,
    Loss,
    Step,
    blocks,
    is_digits,
    moved,
    rewritten,
    take_step,
)


def step(*rules, same=(), gone=None):
    return Step(
        older="1987",
        newer="1993",
        same=frozenset(same),
        rules=rules,
        gone=gone or {},
        partial=(95, 30),
    )


def draft(fields, mti="0200"):
    return Draft(mti, fields, {number: frozenset([number]) for number in fields})


def taken_up(rules, fields, **more):
    done = take_step(step(*rules, **more), draft(fields), True, "")
    return done.mti, dict(done.fields), [(loss.field, loss.what) for loss in done.losses]


def halved(text):
    return text[: len(text) // 2]


HALF = rewritten(5, 6, halved, lambda text: text * 2, "one is twice as long")
PAIR = FieldRule(
    (1, 2),
    (3,),
    lambda taken, _: {3: taken.get(1, "a") + taken.get(2, "b")} if taken else {},
    lambda taken, _: {1: taken[3][:1], 2: taken[3][1:]} if taken else {},
    "",
)


@pytest.mark.parametrize(
    ("rules", "fields", "expected", "losses"),
    [
        ([moved(18, 26, "")], {18: "5411"}, {26: "5411"}, []),
        ([HALF], {5: "abab"}, {6: "ab"}, []),
        ([HALF], {5: "abcd"}, {6: "ab"}, [("5", "changed")]),
        ([HALF], {5: "a"}, {}, [("5", "dropped")]),
        ([PAIR], {1: "x", 2: "y"}, {3: "xy"}, []),
        ([PAIR], {1: "x"}, {3: "xb"}, [("2", "assumed")]),
        ([PAIR], {1: "xx", 2: "y"}, {3: "xxy"}, [("1", "changed"), ("2", "changed")]),
        ([PAIR], {}, {}, []),
        ([], {9: "z"}, {}, [("9", "dropped")]),
    ],
)
def test_what_does_not_come_back_is_a_loss(rules, fields, expected, losses):
    assert taken_up(rules, fields) == ("1200", expected, losses)


def test_the_same_fields_go_over_as_they_are():
    assert taken_up([], {2: "1", 3: "2"}, same=[2]) == ("1200", {2: "1"}, [("3", "dropped")])


def test_a_rule_turns_down_as_well():
    done = take_step(step(moved(18, 26, "")), draft({26: "5411", 18: "1"}, "1200"), False, "")
    assert (done.mti, done.fields) == ("0200", {18: "5411"})
    assert [(loss.field, loss.what) for loss in done.losses] == [("18", "dropped")]


def test_why_a_field_goes_is_said():
    done = take_step(step(gone={64: "made again"}), draft({64: "", 99: ""}), True, "")
    assert [loss.why for loss in done.losses] == ["made again", "1993 has no field that says it"]


def test_losses_of_a_second_step_have_the_numbers_of_the_source():
    first = take_step(step(PAIR), draft({1: "x", 2: "y"}), True, "")
    second = take_step(step(), first, True, "")
    assert [(loss.field, loss.what) for loss in second.losses] == [
        ("1", "dropped"),
        ("2", "dropped"),
    ]


def test_what_a_rule_adds_of_its_own_is_nobodys_loss():
    made = FieldRule((), (24,), lambda taken, _: {24: "200"}, lambda taken, _: {}, "")
    first = take_step(step(made), draft({}), True, "")
    assert first.fields == {24: "200"}
    assert take_step(step(), first, True, "").losses == ()


def test_the_context_says_what_a_rule_may_know():
    seen = []
    spy = FieldRule((), (), lambda _, context: seen.append(context) or {}, lambda *_: {}, "")
    take_step(step(spy), draft({95: "x"}), True, "2026")
    [context] = seen
    assert (context.mti, context.year, context.is_partial) == ("0200", "2026", True)


def test_helpers():
    assert str(Loss("4", "cut", "because")) == "field 4: cut: because"
    assert not is_digits("１２", 2)
    assert blocks("", 3) == []
