"""What the audit log tells of: every event by its name, and which commands are events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Protocol

STARTED: Final = "started"
STOPPED: Final = "stopped"
AUDIT_REPAIRED: Final = "unfinished line of the audit log cut"
AUDIT_UNANCHORED: Final = "audit log without its anchor"
PEER_SEEN: Final = "peer connected"
POLICY_CHANGED: Final = "policy changed"
AUTHORISED: Final = "authorised"
AUTHORITY_REFUSED: Final = "authority refused"
AUTHORITY_CANCELLED: Final = "authority cancelled"
MODE_CHANGED: Final = "mode changed"
OFFICER_ADDED: Final = "officer added"
LMK_LOADED: Final = "LMK loaded"
TAMPERED: Final = "tampered"
PINS_CLOSED: Final = "PIN verification closed"
CARD_CLOSED: Final = "PIN verification of a card closed"
PINS_REOPENED: Final = "PIN verification reopened"
KEY_GENERATED: Final = "key generated"
KEY_IMPORTED: Final = "key imported"
KEY_EXPORTED: Final = "key exported"
KEY_REWRAPPED: Final = "key rewrapped"
POLICY_REFUSED: Final = "refused by policy"
CLEAR_PIN: Final = "clear PIN handled"
DELAY_CHANGED: Final = "response delay changed"
PRINTED: Final = "printed in clear"
STORAGE_CHANGED: Final = "user storage changed"

EVENTS: Final = frozenset(
    [
        *(STARTED, STOPPED, AUDIT_REPAIRED, AUDIT_UNANCHORED, PEER_SEEN),
        *(POLICY_CHANGED, AUTHORISED, AUTHORITY_REFUSED, AUTHORITY_CANCELLED),
        *(MODE_CHANGED, OFFICER_ADDED, LMK_LOADED, TAMPERED),
        *(PINS_CLOSED, CARD_CLOSED, PINS_REOPENED, KEY_GENERATED, KEY_IMPORTED, KEY_EXPORTED),
        KEY_REWRAPPED,
        *(POLICY_REFUSED, CLEAR_PIN, PRINTED, DELAY_CHANGED, STORAGE_CHANGED),
    ]
)


class Note(Protocol):
    """Has an event written to the audit log, if there is one; *details* hold no secret."""

    def __call__(self, event: str, **details: str) -> None: ...


# Commands that are events, performed or refused. In those that bring a key from one wrapping under
# another, the side of the LMK says whether it came in or went out.
EVENT_OF_COMMAND: Final[Mapping[str, str]] = {
    **dict.fromkeys(["A0", "HC", "IA", "HA", "FI", "AS", "BI", "A2", "A4", "EI"], KEY_GENERATED),
    **dict.fromkeys(["A6", "FA", "FC", "FK", "AW", "DW", "MI", "EO"], KEY_IMPORTED),
    **dict.fromkeys(["A8", "GC", "FE", "FM", "AU", "DY", "MG", "AE", "AG"], KEY_EXPORTED),
    **dict.fromkeys(["B0", "BW"], KEY_REWRAPPED),
    **dict.fromkeys(["BA", "NG"], CLEAR_PIN),
    **dict.fromkeys(["LA"], STORAGE_CHANGED),
    **dict.fromkeys(["PE", "TA", "NE", "OC"], PRINTED),
    **dict.fromkeys(["LG"], DELAY_CHANGED),
}
# Of a command's fields those that hold no key, PIN or account; of its answer the check value.
AUDITED_FIELDS: Final = (
    "key_type",
    "zmk_scheme",
    "lmk_scheme",
    "attributes",
    "flag",
    "lmk_id",
    "delay",
)
