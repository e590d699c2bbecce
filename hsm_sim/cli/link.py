"""What the commands share that talk to a running HSM: where it is, and how failures end them."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn

import click

from cardswitch.wire.operator import exits
from cardswitch.wire.operator.options import LAB, Time, lab_option

if TYPE_CHECKING:
    import ssl

    from ..client.client import HsmClient
    from ..client.officers import AttendedHsm
    from ..config import HsmConfig

OFFICERS_HINT: Final = (
    "; `hsm keys ... --officers` does it by the word of two officers, or `authorise` at the console"
)
PORT: Final = 7100  # where a lab puts its HSM
TIMEOUT_S: Final = 5.0  # As in cardswitch.hsm_sim.client.client, which is not imported for help.


def asking(command: Callable[..., None]) -> Callable[..., None]:
    """Options that say where the HSM is; the command gets `hsm`, a client that is connected."""

    @click.option("--host", metavar="HOST", help="The HSM's host; by default that of the lab.")
    @click.option(
        "--port",
        metavar="PORT",
        type=click.IntRange(1, 65_535),
        help="The HSM's port; by default that of the lab.",
    )
    @lab_option(f"The lab's TOML file. Without it the HSM is at 127.0.0.1:{PORT}.")
    @click.option(
        "--timeout", "timeout_s", metavar="SECONDS", type=Time(0, min_open=True),
        default=TIMEOUT_S, show_default=True, help="How many seconds an answer may take.",
    )  # fmt: skip
    @click.option(
        "--tls-ca", metavar="PEM", default="",
        help="Speak TLS, and trust certificates of this authority.",
    )  # fmt: skip
    @click.option(
        "--tls-certificate",
        metavar="PEM",
        default="",
        help="The client certificate, if the HSM asks for one.",
    )
    @click.option(
        "--tls-key",
        metavar="PEM",
        default="",
        help="The private key, if it is not in the file of the certificate.",
    )
    @click.option(
        "--tls-name", "tls_names", metavar="NAME", multiple=True,
        help="Whom the HSM's certificate must name, besides the host; one of several.",
    )  # fmt: skip
    @header_option("By default that of the lab, or 4.")
    @functools.wraps(command)
    def asks(
        *args: Any,
        host: str | None,
        port: int | None,
        config_path: Path,
        timeout_s: float,
        tls_ca: str,
        tls_certificate: str,
        tls_key: str,
        tls_names: tuple[str, ...],
        header_size: int | None,
        officers: bool = False,
        **kwargs: Any,
    ) -> None:
        from msgspec.structs import replace

        if officers:
            with failing():
                command(*args, hsm=_attended(config_path), **kwargs)
            return
        place = place_of(host, port, config_path)
        if tls_ca or tls_certificate or tls_key:
            papers = {"tls_ca": tls_ca, "tls_certificate": tls_certificate, "tls_key": tls_key}
            place = replace(place, **papers)
        if tls_names:
            place = replace(place, tls_names=tls_names)
        if header_size is not None:
            place = replace(place, header_size=header_size)
        with failing(), connected(place, timeout_s) as client:
            command(*args, hsm=client, **kwargs)

    return asks


def header_option(otherwise: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The option that says how long a header is; *otherwise* says what holds without it."""
    return click.option(
        "--header",
        "header_size",
        metavar="SIZE",
        type=click.IntRange(0, 255),
        help=f"Characters before every command. {otherwise}",
    )


officers_option = click.option(
    "--officers", is_flag=True,
    help="By the word of two officers, at the module's console on this machine.",
)  # fmt: skip


@contextmanager
def failing() -> Iterator[None]:
    """Turn what goes wrong into one line and the exit code that the help promises."""
    import ssl

    from cardswitch.specs.errors import CryptoError, EncodeError, FormatError
    from cardswitch.specs.hsm.errors import NOT_AUTHORISED
    from cardswitch.wire.framing import FramingError

    from ..client.client import HsmError, HsmLinkError
    from ..client.keyfile import KeyFileError
    from ..client.officers import ConsoleError
    from ..custody.authority import AuthorityRefused

    try:
        yield
    except (EncodeError, CryptoError, KeyFileError) as error:
        raise click.UsageError(str(error)) from None
    except HsmError as error:
        hint = OFFICERS_HINT if error.code == NOT_AUTHORISED else ""
        refuse(f"{error}{hint}", exits.ERROR)
    except (AuthorityRefused, ConsoleError) as error:
        refuse(str(error), exits.ERROR)
    except TimeoutError:
        refuse("no answer in time: is this an HSM? --timeout waits longer", exits.TIMEOUT)
    except (HsmLinkError, FramingError, FormatError) as error:
        refuse(str(error), exits.LINK)
    except ConnectionRefusedError:
        refuse("nobody listens there: `cardswitch hsm serve` starts an HSM", exits.LINK)
    except (ConnectionError, ssl.SSLError) as error:
        refuse(f"the connection failed: {error.strerror or error}", exits.LINK)


