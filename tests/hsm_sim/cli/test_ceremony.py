"""`hsm lmk` and `hsm officer`: ceremonies as people hold them."""

import json

import pytest
from click.testing import CliRunner

from cardswitch.hsm_sim.cli.audit import audit
from cardswitch.hsm_sim.cli.ceremony import lmk, officer
from cardswitch.hsm_sim.config import HsmConfig
from cardswitch.hsm_sim.custody.authority import AuthorityRefused
from cardswitch.hsm_sim.custody.store import open_lmks, read_store
from cardswitch.hsm_sim.serve import serve
from cardswitch.specs.errors import CryptoError
from cardswitch.specs.hsm import Command
from cardswitch.specs.security.errors import KeyRefused
from cardswitch.wire.channel import HsmClientChannel
from cardswitch.wire.driver.runtime import run
from tests.kit.clients import ask

STORE_WORDS = "the words of the store"
ANNA, BEN = ("anna", "correct horse"), ("ben", "battery staple")


@pytest.fixture
def lab(tmp_path):
    path = tmp_path / "lab.toml"
    path.write_text('[hsm]\nport = 0\nkey_store = "hsm.keys"\n')
    return path


def say(group, lab, *words, typed=()):
    """The exit code and both outputs of a command to which *typed* lines are said."""
    result = CliRunner().invoke(
        group, [*words, "--config", str(lab)], input="\n".join(typed) + "\n"
    )
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


def components(kind="block", count=2):
    """Lines of a component and its check value, for as many people."""
    made = [
        CliRunner().invoke(lmk, ["component", "--kind", kind]).stdout.split() for _ in range(count)
    ]
    return [line for pair in made for line in pair]


def enrolled(lab):
    for name, words in (ANNA, BEN):
        assert say(officer, lab, "add", name, typed=[words, words])[0] == 0


def form(lab, *words, typed=(), kind="block", opening=(STORE_WORDS, STORE_WORDS)):
    lines = [*typed, *components(kind), *opening]
    return say(lmk, lab, "form", "07", "--kind", kind, "--components", "2", *words, typed=lines)


@pytest.mark.parametrize("kind", ["variant", "block"])
def test_an_lmk_is_formed_stored_and_used(lab, kind):
    code, _, told = form(lab, "--test", kind=kind)
    assert (code, f"LMK %07: {kind}, test " in told) == (0, True)
    check = told.split()[-1]
    [line] = [json.loads(each) for each in say(lmk, lab, "list", "--json")[1].splitlines()]
    assert line == {"lmk_id": "07", "kind": kind, "is_test": True, "check": check}
    assert check in say(lmk, lab, "list")[1]

    async def ask_nc():
        config = HsmConfig(port=0, key_store="hsm.keys")
        runtime = await serve(config, folder=lab.parent, passphrase=STORE_WORDS)
        [port] = runtime.ports.values()
        try:
            return await ask(port, HsmClientChannel(), Command("0001", "NC", {"lmk_id": "07"}))
        finally:
            await runtime.stop()

    assert run(ask_nc()).fields["lmk_check"] == check


def test_nothing_that_is_typed_is_shown_or_kept_in_clear(lab):
    lines = components()
    typed = [*lines, STORE_WORDS, STORE_WORDS]
    words = ["form", "00", "--kind", "block", "--components", "2", "--live"]
    _, out, err = say(lmk, lab, *words, typed=typed)
    kept = (lab.parent / "hsm.keys").read_text() + (lab.parent / "hsm.audit").read_text()
    for secret in (lines[0], lines[2], STORE_WORDS):
        assert secret not in out + err + kept
    assert "live" in err


def test_a_second_lmk_stands_beside_the_first(lab):
    form(lab)
    lines = [*components(), STORE_WORDS]
    words = ["form", "08", "--kind", "block", "--components", "2"]
    assert say(lmk, lab, *words, typed=lines)[0] == 0
    assert open_lmks(read_store(lab.parent / "hsm.keys"), STORE_WORDS).keys() == {"07", "08"}
    with pytest.raises(CryptoError, match="wrong passphrase"):
        say(lmk, lab, *words, typed=[*components(), "another passphrase"])


def test_a_slip_of_typing_changes_nothing(lab):
    lines = components()
    lines[1] = "000000" if lines[1] != "000000" else "000001"
    with pytest.raises(KeyRefused, match="check value"):
        say(lmk, lab, "form", "07", "--kind", "block", "--components", "2", typed=lines)
    assert not (lab.parent / "hsm.keys").exists()


@pytest.mark.parametrize("lmk_id", ["7", "20", "x7", "007", "٠٧"])
def test_an_id_has_two_digits(lab, lmk_id):
    code, _, told = say(lmk, lab, "form", lmk_id, "--kind", "block")
    assert (code, "00 to 19" in told) == (2, True)


def test_the_first_two_officers_enrol_by_themselves_the_third_with_their_consent(lab):
    enrolled(lab)
    assert say(officer, lab, "list")[1].split() == ["anna", "ben"]
    third = ["something else", "something else"]
    with pytest.raises(AuthorityRefused, match="unknown officer"):
        say(officer, lab, "add", "carl", typed=[*ANNA, "ben", "guess guess", *third])
    assert say(officer, lab, "add", "carl", typed=[*ANNA, *BEN, *third])[0] == 0
    told = [json.loads(line) for line in say(officer, lab, "list", "--json")[1].splitlines()]
    assert told == [{"officer": "anna"}, {"officer": "ben"}, {"officer": "carl"}]


def test_once_there_are_officers_two_of_them_are_needed(lab):
    enrolled(lab)
    with pytest.raises(AuthorityRefused, match="two different"):
        form(lab, typed=[*ANNA, *ANNA])
    assert form(lab, typed=[*ANNA, *BEN])[0] == 0
    third = ["something else", "something else"]
    typed = [*ANNA, *BEN, *third, STORE_WORDS]
    assert say(officer, lab, "add", "carl", typed=typed)[0] == 0
    store = read_store(lab.parent / "hsm.keys")
    assert len(store.officers) == 3
    assert open_lmks(store, STORE_WORDS).keys() == {"07"}


def test_the_published_lmks_come_back(lab):
    form(lab)
    assert say(lmk, lab, "reset")[0] == 0
    assert say(lmk, lab, "list")[1] == ""
    shown = CliRunner().invoke(audit, ["show", str(lab.parent / "hsm.audit")]).stdout
    assert shown.count("LMK loaded") == 2
    assert CliRunner().invoke(audit, ["verify", str(lab.parent / "hsm.audit")]).exit_code == 0


def test_the_passphrase_may_stand_in_a_file(lab):
    lab.write_text(lab.read_text() + 'passphrase_file = "words"\n')
    (lab.parent / "words").write_text(f"{STORE_WORDS}\n")
    (lab.parent / "words").chmod(0o600)
    assert form(lab, opening=())[0] == 0
    assert open_lmks(read_store(lab.parent / "hsm.keys"), STORE_WORDS).keys() == {"07"}


def test_components_are_random_and_can_be_json(lab):
    assert components()[0] != components()[0]
    told = json.loads(CliRunner().invoke(lmk, ["component", "--kind", "variant", "--json"]).stdout)
    assert (len(told["component"]), len(told["check"])) == (640, 6)


@pytest.mark.parametrize(
    ("group", "words"),
    [
        *((lmk, words) for words in ([], ["component"], ["form"], ["list"], ["reset"])),
        *((officer, words) for words in ([], ["add"], ["list"])),
    ],
)
def test_help_has_an_example(group, words):
    assert "Example" in CliRunner().invoke(group, [*words, "--help"]).stdout
