"""What changes while a module runs: who is authorised, what is stored, what was counted."""

from __future__ import annotations

from specs.hsm.errors import NOT_AUTHORISED, STORAGE_REFUSED

from .policy import Refused


class ModuleState:
    """Held in memory; all times are seconds of the machine's clock, handed in as *now*."""

    def __init__(self) -> None:
        self.now = 0.0
        self.stored: dict[str, str] = {}
        self.authorised: dict[str, float] = {}

    def stored_key(self, place: str) -> str:
        """The text kept in *place*, three hexadecimal digits. Raises Refused (12) if none is."""
        text = self.stored.get(place)
        if text is None:
            raise Refused(STORAGE_REFUSED)
        return text

    def require_authorised(self, activity: str) -> None:
        """Raise Refused (17) unless *activity* is authorised at this moment."""
        if self.authorised.get(activity, 0.0) <= self.now:
            raise Refused(NOT_AUTHORISED)
