"""The rules by themselves."""

import pytest

from cardswitch.hsm_sim.custody.policy import CommandRefused, Policy
from cardswitch.specs.errors import ConfigError

ISO_0, ISO_1, ISO_2, ISO_3, ISO_4, DIEBOLD = "01", "05", "34", "47", "48", "03"
FORMATS = (ISO_0, ISO_1, ISO_2, ISO_3, ISO_4, DIEBOLD)
BOUND = {ISO_0, ISO_3, ISO_4}
ALLOWED = {
    ISO_0: BOUND,
    ISO_3: BOUND,
    ISO_4: BOUND,
    ISO_1: BOUND | {ISO_1, ISO_2},
    ISO_2: {ISO_2},
    DIEBOLD: BOUND | {DIEBOLD},
}


@pytest.mark.parametrize("source", FORMATS)
@pytest.mark.parametrize("target", FORMATS)
def test_every_change_of_format(source: str, target: str) -> None:
    free = Policy(restrict_pin_translation=False, pin_formats=FORMATS)
    free.require_pin_translation(source, target)
    bound = Policy(pin_formats=FORMATS)
    if target in ALLOWED[source]:
        bound.require_pin_translation(source, target)
    else:
        with pytest.raises(CommandRefused) as refused:
            bound.require_pin_translation(source, target)
        assert refused.value.code == "69"


@pytest.mark.parametrize(
    ("code", "error"),
    [
        *[(code, "69") for code in ("02", "03", "04", "34", "35", "41", "42", "46")],
        *[(code, "23") for code in ("00", "06", "99")],
    ],
)
def test_formats_unknown_and_disabled(code: str, error: str) -> None:
    for source, target in ((code, ISO_0), (ISO_1, code)):
        with pytest.raises(CommandRefused) as refused:
            Policy().require_pin_translation(source, target)
        assert refused.value.code == error


def test_a_format_can_be_switched_off_but_none_switched_on_that_is_not_there() -> None:
    with pytest.raises(CommandRefused, match="69"):
        Policy(pin_formats=(ISO_0,)).require_pin_format(ISO_3)
    with pytest.raises(CommandRefused, match="69"):
        Policy(pin_formats=frozenset(["04"])).require_pin_format("04")


# Most links of today could not live with these.
OFF_BY_DEFAULT = {"key_blocks_only", "separate_terminal_keys", "warn_of_long_pvk"}


def test_every_other_rule_is_on_by_default() -> None:
    policy = Policy()
    rules = [name for name in policy.__struct_fields__ if isinstance(getattr(policy, name), bool)]
    assert {rule for rule in rules if not getattr(policy, rule)} == OFF_BY_DEFAULT
    assert len(rules) == 16


@pytest.mark.parametrize(
    ("policy", "code", "error"),
    [
        ({}, "CA", ""),
        ({}, "BA", "68"),
        ({}, "NG", "68"),
        ({"commands_disabled": ()}, "BA", ""),
        ({"commands_disabled": ("CA",)}, "CA", "68"),
        ({"commands_licensed": ("CA",)}, "CA", ""),
        ({"commands_licensed": ("CA",)}, "CC", "67"),
        ({"commands_licensed": ("CA",), "commands_disabled": ("CA", "CC")}, "CC", "67"),
        ({"commands_licensed": ("CA",), "commands_disabled": ("CA",)}, "CA", "68"),
    ],
)
def test_commands_not_licensed_and_not_enabled(policy: dict, code: str, error: str) -> None:
    rules = Policy(**policy)
    if error:
        with pytest.raises(CommandRefused) as refused:
            rules.require_command(code)
        assert refused.value.code == error
    else:
        rules.require_command(code)


@pytest.mark.parametrize("key", ["commands_disabled", "commands_licensed", "pin_formats"])
def test_names_that_nothing_has_are_refused(key: str) -> None:
    with pytest.raises(ConfigError, match=rf"^policy\.{key}: unknown: QZ; known: "):
        Policy(**{key: ("QZ",)})


def test_policies_are_told_apart() -> None:
    assert Policy().digest() == Policy().digest()
    assert Policy().digest() != Policy(uniform_pin_error=False).digest()
