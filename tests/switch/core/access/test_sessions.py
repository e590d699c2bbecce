"""Who has signed on and off on a link that many share."""

from cardswitch.switch.core.access.sessions import EVERYBODY, SENDERS_MAX, Sessions
from cardswitch.wire.ports import LinkId

LINK, OTHER = LinkId("pos/1"), LinkId("pos/2")


def test_whoever_signs_off_does_so_for_himself_and_on_his_link():
    sessions = Sessions()
    assert sessions.sign(LINK, "T1", on=False)
    assert not sessions.is_on(LINK, "T1", unsaid=True)
    assert sessions.is_on(LINK, "T2", unsaid=True)
    assert sessions.is_on(OTHER, "T1", unsaid=True)
    assert sessions.sign(LINK, "T1", on=True)
    assert sessions.is_on(LINK, "T1", unsaid=False)


def test_who_has_said_nothing_is_as_the_listener_wants_it():
    assert Sessions().is_on(LINK, "T1", unsaid=True)
    assert not Sessions().is_on(LINK, "T1", unsaid=False)


def test_whoever_names_nobody_signs_for_all_who_have_not_signed_since():
    sessions = Sessions()
    sessions.sign(LINK, "123", on=True)
    sessions.sign(LINK, EVERYBODY, on=False)
    assert not sessions.is_on(LINK, "123", unsaid=True)
    sessions.sign(LINK, "123", on=True)
    assert sessions.is_on(LINK, "123", unsaid=True)
    assert not sessions.is_on(LINK, "456", unsaid=True)


def test_a_session_ends_with_its_link():
    sessions = Sessions()
    sessions.sign(LINK, "T1", on=True)
    sessions.link_down(LINK)
    assert not sessions.is_on(LINK, "T1", unsaid=False)


def test_a_link_has_room_for_so_many():
    sessions = Sessions()
    for number in range(SENDERS_MAX):
        assert sessions.sign(LINK, str(number), on=True)
    assert not sessions.sign(LINK, "ONE MORE", on=True)
    assert sessions.sign(LINK, "7", on=False), "those who are there may go on"
    assert sessions.sign(OTHER, "ONE MORE", on=True)
