"""Which keys a host moves alone: every pair of command and key type, and every chain of them."""

from collections.abc import Iterator
from itertools import product
from random import Random
from typing import Any, Final

import pytest

from cardswitch.hsm_sim.custody.policy import Policy
from cardswitch.hsm_sim.keys.borders import HOST_RULES
from cardswitch.hsm_sim.keys.uses import USES
from cardswitch.hsm_sim.module import OLD_TEST_LMK, HsmModule
from cardswitch.specs.hsm import Command
from cardswitch.specs.hsm.commands import COMMANDS
from cardswitch.specs.hsm.commands.keys.any_type import (
    derive_initial_key,
    export_key,
    generate_key,
    import_key,
    key_check_value,
)
from cardswitch.specs.hsm.commands.keys.forms import change_key_scheme, renew_key
from cardswitch.specs.hsm.commands.keys.zones import (
    export_bdk,
    export_cvk,
    export_tak,
    export_terminal_key,
    export_zek_or_zak,
    export_zpk,
    generate_tak,
    generate_terminal_key,
    generate_zek_or_zak,
    generate_zpk,
    import_bdk,
    import_cvk,
    import_tak,
    import_terminal_key,
    import_zek_or_zak,
    import_zpk,
    send_tak,
    send_terminal_key,
)
from cardswitch.specs.hsm.commands.pins.blocks import verify_pin_pvv_zpk
from cardswitch.specs.security.keys import key_check_value as kcv_of
from cardswitch.specs.security.lmk import TEST_LMK, unwrap_key, wrap_key, wrap_key_under_key
from tests.kit.hsm.examples_emv import under_block_lmk
from tests.kit.hsm.module import ask, key, under_lmk

TYPES: Final = sorted({use.key_type for use in USES})
NAMES: Final = {"": 60, "pin": 61, "mac": 62, "data": 63}  # kinds, and the seeds of their masters
MASTERS: Final = {kind: key(seed) for kind, seed in NAMES.items()}
# Of terminals: a value that is both a ZMK and a TMK is so by officers' deeds.
TERMINAL_MASTERS: Final = {kind: key(seed + 4) for kind, seed in NAMES.items()}
CARRIES: Final = {
    kcv_of(clear).hex().upper(): kind
    for masters in (MASTERS, TERMINAL_MASTERS)
    for kind, clear in masters.items()
    if kind
}
ZMKS: Final = {kind: under_lmk("000", clear) for kind, clear in MASTERS.items()}
TMKS: Final = {kind: under_lmk("002", clear) for kind, clear in TERMINAL_MASTERS.items()}
BLOCK_MASTERS: Final = {
    kind: under_block_lmk("K0T2N00E00", clear) for kind, clear in MASTERS.items()
}
CLEAR: Final = key(70)

# What a host does without officers: as a key block, or under a master key of its kind. No other.
BLOCKS: Final = {
    *("001", "008", "009", "302", "402", "00A"),
    *("109", "209", "309", "409", "509", "709"),
}
KINDS: Final = {("pin", "001"), ("mac", "008"), ("data", "00A")}
# And of new keys: under a master key that carries nothing in, all but a ZMK; to terminals these.
TERMINAL_KINDS: Final = {("pin", "002"), ("mac", "003"), ("data", "00B")}


def module(**policy: Any) -> HsmModule:
    return HsmModule(Random(2024).randbytes, Policy(carries=CARRIES, **policy))


def kcv(clear: bytes) -> str:
    return kcv_of(clear).hex().upper()


def exports(key_type: str, zmk: str, text: str, form: str) -> Iterator[Command]:
    """Every command that sends a key of *key_type*."""
    yield export_key(key_type, zmk, text, form)
    narrow = {
        "001": export_zpk,
        "002": export_terminal_key,
        "003": export_tak,
        "009": export_bdk,
        "402": export_cvk,
    }
    if key_type in narrow:
        yield narrow[key_type](zmk, text, form)
    if key_type in ("008", "00A"):
        yield export_zek_or_zak(zmk, text, form, zak=key_type == "008")


def to_terminals(key_type: str, tmk: str, text: str, form: str) -> Iterator[Command]:
    """Every command that sends a key of *key_type* to a terminal, but A8."""
    if key_type == "002":
        yield send_terminal_key(tmk, text, form)
    if key_type == "003":
        yield send_tak(tmk, text, form)


