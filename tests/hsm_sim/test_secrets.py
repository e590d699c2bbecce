"""Whatever comes over a link: no answer and no file of the module ever holds a clear key or PIN."""

from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardswitch.hsm_sim.commands import HANDLERS
from cardswitch.hsm_sim.custody.audit import verify_audit
from cardswitch.hsm_sim.custody.authority import enrol
from cardswitch.hsm_sim.custody.ceremony import to_bytes
from cardswitch.hsm_sim.custody.journal import AuditJournal
from cardswitch.hsm_sim.custody.policy import Policy
from cardswitch.hsm_sim.custody.store import KeyStore, with_lmks, write_store
from cardswitch.hsm_sim.machine import HsmMachine
from cardswitch.hsm_sim.module import TEST_LMKS, HsmModule
from cardswitch.specs.hsm import Command, HsmFormatError, pack_command
from cardswitch.specs.hsm.commands import COMMANDS
from cardswitch.specs.security.block_lmk import BlockLmk
from cardswitch.wire.channel import HsmServerChannel
from cardswitch.wire.ports import Append, Garbled, LinkId, Received, Send
from tests.hsm_sim.test_module import (
    GOOD,
    LAX,
    LONG_PIN,
    Recorder,
    allowed,
    forms_of,
    likely_commands,
    secrets_of,
)
from tests.kit.hsm.module import PAN
from tests.kit.hsm.strategies import commands

LINK = LinkId("host/1")
OWN = BlockLmk(bytes(range(60, 92)), is_test=True)
PASSPHRASE, OFFICER_WORDS = "the words of the store", "correct horse"
# Answers that give what was made by chance, as they should: nothing else is made of it.
GIVEN_AWAY = "N1"


class Box:
    """A module with its files in *folder*, as a driver would have it: audit first, then answers."""

    def __init__(self, folder: Path, policy: Policy) -> None:
        self.folder = folder
        self.recorder = Recorder()
        self.said = bytearray()
        self.channel = HsmServerChannel()
        officers = (enrol("anna", OFFICER_WORDS, bytes(16)),)
        store = with_lmks(KeyStore(officers=officers), {"07": OWN}, PASSPHRASE, bytes(28))
        write_store(folder / "hsm.keys", store)
        module = HsmModule(
            self.recorder, policy, {**TEST_LMKS, "07": OWN}, print_text=lambda text: None
        )
        self.machine = HsmMachine(module)
        self.journal = AuditJournal(folder / "hsm.audit", folder / "hsm.keys")
        self.perform(self.machine.start([], 1.0))

    def hear(self, frame: bytes) -> None:
        """Take a frame as a link would, and do what comes of it."""
        try:
            event = Received(LINK, self.channel.decode(frame))
        except HsmFormatError as error:
            event = Garbled(LINK, error)
        self.perform(self.machine.handle(event, 2.0))

    def perform(self, effects) -> None:
        for effect in effects:
            if isinstance(effect, Append):
                self.journal.commit([effect.entry])
            elif isinstance(effect, Send) and effect.message.code != GIVEN_AWAY:
                self.said += self.channel.encode(effect.message) + b"\n"

    def secrets(self) -> list[bytes]:
        """Every clear key, PIN and passphrase, in all forms that it could stand somewhere."""
        lmks = [to_bytes(lmk)[1] for lmk in (*TEST_LMKS.values(), OWN)]
        parts = [lmk[at : at + 16] for lmk in lmks for at in range(0, len(lmk), 16)]
        words = [PASSPHRASE.encode(), OFFICER_WORDS.encode()]
        return [*secrets_of(self.recorder), *words, *(f for part in parts for f in forms_of(part))]

    def files(self) -> bytes:
        return b"\n".join(path.read_bytes() for path in sorted(self.folder.iterdir()))


def assert_nothing_leaks(box: Box) -> None:
    """Neither what was said nor what is on the disk holds a secret; the audit log no card."""
    audit = (box.folder / "hsm.audit").read_bytes()
    assert verify_audit(audit.splitlines(keepends=True)) == []
    assert PAN.encode() not in audit
    said, kept = bytes(box.said), box.files()
    for secret in box.secrets():
        assert secret not in said
        assert secret not in kept


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.one_of(likely_commands(), commands()), min_size=1, max_size=10),
    st.booleans(),
    st.data(),
)
def test_nothing_secret_is_said_or_kept(
    asked: list[Command], lax: bool, data: st.DataObject
) -> None:
    with TemporaryDirectory() as folder:
        box = Box(Path(folder), LAX if lax else Policy())
        with closing(box.journal):
            if lax:
                allowed(box.machine.module)
            for command in asked:
                frame = pack_command(command.with_header("0001"))
                box.hear(frame)
                at, size = data.draw(st.integers(6, len(frame))), data.draw(st.integers(0, 3))
                box.hear(frame[:at] + data.draw(st.binary(max_size=3)) + frame[at + size :])
            assert_nothing_leaks(box)


@pytest.mark.parametrize("lmk_id", ["00", "01", "07"])
def test_no_command_leaks_when_it_does_what_it_should(tmp_path: Path, lmk_id: str) -> None:
    box = Box(tmp_path, LAX)
    allowed(box.machine.module)
    with closing(box.journal):
        for command in GOOD:
            fields = dict(command.fields)
            if lmk_id != "00":
                fields["lmk_id"] = lmk_id
            box.hear(pack_command(Command("0001", command.code, fields)))
        assert_nothing_leaks(box)


def test_every_command_is_among_those_that_are_tried() -> None:
    clear = {"BA", "NG"}  # Made to handle PINs in clear: off, and for officers alone.
    assert {command.code for command in GOOD} | clear == HANDLERS.keys() == COMMANDS.keys()


@pytest.mark.parametrize(
    "leak",
    [
        LONG_PIN.encode(),
        bytes.fromhex(LONG_PIN),
        OWN.key[16:],
        OWN.key[:16].hex().upper().encode(),
        PASSPHRASE.encode(),
    ],
)
def test_the_search_would_find_a_leak(tmp_path: Path, leak: bytes) -> None:
    box = Box(tmp_path, Policy())
    with closing(box.journal):
        assert_nothing_leaks(box)
        box.said += leak
        with pytest.raises(AssertionError):
            assert_nothing_leaks(box)
        box.said.clear()
        (tmp_path / "other").write_bytes(leak)
        with pytest.raises(AssertionError):
            assert_nothing_leaks(box)
