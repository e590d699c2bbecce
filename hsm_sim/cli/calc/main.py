"""The `hsm calc` commands: which there are, and where. They are imported when they are used."""

from __future__ import annotations

from typing import Final

import click

from cardswitch.wire.operator.lazy_group import Commands, LazyGroup

COMMANDS: Final[Commands] = {
    "mac": (
        "cardswitch.hsm_sim.cli.calc.macs:mac",
        "MAC by ISO 9797-1 or CMAC; find out how one was made.",
    ),
    "pinblock": (
        "cardswitch.hsm_sim.cli.calc.pins:pinblock",
        "PIN blocks, encoded and decoded, all formats.",
    ),
    "pvv": ("cardswitch.hsm_sim.cli.calc.pins:pvv", "PIN verification value (Visa)."),
    "ibm3624": (
        "cardswitch.hsm_sim.cli.calc.pins:ibm3624",
        "Natural PIN, offset, PIN of an offset.",
    ),
    "cvv": ("cardswitch.hsm_sim.cli.calc.cards:cvv", "CVV, iCVV, CVV2, dCVV, CVC3."),
    "arqc": ("cardswitch.hsm_sim.cli.calc.chips:arqc", "Chip card keys, ARQC and ARPC."),
    "dukpt": ("cardswitch.hsm_sim.cli.calc.dukpt:dukpt", "The keys of a KSN, TDES and AES."),
    "dukpt-data": (
        "cardswitch.hsm_sim.cli.calc.dukpt:dukpt_data",
        "Encrypt and decrypt data under a KSN.",
    ),
    "tr31": (
        "cardswitch.hsm_sim.cli.calc.blocks:tr31",
        "Key blocks: wrap, unwrap, read the header.",
    ),
    "kcv": ("cardswitch.hsm_sim.cli.calc.keys:kcv", "Check value of a key."),
    "lmk": (
        "cardswitch.hsm_sim.cli.calc.lmk:lmk",
        "Keys under the published test LMKs, both ways.",
    ),
    "parity": (
        "cardswitch.hsm_sim.cli.calc.keys:parity",
        "Parity, weak and repeated parts of a DES key.",
    ),
    "components": ("cardswitch.hsm_sim.cli.calc.keys:components", "A key out of its components."),
    "split": ("cardswitch.hsm_sim.cli.calc.keys:split", "Components of a key."),
    "xor": ("cardswitch.hsm_sim.cli.calc.keys:xor", "Exclusive or."),
}
EPILOG: Final = """\b
Examples:
  calc mac --key 0123456789ABCDEFFEDCBA9876543210 --text "Now is the time for all " --trace
  calc pinblock encode --pin 1234 --pan 9999990000000014
  calc dukpt --bdk 0123456789ABCDEFFEDCBA9876543210 --ksn FFFF9876543210E00001
  calc kcv 13345779133457791334577913345779

Exit codes: 0 done, 1 the calculation refuses what it was given, 2 usage, 6 no match."""


@click.group(cls=LazyGroup, commands_of=COMMANDS, epilog=EPILOG)
def calc() -> None:
    """Compute what an HSM computes, without one, from clear test keys in hexadecimal.

    --trace prints every step with its name, also when the calculation ends in an error, so that
    two sides who get different results can see where they part. Never use a live key: other people
    on a machine can read its command lines. Nothing is logged or kept.
    """
