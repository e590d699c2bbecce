"""What the audit log tells of."""

from cardswitch.hsm_sim.commands import HANDLERS
from cardswitch.hsm_sim.custody.events import AUDITED_FIELDS, EVENT_OF_COMMAND, EVENTS
from cardswitch.specs.hsm.commands import COMMANDS


def test_every_event_of_a_command_stands_in_the_table() -> None:
    assert set(EVENT_OF_COMMAND.values()) <= EVENTS


def test_whatever_carries_a_key_across_a_border_is_told() -> None:
    across = {
        code
        for code, command in COMMANDS.items()
        for layout in command.request
        if {"zmk", "tmk"} & layout.names
    }
    assert across <= EVENT_OF_COMMAND.keys()
    assert {"A6", "A8"} <= across & HANDLERS.keys()


def test_no_audited_field_holds_a_key_a_pin_or_an_account() -> None:
    audited = [
        field
        for code in EVENT_OF_COMMAND.keys() & COMMANDS.keys()
        for layout in COMMANDS[code].request
        for field in layout.fields
        if field.name in AUDITED_FIELDS
    ]
    assert audited
    assert not [field for field in audited if field.kind.is_key]
    assert not [field for field in audited if field.kind.admits("9999990000000011")]
