"""What the calculator's commands share: hexadecimal options, and how results are shown."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

import click

from cardswitch.wire.operator import exits

from ...calc.steps import Results, Steps
from ..link import refuse, write_json

if TYPE_CHECKING:
    _ParamType = click.ParamType[bytes]  # Older versions of click know no parameter here.
else:
    _ParamType = click.ParamType

WARNING: Final = "hsm: a clear key on a command line can be read by others: test keys only"
_SEPARATORS: Final = re.compile(r"[\s./:-]+")
_KEY_GIVEN: Final = "cardswitch.hsm_sim.calc.key_given"


class Hexadecimal(_ParamType):
    """Bytes, written in hexadecimal digits of either case; what people write between is left out.

    That is spaces, and dots, slashes, colons or dashes, as in 0123.4567 or 01:23.

    What is wrong is told by its length alone: it may be a key.
    """

    name = "hex"

    def __init__(self, *, is_key: bool = False) -> None:
        self._is_key = is_key

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> bytes:
        """See :meth:`click.ParamType.convert`."""
        from cardswitch.specs.security.digits import hex_bytes

        if isinstance(value, bytes):
            return value
        digits = hex_digits(value)
        data = hex_bytes(digits)
        if data is None:
            seen = f"seen {len(digits)} characters"
            self.fail(f"expected an even number of hexadecimal digits, {seen}", param, ctx)
        if self._is_key and ctx is not None:
            ctx.meta[_KEY_GIVEN] = True
        return data


def hex_digits(text: str) -> str:
    """*text* in upper case, without what people write between digits.

    >>> hex_digits("0123.4567/89ab cdef")
    '0123456789ABCDEF'
    """
    return _SEPARATORS.sub("", text).upper()


class Mismatch(Exception):
    """A value that was given is not what comes out: *results* are shown, then why; exit code 6."""

    def __init__(self, results: Results, why: str) -> None:
        super().__init__(why)
        self.results = results


def matches(found: Sequence[str], none_found: str) -> Results:
    """The ways *found* as results. Raises Mismatch (*none_found*) if there are none."""
    if not found:
        raise Mismatch({}, none_found)
    return {f"match_{number}": way for number, way in enumerate(found, 1)}


HEX: Final = Hexadecimal()
KEY: Final = Hexadecimal(is_key=True)


def calculating(command: Callable[..., Results]) -> Callable[..., None]:
    """The options --trace and --json; the command gets `steps`, and returns its results."""

    @click.option("--trace", is_flag=True, help="Show every step with its name.")
    @click.option("--json", "as_json", is_flag=True, help="Print JSON, with --trace the steps too.")
    @functools.wraps(command)
    def calculates(*args: Any, trace: bool, as_json: bool, **kwargs: Any) -> None:
        from cardswitch.specs.errors import CryptoError

        if click.get_current_context().meta.get(_KEY_GIVEN):
            click.echo(WARNING, err=True)
        steps = Steps()
        try:
            results = command(*args, steps=steps, **kwargs)
        except CryptoError as error:
            _show({}, steps if trace else None, as_json)
            refuse(str(error), exits.ERROR)
        except Mismatch as mismatch:
            _show(mismatch.results, steps if trace else None, as_json)
            refuse(str(mismatch), exits.FINDINGS)
        _show(results, steps if trace else None, as_json)

    return calculates


def pan12_of_options(pan: str | None, pan12: str | None) -> str:
    """The 12 digits of the account that --pan or --pan12 give."""
    from cardswitch.specs.security.pins import pan12_of

    if (pan is None) == (pan12 is None):
        raise click.UsageError("give --pan or --pan12")
    return pan12_of(pan) if pan is not None else pan12 or ""


def _show(results: Results, steps: Steps | None, as_json: bool) -> None:
    from cardswitch.wire.operator.text import columns

    if as_json:
        taken = [{"name": name, "value": value} for name, value in steps.taken] if steps else []
        write_json({**results, **({"steps": taken} if steps else {})})
        return
    if steps:
        for line in columns((f"  {name}", value) for name, value in steps.taken):
            click.echo(line)
    for line in columns(results.items()):
        click.echo(line)
