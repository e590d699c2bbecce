"""Try a parser of yours: it reads what others write, and refuses bad input by its own error."""

from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from cardswitch import DecodeError, Message, load_dialect, strategies

POS = load_dialect("pos")
SALE = Message("0200", {2: "9999990000000014", 3: "000000", 4: "000000001250", 11: "000007"})


def parse(data: bytes) -> dict[int, str]:
    """Yours in its place; this one is ours."""
    return dict(POS.unpack(data).fields)


@given(strategies.messages(POS))
def test_it_reads_what_others_write(message: Message) -> None:
    assert parse(POS.pack(message)) == message.fields


@given(strategies.mutations(POS.pack(SALE), POS) | st.binary(max_size=64))
def test_it_refuses_bad_input_by_its_own_error(data: bytes) -> None:
    with suppress(DecodeError):
        parse(data)