def refuse(text: str, exit_code: int) -> NoReturn:
    """Say *text* on standard error and end with *exit_code*."""
    click.echo(f"hsm: {text}", err=True)
    raise click.exceptions.Exit(exit_code)


def write_json(value: Any) -> None:
    """*value* on standard output, as one line of JSON."""
    import msgspec

    click.echo(msgspec.json.encode(value).decode())


def place_of(host: str | None, port: int | None, config_path: Path) -> HsmConfig:
    """What the options say, else the lab, else where a lab would put it; as it is to be dialled."""
    from ..config import HsmConfig

    if config_path == LAB and not LAB.exists():
        return HsmConfig(host=host or "127.0.0.1", port=port or PORT)
    lab = _of_lab(config_path)
    if host not in (None, lab.host) or port not in (None, lab.port):
        return HsmConfig(host=host or lab.host, port=port or lab.port, header_size=lab.header_size)
    return _with_its_papers(lab)


def connected(place: HsmConfig, timeout_s: float = TIMEOUT_S) -> HsmClient:
    """A client of the module at *place*. Raises UsageError (papers), HsmLinkError and OSError."""
    from ..client.client import HsmClient, HsmLinkError

    try:
        return HsmClient(
            place.host,
            place.port,
            timeout_s=timeout_s,
            header_size=place.header_size,
            tls=_tls(place, "--tls-"),
        )
    except ConnectionRefusedError:
        raise HsmLinkError(
            f"nobody listens at {place.host}:{place.port}: `cardswitch hsm serve` starts an HSM"
        ) from None


def _of_lab(config_path: Path) -> HsmConfig:
    """The module of the lab that *config_path* describes. Raises ConfigError."""
    from cardswitch.wire.operator.config import read_config, section

    from ..config import HsmConfig

    return section(read_config(config_path), "hsm", HsmConfig, config_path).placed(
        config_path.parent
    )


def _with_its_papers(lab: HsmConfig) -> HsmConfig:
    """The module of a lab as its own operator dials it: who may read its papers may show them."""
    from msgspec.structs import replace

    if lab.tls_ca:
        return replace(lab, tls_names=())  # Those are whom it lets in.
    return replace(lab, tls_ca=lab.tls_certificate, tls_certificate="", tls_key="")


def _attended(config_path: Path) -> AttendedHsm:
    """The console of the lab's module, and two officers: those of the lab's file, or typed."""
    from cardswitch.specs.errors import ConfigError

    from ..client.officers import OFFICERS_NAME, AttendedHsm, read_officers
    from ..custody.authority import Credential

    config = _of_lab(config_path)
    if not config.console_port:
        raise ConfigError(
            f"{config_path}: hsm.console_port: missing: name a free port there, and a key_store "
            "with two officers (`cardswitch hsm officer add`)"
        )
    tls = _tls(_with_its_papers(config), "hsm.tls_")
    file = config_path.parent / OFFICERS_NAME
    if file.exists():
        return AttendedHsm(config.console_port, read_officers(file), tls)
    typed = []
    for which in ("first", "second"):
        name = click.prompt(f"{which} officer", err=True)
        secret = click.prompt(f"passphrase of {name}", hide_input=True, err=True)
        typed.append(Credential(name, secret))
    return AttendedHsm(config.console_port, typed, tls)


def _tls(place: HsmConfig, prefix: str) -> ssl.SSLContext | None:
    """TLS as *place* asks for it, or none. Raises UsageError."""
    from cardswitch.specs.errors import ConfigError
    from cardswitch.wire.driver.tls import client_tls

    try:
        tls = client_tls(place, prefix)
    except ConfigError as error:
        raise click.UsageError(str(error)) from None
    return tls.context if tls else None
