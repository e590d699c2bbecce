"""Exit codes are those that the help and the README promise, and no other module has its own."""

import re
from pathlib import Path

from cardswitch.wire.operator import exits

ROOT = Path(__file__).parents[3]
ROOMS = ("specs", "wire", "switch", "terminal", "hosts", "hsm_sim", "gateway", "lab")
OWN_CODE = re.compile(r"_EXIT\b|(?:sys\.exit|click\.exceptions\.Exit|SystemExit)\([0-9]")


def test_codes_are_the_promised_ones():
    codes = {name: code for name, code in vars(exits).items() if name.isupper()}
    assert codes == {
        "ERROR": 1, "USAGE": 2, "DECLINED": 3, "TIMEOUT": 4, "LINK": 5, "FINDINGS": 6,
        "STOPPED": 130,
    }  # fmt: skip


def test_no_other_module_has_codes_of_its_own():
    sources = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    assert len(sources) > 100
    assert [str(path) for path in sources if OWN_CODE.search(path.read_text("utf-8"))] == []
