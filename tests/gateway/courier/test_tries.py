"""What the courier keeps: events taken in until there are no more, and how each try ended."""

from cardswitch.gateway.courier.tries import outcome_of, take_in
from cardswitch.gateway.outbox.events import Delivery, Outbox
from cardswitch.gateway.outbox.follow import Read
from cardswitch.gateway.outbox.tables import DELIVERED, FAILED, PENDING
from tests.kit.events import endpoint, event

DELIVERY = Delivery(number=1, event=event(), tries=0, first=100.0)


def test_all_that_is_behind_the_last_row_is_taken_in(tmp_path):
    outbox = Outbox(f"sqlite:///{tmp_path}/events.db")
    rows = {0: Read((event(1),), 2), 2: Read((event(2),), 5), 5: Read((), 5)}
    take_in(outbox, rows.__getitem__, 200.0)
    assert outbox.position() == 5
    assert [found.id for _, found in outbox.behind(0, 10)] == ["evt_1", "evt_2"]
    outbox.close()


def test_a_status_of_success_is_the_end_of_it():
    outcome = outcome_of(endpoint(), DELIVERY, 204, "204", 100.0)
    assert (outcome.state, outcome.tries, outcome.said) == (DELIVERED, 1, "204")


def test_any_other_answer_and_none_are_tried_again():
    for status, said in ((500, "500"), (302, "302"), (None, "no answer within 10 s")):
        outcome = outcome_of(endpoint(), DELIVERY, status, said, 100.0)
        assert (outcome.state, outcome.due, outcome.said) == (PENDING, 105.0, said)


def test_after_three_days_it_is_given_up():
    outcome = outcome_of(endpoint(), DELIVERY, 500, "500", 100.0 + 80 * 3_600)
    assert outcome.state == FAILED
