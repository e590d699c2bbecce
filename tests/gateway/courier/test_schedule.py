"""When a try comes again: the pauses of the reference, and its end after three days."""

from cardswitch.gateway.courier.schedule import GIVEN_UP_S, next_try


def test_pauses_grow_to_six_hours_and_end_after_three_days():
    now, pauses = 1_000.0, []
    for tries in range(1, 100):
        due = next_try(tries, 1_000.0, now)
        if due is None:
            break
        pauses.append(due - now)
        now = due
    assert pauses[:6] == [5, 30, 120, 600, 3_600, 21_600]
    assert set(pauses[6:]) == {21_600}
    assert len(pauses) == 16
    assert GIVEN_UP_S - 21_600 < now - 1_000.0 <= GIVEN_UP_S
