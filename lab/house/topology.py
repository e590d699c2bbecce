"""The lab: one configuration file for all programs, and the folder that they keep state in."""

from __future__ import annotations

import secrets
import socket
import time
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from string import Template
from typing import Any, Final

import tomli_w
from msgspec import Struct, structs

from cardswitch.gateway.config import GatewayConfig
from cardswitch.gateway.shop.config import ShopConfig
from cardswitch.hosts.acquirer.config import AcquirerConfig
from cardswitch.hosts.acs.config import AcsConfig
from cardswitch.hosts.bank.config import BankConfig
from cardswitch.hosts.issuer.config import IssuerConfig
from cardswitch.hosts.vault import VAULT_KEY_BYTES
from cardswitch.hsm_sim.client.officers import OFFICERS_NAME, write_officers
from cardswitch.hsm_sim.config import HsmConfig
from cardswitch.hsm_sim.custody.audit import AuditLog
from cardswitch.hsm_sim.custody.authority import Credential, enrol, stand_by
from cardswitch.hsm_sim.custody.events import OFFICER_ADDED
from cardswitch.hsm_sim.custody.history import History
from cardswitch.hsm_sim.custody.journal import AuditJournal
from cardswitch.hsm_sim.custody.store import KeyStore, with_officers, write_store
from cardswitch.hsm_sim.module import HsmModule
from cardswitch.specs.amounts import parse_amount
from cardswitch.specs.errors import ConfigError
from cardswitch.specs.security.keystore import SALT_LENGTH
from cardswitch.switch.operate.config import SettlementConfig, SwitchConfig
from cardswitch.terminal.config import TerminalConfig, read_terminal_config
from cardswitch.wire.operator.config import read_config, refuse_unknown, section
from cardswitch.wire.store.disk import create_file
from cardswitch.wire.store.files import file_trouble

from .ceremony import Ask, Keys, make_keys, personalise
from .papers import FOLDER as PAPERS
from .papers import make_papers, paper_files
from .programs import CARDS_NAME, NO_WISHES, PANEL_NAME, RULES_NAME, read_programs

CONFIG_NAME: Final = "lab.toml"
VAULT_NAME: Final = "vault.key"
ISSUER_VAULT_NAME: Final = "issuer.vault"
GATEWAY_VAULT_NAME: Final = "gateway.vault"
ACQUIRER_VAULT_NAME: Final = "acquirer.vault"
STORE_NAME: Final = "hsm.keys"
OFFICERS: Final = ("first", "second")
PASSPHRASE_BYTES: Final = 12
CAVV_KEY_NAME: Final = "issuer.cavv"
_VAULTS: Final = (
    VAULT_NAME,
    ACQUIRER_VAULT_NAME,
    ISSUER_VAULT_NAME,
    GATEWAY_VAULT_NAME,
    CAVV_KEY_NAME,
)
_FILES: Final = (
    CONFIG_NAME,
    CARDS_NAME,
    RULES_NAME,
    PANEL_NAME,
    *_VAULTS,
    STORE_NAME,
    OFFICERS_NAME,
    *paper_files(),
)
_NEEDED: Final = ("hsm", "switch", "acquirer", "issuer", "settlement")
_HERE: Final = Path(__file__).parent
WEB: Final = "web"  # the account of all cards that are for orders over the web alone
WEB_BALANCE: Final = 100_000_000  # minor units
# Besides, what cards that take anything pay in other currencies: ISO 4217, letters and digits.
OTHERS: Final = {f"{WEB}-JPY": "392", f"{WEB}-KWD": "414"}
_TAKES_ANY: Final = {"expiry": "any", "cvv2": "any", "more_accounts": list(OTHERS)}


class Ports(Struct, frozen=True, kw_only=True):
    """The ports that the programs listen at; no well-known service uses the defaults."""

    hsm: int = 7100
    network: int = 7101
    acquirer: int = 7102
    issuer: int = 7103
    pos: int = 7104
    console: int = 7105
    plain: int = 7106
    shop: int = 7107
    gateway: int = 7108
    pages: int = 7109
    web: int = 7111
    bank: int = 7113
    acs: int = 7114
    acs_pages: int = 7115
    results: int = 7116
    panel: int = 7117


class Timing(Struct, frozen=True, kw_only=True):
    """Outer timers are longer than inner ones, and the whole is under five seconds."""

    terminal_s: float = 4.5
    front_s: float = 3.5
    acquirer_s: float = 3.0
    issuer_s: float = 2.5
    late_s: float = 8.0
    cut_off: str = "23:00"
    zone: str = "Europe/Berlin"


