"""The `spec` commands and the modules they are in; each is imported when it is used."""

from __future__ import annotations

from typing import Final

import click

from cardswitch.wire.operator.lazy_group import Commands, LazyGroup

COMMANDS: Final[Commands] = {
    "decode": ("cardswitch.lab.cli.spec.messages:decode", "Show the fields of messages."),
    "describe": (
        "cardswitch.lab.cli.spec.messages:describe",
        "Explain messages: codes, amounts, missing fields.",
    ),
    "validate": (
        "cardswitch.lab.cli.spec.messages:validate",
        "Check messages: format, plausibility, mandatory fields.",
    ),
    "encode": (
        "cardswitch.lab.cli.spec.messages:encode",
        "Write messages from JSON; set and delete parts.",
    ),
    "diff": ("cardswitch.lab.cli.spec.compare:diff", "Compare two messages, field by field."),
    "redact": (
        "cardswitch.lab.cli.spec.compare:redact",
        "Replace card data, so that messages can be shared.",
    ),
    "convert": (
        "cardswitch.lab.cli.spec.convert:convert",
        "Write a message in another dialect or edition.",
    ),
    "doctor": ("cardswitch.lab.cli.spec.doctor:doctor", "Find out how unknown bytes are written."),
    "explain": ("cardswitch.lab.cli.spec.dialects:explain", "Explain the code of an error."),
    "list": (
        "cardswitch.lab.cli.spec.dialects:list_",
        "List the dialects that come with cardswitch.",
    ),
    "show": ("cardswitch.lab.cli.spec.dialects:show", "Show the fields and parts of a dialect."),
    "import": (
        "cardswitch.lab.cli.spec.interop:import_",
        "Make a dialect from another tool's specification.",
    ),
    "export": (
        "cardswitch.lab.cli.spec.interop:export",
        "Write a dialect for another tool, or as documentation.",
    ),
}
EPILOG: Final = """\b
Examples:
  cardswitch spec list
  cardswitch spec describe 0800822000000000000004000000000000001123130500000001301
  cardswitch spec decode --dialect pos 0800 0020010000800000 000001 0001 5445524D30303031
  cardswitch spec decode --json --unsafe < message.hex | cardswitch spec encode
  cardswitch spec doctor < unknown.hex
  cardswitch spec validate --dialect iso87-binary --file capture.pcap

Exit codes: 0 done, 1 error, 2 usage or an unknown dialect, 5 the input cannot be read as a
message or written as one, 6 validate or diff found something."""


@click.group(cls=LazyGroup, commands_of=COMMANDS, epilog=EPILOG)
def spec() -> None:
    """Decode, encode and explain ISO 8583 messages, and describe how they are written.

    Results go to standard output, all else to standard error. Card data is masked unless --unsafe
    asks for it, in errors as well.
    """
