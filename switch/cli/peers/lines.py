"""What is printed of peers and of keys alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click


def echo_json(*found: Mapping[str, Any]) -> None:
    """One line of JSON for each."""
    import msgspec

    for each in found:
        click.echo(msgspec.json.encode(each))
