"""Commands that make issuer scripts for chip cards."""

from __future__ import annotations

from typing import Final, NamedTuple

from ..values import Command

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
    card = {"mk_smi": mk_smi, "account": _text(account), "session": _text(session)}
    fields = {"mode": _BY_ITSELF, **card, "message": _text(message)}
    if secret is None:
        return fields
    keys = {"mk_smc": secret.mk_smc, "transport_key": secret.transport_key}
    fields |= {**keys, "secret_session": _text(secret.session), "offset": f"{secret.offset:04X}"}
    return {**fields, "mode": _WITH_DATA, "data": _text(secret.data)}


def _text(data: bytes) -> str:
    return data.decode("latin-1")
