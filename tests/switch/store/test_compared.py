"""What was compared with upstreams, read back from a real journal."""

import pytest

from cardswitch.switch.store.compared import compared
from cardswitch.switch.store.reader import JournalReader
from tests.kit.histories import JournalFile
from tests.kit.play import answered
from tests.kit.switch import approved, opened
from tests.switch.core.totals.test_comparing import AGREED, SETTLING, ask


@pytest.fixture
def journal(tmp_path):
    play = approved(opened(SETTLING))
    for code, fields in (("00", AGREED), ("95", {66: "2"}), ("12", {})):
        (play >> ask()).skip()
        (play >> answered("acquirer", code, fields)).skip()
    url = f"sqlite:///{tmp_path}/switch.db"
    file = JournalFile(url)
    file.write(play.entries)
    file.close()
    return JournalReader(url)


def test_each_is_told_oldest_first(journal):
    found = list(compared(journal))
    assert [(one["answer"], one["is_balanced"], one["mti"]) for one in found] == [
        ("00", True, "0500"),
        ("95", False, "0500"),
        ("12", False, "0500"),
    ]
    assert found[0]["here"]["debits"] == {"count": 1, "amount": 1250}
    assert found[0]["at"] > 0


def test_those_with_one_upstream(journal):
    assert len(list(compared(journal, "acquirer"))) == 3
    assert list(compared(journal, "acq%")) == list(compared(journal, "issuer")) == []