def imports(key_type: str, zmk: str, text: str, form: str = "U") -> Iterator[Command]:
    """Every command that takes a key in as *key_type*."""
    yield import_key(key_type, zmk, text, form)
    narrow = {
        "001": import_zpk,
        "002": import_terminal_key,
        "003": import_tak,
        "009": import_bdk,
        "402": import_cvk,
    }
    if key_type in narrow:
        yield narrow[key_type](zmk, text)
    if key_type in ("008", "00A"):
        yield import_zek_or_zak(zmk, text, zak=key_type == "008")


def news(key_type: str, zmk: str, tmk: str, form: str) -> Iterator[tuple[Command, str]]:
    """Every command that makes a key of *key_type* for elsewhere; under which master."""
    yield generate_key(key_type, zmk=zmk, zmk_scheme=form), "zmk"
    yield generate_key(key_type, zmk=tmk, zmk_scheme=form, zmk_is_tmk=True), "tmk"
    if key_type == "001":
        yield generate_zpk(zmk, form), "zmk"
    if key_type in ("008", "00A"):
        yield generate_zek_or_zak(zmk, form, zak=key_type == "008"), "zmk"
    if key_type == "002":
        yield generate_terminal_key(tmk, form), "tmk"
    if key_type == "003":
        yield generate_tak(tmk, form), "tmk"
    if key_type == "302":
        bdk = under_lmk("009", key(30))
        yield derive_initial_key(bdk, "FFFF9876543210E", "U", zmk, form), "zmk"


def block_under(master: bytes, key_type: str) -> str:
    """A key of *key_type* in a key block under *master*, as an officer would send it."""
    asked = module()
    command = export_key(key_type, under_lmk("000", master), under_lmk(key_type, CLEAR), "R")
    return asked.answer_at_console(command, 0.0, "anna, ben").fields["key"]


PAIRS = list(product(TYPES, NAMES, "XR"))


def test_every_type_has_its_rule() -> None:
    apart = {use.pci_type for use in USES if use.pci_type}
    assert set(HOST_RULES) == apart.union(TYPES)


def test_every_command_under_a_master_key_is_in_the_pairs() -> None:
    """A new one that carries keys joins exports, imports or news: so the table rules it too."""
    walked = {
        command.code
        for key_type in TYPES
        for command in (
            *exports(key_type, ZMKS[""], under_lmk(key_type, CLEAR), "X"),
            *to_terminals(key_type, TMKS[""], under_lmk(key_type, CLEAR), "X"),
            *imports(key_type, ZMKS[""], "X" + "0" * 32),
            *(made for made, _ in news(key_type, ZMKS[""], TMKS[""], "X")),
        )
    }
    carrying = {
        code
        for code, command in COMMANDS.items()
        if any({"zmk", "tmk"} & layout.names for layout in command.request)
        # TA prints the master key itself, and carries none.
        and any("key" in name for layout in command.answer for name in layout.names)
    }
    assert carrying == walked


@pytest.mark.parametrize(("key_type", "kind", "form"), PAIRS)
def test_every_pair_of_command_and_key_type(key_type: str, kind: str, form: str) -> None:
    zmk, tmk, text = ZMKS[kind], TMKS[kind], under_lmk(key_type, CLEAR)
    alone = key_type in BLOCKS if form == "R" else (kind, key_type) in KINDS
    for command in exports(key_type, zmk, text, form):
        assert (command.code, ask(module(), command).error) == (
            command.code,
            "00" if alone else "17",
        )
    sent = (
        block_under(MASTERS[kind], key_type)
        if form == "R"
        else wrap_key_under_key(MASTERS[kind], "X", CLEAR)
    )
    for command in imports(key_type, zmk, sent):
        assert (command.code, ask(module(), command).error) == (
            command.code,
            "00" if alone else "17",
        )
    for command, where in news(key_type, zmk, tmk, form):
        if key_type in ("000", "002"):
            free = (where, kind, key_type) == ("tmk", "pin", "002")
        elif form == "R":
            free = where == "tmk" or key_type in BLOCKS
        else:
            kinds = KINDS if where == "zmk" else TERMINAL_KINDS
            free = not kind or (kind, key_type) in kinds
        assert (command.code, ask(module(), command).error) == (
            command.code,
            "00" if free else "17",
        )


@pytest.mark.parametrize(("key_type", "kind", "form"), PAIRS)
def test_two_officers_allow_every_pair(key_type: str, kind: str, form: str) -> None:
    asked, zmk = module(), ZMKS[kind]
    for command in exports(key_type, zmk, under_lmk(key_type, CLEAR), form):
        sent = asked.answer_at_console(command, 0.0, "anna, ben")
        assert sent.ok
        for taken in imports(key_type, zmk, sent.fields["key"]):
            assert asked.answer_at_console(taken, 0.0, "anna, ben").fields["kcv"] == kcv(CLEAR)
            assert not asked.state.attended


