"""HSM host commands ("payShield-style") as values: what a client asks of a module, and its answer.

    errors    the error codes of an answer, and what a frame that breaks the format raises
    values    Command and Answer, masked wherever they are shown
    names     what commands call PIN block formats and key types
    grammar   HsmField and HsmLayout: a line of fields, read by one regular expression
    kinds     the kinds of fields that layouts are made of
    commands  a module for each family: layouts, and a function for every command
    codec     bytes to values and back, for client and module alike
    chain     the command that carries others

Whoever asks takes the function of a command from its family, so that nobody else writes field
names: ``from cardswitch.specs.hsm.commands.pins.blocks import translate_pin_tpk_zpk``.

Bytes are taken as ISO 8859-1 text, one character a byte. The two bytes of length in front of a
frame belong to the link, not to this package. Nothing here knows cryptography: a switch uses it.
"""

from .codec import (
    BUFFER_SIZE,
    HEADER_SIZE,
    pack_answer,
    pack_command,
    unpack_answer,
    unpack_command,
)
from .errors import ERRORS, HsmFormatError
from .values import Answer, Command, answer_code

__all__ = [
    "BUFFER_SIZE",
    "ERRORS",
    "HEADER_SIZE",
    "Answer",
    "Command",
    "HsmFormatError",
    "answer_code",
    "pack_answer",
    "pack_command",
    "unpack_answer",
    "unpack_command",
]
