"""cardswitch: an ISO 8583 card switch with terminal, hosts, HSM and settlement, for tests.

The one name that is installed. Its rooms (`specs`, `wire`, `switch`, `terminal`, `hosts`,
`hsm_sim`, `gateway`, `lab`) are folders at the top of the repository; in a checkout they are linked
into this one, and an installed wheel holds the folders themselves. What most users want is imported
from here; it is loaded when it is first asked for:

    from cardswitch import load_dialect, Message
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from .hsm_sim.client.client import HsmClient, HsmError
    from .lab.talk.client import IsoClient
    from .lab.talk.link import LinkFault, NoAnswer
    from .lab.talk.peer import IsoPeer
    from .specs.dialect import Dialect, list_dialects, load_dialect
    from .specs.errors import DecodeError, DialectError, EncodeError, Error, FormatError
    from .specs.fuzzing import strategies
    from .specs.message import Message

__all__ = [
    "DecodeError",
    "Dialect",
    "DialectError",
    "EncodeError",
    "Error",
    "FormatError",
    "HsmClient",
    "HsmError",
    "IsoClient",
    "IsoPeer",
    "LinkFault",
    "Message",
    "NoAnswer",
    "list_dialects",
    "load_dialect",
    "strategies",
]

_HERE: Final = Path(__file__).parent
if not (_HERE / "specs").is_dir():  # a checkout without symbolic links, as Windows makes it
    __path__.append(str(_HERE.parent))

_HOMES: Final = {
    "DecodeError": "specs.errors",
    "Dialect": "specs.dialect",
    "DialectError": "specs.errors",
    "EncodeError": "specs.errors",
    "Error": "specs.errors",
    "FormatError": "specs.errors",
    "HsmClient": "hsm_sim.client.client",
    "HsmError": "hsm_sim.client.client",
    "IsoClient": "lab.talk.client",
    "IsoPeer": "lab.talk.peer",
    "LinkFault": "lab.talk.link",
    "Message": "specs.message",
    "NoAnswer": "lab.talk.link",
    "list_dialects": "specs.dialect",
    "load_dialect": "specs.dialect",
}


def __getattr__(name: str) -> Any:
    """Import what is asked for, once: whoever wants a message does not pay for a switch."""
    if name == "strategies":
        value: Any = importlib.import_module(f"{__name__}.specs.fuzzing.strategies")
    elif name in _HOMES:
        value = getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
