"""Circles of imports are found however they are written, and nothing else is taken for one."""

import pytest

from tests.kit.rules.imports import circles, import_graph, knots

HERE = {"wire/a.py": "", "wire/b.py": "", "wire/__init__.py": "", "specs/c.py": ""}


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        ("wire/a.py", "from .b import B", ["wire/b.py"]),
        ("wire/a.py", "from . import b", ["wire/b.py"]),
        ("wire/a.py", "from . import NAME", ["wire/__init__.py"]),
        ("wire/a.py", "from ..specs.c import C", ["specs/c.py"]),
        ("wire/a.py", "from cardswitch.specs import c", ["specs/c.py"]),
        ("wire/a.py", "from cardswitch.wire.b import B", ["wire/b.py"]),
        ("wire/a.py", "import cardswitch.wire.b", ["wire/b.py"]),
        ("wire/a.py", "from cardswitch import wire", ["wire/__init__.py"]),
        ("wire/a.py", "if TYPE_CHECKING:\n    from .b import B", ["wire/b.py"]),
        ("wire/a.py", "def f():\n    from .b import B", ["wire/b.py"]),
        ("wire/__init__.py", "from .a import A", ["wire/a.py"]),
        ("wire/__init__.py", "from ..specs import c", ["specs/c.py"]),
        ("wire/a.py", "import b, json, wire.b\nfrom os import path\nfrom b import B", []),
        ("wire/a.py", "from .a import A\nfrom .unknown import X", []),
    ],
)
def test_an_import_is_followed_to_its_file(path, text, found):
    assert import_graph({**HERE, path: text})[path] == found


def test_the_facade_is_a_file_like_others():
    graph = import_graph({"cardswitch/__init__.py": "from .wire.a import A", "wire/a.py": ""})
    assert graph["cardswitch/__init__.py"] == ["wire/a.py"]
    graph = import_graph({"cardswitch/__init__.py": "", "wire/a.py": "from cardswitch import A"})
    assert graph["wire/a.py"] == ["cardswitch/__init__.py"]


@pytest.mark.parametrize(
    ("graph", "found"),
    [
        ({"a": "b", "b": "c", "c": ""}, []),
        ({"a": "bc", "b": "d", "c": "d", "d": ""}, []),
        ({"a": "b", "b": "a"}, ["ab"]),
        ({"a": "b", "b": "c", "c": "a", "d": "a"}, ["abc"]),
        ({"a": "b", "b": "a", "c": "d", "d": "ca"}, ["ab", "cd"]),
        ({"a": "b", "b": "cd", "c": "a", "d": "b"}, ["abcd"]),
    ],
)
def test_knots_are_what_can_be_reached_from_each_other(graph, found):
    assert ["".join(knot) for knot in knots(graph)] == found


def test_a_planted_circle_is_told_by_its_shortest_way(tmp_path):
    texts = {
        "wire/a.py": "from .b import B\n",
        "wire/b.py": "from . import c, d\n",
        "wire/c.py": "def f():\n    from . import a\n",
        "wire/d.py": "if TYPE_CHECKING:\n    from .b import B\n",
        "wire/e.py": "from . import a\n",
    }
    (tmp_path / "wire").mkdir()
    for path, text in texts.items():
        (tmp_path / path).write_text(text)
    [said] = circles(tmp_path, texts)
    assert said.startswith("wire/a.py: a circle of 4 files, wire/b.py -> wire/d.py -> wire/b.py: ")
    (tmp_path / "wire" / "b.py").write_text("")
    assert circles(tmp_path, texts) == []
