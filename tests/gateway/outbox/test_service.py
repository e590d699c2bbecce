"""What the API is given of events: values alone, so that it can be given others in a test."""

from cardswitch.gateway.outbox.service import Events


def test_it_is_a_value():
    made = Events(outbox=None, secret_for=str, check=str, poke=str)
    assert made == Events(outbox=None, secret_for=str, check=str, poke=str)
