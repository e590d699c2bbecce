"""The rules by themselves."""

import pytest

from hsm_sim.policy import Policy, Refused

ISO_0, ISO_1, ISO_3 = "01", "05", "47"
FORMATS = [ISO_0, ISO_1, ISO_3]


@pytest.mark.parametrize(
    ("source", "target", "allowed"),
    [
        (ISO_0, ISO_0, True),
        (ISO_0, ISO_1, False),
        (ISO_0, ISO_3, True),
        (ISO_1, ISO_0, True),
        (ISO_1, ISO_1, True),
        (ISO_1, ISO_3, True),
        (ISO_3, ISO_0, True),
        (ISO_3, ISO_1, False),
        (ISO_3, ISO_3, True),
    ],
)
def test_every_change_of_format(source: str, target: str, allowed: bool) -> None:
    Policy(restrict_pin_translation=False).require_pin_translation(source, target)
    if allowed:
        Policy().require_pin_translation(source, target)
    else:
        with pytest.raises(Refused) as refused:
            Policy().require_pin_translation(source, target)
        assert refused.value.code == "69"


@pytest.mark.parametrize(
    ("code", "error"),
    [
        *[(code, "69") for code in ("02", "03", "04", "34", "35", "41", "42", "46", "48")],
        *[(code, "23") for code in ("00", "06", "99")],
    ],
)
def test_formats_unknown_and_disabled(code: str, error: str) -> None:
    for source, target in ((code, ISO_0), (ISO_1, code)):
        with pytest.raises(Refused) as refused:
            Policy().require_pin_translation(source, target)
        assert refused.value.code == error


def test_a_format_can_be_switched_off_but_none_switched_on_that_is_not_there() -> None:
    with pytest.raises(Refused, match="69"):
        Policy(pin_formats=frozenset([ISO_0])).require_pin_format(ISO_3)
    with pytest.raises(Refused, match="69"):
        Policy(pin_formats=frozenset(["03"])).require_pin_format("03")


# Most links of today could not live with these.
OFF_BY_DEFAULT = {"key_blocks_only", "separate_terminal_keys"}


def test_every_other_rule_is_on_by_default() -> None:
    policy = Policy()
    rules = [name for name in policy.__struct_fields__ if isinstance(getattr(policy, name), bool)]
    assert {rule for rule in rules if not getattr(policy, rule)} == OFF_BY_DEFAULT
    assert len(rules) == 10
