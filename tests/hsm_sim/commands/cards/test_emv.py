"""KQ, KW and PM: published cryptograms through the wire, and what is refused."""

import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cardswitch.hsm_sim.module import HsmModule
from cardswitch.specs.errors import EncodeError
from cardswitch.specs.hsm import (
    Answer,
    Command,
    HsmFormatError,
    pack_command,
    unpack_command,
)
from cardswitch.specs.hsm.commands.cards.emv import (
    CSK_OPTION_B,
    M_CHIP,
    VIS_CVN_10,
    generate_arpc,
    generate_arpc_csk,
    use_emv2000_tree,
    verify_arqc,
    verify_arqc_and_mac,
    verify_arqc_csk,
)
from cardswitch.specs.hsm.commands.cards.values import verify_cvc3, verify_dcvv
from cardswitch.specs.security.emv_cryptograms import generate_arpc_emv_1, generate_cryptogram_emv
from cardswitch.specs.security.emv_keys import encode_account_emv_a
from cardswitch.specs.security.emv_tree import derive_session_key_emv2000_tree
from tests.kit.hsm import examples_emv as examples
from tests.kit.hsm.module import ask, key, module, under_lmk

VECTORS = Path(__file__).parents[3] / "vectors"
KNOWN = tomllib.loads((VECTORS / "emv.toml").read_text())
CARDS = tomllib.loads((VECTORS / "security_cards.toml").read_text())
CARD = KNOWN["card"]
ISSUER_KEY = bytes.fromhex(CARD["issuer_key"])
# Under each LMK. The published key has equal halves, which the rules would refuse.
MK_AC = {
    "00": under_lmk("109", ISSUER_KEY),
    "01": examples.under_block_lmk("E0T2N00E00", ISSUER_KEY),
}
MK_CVC3 = under_lmk("709", ISSUER_KEY)
ACCOUNT = encode_account_emv_a(CARD["pan"], CARD["sequence"])
ATC, NUMBER = bytes.fromhex(CARD["atc"]), bytes.fromhex(CARD["unpredictable"])
# As a host sends them: zeros are the module's to fill in, 80 is the host's.
DATA = {1: bytes.fromhex(CARD["data"]), 2: bytes.fromhex(CARD["data"]) + b"\x80"}
SCHEMES = {"none": VIS_CVN_10, "skd": M_CHIP}


def published(**policy: Any) -> HsmModule:
    """A module that takes the published key."""
    return module(refuse_repeated_parts=False, **policy)


def under(lmk_id: str, command: Command) -> Command:
    """*command* for the LMK *lmk_id*."""
    return msgspec.structs.replace(command, fields={**command.fields, "lmk_id": lmk_id})


def verify(session: str, padding: int, arqc: bytes, lmk_id: str = "00", **answer: bytes) -> Command:
    """The command that verifies *arqc*, by how its session key is found."""
    mk_ac, data = MK_AC[lmk_id], DATA[padding]
    if session == "csk":
        return under(lmk_id, verify_arqc_csk(mk_ac, ACCOUNT, ATC, data, arqc, **answer))
    scheme = SCHEMES[session]
    asked = verify_arqc(mk_ac, ACCOUNT, ATC, NUMBER, data, arqc, scheme=scheme, **answer)
    return under(lmk_id, asked)


def arqc_of(session: str, padding: int) -> bytes:
    """The published cryptogram."""
    [found] = [
        known["value"]
        for known in KNOWN["cryptogram"]
        if (known["session"], known["padding"]) == (session, padding)
    ]
    return bytes.fromhex(found)


def arpc_in(answer: Answer) -> str:
    """The ARPC that *answer* gives, in hex."""
    return answer.fields["arpc"].encode("latin-1").hex().upper()


@pytest.mark.parametrize("lmk_id", ["00", "01"])
@pytest.mark.parametrize(
    "known", KNOWN["cryptogram"], ids=lambda known: f"{known['session']}-{known['padding']}"
)
def test_published_cryptograms(known: dict[str, Any], lmk_id: str) -> None:
    session, padding, arqc = known["session"], known["padding"], bytes.fromhex(known["value"])
    answer = ask(published(), verify(session, padding, arqc, lmk_id))
    assert (answer.error, answer.fields) == ("00", {})
    for wrong in (bytes(8), arqc[:-1] + bytes([arqc[-1] ^ 1])):
        answer = ask(published(), verify(session, padding, wrong, lmk_id))
        assert (answer.error, answer.fields) == ("01", {})
    assert ask(published(), verify(session, 3 - padding, arqc, lmk_id)).error == "01"


# KQ knows method 1 alone.
ARPCS = [known for known in KNOWN["arpc"] if known["session"] == "csk" or known["method"] == 1]


