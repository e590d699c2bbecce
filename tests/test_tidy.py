"""The house is tidy, and every rule that says so is seen to fail on a small planted source."""

from pathlib import Path

import pytest

from tests.kit.rules.imports import circles
from tests.kit.rules.tidy import (
    FOLDER_MAX,
    LARGE,
    PACKAGES,
    SOURCE_RULES,
    TEST_RULES,
    bare_names,
    complaints,
    docstrings,
    file_size,
    folder_size,
    function_size,
    missing_tests,
    opening,
    prints,
    python_files,
    unfinished,
)

ROOT = Path(__file__).parent.parent
SOURCES = python_files(ROOT, *PACKAGES)
TESTS = python_files(ROOT, "tests")


# The house ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", SOURCE_RULES)
def test_the_source_is_tidy(rule):
    found = complaints(ROOT, rule, SOURCES)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("rule", TEST_RULES)
def test_the_tests_are_tidy(rule):
    assert not (found := complaints(ROOT, rule, TESTS)), "\n".join(found)


def test_every_module_has_its_test():
    assert not (found := missing_tests(SOURCES, TESTS)), "\n".join(found)


def test_no_folder_is_too_full():
    assert not (found := folder_size(SOURCES)), "\n".join(found)


def test_no_files_import_each_other():
    found = circles(ROOT, [*SOURCES, "cardswitch/__init__.py"])
    assert not found, "\n".join(found)


def test_all_packages_are_looked_at():
    assert {path.partition("/")[0] for path in SOURCES} == set(PACKAGES)


# The rules ----------------------------------------------------------------------------------------

DOCUMENTED = '''"""A module."""


class Door:
    """A door."""

    def __init__(self):
        pass

    def open(self):
        """Open it."""

        def slowly():
            pass

    def _creak(self):
        pass


class _Hinge:
    def turn(self):
        pass


class HeavyDoor(Door):
    """A door that takes two."""

    def open(self):
        pass


class Opener(Protocol):
    """Something that opens."""

    def open(self) -> None: ...


@typing.overload
def close(door: Door) -> None: ...
def close(door):
    """Close it."""
'''


def lines(count: int, before: str = "") -> str:
    return before + "x = 1\n" * count


def function(count: int) -> str:
    return "def long():\n" + '    """It\n    is.\n    """\n' + "    x = 1\n" * (count - 1)


FAULTS = [
    (file_size, lines(401), "401 lines without tables, limit 400"),
    (file_size, lines(400, "TABLE = {\n}\n"), "401 lines"),
    (file_size, lines(400, "def long(\n):\n    pass\n"), "403 lines"),
    (function_size, function(71), "wire/ports.py:1: long has 71 lines, limit 70"),
    (
        function_size,
        "class Door:\n    async " + lines(71, "def open():\n").replace("x", "      x"),
        "72",
    ),
    (opening, "x = 1\n", "no docstring"),
    (opening, "# A module.\n", "no docstring"),
    (opening, "", "no docstring"),
    (docstrings, DOCUMENTED.replace('    """A door."""\n', ""), ":4: Door is public"),
    (docstrings, DOCUMENTED.replace('"""Open it."""', "pass"), ":10: open is public"),
    (docstrings, DOCUMENTED.replace('"""Close it."""', "pass"), ":40: close is public"),
    (docstrings, DOCUMENTED.replace("_creak", "creak"), "creak is public"),
    (docstrings, DOCUMENTED.replace("(Door)", "(Window)"), ":28: open is public"),
    (docstrings, DOCUMENTED.replace("None: ...", "None: pass"), ":35: open is public"),
    (docstrings, DOCUMENTED.replace("_Hinge", "Hinge"), "Hinge is public"),
    (unfinished, "x = 1  # TO" + "DO: more\n", "ports.py:1: TO" + "DO"),
    (unfinished, "\n'''FIX" + "ME'''\n", "ports.py:2: FIX" + "ME"),
    (bare_names, "import json, specs.codes\n", "ports.py:1: specs.codes: say cardswitch.specs"),
    (bare_names, "def f():\n    from wire import ports\n", "ports.py:2: wire: say"),
    (prints, "x = 1\nprint(x)\n", "ports.py:2: print"),
    (prints, "def f():\n    return [print(x) for x in y]\n", "ports.py:2: print"),
]


@pytest.mark.parametrize(("rule", "text", "expected"), FAULTS)
def test_a_fault_is_found_and_named(rule, text, expected):
    assert expected in rule("wire/ports.py", text)[0]


FREE = [
    (file_size, lines(400)),
    (file_size, lines(399, "TABLE: Final = {\n" + '    "a": 1,\n' * 300 + "}\n")),
    (function_size, function(70)),
    (opening, DOCUMENTED),
    (docstrings, DOCUMENTED),
    (unfinished, "name = 'COBADEFFXXX'\nTO" + "DOS = 1\n"),
    (bare_names, "from . import wire\nfrom cardswitch.specs import tlv\nimport wired\n"),
    (prints, '"""Never print(x)."""\nself.print()\nfingerprint(x)\n'),
]


@pytest.mark.parametrize(("rule", "text"), FREE)
def test_what_is_allowed_is_not_complained_about(rule, text):
    assert rule("wire/ports.py", text) == []


@pytest.mark.parametrize("name", ["face/cli.py", "cli/settle.py", "cli/calc/main.py", "screen.py"])
def test_a_command_may_speak(name):
    assert prints(f"switch/{name}", "print(1)\n") == []


@pytest.mark.parametrize("name", ["click.py", "operate/settle.py", "clip/module.py"])
def test_nobody_else_may(name):
    assert prints(f"switch/{name}", "print(1)\n") != []


def test_tests_may_be_longer_but_not_endless():
    assert file_size("tests/test_x.py", lines(600)) == []
    assert file_size("tests/test_x.py", lines(601)) != []
    assert function_size("tests/test_x.py", function(100)) == []
    assert function_size("tests/test_x.py", function(101)) != []


def test_a_module_without_a_test_is_named_with_the_place_of_its_test():
    sources = [
        "wire/ports.py",
        "switch/core/desk.py",
        "wire/__init__.py",
        "lab/__main__.py",
    ]
    [said] = missing_tests(sources, ["tests/wire/test_ports.py", "tests/switch/test_desk.py"])
    assert said.startswith("switch/core/desk.py: no tests/switch/core/test_desk.py")


def test_a_full_folder_is_named_and_its_note_does_not_count():
    files = [f"wire/deep/m{number}.py" for number in range(FOLDER_MAX)]
    others = ["wire/deep/__init__.py", "wire/a.py", "wire/deep/below/b.py"]
    assert folder_size([*files, *others]) == []
    [said] = folder_size([*files, *others, "wire/deep/one_more.py"])
    assert said.startswith("wire/deep: 16 files, limit 15")


def test_a_folder_that_may_be_large_says_why():
    for folder, reason in LARGE.items():
        assert len(reason) > 20
        assert folder_size([f"{folder}/m{number}.py" for number in range(99)]) == []


def test_files_are_read_from_the_folders_that_are_named(tmp_path):
    (tmp_path / "wire" / "deep").mkdir(parents=True)
    (tmp_path / "wire" / "deep" / "a.py").write_text("x = 1\n")
    (tmp_path / "wire" / "a.txt").write_text("no\n")
    (tmp_path / "b.py").write_text("x = 1\n")
    files = python_files(tmp_path, "wire", "nowhere")
    assert files == ["wire/deep/a.py"]
    assert complaints(tmp_path, opening, files)[0].startswith("wire/deep/a.py: no docstring")
