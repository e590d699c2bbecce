"""The whole module: published commands, key usage, refusals, and that no secret ever leaves."""

import tomllib
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardswitch.hsm_sim.commands import HANDLERS, PIN_VERIFIERS
from cardswitch.hsm_sim.custody.policy import Policy
from cardswitch.hsm_sim.module import HsmModule
from cardswitch.specs.errors import ConfigError
from cardswitch.specs.hsm import (
    Command,
    HsmFormatError,
    answer_code,
    pack_answer,
    pack_command,
    unpack_answer,
    unpack_command,
)
from cardswitch.specs.hsm.commands import ANSWERS, COMMANDS
from cardswitch.specs.hsm.commands.cards.values import generate_cvv as cvv_request
from cardswitch.specs.hsm.commands.cards.values import verify_cvv
from cardswitch.specs.hsm.commands.data.macs import generate_mac, verify_mac
from cardswitch.specs.hsm.commands.keys.any_type import (
    export_key,
    generate_key,
    import_key,
    key_check_value,
)
from cardswitch.specs.hsm.commands.module.status import diagnostics, echo
from cardswitch.specs.hsm.commands.pins.blocks import (
    pvv_from_lmk_pin,
    translate_pin_tpk_zpk,
    translate_pin_zpk_zpk,
    verify_pin_pvv_tpk,
    verify_pin_pvv_zpk,
)
from cardswitch.specs.hsm.commands.pins.lmk import compare_pin_tpk, pin_to_lmk
from cardswitch.specs.hsm.grammar import HsmLayout
from cardswitch.specs.hsm.names import ISO_2, VIS, VIS_CURRENT
from cardswitch.specs.security.block_lmk import BlockLmk
from cardswitch.specs.security.cvv import generate_cvv
from cardswitch.specs.security.keys import adjust_parity
from cardswitch.specs.security.lmk import TEST_LMK, seal_pin, wrap_key_under_key
from cardswitch.specs.security.mac import chain_mac_iso9797
from cardswitch.specs.security.pvv import generate_pvv
from tests.kit.hsm import examples_emv, examples_keys, examples_pins, examples_rsa
from tests.kit.hsm.module import (
    CVK,
    KEY_TYPES,
    PAN,
    PAN12,
    PVK,
    TAK,
    TPK,
    ZMK,
    ZPK,
    ask,
    module,
    pin_block,
    under_lmk,
)
from tests.kit.hsm.strategies import values

VECTORS = sorted((Path(__file__).parent.parent / "vectors").glob("hsm_commands*.toml"))


PUBLISHED = [case for path in VECTORS for case in tomllib.loads(path.read_text())["command"]]


@pytest.mark.parametrize("vector", PUBLISHED, ids=[vector["name"] for vector in PUBLISHED])
def test_published_commands(vector: dict[str, Any]) -> None:
    request = "0001" + vector["code"] + vector["request"].replace(" ", "")
    answer = allowed(module(**vector["policy"])).answer(unpack_command(request.encode("latin-1")))
    expected = "0001" + answer_code(vector["code"]) + vector["answer"].replace(" ", "")
    assert pack_answer(answer) == expected.encode()


# Key usage --------------------------------------------------------------------------------------