@pytest.mark.parametrize("key_type", ["002", "003"])
@pytest.mark.parametrize("form", "XR")
@pytest.mark.parametrize("kind", NAMES)
def test_a_key_of_today_goes_to_a_terminal_by_officers_alone(
    key_type: str, kind: str, form: str
) -> None:
    for command in to_terminals(key_type, TMKS[kind], under_lmk(key_type, CLEAR), form):
        assert (command.code, ask(module(), command).error) == (command.code, "17")
        assert module().answer_at_console(command, 0.0, "anna, ben").ok


@pytest.mark.parametrize("place", ["host", "console"])
def test_authority_is_for_a_type_a_direction_and_a_place(place: str) -> None:
    text, zmk = under_lmk("002", CLEAR), ZMKS[""]
    give_out = export_key("002", zmk, text)
    take_in = import_key("002", zmk, wrap_key_under_key(MASTERS[""], "X", CLEAR))
    asked = module()
    asked.state.authority.until[f"export.002.{place}"] = 1e9
    errors = {
        "host": [asked.answer(each).error for each in (give_out, take_in)],
        "console": [asked.answer_at_console(each, 0.0).error for each in (give_out, take_in)],
    }
    other = "console" if place == "host" else "host"
    assert (errors[place], errors[other]) == (["00", "17"], ["17", "17"])


@pytest.mark.parametrize("form", "XR")
def test_no_host_gives_a_terminal_a_key_that_may_be_a_pvk(form: str) -> None:
    """Its owner knows the key, and would know every PIN whose PVV it makes."""
    tmk, zmk = TMKS[""], ZMKS[""]
    for command, _ in news("002", zmk, tmk, form):
        assert (command.code, ask(module(), command).error) == (command.code, "17")
        assert module().answer_at_console(command, 0.0, "anna, ben").ok
    tmk = under_lmk("80D", TERMINAL_MASTERS[""])
    for command, where in news("002", zmk, tmk, form):
        given = ask(module(separate_terminal_keys=True), command)
        assert given.error == ("17" if where == "zmk" and form == "R" else "00")
        if given.ok:
            key_of_terminal = given.fields["key"]
            block, pan12 = "0123456789ABCDEF", "999000000001"
            verify = verify_pin_pvv_zpk(
                under_lmk("001", CLEAR), key_of_terminal, block, pan12, "1", "1234"
            )
            assert ask(module(separate_terminal_keys=True), verify).error == "11"


# Chains -------------------------------------------------------------------------------------------

OF_TYPE: Final = {
    name: sorted({usage for use in USES if use.key_type == name for usage in use.usages})
    for name in TYPES
}
USAGES: Final = sorted({usage for use in USES for usage in use.usages})
MODE_OF: Final = {usage: use.modes[0] for use in USES for usage in use.usages}
# The same key under both LMKs: what a type is called in a key block.
SAME: Final = {
    "001": "P0",
    "008": "M3",
    "00A": "D0",
    "009": "B0",
    "302": "B1",
    "402": "C0",
    "109": "E0",
    "209": "E2",
    "309": "E1",
    "409": "E3",
    "509": "E4",
    "709": "E6",
}


