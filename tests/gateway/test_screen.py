"""A story in lines: a step, its message, and its bytes in pieces."""

from cardswitch.gateway.screen import lines_of


def test_a_step_is_a_line_with_its_message_below():
    step = {
        "at": "2026-11-29T10:00:00Z", "where": "gateway", "step": "sent", "number": 1,
        "deliveries": [], "files": ["a", "b"], "message": "<0200>", "hex": "30" * 50,
    }  # fmt: skip
    first, message, *pieces = lines_of([step])
    assert first.split() == [
        "2026-11-29T10:00:00Z", "gateway", "sent", "number=1", "deliveries=none", "files=a,", "b",
    ]  # fmt: skip
    assert message.strip() == "<0200>"
    assert "".join(piece.strip() for piece in pieces) == "30" * 50