class Lab(Struct, frozen=True, kw_only=True):
    """Everything in the configuration file, and the folder that its relative paths count from."""

    folder: Path
    hsm: HsmConfig
    switch: SwitchConfig
    acquirer: AcquirerConfig
    issuer: IssuerConfig
    terminal: TerminalConfig
    settlement: SettlementConfig
    gateway: GatewayConfig | None = None  # a file of before has none
    bank: BankConfig | None = None  # nor a bank
    shop: ShopConfig | None = None
    acs: AcsConfig | None = None


def free_ports() -> Ports:
    """Ports of 127.0.0.1 that are free now: all are held at once, so that no two are the same.

    For a lab beside another one, such as a demonstration or a test. Raises OSError.
    """
    names = Ports.__struct_fields__
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in names]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        taken = [each.getsockname()[1] for each in sockets]
        return Ports(**dict(zip(names, taken, strict=True)))


def ports_from(first: int) -> Ports:
    """Ports in a row, the *first* for the HSM.

    >>> ports_from(9000).network
    9001
    """
    return Ports(**{name: first + n for n, name in enumerate(Ports.__struct_fields__)})


def read_lab(path: Path) -> Lab:
    """The lab that the file *path* describes. Raises ConfigError, naming file and key."""
    found = structs.asdict(read_programs(path))
    for name in _NEEDED:
        if found[name] is None:
            raise ConfigError(f"{path}: no section [{name}], which a whole lab has")
    return Lab(**found, terminal=read_terminal_config(path))


def read_sections(path: Path) -> list[tuple[str, Struct]]:
    """The sections that *path* has, as they stand there, by name. Raises ConfigError."""
    data = read_config(path)
    kinds = {field.name: field.type for field in structs.fields(Lab) if field.name != "folder"}
    kinds |= {"gateway": GatewayConfig, "bank": BankConfig, "shop": ShopConfig}
    kinds |= {"acs": AcsConfig}
    refuse_unknown(data, kinds, path)
    return [(name, section(data, name, kinds[name], path)) for name in kinds if name in data]


def make_lab(
    folder: Path, ports: Ports | None = None, timing: Timing | None = None, ask: Ask | None = None
) -> tuple[Path, Keys]:
    """Make a lab in *folder*: keys and cards in an HSM, the configuration, the vaults' keys.

    *ask* reaches the HSM at its console, where two officers stand by; without it a new one is made,
    since all have the same test LMK, and its officers are the two of the lab, made here as well.
    Returns the configuration file and the keys in it. Raises Error; never overwrites a lab.
    """
    path = folder / CONFIG_NAME
    if path.exists():
        raise ConfigError(f"{folder}: there is a lab already; remove the folder to make a new one")
    if found := [name for name in _FILES if (folder / name).exists()]:
        raise ConfigError(
            f"{folder}: no {CONFIG_NAME}, but files of a lab, such as {found[0]}: its first start "
            "was cut off, or it was moved; put it back, or remove the folder to make a new one"
        )
    notes: list[tuple[str, Mapping[str, str]]] = []
    officers = _officers(notes)
    # What takes long comes first: little time is left in which a kill leaves half of a lab.
    keys, files = _made(ask or _attended(officers, notes), ports or Ports(), timing or Timing())
    with _whole_or_nothing(folder, path):
        make_papers(folder)
        _write_officers(folder, *officers)
        for name, content in files.items():
            create_file(folder / name, content.encode())
        _keep_log(folder / HsmConfig(port=0).audit, notes)
    return path, keys


def _keep_log(path: Path, notes: Sequence[tuple[str, Mapping[str, str]]]) -> None:
    """The audit log in *path* tells of the ceremony; where there is one, it goes on."""
    with closing(AuditJournal(path)) as journal:
        log, now = AuditLog(History(journal.read_verified()).last), time.time()
        told = [*journal.troubles, *notes]
        journal.commit([log.entry(event, details, now) for event, details in told])


def _made(ask: Ask, ports: Ports, timing: Timing) -> tuple[Keys, dict[str, str]]:
    """The keys and cards that the HSM behind *ask* makes; the files that name them, by name."""
    keys = make_keys(ask)
    cards = list(_personal_cards(ask, keys))
    values: dict[str, Any] = {}
    for struct in (ports, timing, keys):
        values |= {name: getattr(struct, name) for name in struct.__struct_fields__}
    text = Template((_HERE / CONFIG_NAME).read_text("utf-8")).substitute(values)
    return keys, {
        CARDS_NAME: _tables("card", map(_terminal_side, cards)),
        RULES_NAME: (_HERE / RULES_NAME).read_text("utf-8"),
        PANEL_NAME: NO_WISHES,
        **{name: secrets.token_hex(VAULT_KEY_BYTES) for name in _VAULTS},
        CONFIG_NAME: text + _issuer_side(cards),
    }