class World:
    """All that a host has of one key: where it stands under an LMK, and how it travels."""

    def __init__(self, asked: HsmModule, check_value: str) -> None:
        self.asked = asked
        self.check_value = check_value
        self.standing: dict[tuple[str, str], str] = {}  # LMK and type or usage; the text
        self.travelling: dict[tuple[str, str], tuple[str, str]] = {}  # what it is; kind, text

    def stand(self, text: str) -> None:
        """The key stands as *text* under an LMK: as what, the module itself says."""
        if text.startswith("S"):
            seen = self.asked.answer(_under(key_check_value("FFF", text), text[6:8])).fields
            if seen["kcv"] == self.check_value:
                self.standing.setdefault(("01", text[6:8]), text)
            return
        for key_type in TYPES:
            # Initial keys have no parity: any text opens as one, but as noise.
            seen = self.asked.answer(key_check_value(key_type, text)).fields.get("kcv")
            if seen == self.check_value:
                self.standing.setdefault(("00", key_type), text)

    def travel(self, kind: str, text: str) -> None:
        """The key is under the master key of *kind*."""
        what = text[:1] + (text[6:17] if text.startswith("R") else "")
        self.travelling.setdefault((kind, what), (kind, text))

    def explore(self) -> set[tuple[str, str]]:
        """Try everything with all that there is, until there is no more: where the key stands."""
        done: set[tuple[str, str]] = set()
        while left := {**self.standing, **self.travelling}.keys() - done:
            for name in left:
                done.add(name)
                if name in self.standing:
                    self._send(*name, self.standing[name])
                    self._rewrap(self.standing[name])
                else:
                    self._take(*self.travelling[name])
        return set(self.standing)

    def _send(self, lmk_id: str, name: str, text: str) -> None:
        for kind, form in product(NAMES, "XR"):
            if lmk_id == "00":
                for command in exports(name, ZMKS[kind], text, form):
                    self._travels(kind, command)
                continue
            for usage in USAGES:
                command = export_key("FFF", BLOCK_MASTERS[kind], text, form)
                self._travels(kind, _under(command, usage))
            for key_type in TYPES:
                for command in exports(key_type, BLOCK_MASTERS[kind], text, form):
                    self._travels(kind, _under(command))

    def _take(self, kind: str, text: str) -> None:
        for key_type in TYPES:
            for command in imports(key_type, ZMKS[kind], text):
                self._stands(command)
            for command in imports(key_type, BLOCK_MASTERS[kind], text, "S"):
                self._stands(_under(command))
                for usage in OF_TYPE[key_type]:
                    self._stands(_under(command, usage))
        for usage in USAGES:
            self._stands(_under(import_key("FFF", BLOCK_MASTERS[kind], text, "S"), usage))

    def _rewrap(self, text: str) -> None:
        for key_type in TYPES:
            self._stands(change_key_scheme(key_type, text, "X"))
            self._stands(renew_key(key_type, text))
            self._stands(_under(renew_key(key_type, text, "S")))

    def _travels(self, kind: str, command: Command) -> None:
        answer = self.asked.answer(command)
        if answer.ok:
            self.travel(kind, answer.fields["key"])

    def _stands(self, command: Command) -> None:
        answer = self.asked.answer(command)
        if "key" in answer.fields:
            self.stand(answer.fields["key"])


def _under(command: Command, usage: str = "") -> Command:
    fields = {**command.fields, "lmk_id": "01"}
    if usage:
        fields["attributes"] = f"{usage}T2{MODE_OF[usage]}00E00"
    return Command("", command.code, fields)


def _kcv_of(asked: HsmModule, key_type: str, text: str) -> str:
    return ask(asked, key_check_value(key_type, text)).fields["kcv"]


def places_of(start: str, asked: HsmModule) -> set[tuple[str, str]]:
    """As what a key stands in the end that was *start* at first, and is given out in every way."""
    found: set[tuple[str, str]] = set()
    for kind, form in product(NAMES, "XR"):
        for command, _ in news(start, ZMKS[kind], TMKS[kind], form):
            made = ask(asked, command).fields
            if made:
                world = World(asked, made.get("kcv") or _kcv_of(asked, start, made["key"]))
                world.stand(made["key"])
                world.travel(kind, made.get("key_under_zmk") or made["key_under_tmk"])
                found |= world.explore()
    world = World(asked, kcv(CLEAR))
    world.stand(under_lmk(start, CLEAR))
    return found | world.explore()


@pytest.mark.parametrize("start", TYPES)
def test_no_chain_of_a_host_gives_a_key_a_second_type(start: str) -> None:
    same = {("00", start)} | ({("01", SAME[start])} if start in SAME else set())
    assert places_of(start, module()) == same


def test_without_the_rule_a_key_becomes_anything() -> None:
    world = World(module(keys_keep_their_type=False), kcv(CLEAR))
    world.stand(under_lmk("001", CLEAR))
    world.explore()
    assert {name for lmk, name in world.standing if lmk == "00"} == set(TYPES)
    assert {name for lmk, name in world.standing if lmk == "01"} == set(USAGES)


@pytest.mark.parametrize("usage", USAGES)
def test_no_chain_gives_a_key_block_a_second_usage(usage: str) -> None:
    types = {("00", key_type) for key_type, name in SAME.items() if name == usage}
    for exportability in "NES":
        world = World(module(), kcv(CLEAR))
        world.stand(under_block_lmk(f"{usage}T2{MODE_OF[usage]}00{exportability}00", CLEAR))
        world.explore()
        expected = {("01", usage)} | (types if exportability != "N" else set())
        assert world.standing.keys() == expected


# What else a key could be taken for ---------------------------------------------------------------


def test_the_old_lmk_opens_nothing_of_today() -> None:
    for key_type, other in product(TYPES, TYPES):
        old = wrap_key(OLD_TEST_LMK, key_type, "U", CLEAR)
        # Initial keys have no parity: any text opens as one, but as noise.
        error = "00" if other == "302" else "10"
        assert ask(module(), renew_key(other, under_lmk(key_type, CLEAR))).error == error
        if other != "302":
            assert ask(module(), renew_key(other, old)).ok == (key_type == other)


