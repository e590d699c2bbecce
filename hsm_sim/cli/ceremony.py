"""The `hsm lmk` and `hsm officer` commands: ceremonies over the files of a module at rest."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from cardswitch.wire.operator.options import config_option

if TYPE_CHECKING:
    from ..config import HsmConfig
    from ..custody.authority import Credential
    from ..custody.ceremony import Component, LmkKind
    from ..custody.offline import OfflineStore
    from ..custody.store import KeyStore

LMK_EPILOG: Final = """\b
Examples:
  cardswitch hsm lmk component --kind block      one for each person, who keeps it to himself
  cardswitch hsm lmk form 00 --kind block --components 2 --test
  cardswitch hsm lmk list
  cardswitch hsm lmk reset                       back to the published test LMKs

The module must not run, and [hsm] must name a key_store. An LMK marked live is refused by
`hsm serve` without --allow-live-lmk: this is software, and protects no live keys."""
OFFICER_EPILOG: Final = """\b
Examples:
  cardswitch hsm officer add anna                asks for the passphrase, twice
  cardswitch hsm officer list

The first two officers enrol by themselves; every later one with the consent of two."""
_FIRST_OFFICERS: Final = 2


_kind_option = click.option(
    "--kind", type=click.Choice(["variant", "block"]), required=True,
    help="variant: twenty pairs of TDES keys; block: one AES key.",
)  # fmt: skip
_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group(epilog=LMK_EPILOG)
def lmk() -> None:
    """Local master keys of one's own, made of components that several people bring."""


@lmk.command(epilog="\b\nExample:\n  component --kind block")
@_kind_option
@_json_option
def component(kind: LmkKind, as_json: bool) -> None:
    """Print a new random component and its check value. Worthless without the others."""
    import secrets

    from ..custody.ceremony import make_component

    made = make_component(kind, secrets.token_bytes)
    text = made.value.hex().upper()
    if as_json:
        click.echo(json.dumps({"component": text, "check": made.check}))
    else:
        click.echo(f"{text}\n{made.check}")


@lmk.command(epilog="\b\nExample:\n  form 00 --kind block --components 3 --test")
@click.argument("lmk_id", metavar="ID")
@_kind_option
@click.option(
    "--components",
    type=click.IntRange(2, 9),
    default=3,
    show_default=True,
    help="How many people bring a component.",
)
@click.option(
    "--test/--live",
    "is_test",
    default=True,
    show_default=True,
    help="Whether the LMK is for tests.",
)
@config_option
def form(lmk_id: str, kind: LmkKind, components: int, is_test: bool, config_path: Path) -> None:
    """Ask for every component and its check value, and store the LMK as %ID (00 to 19).

    What is typed is not shown. The passphrase of the key store is that of the configuration, or
    asked for.
    """
    import secrets

    from cardswitch.specs.security.keystore import SEAL_RANDOM_LENGTH
    from cardswitch.wire.driver.runtime import Clock

    from ..custody.ceremony import check_value_of_lmk, form_lmk
    from ..custody.events import LMK_LOADED
    from ..custody.store import open_lmks, with_lmks

    if len(lmk_id) != 2 or lmk_id[0] not in "01" or lmk_id[1] not in "0123456789":
        raise click.BadParameter("expected two digits, 00 to 19", param_hint="ID")
    with _opened(config_path) as (config, offline):
        officers = _two_officers(offline)
        parts = [_ask_component(kind, number) for number in range(1, components + 1)]
        made = form_lmk(kind, parts, is_test=is_test)
        passphrase = _store_passphrase(config, config_path.parent, bool(offline.store.lmks))
        lmks = {**open_lmks(offline.store, passphrase), lmk_id: made}
        store = with_lmks(offline.store, lmks, passphrase, secrets.token_bytes(SEAL_RANDOM_LENGTH))
        told = f"{'test' if is_test else 'live'} {check_value_of_lmk(made)}"
        details = {"lmk_id": lmk_id, "lmk": told, "officers": officers}
        offline.keep(store, [(LMK_LOADED, details)], Clock().now())
    click.echo(f"LMK %{lmk_id}: {kind}, {told}", err=True)


@lmk.command("list", epilog="\b\nExample:\n  list --json")
@_json_option
@config_option
def list_lmks(as_json: bool, config_path: Path) -> None:
    """List the stored LMKs by id, kind, status and check value; none: the test LMKs are used."""
    import msgspec

    store = _stored(config_path)
    if not store or not store.lmks:
        click.echo("none is stored: the published test LMKs are used", err=True)
    for stored in store.lmks if store else ():
        status = "test" if stored.is_test else "live"
        line = f"%{stored.lmk_id}  {stored.kind:<8}  {status}  {stored.check}"
        click.echo(msgspec.json.encode(stored).decode() if as_json else line)
    if store and store.tampered:
        click.echo(f"erased: {store.tampered}", err=True)


