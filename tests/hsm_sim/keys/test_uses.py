"""What keys are for."""

from cardswitch.hsm_sim.keys.uses import PVK, TMK, TPK, USE_OF_TYPE, USE_OF_USAGE, USES


def test_the_first_use_of_a_type_stands_for_it() -> None:
    assert USE_OF_TYPE["002"] is TPK
    assert USE_OF_TYPE["70D"] is TPK
    assert USE_OF_TYPE["80D"] is TMK
    assert USE_OF_USAGE["V1"] is PVK
    assert set(USE_OF_TYPE) >= {use.key_type for use in USES}
