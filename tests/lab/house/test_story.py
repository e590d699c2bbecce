"""The story: it tells what happens, so if anything does not happen it says so."""

import pytest

from cardswitch.lab.house import story
from cardswitch.lab.house.story import Story
from cardswitch.specs.errors import Error
from cardswitch.terminal.core.outcome import SaleState
from cardswitch.wire.driver.runtime import run


@pytest.fixture
def play(tmp_path):
    """Play the story to its end; it, and the titles and texts that it told."""

    def play():
        told = []
        told_by = Story(tmp_path / "lab", lambda kind, text: told.append((kind, text)))
        run(told_by.play())
        return told_by, told

    return play


@pytest.fixture
def short(monkeypatch):
    """One approved sale instead of four."""

    async def sell(self, session, lab):
        await self._sale(session, "12.50", "good", SaleState.APPROVED)

    monkeypatch.setattr(Story, "_sell", sell)


def test_facts_are_collected(play, short):
    played, told = play()
    assert played.agrees
    assert set(played.facts["books"].values()) == {1250}
    assert [text[0] for kind, text in told if kind == "title"] == ["1", "2", "8", "9", "1"]
    assert ("text", "they agree, to the cent\n") in told
    assert ("text", "DE02120300000000202051 is credited 12.50 EUR") in told
    assert played.facts["credited"] == "12.50"
    assert played.facts["files"] == [
        name.format(played.facts["business_date"])
        for name in (
            "deposit-{}-sheet.csv",
            "deposit-{}.csv",
            "deposit-{}.xml",
            "reports-{}.sha256",
        )
    ]


def test_books_that_differ_are_seen(play, short, monkeypatch):
    one_side = story._approved
    monkeypatch.setattr(story, "_approved", lambda e, s: one_side(e, s) + (s == "acquirers"))
    played, told = play()
    assert not played.agrees
    assert played.facts["agrees"] is False
    assert ("text", "THEY DO NOT AGREE") in told


def test_a_sale_that_ends_differently_ends_the_story(play, monkeypatch):
    monkeypatch.setattr(story, "PIN", "9999")
    with pytest.raises(Error, match=r"12\.50 should have been approved, and was declined"):
        play()


def test_nobody_to_tell_is_an_error():
    async def nothing():
        for outcome in ():
            yield outcome

    with pytest.raises(Error, match="no outcome"):
        run(story._last(nothing()))