@contextmanager
def _whole_or_nothing(folder: Path, path: Path) -> Iterator[None]:
    """What is made in *folder*, where nothing was: all of it, or none and Error raised."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except BaseException as error:
        for name in _FILES:
            with suppress(OSError):
                (folder / name).unlink()
        with suppress(OSError):
            (folder / PAPERS).rmdir()
        if isinstance(error, OSError):
            raise file_trouble(Path(error.filename or path), error) from None
        raise


# Officers -----------------------------------------------------------------------------------------


def _officers(notes: list[tuple[str, Mapping[str, str]]]) -> tuple[KeyStore, list[Credential]]:
    """A key store with two officers, and their passphrases."""
    who = [Credential(name, secrets.token_hex(PASSPHRASE_BYTES)) for name in OFFICERS]
    enrolled = tuple(enrol(*each, secrets.token_bytes(SALT_LENGTH)) for each in who)
    notes += [(OFFICER_ADDED, {"officer": each.name}) for each in enrolled]
    return with_officers(KeyStore(), enrolled, "", b""), who


def _write_officers(folder: Path, store: KeyStore, who: Sequence[Credential]) -> None:
    """Officers, in the key store and, with their passphrases, in a file of their own."""
    write_store(folder / STORE_NAME, store)
    write_officers(folder / OFFICERS_NAME, {each.name: each.passphrase for each in who})


def _attended(
    officers: tuple[KeyStore, list[Credential]], notes: list[tuple[str, Mapping[str, str]]]
) -> Ask:
    """A new module whose console the officers stand at; what its log is to tell goes to *notes*."""
    store, credentials = officers
    module = HsmModule(secrets.token_bytes)
    module.state.listener = lambda event, details: notes.append((event, details))
    who = stand_by(module.state, store.officers, credentials, "key ceremony")
    return lambda command: module.answer_at_console(command, 0.0, who)


# Cards --------------------------------------------------------------------------------------------


def _personal_cards(ask: Ask, keys: Keys) -> Iterator[dict[str, Any]]:
    for card in tomllib.loads((_HERE / CARDS_NAME).read_text("utf-8"))["card"]:
        personal = personalise(
            ask, keys, card["pan"], card["expiry"], card["service_code"], card["pin"]
        )
        yield {**card, **{n: getattr(personal, n) for n in personal.__struct_fields__}}


def _terminal_side(card: Mapping[str, Any]) -> Mapping[str, Any]:
    names = ("alias", "pan", "expiry", "service_code", "pvki", "pvv", "cvv", "cvv2", "name", "pin")
    return {name: card[name] for name in names}


def _issuer_side(cards: list[dict[str, Any]]) -> str:
    known = [card for card in cards if card.get("is_known", True)]
    accounts = [
        {"id": card["alias"], "balance": parse_amount(card["balance"], "EUR")} for card in known
    ]
    issued = [
        {
            "id": card["alias"],
            "pan": card["pan"],
            "account": card["alias"],
            "expiry": card["expiry"],
            "status": card.get("status", "active"),
            "pvki": card["pvki"],
            "pvv": card["pvv"],
            **({"address": card["address"]} if "address" in card else {}),
            **(_TAKES_ANY if card.get("takes_any") else {}),
        }
        for card in known
    ]
    web = tomllib.loads((_HERE / CARDS_NAME).read_text("utf-8"))["web"]
    accounts.append({"id": WEB, "balance": WEB_BALANCE})
    accounts += [{"id": n, "balance": WEB_BALANCE, "currency": c} for n, c in OTHERS.items()]
    issued += [{"id": f"{WEB}{pan[-6:]}", "pan": pan, "account": WEB, **_TAKES_ANY} for pan in web]
    return _tables("issuer.accounts", accounts) + _tables("issuer.cards", issued)


def _tables(name: str, rows: Iterable[Mapping[str, Any]]) -> str:
    """TOML: a table of the array *name* for each of *rows*, and behind it those that are in it."""
    return "".join(_table(name, row) for row in rows)


def _table(name: str, row: Mapping[str, Any]) -> str:
    inner = {key: value for key, value in row.items() if isinstance(value, Mapping)}
    own = {key: value for key, value in row.items() if key not in inner}
    below = (f"\n[{name}.{key}]\n{tomli_w.dumps(value)}" for key, value in inner.items())
    return f"\n[[{name}]]\n{tomli_w.dumps(own)}" + "".join(below)
