"""XML that a bank has sent: untrusted, of many versions, and read strictly or not at all."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Final
from xml.etree.ElementTree import Element

from cardswitch.specs.amounts import currency
from cardswitch.specs.errors import FormatError
from cardswitch.specs.masking import printable
from cardswitch.specs.xml import drop_namespace, read_xml

SIZE_MAX: Final = 64 * 2**20  # Bytes: some 100,000 entries of a statement.
# How what banks send is read and matched. Lost books are made anew by the edition of then: 1 took
# each state of a pain.002 by itself, NOTPROVIDED for a name, and only codes of ISO for reasons; 2
# knew what a notice has told of by the bank's name of the entry alone.
EDITION: Final = 3
_HEAD: Final = 4_096  # Where the namespace stands.
_ISO_20022: Final = "urn:iso:std:iso:20022:tech:xsd:"
# ISO 20022 carries up to 18 digits, of which 5 behind the point.
_AMOUNT: Final = re.compile(r"[0-9]{1,18}(\.[0-9]{1,5})?|\.[0-9]{1,5}")


def read_document(content: bytes, message: str) -> Element:
    """The one message in a document of any version of *message*, such as ``camt.053.001``.

    Its tags have no namespace any more. Raises FormatError if it is none.
    """
    root = read_xml(content, SIZE_MAX)
    namespace = drop_namespace(root)
    if not re.fullmatch(rf"{_ISO_20022}{re.escape(message)}\.[0-9]{{2}}", namespace):
        raise FormatError(f"a document of {message}", seen=printable(namespace or root.tag, 60))
    if root.tag != "Document" or len(root) != 1:
        raise FormatError("one message in a Document", seen=printable(root.tag, 40))
    return root[0]


def message_of(content: bytes) -> str:
    """What a document is, ``camt.053.001`` or another; empty if it does not say."""
    head = content[:_HEAD].decode("ascii", "replace")
    found = re.search(rf"{_ISO_20022}([a-z]{{4}}\.[0-9]{{3}}\.[0-9]{{3}})", head)
    return found[1] if found else ""


def amount_of(element: Element) -> tuple[int, str]:
    """Minor units and numeric currency of an amount. Raises FormatError."""
    unit = currency(element.get("Ccy", ""))
    text = (element.text or "").strip()
    if not _AMOUNT.fullmatch(text):
        raise FormatError("an amount of ISO 20022", seen=printable(text, 30))
    try:
        minor = Decimal(text).scaleb(unit.exponent)
    except InvalidOperation:
        raise FormatError("an amount of ISO 20022", seen=printable(text, 30)) from None
    if minor != int(minor):
        raise FormatError(f"at most {unit.exponent} decimals of {unit.alpha}", seen=text)
    return int(minor), unit.numeric
