"""Every response code says what public gateways say, and nothing that would warn a thief."""

import ast
import tomllib
from pathlib import Path
from typing import get_args

import pytest

from cardswitch.specs import codes
from cardswitch.specs.codes import ACTIONS, APPROVALS, GENERIC, REASONS, reason, reason_of_action

VECTORS = Path(__file__).parents[1] / "vectors" / "decline_reasons.toml"
KNOWN = tomllib.loads(VECTORS.read_text())
TELLS_NOTHING = {"lost_card", "stolen_card", "fraudulent", "pickup_card", "security_violation"}


@pytest.mark.parametrize(("code", "row"), KNOWN.items(), ids=KNOWN)
def test_a_code_means_what_it_means_elsewhere(code, row):
    name, advice, text, retry, cmf = row
    said = reason(code)
    text = GENERIC.text if text == "generic" else text
    assert (said.code, said.name, said.advice, said.text, said.retry, said.cmf) == (
        code, name, advice, text, retry, cmf
    )  # fmt: skip


@pytest.mark.parametrize("code", REASONS)
def test_every_reason_is_complete(code):
    said = REASONS[code]
    assert len(code) == 2
    assert said.retry in get_args(codes.Retry)
    assert said.advice in get_args(codes.Advice)
    assert (len(said.cmf), len(said.action)) == (4, 3)
    assert said.action in ACTIONS
    assert said.name
    assert said.meaning
    assert said.text
    if said.name in TELLS_NOTHING:
        assert said.text == GENERIC.text


def test_approvals_are_those_of_the_message():
    names = ("approved", "partial_approval", "no_reason_to_decline")
    assert {code for code, said in REASONS.items() if said.name in names} == APPROVALS


@pytest.mark.parametrize("code", ["ZZ", "", "0", "000", "\x1b["])
def test_an_unknown_code_is_a_generic_decline(code):
    said = reason(code)
    assert (said.code, said.name, said.text) == (code, "generic_decline", "Declined")


@pytest.mark.parametrize(("action", "code"), ACTIONS.items())
def test_every_action_code_has_a_reason(action, code):
    assert len(action) == 3
    assert reason_of_action(action) is REASONS[code]


@pytest.mark.parametrize("code", ["00", "10", "11", "05", "51", "54", "55", "75", "41", "43", "94"])
def test_what_both_editions_can_say_survives_both_ways(code):
    assert reason_of_action(reason(code).action).code == code


def test_an_approval_never_becomes_a_decline_nor_a_decline_an_approval():
    for said in REASONS.values():
        if said.name != "no_reason_to_decline":
            assert (said.code in APPROVALS) == (reason_of_action(said.action).code in APPROVALS)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("000000", "purchase"),
        ("003000", "purchase from credit"),
        ("090000", "purchase with cashback"),
        ("200020", "refund to current"),
        ("310000", "balance inquiry"),
        ("920000", "batch totals"),
        ("960000", "batch totals after upload"),
        ("778800", "transaction 77 from account 88"),
    ],
)
def test_processing_codes(code, text):
    assert codes.processing_text(code) == text


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("012", "keyed in, no PIN pad"),
        ("051", "chip, PIN pad"),
        ("071", "contactless chip, PIN pad"),
        ("801", "magnetic stripe, chip failed, PIN pad"),
        ("810", "e-commerce, unknown"),
        ("445", "entry mode 44, PIN capability 5"),
    ],
)
def test_entry_modes(code, text):
    assert codes.entry_text(code) == text


def test_network_management_codes():
    keys = [codes.KEY_CHANGE, codes.KEY_WANTED]
    sent = [codes.SIGN_ON, codes.SIGN_OFF, *keys, codes.CUT_OVER, codes.ECHO]
    assert sent == ["001", "002", "161", "162", "201", "301"] == list(codes.NETWORK_CODES)


# Where codes are decided by, they are names. What looks the same and is none:
CORE = ("specs/transactions", "switch/core", "hosts", "terminal/core", "wire/machine")
OTHER = {
    "hosts/acs/access.py": {"01", "03", "04"},  # of 3-D Secure
    "hosts/bank/ach.py": {"20", "21"},  # a century; a code of an entry
    "hosts/bank/credits.py": {"20"},  # a century
    "hosts/bank/rules.py": {"20"},  # a century
    "hosts/issuer/config.py": {"05", "59", "82", "N7"},  # values of the configuration
    "specs/transactions/absent.py": {"01", "06", "08", "10", "43", "59", "82"},  # tags, fields, ECI
    "specs/transactions/accepted.py": {"52", "54"},  # numbers of fields
    "specs/transactions/additional.py": {"00", "01", "02", "40"},  # what an additional amount is
    "specs/transactions/captures.py": {"02", "05", "07", "90", "91", "95"},  # field 22
    "specs/transactions/kinds.py": {"01"},  # the last digit of an MTI
    "specs/transactions/reversals.py": {"11", "90", "95"},
    "switch/core/settings.py": {"00", "25"},  # values of the configuration
    "switch/core/translate.py": {"20"},  # errors of an HSM
    "terminal/core/messages.py": {"00", "01", "38", "54"},  # fields 22 and 25; numbers of fields
    "terminal/core/outcome.py": {"02"},  # field 22
}


def bare_codes(path: Path) -> set[str]:
    """The texts in *path* that look like a response code."""
    tree = ast.parse(path.read_text("utf-8"))
    specs = [node for node in ast.walk(tree) if isinstance(node, ast.FormattedValue)]
    forms = {id(part) for node in specs if node.format_spec for part in ast.walk(node.format_spec)}
    constants = [node for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    texts = {node.value for node in constants if id(node) not in forms}
    return {text for text in texts if isinstance(text, str) and text in REASONS}


@pytest.mark.parametrize("room", CORE)
def test_no_code_stands_bare_where_it_decides(room):
    root = Path(__file__).parents[2]
    files = sorted((root / room).rglob("*.py"))
    assert files
    for path in files:
        name = path.relative_to(root).as_posix()
        assert bare_codes(path) <= OTHER.get(name, set()), name


def test_a_bare_code_would_be_seen(tmp_path):
    planted = tmp_path / "planted.py"
    planted.write_text('raise Decline("91")')
    assert bare_codes(planted) == {"91"}


# Who says a code by itself has its name in the source, or says it because a key of it says so.
PARTIES = {"acquirer": ("hosts/acquirer",), "issuer": ("hosts/issuer",), "switch": ("switch/core",)}
SHARED = ("specs/transactions", "wire/machine", "hosts/requests.py")
CONFIGURED = {"issuer": {"05", "59", "82"}}


@pytest.mark.parametrize("party", PARTIES)
def test_the_table_says_who_says_what_by_itself(party):
    root = Path(__file__).parents[2]
    names = {name: code for name, code in vars(codes).items() if code in list(REASONS)}
    files = [
        path
        for part in (*PARTIES[party], *SHARED)
        for path in ((root / part).rglob("*.py") if (root / part).is_dir() else [root / part])
    ]
    text = "\n".join(path.read_text("utf-8") for path in files)
    said = {code for name, code in names.items() if name in text}
    claimed = {code for code, row in REASONS.items() if party in row.by.split()}
    assert claimed - CONFIGURED.get(party, set()) <= said
    assert {row for reason in REASONS.values() for row in reason.by.split()} == set(PARTIES)
