"""Structs of many fields, and those that the collector must see, are found."""

import pytest

from tests.kit.rules.structs import hidden_from_collector, many_fields


def struct(count, options="", name="Door", base="Struct"):
    fields = "".join(f"    {name.lower()}{number}: int = 0\n" for number in range(count))
    return f"class {name}({base}{options}):\n" + (fields or "    pass\n")


FIVE = struct(5)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (struct(6), "w.py:1: Door has 6 fields"),
        (struct(6, ", frozen=True, kw_only=False"), "Door has 6 fields"),
        (struct(6, base="msgspec.Struct"), "Door has 6 fields"),
        (FIVE + struct(1, name="Wide", base="Door"), "w.py:7: Wide has 6 fields"),
        (f"def f():\n    {struct(6)}".replace("\n    d", "\n        d"), "Door has 6"),
    ],
)
def test_many_fields_want_names(text, said):
    assert said in many_fields("w.py", text)[0]


@pytest.mark.parametrize(
    "text",
    [
        FIVE,
        struct(6, ", kw_only=True"),
        struct(6, base="NamedTuple"),
        FIVE + "    most: ClassVar[int] = 1\n    least = 2\n",
        struct(6, ", kw_only=True") + struct(0, name="Same", base="Door"),
    ],
)
def test_few_fields_or_names_are_well(text):
    assert many_fields("w.py", text) == []


def hidden(annotation, options=", gc=False"):
    return f"class Door(Struct{options}):\n    size: int\n    inside: {annotation}\n"


@pytest.mark.parametrize(
    "annotation",
    [
        "Any",
        "Exception | None",
        "FormatError",
        "tuple[BaseException, ...]",
        "dict[str, Any]",
        "dict",
        "list | None",
        "Mapping[str, list]",
        "Callable[[], None]",
        "asyncio.Future[None]",
        "Hashable",
    ],
)
def test_what_may_hold_anything_is_for_the_collector(annotation):
    [said] = hidden_from_collector("w.py", hidden(annotation))
    assert said.startswith("w.py:3: Door.inside may hold anything")
    assert hidden_from_collector("w.py", hidden(annotation, "")) == []


def test_an_inherited_field_counts():
    text = hidden("Any", "") + "class Wide(Door, gc=False):\n    pass\n"
    [said] = hidden_from_collector("w.py", text)
    assert "Wide.inside" in said


@pytest.mark.parametrize(
    "annotation",
    [
        "int",
        "str | None",
        "Company",
        "Errors",
        "ErrorCode",
        "dict[str, str]",
        "tuple[int, ...]",
        "Listing",
    ],
)
def test_what_is_known_is_not(annotation):
    assert hidden_from_collector("w.py", hidden(annotation)) == []
