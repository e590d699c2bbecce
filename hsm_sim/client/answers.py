"""An answer of an HSM as people and programs read it: its fields by name, its error in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cardswitch.specs.hsm import Answer
from cardswitch.specs.masking import printable
from cardswitch.wire.operator.text import columns

from .client import words_of


def answer_lines(command: str, answer: Answer) -> Iterator[str]:
    """*answer* to the command of code *command*, a line for each field.

    >>> list(answer_lines("BU", Answer("0001", "BV", "00", {"kcv": "B70AD2"})))
    ['BV 00 no error', '  kcv  B70AD2']
    """
    yield f"{printable(answer.code)} {answer.error} {words_of(command, answer.error)}"
    trailer = {"trailer": answer.trailer} if answer.trailer else {}
    for line in columns({**answer.fields, **trailer}.items()):
        yield f"  {line}"


def answer_document(command: str, answer: Answer) -> dict[str, Any]:
    """The same for programs: bytes that are no text stand as characters U+0000 to U+00FF."""
    return {
        "code": answer.code,
        "error": answer.error,
        "words": words_of(command, answer.error),
        "fields": dict(answer.fields),
        "trailer": answer.trailer,
    }
