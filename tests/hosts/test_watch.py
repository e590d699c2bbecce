"""The watch over a link: sign-on, echoes in silence, and the end of a link that does not answer."""

from hosts.acquirer import Acquirer
from tests.hosts.helpers import UPSTREAM, acquirer, acquirer_config, approved, purchase
from tests.play import Playbook, after, answered, closed, sent
from wire.ports import LinkDown, LinkUp


def test_it_signs_on_and_asks_a_silent_network_for_a_sign_of_life() -> None:
    play = Playbook(Acquirer(acquirer_config()))
    assert (
        play
        >> LinkUp(UPSTREAM)
        << sent(UPSTREAM, "0800", {70: "001", 7: "0329010000", 11: "000001"})
        >> answered(UPSTREAM, "00")
        >> after(29.9)
        >> after(0.2)
        << sent(UPSTREAM, "0800", {70: "301", 11: "000002"})
        >> answered(UPSTREAM, "00")
        >> after(30.1)
        << sent(UPSTREAM, "0800", {70: "301"})
        >> after(5.1)
        << closed(UPSTREAM)
        >> LinkDown(UPSTREAM)
        >> after(100.0)
    )


def test_a_network_that_answers_is_not_asked_whether_it_lives() -> None:
    play = acquirer(signed_on=True) >> after(20.0)
    approved(play, purchase())
    assert play >> after(29.0)
    assert play >> after(1.1) << sent(UPSTREAM, "0800", {70: "301"})


def test_a_new_link_ends_the_watch_over_the_old_one() -> None:
    play = acquirer() >> after(10.0) >> LinkDown(UPSTREAM)
    assert (
        play
        >> LinkUp(UPSTREAM)
        << sent(UPSTREAM, "0800", {70: "001"})
        >> answered(UPSTREAM, "00")
        >> after(30.1)
        << sent(UPSTREAM, "0800", {70: "301"})
    )