@pytest.mark.parametrize("known", ARPCS, ids=lambda a: f"{a['session']}-{a['method']}")
def test_published_answers_to_cards(known: dict[str, Any]) -> None:
    session, padding = known["session"], known["padding"]
    arqc = arqc_of(session, padding)
    given = {name: bytes.fromhex(known[name]) for name in ("arc", "csu") if name in known}
    expected = known["value"].ljust(16, "0")  # by method 2 zeros follow
    assert arpc_in(ask(published(), verify(session, padding, arqc, **given))) == expected
    if session == "csk":
        alone = generate_arpc_csk(MK_AC["00"], ACCOUNT, ATC, arqc, **given)
    else:
        scheme, arc = SCHEMES[session], given["arc"]
        alone = generate_arpc(MK_AC["00"], ACCOUNT, ATC, NUMBER, arqc, arc, scheme)
    assert arpc_in(ask(published(), alone)) == expected
    refused = ask(published(), verify(session, padding, bytes(8), **given))
    assert (refused.error, refused.fields) == ("01", {})


@pytest.mark.parametrize("session", ["none", "skd", "csk"])
def test_only_the_authorised_see_what_the_module_computed(session: str) -> None:
    asked, arqc = published(), arqc_of(session, 1)
    asked.state.authority.until["diagnostic"] = 60.0
    answer = ask(asked, verify(session, 1, bytes(8)))
    assert answer.error == "01"
    assert answer.fields["diagnostic"].encode("latin-1") == arqc
    asked.state.authority.cancel()
    assert ask(asked, verify(session, 1, bytes(8))).fields == {}


def test_an_arpc_of_method_2_covers_proprietary_data() -> None:
    csu = bytes(4)
    answers = {
        arpc_in(ask(module(), examples.kw(examples.ARQC_CSK, csu=csu, proprietary=data)))
        for data in (b"", b"\x00", b"8 bytes!")
    }
    assert len(answers) == 3


def test_a_long_card_number_is_hashed() -> None:
    assert ask(module(), examples.kw_b(examples.ARQC_CSK_B)).ok
    as_option_a = examples.kw_b(examples.ARQC_CSK)
    assert ask(module(), as_option_a).error == "01"
    short = verify_arqc_csk(
        examples.MK_AC_TEXT,
        bytes.fromhex(f"{examples.PAN}00"),
        examples.ATC,
        examples.DATA,
        examples.ARQC_CSK,
        scheme=CSK_OPTION_B,
    )
    assert ask(module(), short).ok


@pytest.mark.parametrize("branch_factor", [2, 4])
@pytest.mark.parametrize("long", [False, True])
def test_session_keys_may_be_those_of_a_tree(branch_factor: int, long: bool) -> None:
    card = examples.CARD_B if long else examples.CARD
    key = derive_session_key_emv2000_tree(card, examples.ATC, branch_factor)
    arqc = generate_cryptogram_emv(key, examples.DATA, 1)
    asked = (examples.kw_b if long else examples.kw)(arqc, arc=b"00")
    answer = ask(module(), use_emv2000_tree(asked, branch_factor))
    assert arpc_in(answer) == generate_arpc_emv_1(key, arqc, b"00").hex().upper()
    assert ask(module(), use_emv2000_tree(asked, 6 - branch_factor)).error == "01"
    assert ask(module(), use_emv2000_tree(asked, branch_factor, b"another start!!!")).error == "01"
    assert ask(module(), asked).error == "01"


@pytest.mark.parametrize("arc", [b"", b"00"])
def test_a_second_mac_is_verified_too(arc: bytes) -> None:
    asked = examples.kq(examples.ARQC, arc)
    answer = ask(module(), examples.with_mac(asked))
    assert (answer.error, set(answer.fields)) == ("00", {"arpc"} if arc else set())
    assert ask(module(), examples.with_mac(asked, mac=bytes(4))).error == "06"
    assert ask(module(), examples.with_mac(asked, mac_data=b"third")).error == "06"
    assert ask(module(), examples.with_mac(examples.kq(bytes(8), arc))).error == "01"


NO_BCD = bytes.fromhex("0" + "A" * 19)
TRIPLE = under_lmk("109", key(9, 24), "T")


def changed(command: Command, **fields: str) -> Command:
    """*command* with other fields."""
    return msgspec.structs.replace(command, fields={**command.fields, **fields})


