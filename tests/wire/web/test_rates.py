"""How often somebody may ask."""

from cardswitch.wire.web import rates
from cardswitch.wire.web.rates import BURST_S, Rate


def test_a_burst_and_then_so_many_in_a_second_of_each():
    clock = [0.0]
    rate = Rate(2, lambda: clock[0])
    burst = int(2 * BURST_S)
    assert [rate.take("a") for _ in range(burst)] == [0.0] * burst
    assert rate.take("a") == 0.5
    assert rate.take("b") == 0.0
    clock[0] = 0.5
    assert (rate.take("a"), rate.take("a") > 0) == (0.0, True)
    clock[0] = 1_000.0
    assert [rate.take("a") for _ in range(burst)] == [0.0] * burst
    assert rate.take("a") > 0


def test_without_a_rate_all_may():
    rate = Rate(0, lambda: 0.0)
    assert not any(rate.take("a") for _ in range(1_000))


def test_who_was_silent_the_longest_is_forgotten(monkeypatch):
    monkeypatch.setattr(rates, "KNOWN_MAX", 2)
    rate = Rate(1, lambda: 0.0)
    for who in "aabc":
        rate.take(who)
    assert set(rate._known) == {"b", "c"}
