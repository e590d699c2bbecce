"""`cardswitch ca`: the test CA of a lab, the certificates it has signed, and who trusts it."""

from __future__ import annotations

import platform
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from cardswitch.wire.operator import exits

from .spec.results import say_json

if TYPE_CHECKING:
    from ..house.papers import Paper

EPILOG: Final = """\b
Examples:
  cardswitch ca show                   the CA and its certificates, with fingerprints and ends
  cardswitch ca renew --all            new keys for all programs; those that run take them over
  cardswitch ca trust                  have the browsers of this machine trust it; asks first

The CA can sign for this machine alone (127.0.0.0/8, ::1, localhost). Its key is in tls/ca.key."""
# How this kind of system is told to trust a CA, as its own documentation says.
_TRUST: Final = {
    "Linux": (
        ("cp", "{ca}", "/usr/local/share/ca-certificates/cardswitch-test-ca.crt"),
        ("update-ca-certificates",),
    ),
    "Darwin": (
        (
            "security", "add-trusted-cert", "-r", "trustRoot", "-k",
            "{home}/Library/Keychains/login.keychain-db", "{ca}",
        ),
    ),
    "Windows": (("certutil", "-user", "-addstore", "Root", "{ca}"),),
}  # fmt: skip

folder_option = click.option(
    "--data",
    metavar="FOLDER",
    default="cardswitch-data",
    show_default=True,
    help="The folder of the lab.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")


@click.group(epilog=EPILOG)
def ca() -> None:
    """The lab's own test CA: show its certificates, renew them, trust it."""


@ca.command(epilog="\b\nExamples:\n  cardswitch ca show\n  cardswitch ca show --json")
@folder_option
@json_option
def show(data: str, as_json: bool) -> None:
    """List the CA and the certificates it has signed: for whom, until when, fingerprints."""
    from ..house.papers import read_papers

    papers = read_papers(Path(data))
    if as_json:
        say_json([_told(paper) for paper in papers])
        return
    for paper in papers:
        click.echo(f"{paper.name:10} until {paper.ends:%Y-%m-%d}  {paper.path}")
        click.echo(f"{'':10} SHA-256 {paper.sha256}")


@ca.command(epilog="\b\nExamples:\n  cardswitch ca renew\n  cardswitch ca renew --all")
@folder_option
@click.option("--all", "all_of_them", is_flag=True, help="Those too that are far from their end.")
@json_option
def renew(data: str, all_of_them: bool, as_json: bool) -> None:
    """Make anew the certificates that end within 30 days; `up` does so by itself.

    Programs that run take them over: no link is dropped, and nobody has to be started again.
    """
    from ..house.papers import CA_DAYS, RENEWED_DAYS, renew_papers

    names = renew_papers(Path(data), CA_DAYS if all_of_them else RENEWED_DAYS)
    if as_json:
        say_json(names)
    else:
        click.echo(f"renewed: {', '.join(names)}" if names else "nothing ends soon")


@ca.command(epilog="\b\nExamples:\n  cardswitch ca trust --show\n  sudo cardswitch ca trust")
@folder_option
@click.option("--show", "only_shown", is_flag=True, help="Show the commands and run none.")
def trust(data: str, only_shown: bool) -> None:
    """Show how this system is told to trust the CA, ask, and do it.

    Needed only for programs that are not told of the CA otherwise, such as a browser.
    """
    import subprocess

    from ..house.papers import read_papers

    paper = read_papers(Path(data))[0]
    commands = trusting(platform.system(), paper.path.absolute())
    click.echo(f"the CA of {data}, SHA-256 {paper.sha256}, until {paper.ends:%Y-%m-%d}")
    for command in commands:
        click.echo(f"  {' '.join(command)}")
    if only_shown:
        return
    click.confirm("run this?", abort=True)
    for command in commands:
        if subprocess.run(command, check=False).returncode:  # noqa: S603
            click.echo(f"ca: {command[0]} failed; what it needs may be another user's", err=True)
            raise click.exceptions.Exit(exits.ERROR)


def trusting(system: str, path: Path) -> list[list[str]]:
    """The commands that have a *system* trust the CA in the file *path*. Raises UsageError.

    >>> trusting("Windows", Path("ca.pem"))
    [['certutil', '-user', '-addstore', 'Root', 'ca.pem']]
    """
    known = _TRUST.get(system)
    if known is None:
        raise click.UsageError(f"how {system} is told is not known here; the file is {path}")
    values = {"ca": str(path), "home": str(Path.home())}
    return [[word.format(**values) for word in command] for command in known]


def _told(paper: Paper) -> dict[str, str]:
    return {
        "name": paper.name,
        "file": str(paper.path),
        "sha256": paper.sha256,
        "begins": paper.begins.isoformat(),
        "ends": paper.ends.isoformat(),
    }
