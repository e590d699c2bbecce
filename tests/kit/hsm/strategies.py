"""Commands and answers of every layout, for property tests."""

import re
from collections.abc import Collection

from hypothesis import strategies as st

from cardswitch.specs.hsm import Answer, Command
from cardswitch.specs.hsm.commands import ANSWERS, COMMANDS
from cardswitch.specs.hsm.grammar import HsmCount, HsmKind, HsmLayout
from cardswitch.specs.hsm.kinds import KEY_BLOCK

BYTES = st.characters(max_codepoint=255)
HEADERS = st.text(BYTES, min_size=4, max_size=4)
TRAILERS = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=32)

# Commands whose data run to the end of the frame.
TO_THE_END = frozenset(["MA", "MC", "ME"])
# Answers whose binary field runs to the end of the frame.
WITHOUT_LENGTH = frozenset(["N1", "GN"])


def values(kind: HsmKind) -> st.SearchStrategy[str]:
    """Texts of the form *kind*."""
    if kind.count and kind.count.is_der:
        return st.sampled_from([0, 1, 127, 128, 255, 256, 300]).flatmap(texts_of).map(sequence)
    if kind.count:
        return st.sampled_from(sizes(kind.count)).flatmap(texts_of)
    if not kind.is_key:
        return st.from_regex(kind.pattern, fullmatch=True, alphabet=BYTES)
    # Its pattern spells out every length of a key block: too much to draw from.
    bare = kind.pattern.replace(f"|{KEY_BLOCK}", "")
    if bare == kind.pattern:
        return key_blocks("A").filter(kind.admits)
    return st.one_of(
        st.from_regex(bare, fullmatch=True, alphabet=BYTES), key_blocks("T"), key_blocks("A")
    ).filter(kind.admits)


def sizes(count: HsmCount) -> list[int]:
    """How many characters a counted field may have, as far as is worth trying."""
    tried = [n * count.unit for n in range(24)]
    return [size for size in tried if re.fullmatch(count.pattern, count.before("x" * size))]


def texts_of(size: int) -> st.SearchStrategy[str]:
    """Texts of *size* bytes."""
    return st.text(BYTES, min_size=size, max_size=size)


def sequence(content: str) -> str:
    """*content* as a sequence in DER."""
    size = len(content)
    long = "" if size < 128 else "\x81" if size < 256 else "\x82"
    return f"0{long}{size.to_bytes(1 + (size > 255)).decode('latin-1')}{content}"


def key_blocks(algorithm: str) -> st.SearchStrategy[str]:
    """Texts that have the form of a key block, of a key of *algorithm*."""
    sizes = st.sampled_from([72, 80, 112, 144])
    digits = st.text("0123456789ABCDEF", min_size=144, max_size=144)
    return st.builds(
        lambda kind, size, text: f"{kind}{size:04d}P0{algorithm}{text[: size - 8]}",
        st.sampled_from(["SD", "RB", "RD"]),
        sizes,
        digits,
    )


def fields_of(layout: HsmLayout) -> st.SearchStrategy[dict[str, str]]:
    """Fields of *layout*, optional ones or not."""
    required = {f.name: values(f.kind) for f in layout.fields if not f.optional}
    optional = {f.name: values(f.kind) for f in layout.fields if f.optional}
    return st.fixed_dictionaries(required, optional=optional)


@st.composite
def commands(draw: st.DrawFn, codes: Collection[str] = COMMANDS.keys()) -> Command:
    """A command, one of *codes*, that its layout admits."""
    code = draw(st.sampled_from(sorted(codes)))
    fields = draw(fields_of(draw(st.sampled_from(COMMANDS[code].request))))
    if code in TO_THE_END:
        return Command(draw(HEADERS), code, fields)
    if draw(st.booleans()):
        fields["lmk_id"] = draw(st.sampled_from(["00", "01", "99"]))
    return Command(draw(HEADERS), code, fields, draw(TRAILERS))


@st.composite
def answers(draw: st.DrawFn, codes: Collection[str] = ANSWERS.keys()) -> Answer:
    """An answer, one of *codes*, that its layout admits; or an error: most stand alone."""
    code = draw(st.sampled_from(sorted(codes)))
    error = draw(st.sampled_from(["00", "00", "01", "10", "15", "20", "A6"]))
    known = ANSWERS[code]
    layouts = known.answer if error == "00" else known.warnings.get(error, (HsmLayout(),))
    # Of M5 only the command tells two short initial vectors from a long one: see `read_data`.
    layouts = [layout for layout in layouts if "second_iv" not in layout.names]
    layout = draw(st.sampled_from(layouts))
    fields = draw(fields_of(layout))
    trailer = draw(TRAILERS)
    if (not fields and any(other.fields for other in layouts)) or code in WITHOUT_LENGTH:
        trailer = ""  # it might have the form of the field that is not there, or be its end
    return Answer(draw(HEADERS), code, error, fields, trailer)
