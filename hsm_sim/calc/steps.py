"""Steps: what a calculation went through, by name and in order, also if it ends in an error."""

from __future__ import annotations

# What a calculation gives: results by name, in the order in which they are shown.
Results = dict[str, str]


class Steps:
    """Collects the steps of one calculation; *taken* are names and values, bytes as hexadecimal.

    >>> steps = Steps()
    >>> steps.add("padded input", bytes(2))
    >>> steps.taken
    [('padded input', '0000')]
    """

    def __init__(self) -> None:
        self.taken: list[tuple[str, str]] = []

    def add(self, name: str, value: bytes | str) -> None:
        """One more step."""
        self.taken.append((name, value if isinstance(value, str) else hexadecimal(value)))


def hexadecimal(value: bytes) -> str:
    """*value* in upper-case digits.

    >>> hexadecimal(b"\\x0a")
    '0A'
    """
    return value.hex().upper()
