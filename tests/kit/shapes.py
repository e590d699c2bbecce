"""Objects of the API held against their shapes."""

import msgspec


def shaped(shown, shape) -> bool:
    """Whether *shown* has just the fields of *shape*, no more and no less."""
    told: bool = msgspec.to_builtins(msgspec.convert(shown, shape)) == shown
    return told
