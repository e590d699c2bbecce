"""Steps are kept in order, and bytes are shown as hexadecimal."""

from cardswitch.hsm_sim.calc.steps import Steps, hexadecimal


def test_steps_are_kept_in_order_even_with_one_name():
    steps = Steps()
    steps.add("chain", b"\x0a\xff")
    steps.add("chain", "as it is")
    assert steps.taken == [("chain", "0AFF"), ("chain", "as it is")]


def test_hexadecimal_is_upper_case():
    assert hexadecimal(b"\xab\x01") == "AB01"
