"""The pytest plugin: fixtures that know dialects, and messages that differ shown field by field.

pytest loads it wherever cardswitch is installed: nothing of ours is imported until it is used.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from cardswitch.lab.house.threaded import ThreadedLab
    from cardswitch.lab.talk.at_lab import IsoLab
    from cardswitch.lab.talk.peer import IsoPeer
    from cardswitch.lab.talk.trace import Trace
    from cardswitch.specs.dialect import Dialect
    from cardswitch.specs.message import Message

MARKER: Final = "iso8583_dialect"
DEFAULT_DIALECT: Final = "iso87-ascii"
LINK_MARKER: Final = "iso8583_link"
_UNSAFE: Final = "--iso8583-unsafe"
# The dialect of the test that runs, where it names one: bytes do not tell it.
_CURRENT: Final = pytest.StashKey["Dialect"]()
# What the test that runs said and heard.
_TRACES: Final = pytest.StashKey["list[Trace]"]()
_HAS_FAILED: Final = pytest.StashKey[bool]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The option --iso8583-unsafe and the setting iso8583_dialect."""
    said = "show card data unmasked where ISO 8583 messages differ: for test cards only"
    parser.getgroup("iso8583").addoption(_UNSAFE, action="store_true", help=said)
    said = "the dialect of messages in tests: a name from `cardswitch spec list`, or a TOML file"
    parser.addini(MARKER, said, default=DEFAULT_DIALECT)


def pytest_configure(config: pytest.Config) -> None:
    """The markers iso8583_dialect and iso8583_link."""
    line = f'{MARKER}(name): the dialect of this test, such as "pos" or "./mine.toml"'
    config.addinivalue_line("markers", line)
    line = f'{LINK_MARKER}(framing="binary2", header="none"): how iso_peer speaks in this test'
    config.addinivalue_line("markers", line)


# Fixtures -----------------------------------------------------------------------------------------


@pytest.fixture
def iso_dialect(request: pytest.FixtureRequest) -> Iterator[Dialect]:
    """The dialect of this test: of its nearest marker, else of the setting, else iso87-ascii."""
    from cardswitch.specs.dialect import load_dialect

    marker = request.node.get_closest_marker(MARKER)
    dialect = load_dialect(marker.args[0] if marker else request.config.getini(MARKER))
    request.config.stash[_CURRENT] = dialect
    yield dialect
    del request.config.stash[_CURRENT]


@pytest.fixture
def iso_message(iso_dialect: Dialect) -> Callable[..., Message]:
    """Makes messages: ``iso_message("0200", {4: "000000001250"})``.

    The mandatory fields of the MTI are there with the plainest value they can have. Yours replace
    or add fields; None leaves one out.
    """

    def make(mti: str, fields: Mapping[int, str | None] | None = None) -> Message:
        from cardswitch.specs.fuzzing.chance import simplest
        from cardswitch.specs.fuzzing.seeds import make_value
        from cardswitch.specs.message import Message

        rule = iso_dialect.messages.get(mti)
        plain = (
            {n: make_value(iso_dialect.fields[n], simplest) for n in rule.mandatory} if rule else {}
        )
        values = {**plain, **(fields or {})}
        return Message(mti, {n: v for n, v in sorted(values.items()) if v is not None})

    return make


@pytest.fixture(scope="session")
def iso8583_dialects() -> list[str]:
    """The names of the dialects that come with cardswitch."""
    from cardswitch.specs.dialect import list_dialects

    return list_dialects()


@pytest.fixture
def iso_peer(request: pytest.FixtureRequest, iso_dialect: Dialect) -> Iterator[IsoPeer]:
    """A host that your program can ask, at ``iso_peer.address``, in the dialect of this test.

    ``iso_peer.expect("0200", amount=1051).respond("51")``, ``.no_answer()``, ``.late(3)``;
    ``iso_peer.ordered()``; ``iso_peer.client("127.0.0.1:8583")`` asks a host of yours. What did
    not come, or came and was not expected, fails the test at its end.
    """
    from cardswitch.lab.talk.peer import IsoPeer

    marker = request.node.get_closest_marker(LINK_MARKER)
    with IsoPeer(iso_dialect, **(marker.kwargs if marker else {})) as peer:
        _traces(request).append(peer.trace)
        yield peer
        if not request.node.stash.get(_HAS_FAILED, False) and (faults := peer.faults()):
            pytest.fail("\n".join(faults), pytrace=False)


@pytest.fixture(scope="session")
def _iso8583_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ThreadedLab]:
    """One lab for all tests of a session: it takes a second to make."""
    from cardswitch.lab.house.threaded import ThreadedLab

    with ThreadedLab(tmp_path_factory.mktemp("iso8583") / "lab") as house:
        yield house


@pytest.fixture
def iso_lab(request: pytest.FixtureRequest, _iso8583_house: ThreadedLab) -> Iterator[IsoLab]:
    """The whole lab on free ports: ``iso_lab.client("pos").ask(message)``, ``iso_lab.config``.

    All tests of a session share it: sales of one are in the journal of the others.
    """
    from cardswitch.lab.talk.at_lab import IsoLab

    lab = IsoLab(_iso8583_house, _traces(request))
    yield lab
    lab.close()


def _traces(request: pytest.FixtureRequest) -> list[Trace]:
    traces: list[Trace] = request.node.stash.setdefault(_TRACES, [])
    return traces


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Beside a test that failed: what was said, decoded and masked."""
    report = yield
    if report.failed:
        item.stash[_HAS_FAILED] = True
        for trace in item.stash.get(_TRACES, []):
            if lines := trace.lines():
                report.sections.append(("ISO 8583 messages, masked", "\n".join(lines)))
    return report


# What differs -------------------------------------------------------------------------------------


def pytest_assertrepr_compare(
    config: pytest.Config, op: str, left: object, right: object
) -> list[str] | None:
    """Messages that are not equal, or bytes of the dialect of this test, field by field."""
    # Who has no message has not imported what makes them.
    known: Any = sys.modules.get("cardswitch.specs.message")
    message = getattr(known, "Message", None)
    if op != "==" or message is None:
        return None
    unsafe = bool(config.getoption(_UNSAFE))
    current = config.stash.get(_CURRENT, None)
    if isinstance(left, message) and isinstance(right, message):
        return _explained(current or _default(config), left, right, unsafe)
    if isinstance(left, bytes) and isinstance(right, bytes) and current is not None:
        return _compared_bytes(current, left, right, unsafe)
    return None


def _explained(dialect: Dialect | None, left: Message, right: Message, unsafe: bool) -> list[str]:
    from cardswitch.lab.messages.views.diff import differences

    hint = [] if unsafe else [f"card data is masked: {_UNSAFE} shows it"]
    first = f"<{left.mti} message> == <{right.mti} message>"
    return [first, *differences(dialect, left, right, unsafe), *hint]


def _compared_bytes(dialect: Dialect, left: bytes, right: bytes, unsafe: bool) -> list[str] | None:
    from cardswitch.specs.errors import FormatError

    try:
        lines = _explained(dialect, dialect.unpack(left), dialect.unpack(right), unsafe)
    except FormatError:
        return None  # one of them is no message: pytest shows the bytes
    return [f"{len(left)} bytes == {len(right)} bytes, read in {dialect.name}", *lines[1:]]


def _default(config: pytest.Config) -> Dialect | None:
    """The dialect of the setting, or None where there is none such."""
    from cardswitch.specs.dialect import load_dialect
    from cardswitch.specs.errors import DialectError

    try:
        return load_dialect(config.getini(MARKER))
    except DialectError:
        return None
