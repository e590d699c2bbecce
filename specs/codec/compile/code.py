"""A generated function in the making: its lines, the objects they name, and places in `data`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from ...grammar.fields import Field

# What generated code raises where data does not fit.
MISFIT: Final = (LookupError, ValueError, TypeError, AttributeError)

LATIN_1: Final = "latin-1"
# A place in a message: the number of the variable field it lies behind (0: none), bytes since.
Place = tuple[int, int]


class Misfit(ValueError):
    """Data that generated code refuses: the walk says why."""


class Code:
    """A function of one argument: `data` is a message, of which `e7` is the end of field 7."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.objects: dict[str, Any] = {"Misfit": Misfit, "join": "".join}

    def keep(self, name: str, thing: object) -> str:
        """Make *thing* known to the code as *name*."""
        self.objects[name] = thing
        return name

    def refuse(self, conditions: list[str]) -> None:
        """Write the refusal of what meets one of *conditions*."""
        if conditions:
            self.lines += [f"if {' or '.join(conditions)}:", "    raise Misfit"]

    def function(self, argument: str) -> Callable[[Any], Any]:
        """The finished function; its docstring is its source."""
        source = "\n    ".join([f"def run({argument}):", *self.lines])
        exec(source, self.objects)  # noqa: S102  # Made of numbers: see the package.
        run: Callable[[Any], Any] = self.objects["run"]
        run.__doc__ = source
        return run


def at(place: Place) -> str:
    """*place* as an expression, in bytes.

    >>> at((0, 20)), at((2, 0)), at((2, 6))
    ('20', 'e2', 'e2 + 6')
    """
    behind, fixed = place
    if not behind:
        return str(fixed)
    return f"e{behind} + {fixed}" if fixed else f"e{behind}"


def moved(place: Place, size: int) -> Place:
    """The place *size* bytes behind *place*."""
    return place[0], place[1] + size


def end_of(code: Code, field: Field, start: Place) -> Place:
    """Where the value of *field* ends that begins at *start*: told by `n7` if it is variable."""
    if field.is_fixed:
        return moved(start, field.encoding.size(field.notation.characters))
    number = field.number
    taken = field.encoding.size_code(f"n{number}")
    code.lines.append(f"e{number} = {at(start)} + {taken}")
    return number, 0


def paged(code: Code, codec: str, *, reading: bool) -> str:
    """What to call on bytes of a code page to have Latin-1 in *reading*; the other way in writing.

    Tables are twice as fast as codecs of EBCDIC, whose characters all are of Latin-1.
    """
    if codec == LATIN_1:
        return ""
    every = bytes(range(256))
    there, here = (codec, LATIN_1) if reading else (LATIN_1, codec)
    table = every.decode(there).encode(here)
    return f".translate({code.keep(f'{codec}_{reading}', table)})"
