"""The `hsm` commands: which there are, and where. They are imported when they are used."""

from __future__ import annotations

from typing import Final

import click

from cardswitch.wire.operator.lazy_group import Commands, LazyGroup

COMMANDS: Final[Commands] = {
    "serve": ("cardswitch.hsm_sim.cli.serve:serve", "Serve host commands until stopped."),
    "send": ("cardswitch.hsm_sim.cli.send:send", "Send a host command, read the answer by names."),
    "commands": (
        "cardswitch.hsm_sim.cli.commands:commands",
        "List host commands and their fields.",
    ),
    "console": ("cardswitch.hsm_sim.cli.console:console", "Give orders to a module, line by line."),
    "keys": ("cardswitch.hsm_sim.cli.keys:keys", "Generate, import, export, list keys by name."),
    "kcv": ("cardswitch.hsm_sim.cli.kcv:kcv", "Show or compare the check value of a key."),
    "translate": (
        "cardswitch.hsm_sim.cli.translate:translate",
        "Bring a PIN block to another key.",
    ),
    "calc": (
        "cardswitch.hsm_sim.cli.calc.main:calc",
        "Compute PIN blocks, MACs, CVVs, DUKPT step by step.",
    ),
    "audit": ("cardswitch.hsm_sim.cli.audit:audit", "Verify and show the audit log."),
    "lmk": ("cardswitch.hsm_sim.cli.ceremony:lmk", "Form LMKs of one's own out of components."),
    "officer": ("cardswitch.hsm_sim.cli.ceremony:officer", "Enrol the officers of dual control."),
    "attack": (
        "cardswitch.hsm_sim.cli.attack:attack",
        "Try published attacks, and what stops them.",
    ),
}
EPILOG: Final = """\b
Examples:
  cardswitch hsm serve                         the [hsm] section of the lab
  cardswitch hsm send NC                       is it there?
  cardswitch hsm keys generate zmk --type ZMK
  cardswitch hsm keys generate zpk --type ZPK --zmk zmk
  cardswitch hsm calc mac --key 0123456789ABCDEFFEDCBA9876543210 --text hello --trace
  echo status | cardswitch hsm console

Exit codes: 0 done, 1 the module answered with an error, 2 usage, 4 no answer in time, 5 no link or
an answer that cannot be read, 6 what was compared differs.

This is a simulator: it protects no live keys. Never give it one."""


@click.group(cls=LazyGroup, commands_of=COMMANDS, epilog=EPILOG)
def hsm() -> None:
    """Run the HSM simulator, talk to it, and compute what it computes, with test keys.

    Host commands are payShield-style, over TCP. Results go to standard output, all else to standard
    error. PIN blocks, keys under other keys and check values are shown as they are.
    """
