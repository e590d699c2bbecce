"""Which activities are authorised, and until when; who may authorise is in `authority`."""

from __future__ import annotations

from .events import AUTHORITY_CANCELLED, Note


class AuthorisedActivities:
    """*until* has for each activity, such as ``export.001.host``, when its authority ends."""

    def __init__(self, note: Note) -> None:
        self.until: dict[str, float] = {}
        self._note = note

    def includes(self, activity: str, now: float) -> bool:
        """Whether *activity* is authorised at *now*, by itself or as part of a wider one."""
        return any(end > now and covers(wide, activity) for wide, end in self.until.items())

    def cancel(self, activity: str = "") -> None:
        """End the authority for *activity* and all its parts; for everything, if it is empty (RA).

        What is not authorised is no error.
        """
        ended = [name for name in self.until if not activity or covers(activity, name)]
        for name in ended:
            del self.until[name]
        self._note(AUTHORITY_CANCELLED, activity=activity or "all")


def covers(wide: str, activity: str) -> bool:
    """Whether authority for *wide* is one for *activity*: parts left out or empty mean any.

    >>> covers("export", "export.001.host"), covers("export..host", "export.001.host")
    (True, True)
    >>> covers("export.001", "export"), covers("export.402", "export.001.host")
    (False, False)
    """
    parts, asked = wide.split("."), activity.split(".")
    return len(parts) <= len(asked) and all(
        part in ("", other) for part, other in zip(parts, asked, strict=False)
    )
