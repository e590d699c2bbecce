"""What crosses a machine's edge is frozen, and a link knows its listener."""

import pytest

from cardswitch.wire.ports import Append, Close, LinkDown, LinkId, LinkUp, Received, Send, name_of

LINK = LinkId("pos/1")


@pytest.mark.parametrize(
    ("link", "listener"), [("pos/17", "pos"), ("issuer", "issuer"), ("a/b/3", "a"), ("", "")]
)
def test_name_of(link, listener):
    assert name_of(LinkId(link)) == listener


@pytest.mark.parametrize(
    "value",
    [
        Received(LINK, "m"),
        LinkUp(LINK),
        LinkDown(LINK),
        Send(LINK, "m"),
        Append(1),
        Close(LINK, ""),
    ],
)
def test_values_do_not_change(value):
    with pytest.raises(AttributeError, match="immutable"):
        setattr(value, value.__struct_fields__[0], "other")
    assert value == type(value)(*(getattr(value, name) for name in value.__struct_fields__))
