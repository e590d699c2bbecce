"""The scripts of bench/ start: what they import is still where they look for it."""

import importlib
from pathlib import Path
from xml.etree import ElementTree

import pytest

SCRIPTS = sorted(path.stem for path in Path("bench").glob("*.py"))
OF_A_PEER = frozenset({"atheris_decode"})  # needs the fuzzer that it feeds


@pytest.mark.parametrize("name", [name for name in SCRIPTS if name not in OF_A_PEER])
def test_a_script_can_be_imported(name):
    importlib.import_module(f"bench.{name}")


def test_a_chart_is_a_picture_of_its_lines():
    from bench.chart import Line, chart

    drawn = ElementTree.fromstring(
        chart(
            "Rate <now>",
            "in flight",
            [Line("before", [(1, 90), (512, 1700)]), Line("now", [(1, 0)])],
        )
    )
    names = [element.tag.rpartition("}")[2] for element in drawn.iter()]
    assert (names.count("polyline"), names.count("circle")) == (2, 3)
    assert "Rate <now>" in "".join(drawn.itertext())
