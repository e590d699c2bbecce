"""File actions (0302): the stop list of an issuer, which holds the cards that may not be used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ..message import Message

ACTION: Final = 91  # file update code
FILE: Final = 101  # its name
STOP_LIST: Final = "STOPLIST"
ADD: Final = "1"
DELETE: Final = "3"
INQUIRE: Final = "5"
ACTIONS: Final[Mapping[str, str]] = {"add": ADD, "delete": DELETE, "inquire": INQUIRE}


def file_fields(action: str) -> dict[int, str]:
    """What says that *action*, a name of ACTIONS, is to be done to the stop list.

    >>> file_fields("add")
    {91: '1', 101: 'STOPLIST'}
    """
    return {ACTION: ACTIONS[action], FILE: STOP_LIST}


def action_of(request: Message) -> str:
    """What *request* wants done. Declines, naming the field: another action, or another file."""
    from ..codes import (
        FORMAT_ERROR,
    )  # Late: the help of the terminal reads this file, and is quick.
    from ..errors import Decline

    if request[ACTION] not in ACTIONS.values():
        raise Decline(FORMAT_ERROR, str(ACTION))
    if request[FILE].rstrip(" ") != STOP_LIST:
        raise Decline(FORMAT_ERROR, str(FILE))
    return request[ACTION]
