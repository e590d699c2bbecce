"""What is not as agreed: lines under a message, and findings in JSON."""

from cardswitch.lab.messages.showing import show_partial
from cardswitch.lab.messages.views.oddities import findings, odd_lines
from cardswitch.specs.message import Message
from cardswitch.specs.review.partial import Partial
from cardswitch.specs.review.tolerance import Oddity

ODD = (Oddity("MTI", "another class", 0), Oddity("11", "a letter \x1b", 20), Oddity("", "no", None))


def shown(*odd):
    return show_partial(None, Partial(message=Message("0800"), rest=0, oddities=odd))


def test_each_has_a_line_with_its_place_and_nothing_that_steers_a_terminal():
    assert odd_lines(shown(*ODD)) == [
        "",
        "Not as agreed",
        "  MTI at byte 0: another class",
        "  field 11 at byte 20: a letter \\x1b",
        "  message: no",
    ]


def test_of_a_message_that_is_right_nothing_is_said():
    assert (odd_lines(shown()), findings(shown())) == ([], [])


def test_json_has_the_same():
    assert [(odd.field, odd.text, odd.offset) for odd in findings(shown(*ODD))] == [
        ("MTI", "another class", 0),
        ("11", "a letter \x1b", 20),
        ("", "no", None),
    ]