@lmk.command(epilog="\b\nExample:\n  reset")
@config_option
def reset(config_path: Path) -> None:
    """Forget the stored LMKs, also after a tamper: the published test LMKs are used again."""
    from cardswitch.wire.driver.runtime import Clock

    from ..custody.events import LMK_LOADED
    from ..custody.store import without_lmks

    with _opened(config_path) as (_, offline):
        details = {"lmk": "published test LMKs", "officers": _two_officers(offline)}
        offline.keep(without_lmks(offline.store, ""), [(LMK_LOADED, details)], Clock().now())
    click.echo("the published test LMKs are used from the next start on", err=True)


@click.group(epilog=OFFICER_EPILOG)
def officer() -> None:
    """The officers of dual control: two of them together authorise what one alone must not."""


@officer.command(epilog="\b\nExample:\n  add anna")
@click.argument("name")
@config_option
def add(name: str, config_path: Path) -> None:
    """Enrol NAME with a passphrase of 8 characters or more, which is asked for."""
    import secrets

    from cardswitch.specs.security.keystore import SALT_LENGTH, SEAL_RANDOM_LENGTH
    from cardswitch.wire.driver.runtime import Clock

    from ..custody.authority import add_officer, enrol
    from ..custody.events import OFFICER_ADDED
    from ..custody.store import with_officers

    with _opened(config_path) as (config, offline):
        consent = _two_officers(offline)
        passphrase = click.prompt(
            f"passphrase of {name}", hide_input=True, confirmation_prompt=True, err=True
        )
        new = enrol(name, passphrase, secrets.token_bytes(SALT_LENGTH))
        officers = add_officer(offline.store.officers, new)
        opening = ""
        if offline.store.lmks:
            opening = _store_passphrase(config, config_path.parent, True)
        random = secrets.token_bytes(SEAL_RANDOM_LENGTH)
        store = with_officers(offline.store, officers, opening, random)
        details = {"officer": name, "officers": consent}
        offline.keep(store, [(OFFICER_ADDED, details)], Clock().now())
    click.echo(f"officer {name} enrolled: {len(officers)} in all", err=True)


@officer.command("list", epilog="\b\nExample:\n  list --json")
@_json_option
@config_option
def list_officers(as_json: bool, config_path: Path) -> None:
    """List the names of the officers."""
    store = _stored(config_path)
    for each in store.officers if store else ():
        click.echo(json.dumps({"officer": each.name}) if as_json else each.name)


# What they share ----------------------------------------------------------------------------------


def _stored(config_path: Path) -> KeyStore | None:
    """The key store of the configuration as it is on disk; None if it names none."""
    from ..custody.store import read_store

    config = _read(config_path)
    return read_store(config_path.parent / config.key_store) if config.key_store else None


def _read(config_path: Path) -> HsmConfig:
    from cardswitch.wire.operator.config import read_config, section

    from ..config import HsmConfig

    return section(read_config(config_path), "hsm", HsmConfig, config_path)


@contextmanager
def _opened(config_path: Path) -> Iterator[tuple[HsmConfig, OfflineStore]]:
    from ..custody.offline import OfflineStore

    config = _read(config_path)
    offline = OfflineStore(config, config_path.parent)
    try:
        yield config, offline
    finally:
        offline.close()


def _two_officers(offline: OfflineStore) -> str:
    """The names of two officers who consent; nobody's as long as there are not two."""
    from ..custody.authority import require_two_officers

    officers = offline.store.officers
    if len(officers) < _FIRST_OFFICERS:
        return ""
    return require_two_officers(officers, [_ask_officer("first"), _ask_officer("second")])


def _ask_officer(which: str) -> Credential:
    from ..custody.authority import Credential

    name = click.prompt(f"{which} officer", err=True)
    return Credential(name, click.prompt(f"passphrase of {name}", hide_input=True, err=True))


def _ask_component(kind: LmkKind, number: int) -> Component:
    from ..custody.ceremony import read_component

    text = click.prompt(f"component {number}", hide_input=True, err=True)
    check = click.prompt(f"check value of component {number}", err=True)
    return read_component(kind, text, check)


def _store_passphrase(config: HsmConfig, folder: Path, is_known: bool) -> str:
    """That of the file in the configuration, or typed; twice if it is a new one."""
    from ..serve import read_passphrase

    if config.passphrase_file:
        return read_passphrase(config, folder)
    prompt = "passphrase of the key store"
    typed: str = click.prompt(prompt, hide_input=True, confirmation_prompt=not is_known, err=True)
    return typed
