"""What both hosts do alike with a request."""

from cardswitch.hosts.requests import REQUIRED, decision
from tests.kit.hosts import purchase


def test_an_approval_says_how_much_and_under_which_code():
    answer = decision(purchase(), "10", 605, "000001")
    assert (answer[39], answer[4], answer[38]) == ("10", "000000000605", "000001")


def test_a_decline_repeats_what_was_asked_and_has_no_approval_code():
    answer = decision(purchase(), "51")
    assert (answer[39], answer[4]) == ("51", purchase()[4])
    assert 38 not in answer.fields


def test_both_need_the_number_that_the_switch_gives():
    assert REQUIRED == (37,)