@pytest.mark.parametrize(
    ("command", "error"),
    [
        (changed(examples.kq(examples.ARQC), data=""), "81"),
        (changed(examples.kw(examples.ARQC_CSK), data=""), "81"),
        (changed(examples.kq(examples.ARQC), mk_ac=TRIPLE), "27"),
        (changed(examples.kw(examples.ARQC_CSK), mk_ac=TRIPLE), "27"),
        (changed(examples.kw_b(examples.ARQC_CSK_B), account=NO_BCD.decode("latin-1")), "15"),
        (changed(examples.kw_b(examples.ARQC_CSK_B), account=""), "15"),
        (examples.with_mac(examples.kq(examples.ARQC), mac_data=b""), "82"),
        (
            examples.with_mac(examples.kq(examples.ARQC_SKD, scheme=M_CHIP)),
            "03",
        ),
        (
            verify_arqc_and_mac(
                examples.kq(examples.ARQC), under_lmk("209", key(9, 24), "T"), bytes(4), b"x"
            ),
            "27",
        ),
        (changed(examples.dcvv(examples.DCVV), mk=TRIPLE), "27"),
        (changed(examples.dcvv(examples.DCVV), atc="010001"), "15"),
    ],
)
def test_what_is_refused(command: Command, error: str) -> None:
    answer = ask(module(), command)
    assert (answer.error, answer.fields) == (error, {})


@pytest.mark.parametrize(
    "known", CARDS["dcvv"], ids=lambda known: f"{known['pan']}-{known['option']}"
)
def test_published_dynamic_cvvs(known: dict[str, Any]) -> None:
    option = known["option"]
    master = under_lmk("109", bytes.fromhex(known["master_key"]))
    asked = [known[name] for name in ("pan", "expiry", "service_code", "atc")]
    assert ask(published(), verify_dcvv(master, *asked, known["dcvv"], option)).ok
    wrong = verify_dcvv(master, *asked, f"{(int(known['dcvv']) + 1) % 1000:03d}", option)
    answer = ask(published(), wrong)
    assert (answer.error, answer.fields) == ("01", {})
    watched = published()
    watched.state.authority.until["diagnostic"] = 60.0
    assert ask(watched, wrong).fields == {"diagnostic": known["dcvv"]}


TRACK = bytes.fromhex("1234567890123456D12012061000110000000FFFFFFFFFFF")
CVC3 = "45423"  # jPOS JCESecurityModuleTest


@pytest.mark.parametrize("digits", [3, 4, 5])
def test_a_published_cvc3(digits: int) -> None:
    atc, number = bytes.fromhex("2710"), bytes.fromhex("00002710")
    asked = (MK_CVC3, "1234567890123456", "00", TRACK, atc, number)
    assert ask(published(), verify_cvc3(*asked, CVC3[-digits:])).ok
    assert ask(published(), verify_cvc3(*asked, CVC3[-digits:-1] + "4")).error == "01"
    other = (*asked[:-1], bytes(4))
    assert ask(published(), verify_cvc3(*other, CVC3[-digits:])).error == "01"


HEAD = "1234KQ00" + examples.MK_AC_TEXT + "A" * 14


@pytest.mark.parametrize(
    ("frame", "field", "error"),
    [
        ("1234KQ5", "KQ.mode", "04"),
        ("1234KQ02", "KQ.scheme", "05"),
        ("1234KW04", "KW.scheme", "05"),
        ("1234KW52", "KW.mode", "04"),
        ("1234PM2", "PM.scheme", "05"),
        ("1234PM01", "PM.version", "15"),
        (HEAD + "0x", "KQ.data", "15"),
        (HEAD + "05four", "KQ.data", "80"),
        (HEAD + "04four" + "A" * 8, "KQ.arqc", "15"),
        (HEAD + "04four;" + "A" * 7, "KQ.arqc", "15"),
        (HEAD + "04four;" + "A" * 9, "KQ", "15"),
        (HEAD.replace("KQ00U", "KQ00Q"), "KQ.mk_ac", "26"),
    ],
)
def test_broken_frames(frame: str, field: str, error: str) -> None:
    with pytest.raises(HsmFormatError) as caught:
        unpack_command(frame.encode())
    assert (caught.value.field, caught.value.error_code) == (field, error)


def test_a_cryptogram_of_a_card_reader() -> None:
    for command in (examples.READER, examples.READER_B):
        assert ask(module(), command).ok
        wrong = Command("", "K2", {**command.fields, "data": "other"})
        assert (ask(module(), wrong).error, ask(module(), wrong).fields) == ("01", {})
    short = Command("", "K2", {**examples.READER.fields, "account": "short"})
    assert ask(module(), short).error == "15"


def test_other_bitmaps_are_not_known() -> None:
    fields = {**examples.READER.fields, "bitmap": "\xff" * 8}
    with pytest.raises(EncodeError, match="K2"):
        pack_command(Command("", "K2", fields))