BLOCK = pin_block(TPK, "1234")
OF = {
    "000": under_lmk("000", ZMK),
    "001": under_lmk("001", ZPK),
    "002": under_lmk("002", TPK),
    "003": under_lmk("003", TAK),
    "008": under_lmk("008", TAK),
    "402": under_lmk("402", CVK),
}
PVK_TEXT = under_lmk("002", PVK)
UNDER_ZMK = wrap_key_under_key(ZMK, "X", ZPK)
# command, operand, the type it must have, the code when it has another.
OPERANDS = [
    (translate_pin_tpk_zpk(OF["002"], OF["001"], BLOCK, PAN12), "tpk", "002", "10"),
    (translate_pin_tpk_zpk(OF["002"], OF["001"], BLOCK, PAN12), "zpk", "001", "11"),
    (translate_pin_zpk_zpk(OF["001"], OF["001"], BLOCK, PAN12), "source_zpk", "001", "10"),
    (translate_pin_zpk_zpk(OF["001"], OF["001"], BLOCK, PAN12), "target_zpk", "001", "11"),
    (verify_pin_pvv_tpk(OF["002"], PVK_TEXT, BLOCK, PAN12, "1", "0000"), "tpk", "002", "10"),
    (verify_pin_pvv_tpk(OF["002"], PVK_TEXT, BLOCK, PAN12, "1", "0000"), "pvk", "002", "11"),
    (verify_pin_pvv_zpk(OF["001"], PVK_TEXT, BLOCK, PAN12, "1", "0000"), "zpk", "001", "10"),
    (verify_pin_pvv_zpk(OF["001"], PVK_TEXT, BLOCK, PAN12, "1", "0000"), "pvk", "002", "11"),
    (pin_to_lmk(OF["002"], BLOCK, PAN12), "tpk", "002", "10"),
    (pvv_from_lmk_pin(PVK_TEXT, "J" + "0" * 32, PAN12, "1"), "pvk", "002", "10"),
    (cvv_request(OF["402"], PAN, "2912", "201"), "cvk", "402", "10"),
    (verify_cvv(OF["402"], PAN, "2912", "201", "000"), "cvk", "402", "10"),
    (generate_mac("003", OF["003"], b""), "key", "003", "10"),
    (verify_mac("003", OF["003"], b"", "0" * 8), "key", "003", "10"),
    (generate_mac("008", OF["008"], b""), "key", "008", "10"),
    (generate_key("001", zmk=OF["000"]), "zmk", "000", "10"),
    (generate_key("001", zmk=OF["002"], zmk_is_tmk=True), "zmk", "002", "10"),
    (import_key("001", OF["000"], UNDER_ZMK), "zmk", "000", "10"),
    (export_key("001", OF["000"], OF["001"]), "zmk", "000", "10"),
    (export_key("001", OF["000"], OF["001"]), "key", "001", "11"),
    (key_check_value("001", OF["001"]), "key", "001", "10"),
    *examples_emv.OPERANDS,
    *examples_keys.OPERANDS,
    *examples_pins.OPERANDS,
]


def allowed(asked: HsmModule) -> HsmModule:
    """*asked*, in which two officers have allowed all that can be allowed."""
    activities = (*examples_keys.ACTIVITIES, *examples_rsa.ACTIVITIES)
    asked.state.authority.until.update(dict.fromkeys(activities, 1e9))
    return asked


@pytest.mark.parametrize(
    ("command", "operand", "key_type", "error"),
    [pytest.param(*row, id=f"{row[0].code}-{row[1]}-{row[2]}") for row in OPERANDS],
)
def test_a_key_serves_only_what_it_is_for(
    command: Command, operand: str, key_type: str, error: str
) -> None:
    asked = allowed(module())
    assert asked.answer(command).error not in ("10", "11")
    for other in sorted(KEY_TYPES - {key_type}):
        text = under_lmk(other, TPK)
        misused = msgspec.structs.replace(command, fields={**command.fields, operand: text})
        answer = ask(asked, misused)
        assert (other, answer.error, answer.fields) == (other, error, {})
    assert asked.counts[f"{answer_code(command.code)} {error}"] == len(KEY_TYPES) - 1


def test_every_key_operand_stands_in_the_table() -> None:
    table = {(command.code, operand) for command, operand, *_ in OPERANDS}
    # The key that comes in is under a ZMK: it has no type yet.
    table.add(("A6", "key"))
    table |= examples_keys.OTHERS
    operands = {
        (code, field.name)
        for code, known in COMMANDS.items()
        for layout in known.request
        for field in layout.fields
        if field.kind.is_key
    }
    assert table == operands


# Refusals ---------------------------------------------------------------------------------------


def test_every_command_of_the_tables_is_performed() -> None:
    assert HANDLERS.keys() == COMMANDS.keys()


def test_unknown_and_disabled_commands() -> None:
    assert module().answer(Command("0001", "ZZ")).error == "68"
    assert ask(module(commands_disabled=frozenset(["B2"])), echo("a")).error == "68"
    assert ask(module(commands_disabled=frozenset(["B2"])), diagnostics()).ok


@pytest.mark.parametrize(("lmk_id", "error"), [("00", "00"), ("01", "00"), ("99", "13")])
def test_there_are_two_lmks(lmk_id: str, error: str) -> None:
    assert ask(module(), Command("", "NC", {"lmk_id": lmk_id})).error == error


def test_a_trailer_comes_back() -> None:
    assert ask(module(), Command("", "NC", {}, "tail")).trailer == "tail"
    assert ask(module(), Command("", "NC", {"lmk_id": "07"}, "tail")).trailer == "tail"


def test_a_command_that_no_frame_could_hold_is_refused_all_the_same() -> None:
    command = cvv_request(OF["402"], "12345", "2912", "201")
    assert module().answer(command).error == "15"


def test_an_lmk_must_be_marked_as_test() -> None:
    live = BlockLmk(bytes(range(32)), is_test=False)
    with pytest.raises(ConfigError, match="not marked as test"):
        HsmModule(Random(1).randbytes, lmks={"00": live})
    assert ask(HsmModule(Random(1).randbytes, lmks={"00": live}, allow_live_lmk=True), echo("")).ok


