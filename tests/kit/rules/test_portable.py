"""What only one system has is found wherever it is asked for, but where it may be."""

import pytest

from tests.kit.rules.portable import DISK, portable


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("import fcntl", 1, "fcntl"),
        ("import os, pwd", 1, "pwd"),
        ("from termios import tcgetattr", 1, "termios"),
        ("if sys.platform == 'win32':\n    import msvcrt", 2, "msvcrt"),
        ("try:\n    import resource\nexcept ImportError:\n    pass", 2, "resource"),
        ("class Door:\n    import grp", 2, "grp"),
        ("def f():\n    import fcntl", 2, "fcntl"),
        ("os.fsync(file)", 1, "os.fsync"),
        ("x = [os.open(path, os.O_RDONLY)]", 1, "os.open"),
        ("from os import fsync", 1, "os.fsync"),
        ("os.replace(old, new)", 1, "os.replace"),
        ("part.replace(path)", 1, ".replace(a path)"),
        ("(folder / name).rename(path)", 1, ".rename(a path)"),
        ("loop.add_signal_handler(2, stop)", 1, "loop.add_signal_handler"),
    ],
)
def test_a_fault_is_found_and_named(text, line, said):
    assert portable("wire/a.py", text)[0].startswith(f"wire/a.py:{line}: {said}: ")


@pytest.mark.parametrize(
    "text",
    [
        "import os, signal, pwdlib\nfrom . import fcntl",
        "text.replace('a', 'b')",
        "structs.replace(value, size=1)",
        "open(path)\npath.open()\nos.write(file, b'')",
    ],
)
def test_what_every_system_has_is_free(text):
    assert portable("wire/a.py", text) == []


def test_the_module_for_it_may_but_not_when_it_is_imported():
    assert portable(DISK, "def lock():\n    import fcntl\n    os.fsync(1)\n    a.replace(b)") == []
    assert portable(DISK, "import fcntl") != []
