"""A key in clear, which shows no more than its check value."""

from cardswitch.hsm_sim.keys.clear import ClearKey


def test_it_does_not_show_itself() -> None:
    clear = ClearKey("T", bytes.fromhex("0123456789ABCDEFFEDCBA9876543210"))
    assert repr(clear) == "<key of 16 bytes, T>"
    assert clear.kcv == "08D7B4"


def test_the_check_value_of_aes_is_another() -> None:
    assert ClearKey("A", bytes(16)).kcv != ClearKey("T", bytes(16)).kcv