def test_pin_failures_have_a_limit() -> None:
    asked = module(pin_failures_max=2)
    block = pin_block(ZPK, "1234")
    wrong = partial(verify_pin_pvv_zpk, OF["001"], PVK_TEXT, block, PAN12, "1")
    errors = [ask(asked, wrong(f"{pvv:04d}")).error for pvv in range(4)]
    assert errors == ["01", "01", "39", "39"]
    assert asked.pin_failures == 2
    assert ask(asked, verify_cvv(OF["402"], PAN, "2912", "201", "000")).error == "01"


def test_failures_of_every_verification_are_counted() -> None:
    verifiers = {"BC", "BE", "CU", "DA", "DC", "DU", "EA", "EC", "GO", "GQ", "CK", "CM"}
    assert verifiers == PIN_VERIFIERS
    closed = module(pin_failures_max=1)
    wrong = compare_pin_tpk(OF["002"], seal_pin(TEST_LMK, "1235", PAN12), BLOCK, PAN12)
    assert ask(closed, wrong).error == "01"
    for command in examples_pins.GOOD:
        assert (ask(closed, command).error == "39") == (command.code in verifiers)


# Whatever comes ---------------------------------------------------------------------------------

LONG_PIN = "739182465073"  # Long enough not to stand in an answer by chance.
FORMATS = ["01", "05", "47"]
PVV = generate_pvv(PVK, LONG_PIN, PAN12, "1")
UNDER_TPK = {code: pin_block(TPK, LONG_PIN, code) for code in FORMATS}
UNDER_ZPK = {code: pin_block(ZPK, LONG_PIN, code) for code in FORMATS}
# Commands that succeed, for every code and for everything that decides how an answer is made.
GOOD = [
    diagnostics(),
    echo("HELLO"),
    *(generate_key(key_type, "U") for key_type in sorted(KEY_TYPES)),
    *(generate_key("001", scheme, OF["000"], scheme) for scheme in "UX"),
    generate_key("003", "U", OF["002"], "X", zmk_is_tmk=True),
    import_key("001", OF["000"], UNDER_ZMK),
    import_key("003", OF["000"], UNDER_ZMK, "X"),
    export_key("001", OF["000"], OF["001"], "X"),
    export_key("402", OF["000"], OF["402"], "U"),
    *(key_check_value(key_type, text) for key_type, text in OF.items()),
    *(
        command
        for source in FORMATS
        for target in FORMATS
        for command in (
            translate_pin_tpk_zpk(OF["002"], OF["001"], UNDER_TPK[source], PAN12, source, target),
            translate_pin_zpk_zpk(OF["001"], OF["001"], UNDER_ZPK[source], PAN12, source, target),
        )
    ),
    *(
        command
        for source in FORMATS
        for command in (
            verify_pin_pvv_tpk(OF["002"], PVK_TEXT, UNDER_TPK[source], PAN12, "1", PVV, source),
            verify_pin_pvv_zpk(OF["001"], PVK_TEXT, UNDER_ZPK[source], PAN12, "1", PVV, source),
            pin_to_lmk(OF["002"], UNDER_TPK[source], PAN12, source),
        )
    ),
    pvv_from_lmk_pin(PVK_TEXT, seal_pin(TEST_LMK, LONG_PIN, PAN12), PAN12, "1"),
    cvv_request(OF["402"], PAN, "2912", "201"),
    verify_cvv(OF["402"], PAN, "2912", "201", generate_cvv(CVK, PAN, "2912", "201")),
    generate_mac("003", OF["003"], b"HELLO", length=16),
    *examples_emv.GOOD,
    *examples_keys.GOOD,
    *examples_keys.AUTHORISED,
    *examples_pins.GOOD,
    *examples_pins.AUTHORISED,
    *examples_rsa.GOOD,
    verify_mac("003", OF["003"], bytes(8), chain_mac_iso9797(TAK, bytes(8), 1).hex().upper(), "1"),
    examples_emv.LAST,
]
OFF = {name: False for name in Policy.__struct_fields__ if getattr(Policy(), name) is True}
# Tables stay encrypted: the good commands have them so.
FORMATS_OF_CARDS = (ISO_2, VIS, VIS_CURRENT)
LAX = Policy(
    **{**OFF, "encrypted_tables_only": True, **examples_rsa.POLICY},
    pin_formats=(*Policy().pin_formats, *FORMATS_OF_CARDS),
)


def test_the_good_commands_are_good_and_complete() -> None:
    asked = allowed(HsmModule(Recorder(), LAX, print_text=lambda text: None))
    assert [command for command in GOOD if not ask(asked, command).ok] == []
    clear = {command.code for command in examples_pins.CLEAR}
    assert {command.code for command in GOOD} | clear == COMMANDS.keys()


