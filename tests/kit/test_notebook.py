"""The journal in memory says what the real one says, or the tests that ask it prove nothing."""

import pytest

from cardswitch.switch.core.row import Row
from cardswitch.switch.core.states import Mark, State
from cardswitch.switch.store.journal import open_journal
from cardswitch.wire.ports import Question
from tests.kit.notebook import Notebook
from tests.kit.play import Playbook
from tests.kit.rows import first_row, next_row

DAY = "2026-03-29"
WHO = "pos|TERM0001|SHOP0001|"
NAMES = (f"{WHO}2|000007|2026", f"{WHO}2|000008|2026", f"{WHO}4|000009|2026")
QUESTIONS = [
    Question(),
    Question(identities=((DAY, NAMES[0]),)),
    Question(identities=(("2026-03-28", NAMES[0]),)),
    Question(identities=((DAY, NAMES[0]), (DAY, NAMES[1]))),
    Question(begins=((DAY, f"{WHO}2|000007|"),)),
    Question(begins=((DAY, f"{WHO}2|"),)),
    Question(begins=((DAY, "network|"),)),
    Question(rrns=(("608800000001", WHO),)),
    Question(rrns=(("608800000001", "pos|OTHER|"),)),
    Question(legs=(2, 9)),
    Question(legs=(0,)),
    Question(identities=((DAY, NAMES[0]),), legs=(3,)),
]


def rows(*, checkpoint: bool) -> list[Row]:
    """Three legs; the first moves once more at the end."""
    firsts = [
        first_row(sequence=number, leg=number, identity=name)
        for number, name in enumerate(NAMES, 1)
    ]
    state = (Mark.CHECKPOINT if checkpoint else Mark.CUT_OVER).value
    mark = Row(
        sequence=5,
        leg=0,
        at=0.0,
        state=state,
        business_date=DAY,
        day=DAY,
        source="",
        serves="",
        link="",
        fields='{"legs":[2]}',
    )
    last = next_row(firsts[0], State.REVERSING, sequence=6)
    return [*firsts, next_row(firsts[0], State.APPROVED, sequence=4), mark, last]


@pytest.fixture
def store(tmp_path):
    made = open_journal(f"sqlite:///{tmp_path}/switch.db")
    yield made
    made.close()


@pytest.mark.parametrize("question", QUESTIONS)
def test_it_answers_as_the_store_does(store, question):
    held = rows(checkpoint=True)
    store.commit(held)
    [answer] = store.look_up([question])
    assert Notebook(Playbook(None), held)(question) == list(answer)


@pytest.mark.parametrize("checkpoint", [False, True])
def test_a_start_reads_the_same(store, checkpoint):
    held = rows(checkpoint=checkpoint)
    store.commit(held)
    assert Notebook(Playbook(None), held).recent() == list(store.recent())
