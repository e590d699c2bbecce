"""What Hypothesis calls when it is imported, so that `st.from_type(Message)` finds our strategies.

An entry point of the group `hypothesis`; what is registered is built when it is first drawn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from hypothesis import strategies as st

    from cardswitch.specs.message import Message
    from cardswitch.specs.tlv import Tlv
    from cardswitch.specs.tracks import Track2

DIALECT: Final = "iso87-ascii"  # of a message that nobody says the dialect of


def register() -> None:
    """Tell Hypothesis how to make messages, tracks and TLV objects."""
    from hypothesis import strategies as st

    from cardswitch.specs.message import Message
    from cardswitch.specs.tlv import Tlv
    from cardswitch.specs.tracks import Track2

    st.register_type_strategy(Message, _messages)
    st.register_type_strategy(Track2, _tracks)
    st.register_type_strategy(Tlv, _objects)


def _messages(_kind: type[Message]) -> st.SearchStrategy[Message]:
    from cardswitch.specs.dialect import load_dialect
    from cardswitch.specs.fuzzing.strategies import messages

    return messages(load_dialect(DIALECT))


def _tracks(_kind: type[Track2]) -> st.SearchStrategy[Track2]:
    from cardswitch.specs.fuzzing.strategies import track2

    return track2()


def _objects(_kind: type[Tlv]) -> st.SearchStrategy[Tlv]:
    from cardswitch.specs.fuzzing.strategies import tlv

    return tlv().map(lambda objects: objects[0])