def test_pins_in_clear_need_both_the_policy_and_the_officers() -> None:
    for command in examples_pins.CLEAR:
        assert ask(allowed(module()), command).error == "68"
        assert ask(module(commands_disabled=()), command).error == "17"
        assert ask(allowed(module(commands_disabled=())), command).ok


def admits(layout: HsmLayout, command: Command) -> bool:
    """Whether *layout* is that of *command*: some differ only by the forms of their fields."""
    is_named = layout.required <= command.fields.keys() <= layout.names
    return (
        is_named
        and (read := layout.read(layout.write(command.fields), 0)) is not None
        and (read[0] == command.fields)
    )


@st.composite
def likely_commands(draw: st.DrawFn) -> Command:
    """A good command, in which a field or two may hold anything else of the same form."""
    good = draw(st.sampled_from(GOOD))
    layout = next(a for a in COMMANDS[good.code].request if admits(a, good))
    changed = draw(st.lists(st.sampled_from(layout.fields or [None]), max_size=2))
    other = {field.name: draw(values(field.kind)) for field in changed if field}
    return Command("0001", good.code, {**good.fields, **other})


class Recorder:
    """Chance that remembers what it gave."""

    def __init__(self) -> None:
        self._random = Random(7)
        self.given: list[bytes] = []

    def __call__(self, size: int) -> bytes:
        self.given.append(self._random.randbytes(size))
        return self.given[-1]


def forms_of(secret: bytes) -> list[bytes]:
    """*secret* as it might stand in an answer."""
    text = secret.hex()
    return [secret, text.encode(), text.upper().encode()]


def secrets_of(recorder: Recorder) -> list[bytes]:
    """Every clear key and PIN in all their forms; of keys also each part by itself."""
    keys = [ZMK, TPK, ZPK, PVK, CVK, TAK, *examples_emv.KEYS]
    keys += [*examples_keys.KEYS, *examples_pins.KEYS, *examples_rsa.KEYS]
    keys += [*map(adjust_parity, recorder.given), *recorder.given]
    parts = [key[at : at + 8] for key in keys for at in range(0, len(key) - 7, 8)]
    pins = [LONG_PIN.encode(), bytes.fromhex(LONG_PIN)]
    return [*pins, *(form for secret in (*parts, *TEST_LMK.pairs) for form in forms_of(secret))]


def answered(asked: HsmModule, frame: bytes) -> bytes | None:
    """What *asked* sends back to *frame*; every answer can be read, and errors hold no fields."""
    try:
        answer = asked.answer(unpack_command(frame))
    except HsmFormatError as error:
        refusal = asked.refuse(error)
        return pack_answer(refusal) if refusal else None
    assert answer.ok or not answer.fields or answer.error in ANSWERS[answer.code].warnings
    sent = pack_answer(answer)
    if answer.code == "N1":
        return None  # chance given away, and nothing in it tells where a trailer begins
    assert unpack_answer(sent) == answer
    return sent


@settings(max_examples=150, deadline=None)
@given(
    st.lists(likely_commands(), min_size=1, max_size=8),
    st.booleans(),
    st.data(),
)
def test_no_clear_key_or_pin_ever_leaves(
    commands: list[Command], lax: bool, data: st.DataObject
) -> None:
    recorder = Recorder()
    asked = allowed(HsmModule(recorder, LAX if lax else Policy()))
    sent = []
    for command in commands:
        frame = pack_command(command)
        sent.append(answered(asked, frame))
        at, size = data.draw(st.integers(6, len(frame))), data.draw(st.integers(0, 3))
        damaged = frame[:at] + data.draw(st.binary(max_size=3)) + frame[at + size :]
        sent.append(answered(asked, damaged))
    said = b"\n".join(answer for answer in sent if answer)
    for secret in secrets_of(recorder):
        assert secret not in said


def test_the_search_for_secrets_would_find_one() -> None:
    recorder = Recorder()
    recorder(16)
    secrets = secrets_of(recorder)
    for leak in (ZPK, recorder.given[0], adjust_parity(recorder.given[0]), ZPK[8:]):
        assert any(secret in b"..." + leak.hex().upper().encode() for secret in secrets)
    assert any(secret in f"CB00{LONG_PIN}".encode() for secret in secrets)


@pytest.mark.parametrize("frame", [b"", b"0001", b"0001C", b"0001c\xff", b"000"])
def test_frames_without_a_code_get_no_answer(frame: bytes) -> None:
    asked = module()
    assert answered(asked, frame) is None
    assert asked.counts == {"unanswerable": 1}