@pytest.mark.parametrize(("key_type", "usage"), [("002", "V2"), ("002", "K0"), ("003", "M6")])
def test_an_old_key_becomes_another_usage_by_officers_alone(key_type: str, usage: str) -> None:
    old = wrap_key(OLD_TEST_LMK, key_type, "U", CLEAR)
    command = _under(renew_key("FFF" if usage != "M6" else key_type, old, "S"), usage)
    asked = module()
    assert ask(asked, command).error == ("10" if usage == "K0" else "17")
    if usage != "K0":
        assert asked.answer_at_console(command, 0.0, "anna, ben").fields["key"][6:8] == usage
    usual = _under(renew_key(key_type, old, "S"))
    assert ask(asked, usual).fields["key"][6:8] == {"002": "P0", "003": "M3"}[key_type]


def test_a_block_comes_in_no_freer_than_it_was() -> None:
    asked, zmk = module(), BLOCK_MASTERS[""]
    sent = ask(asked, _under(export_key("001", zmk, under_block_lmk("P0T2B00E00", CLEAR), "R")))
    for attributes, error in [
        *[("P0T2B00E00", "00"), ("P0T2B00N00", "00"), ("P0T2B00S00", "17")],
        *[("P0T2E00E00", "17"), ("P0T2N00E00", "17")],
    ]:
        command = _under(import_key("FFF", zmk, sent.fields["key"], "S"))
        command = Command("", "A6", {**command.fields, "attributes": attributes})
        assert ask(asked, command).error == error, attributes


def test_chance_is_no_key_of_anybodys() -> None:
    random = "X" + Random(7).randbytes(16).hex().upper()
    for kind, error in (("", "17"), ("pin", "17")):
        answer = ask(module(), import_key("001", ZMKS[kind], random))
        assert (answer.error, answer.fields) == (error, {})
    attended = module().answer_at_console(import_key("001", ZMKS["pin"], random), 0.0, "anna, ben")
    assert (attended.error, "key" in attended.fields) == ("01", True)


def test_halves_of_two_keys_are_not_joined() -> None:
    one, two = (wrap_key_under_key(MASTERS[""], "X", key(seed)) for seed in (71, 72))
    assert ask(module(), import_key("001", ZMKS[""], one[:17] + two[17:])).error == "17"


@pytest.mark.parametrize(("kind", "key_type"), sorted(KINDS))
def test_halves_of_what_a_bound_master_key_carried_are_not_joined(kind: str, key_type: str) -> None:
    """Sent by this module, or only seen by it as they came in; two halves, or one alone."""
    one, two = (wrap_key_under_key(MASTERS[kind], "X", key(seed)) for seed in (71, 72))
    halves = [text[at : at + 16] for text in (one, two) for at in (1, 17)]
    whole = {one[1:], two[1:]}
    zmk = ZMKS[kind]
    sent, came = module(), module()
    for seed in (71, 72):
        for command in exports(key_type, zmk, under_lmk(key_type, key(seed)), "X"):
            assert ask(sent, command).ok
    for text in (one, two):
        for command in imports(key_type, zmk, text):
            assert ask(came, command).ok
    joined = [first + second for first, second in product(halves, halves)]
    for text, asked in product(joined, (sent, came)):
        error = "00" if text in whole else "17"
        for command in imports(key_type, zmk, f"X{text}"):
            assert (text, ask(asked, command).error) == (text, error)
    for half in halves:
        for command in imports(key_type, zmk, half, "Z"):
            assert ask(sent, command).error == "17"


def test_two_officers_take_in_what_a_host_may_not_join() -> None:
    one, two = (wrap_key_under_key(MASTERS["pin"], "X", key(seed)) for seed in (71, 72))
    asked = module()
    for text in (one, two):
        assert ask(asked, import_key("001", ZMKS["pin"], text)).ok
    joined = import_key("001", ZMKS["pin"], one[:17] + two[17:])
    assert ask(asked, joined).error == "17"
    assert asked.answer_at_console(joined, 0.0, "anna, ben").ok


def test_a_refusal_tells_nothing_of_the_key() -> None:
    for clear in (bytes(16), bytes.fromhex("0123456789ABCDEF" * 2), CLEAR):
        sent = wrap_key_under_key(MASTERS[""], "X", clear)
        assert ask(module(), import_key("001", ZMKS[""], sent)).error == "17"
    assert unwrap_key(TEST_LMK, "000", ZMKS[""]) == MASTERS[""]
