"""Every error of the ground floor. Their text is safe to log: it names places, never secrets."""

from __future__ import annotations


class Error(Exception):
    """The root of every error that cardswitch raises on purpose."""


class FormatError(Error, ValueError):
    """A value does not have the form agreed for it: says where, what was expected, what to try."""

    def __init__(
        self,
        expected: str,
        *,
        code: str = "",
        field: str = "",
        offset: int | None = None,
        seen: str = "",
        hint: str = "",
    ) -> None:
        """*code* is one that `specs.review` explains; *field* a path: ``"4"``, ``"55.9F36"``.

        *seen* must be masked already.
        """
        super().__init__(expected)
        self.expected = expected
        self.code = code
        self.field = field
        self.offset = offset
        self.seen = seen
        self.hint = hint

    def __str__(self) -> str:
        place = [f"field {self.field}"] if self.field else []
        if self.offset is not None:
            place.append(f"at byte {self.offset}")
        seen = f", seen {self.seen}" if self.seen else ""
        hint = f" ({self.hint})" if self.hint else ""
        return f"{' '.join(place)}{': ' if place else ''}expected {self.expected}{seen}{hint}"


class DecodeError(FormatError):
    """Received bytes break their dialect. Of a whole message: :class:`.message.MessageError`."""


class EncodeError(FormatError):
    """A value cannot be written in its dialect."""


class DialectError(Error):
    """A dialect file is wrong: says which file and where in it."""


class Decline(Error):
    """A request is refused: *code* goes back in field 39, *field* is the one to name, if any."""

    def __init__(self, code: str, field: str = "") -> None:
        super().__init__(f"declined with {code}" + (f", field {field}" if field else ""))
        self.code = code
        self.field = field


class ConfigError(Error):
    """A configuration is wrong: says which file, which key, and what would be right."""


class CryptoError(Error):
    """A key, PIN or block fails a rule of payment cryptography: says which, never the value."""
