"""Commands and answers of every layout, for property tests."""

from hypothesis import strategies as st

from specs.hsm import Answer, Command
from specs.hsm.grammar import Kind, Layout
from specs.hsm.layouts import ANSWERS, COMMANDS
from specs.hsm.layouts.kinds import KEY_BLOCK

BYTES = st.characters(max_codepoint=255)
HEADERS = st.text(BYTES, min_size=4, max_size=4)
TRAILERS = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=32)


def values(kind: Kind) -> st.SearchStrategy[str]:
    """Texts of the form *kind*."""
    if kind.is_key:  # Its pattern spells out every length of a key block: too much to draw from.
        bare = kind.pattern.replace(f"|{KEY_BLOCK}", "")
        return st.one_of(st.from_regex(bare, fullmatch=True, alphabet=BYTES), key_blocks())
    return st.from_regex(kind.pattern, fullmatch=True, alphabet=BYTES)


def key_blocks() -> st.SearchStrategy[str]:
    """Texts that have the form of a key block."""
    sizes = st.sampled_from([72, 80, 112, 144])
    digits = st.text("0123456789ABCDEF", min_size=144, max_size=144)
    return st.builds(
        lambda kind, size, text: f"{kind}{size:04d}{text[: size - 5]}",
        st.sampled_from(["SD", "RB", "RD"]),
        sizes,
        digits,
    )


def fields_of(layout: Layout) -> st.SearchStrategy[dict[str, str]]:
    """Fields of *layout*, optional ones or not."""
    required = {f.name: values(f.kind) for f in layout.fields if not f.optional}
    optional = {f.name: values(f.kind) for f in layout.fields if f.optional}
    return st.fixed_dictionaries(required, optional=optional)


@st.composite
def commands(draw: st.DrawFn) -> Command:
    """A command that its layout admits."""
    code = draw(st.sampled_from(sorted(COMMANDS)))
    fields = draw(fields_of(draw(st.sampled_from(COMMANDS[code]))))
    if draw(st.booleans()):
        fields["lmk_id"] = draw(st.sampled_from(["00", "01", "99"]))
    return Command(draw(HEADERS), code, fields, draw(TRAILERS))


@st.composite
def answers(draw: st.DrawFn) -> Answer:
    """An answer that its layout admits, or an error alone."""
    code = draw(st.sampled_from(sorted(ANSWERS)))
    if draw(st.booleans()):
        error = draw(st.sampled_from(["10", "15", "20", "A6"]))
        return Answer(draw(HEADERS), code, error, {}, draw(TRAILERS))
    fields = draw(fields_of(draw(st.sampled_from(ANSWERS[code]))))
    error = draw(st.sampled_from(["00", "01"])) if code == "A7" else "00"
    return Answer(draw(HEADERS), code, error, fields, draw(TRAILERS))
