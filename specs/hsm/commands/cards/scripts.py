"""Commands that make issuer scripts for chip cards.

Chosen here, where no public source says: KY's session data are the cryptogram, as EMV has them; a
transport key is a DEK; and of the modes 0 and 2 alone, integrity and confidentiality with keys of
their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from ...grammar import COUNTED, HostCommand, HsmField, HsmLayout, hexadecimal, one_of
from ...kinds import BYTES_8, KEY, KEY_PAIR
from ...values import Command, text_of

_SCHEME: Final = HsmField("scheme", one_of("01", "scheme", "05"))
_CARD: Final = (
    HsmField("mk_smi", KEY_PAIR),
    HsmField("account", BYTES_8),
    HsmField("session", BYTES_8),
    HsmField("message", COUNTED),
)
# What is added to the message, at an offset: data that come under a transport key.
_SECRET: Final = (
    HsmField("mk_smc", KEY_PAIR, ";"),
    HsmField("transport_key", KEY),
    HsmField("secret_session", BYTES_8),
    HsmField("offset", hexadecimal(4)),
    HsmField("data", COUNTED),
)


def _script_layout(mode: str, *fields: HsmField) -> HsmLayout:
    return HsmLayout(HsmField("mode", one_of(mode, "mode", "04")), *fields)


_RESULTS: Final = (
    HsmLayout(HsmField("mac", BYTES_8)),
    HsmLayout(HsmField("mac", BYTES_8), HsmField("data", COUNTED)),
)

COMMANDS: Final[Mapping[str, HostCommand]] = {
    "KU": HostCommand(
        request=(
            _script_layout("0", _SCHEME, *_CARD),
            _script_layout("2", _SCHEME, *_CARD, *_SECRET),
        ),
        answer=_RESULTS,
    ),
    "KY": HostCommand(
        request=(_script_layout("0", *_CARD), _script_layout("2", *_CARD, *_SECRET)),
        answer=_RESULTS,
    ),
}


VIS_SCRIPT: Final = "0"
M_CHIP_SCRIPT: Final = "1"
_BY_ITSELF: Final = "0"
_WITH_DATA: Final = "2"


class ScriptSecret(NamedTuple):
    """Data for a script that nobody but the card may read.

    *mk_smc* encrypts them for the card with *session* (8 bytes), *transport_key* (a DEK) brings
    them here: *data*, whole blocks, to stand in the message behind *offset* bytes.
    """

    mk_smc: str
    transport_key: str
    session: bytes
    offset: int
    data: bytes


def make_script(
    mk_smi: str,
    account: bytes,
    session: bytes,
    message: bytes,
    secret: ScriptSecret | None = None,
    scheme: str = VIS_SCRIPT,
) -> Command:
    """KU: the MAC of *message*, a command for a card of VIS or M/Chip. Answers mac [and data].

    *session* (8 bytes) is with VIS six zeros and the card's counter, with M/Chip the cryptogram.
    """
    fields = _script(mk_smi, account, session, message, secret)
    return Command("", "KU", {**fields, "scheme": scheme})


def make_script_csk(
    mk_smi: str,
    account: bytes,
    session: bytes,
    message: bytes,
    secret: ScriptSecret | None = None,
) -> Command:
    """KY: the same by EMV itself; *session* is the cryptogram."""
    return Command("", "KY", _script(mk_smi, account, session, message, secret))


def _script(
    mk_smi: str, account: bytes, session: bytes, message: bytes, secret: ScriptSecret | None
) -> dict[str, str]:
    card = {"mk_smi": mk_smi, "account": text_of(account), "session": text_of(session)}
    fields = {"mode": _BY_ITSELF, **card, "message": text_of(message)}
    if secret is None:
        return fields
    keys = {"mk_smc": secret.mk_smc, "transport_key": secret.transport_key}
    fields |= {**keys, "secret_session": text_of(secret.session), "offset": f"{secret.offset:04X}"}
    return {**fields, "mode": _WITH_DATA, "data": text_of(secret.data)}
