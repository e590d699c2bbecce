"""TLS of the links that a program lets in or dials: whom it trusts, and who it says it is."""

from __future__ import annotations

import ssl
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cardswitch.specs.errors import ConfigError
from cardswitch.specs.masking import printable

from ..operator.addresses import Address, is_here


class NamedContext(ssl.SSLContext):
    """Looks at whom the peer's certificate names, too, where a socket is wrapped.

    So does whoever blocks; a program looks as its link comes up, when it can say why in its record.
    """

    tls_names: tuple[str, ...] = ()

    def wrap_socket(self, *args: Any, **how: Any) -> ssl.SSLSocket:
        """As always. SSLCertVerificationError if the peer is none of those names."""
        wrapped = super().wrap_socket(*args, **how)
        names = names_of(wrapped.getpeercert()) if self.tls_names else ()
        if reason := stranger(names, self.tls_names):
            wrapped.close()
            refusal = ssl.SSLCertVerificationError(1, reason)
            refusal.verify_message = reason
            raise refusal
        return wrapped


class Tls:
    """What is spoken at one place, TLS 1.2 or later.

    Its files are looked at before every handshake; what has changed counts from then on, and links
    that stand stay. An authority that was taken out of a file is trusted until the next start.
    """

    def __init__(self, place: Address, prefix: str, protocol: int) -> None:
        """*prefix* begins the names of its keys. Raises ConfigError, naming key and file."""
        self._place = place
        self._prefix = prefix
        self._protocol = protocol
        self._seen = self._stamps()
        self.context = self._load(self._new())

    def renew(self) -> str:
        """Take over what has changed; why that cannot be, once, and all stays as it was; or ``""``.

        An error of one file must not leave half of two.
        """
        stamps = self._stamps()
        if stamps == self._seen:
            return ""
        self._seen = stamps
        try:
            self._load(self._new())
        except ConfigError as error:
            return str(error)
        self._load(self.context)
        return ""

    def stranger(self, names: Sequence[str]) -> str:
        """Why a peer whose certificate has these *names* is none of `tls_names`; or ``""``."""
        return stranger(names, self._place.tls_names)

    def _new(self) -> ssl.SSLContext:
        context = NamedContext(self._protocol)
        context.tls_names = self._place.tls_names
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if self._place.tls_ca:
            context.verify_mode = ssl.CERT_REQUIRED
        return context

    def _load(self, context: ssl.SSLContext) -> ssl.SSLContext:
        place, prefix = self._place, self._prefix
        if place.tls_ca:
            try:
                context.load_verify_locations(_readable(place.tls_ca, f"{prefix}ca"))
            except ssl.SSLError:
                text = f"{prefix}ca: {place.tls_ca}: expected certificates as PEM"
                raise ConfigError(text) from None
        _identify(context, place, prefix)
        return context

    def _stamps(self) -> list[tuple[int, int] | None]:
        place = self._place
        return [_stamp(path) for path in (place.tls_ca, place.tls_certificate, place.tls_key)]


def client_tls(place: Address, prefix: str) -> Tls | None:
    """What is spoken with *place*, or None for plain TCP; *prefix* begins the names of its keys.

    Its certificate must be for the host that is dialled, and signed by one of `tls_ca`. Raises
    ConfigError, naming key and file.

    >>> client_tls(Address(port=7100), "switch.hsm.tls_") is None
    True
    >>> client_tls(Address(port=7100, tls_ca="/ca"), "hsm.tls_")
    Traceback (most recent call last):
    cardswitch.specs.errors.ConfigError: hsm.tls_ca: /ca: cannot be read: No such file or directory
    """
    if place.tls_ca:
        return Tls(place, prefix, ssl.PROTOCOL_TLS_CLIENT)
    if place.tls_certificate or place.tls_key or place.tls_names:
        raise ConfigError(f"{prefix}ca: missing, but other keys of TLS are given")
    if not (place.plain or is_here(place.host)):
        is_option = prefix.startswith("--")  # of which none says plain
        otherwise = "" if is_option else ", or plain = true to send test cards in clear"
        raise ConfigError(
            f"{prefix}ca: missing: {place.host} is beyond this machine; say who signs its "
            f"certificate{otherwise}"
        )
    return None


def server_tls(place: Address, prefix: str) -> Tls | None:
    """What the port of *place* speaks, or None for plain TCP, which this machine alone may.

    With `tls_ca` nobody is let in without a certificate that one of that file signed. Raises
    ConfigError as above.
    """
    if place.plain:
        raise ConfigError(f"{prefix}certificate: plain is for what is dialled; leave it out")
    if place.tls_names and not place.tls_ca:
        raise ConfigError(f"{prefix}ca: missing, but tls_names says whom its certificates are of")
    if place.tls_certificate:
        return Tls(place, prefix, ssl.PROTOCOL_TLS_SERVER)
    if place.tls_key or place.tls_ca:
        raise ConfigError(f"{prefix}certificate: missing, but other keys of TLS are given")
    if not is_here(place.host):
        raise ConfigError(
            f"{prefix}certificate: missing: at {place.host} others than this machine may connect, "
            "and plain TCP is for 127.0.0.1, ::1 and localhost alone"
        )
    return None


def names_of(certificate: Any) -> tuple[str, ...]:
    """Whom *certificate* names, as `getpeercert` shows it: common names first.

    >>> names_of({"subject": ((("commonName", "switch"),),), "subjectAltName": (("DNS", "here"),)})
    ('switch', 'here')
    """
    shown: Mapping[str, Any] = certificate or {}
    subject = [each for part in shown.get("subject", ()) for each in part]
    common = [text for kind, text in subject if kind == "commonName"]
    return (*common, *(text for _, text in shown.get("subjectAltName", ())))


def stranger(names: Sequence[str], wanted: Sequence[str]) -> str:
    """Why a peer whose certificate has these *names* is none of those *wanted*; or ``""``."""
    if not wanted or not set(wanted).isdisjoint(names):
        return ""
    shown = ", ".join(printable(name) for name in names) or "nobody"
    return f"its certificate is that of {shown}, and not of {' or '.join(wanted)}"


def why(error: OSError) -> str:
    """What went wrong with a connection or its handshake, in words.

    >>> why(ssl.SSLError(1, "[SSL: HTTP_REQUEST] http request (_ssl.c:1006)"))
    'http request'
    """
    if not isinstance(error, ssl.SSLError):
        return error.strerror or type(error).__name__
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate is refused: {error.verify_message}"
    reason = getattr(error, "reason", None) or str(error).partition("] ")[2].partition(" (")[0]
    return reason.replace("_", " ").lower() or type(error).__name__


def _identify(context: ssl.SSLContext, place: Address, prefix: str) -> None:
    """Have *context* show our certificate, if there is one."""
    if not place.tls_certificate:
        if place.tls_key:
            raise ConfigError(f"{prefix}certificate: missing, but its key is given")
        return
    certificate = _readable(place.tls_certificate, f"{prefix}certificate")
    key = _readable(place.tls_key, f"{prefix}key") if place.tls_key else certificate
    try:
        # Without a password an encrypted key would be asked for on the terminal.
        context.load_cert_chain(certificate, key, password="")
    except ssl.SSLError:
        raise ConfigError(
            f"{prefix}certificate, {prefix}key: {certificate}, {key}: expected a certificate and "
            "its private key as PEM, the key without a password"
        ) from None


def _readable(path: str, key: str) -> str:
    """*path*, a file that can be opened; OpenSSL does not say which of two it cannot."""
    try:
        Path(path).open("rb").close()
    except OSError as error:
        raise ConfigError(f"{key}: {path}: cannot be read: {error.strerror}") from error
    return path


def _stamp(path: str) -> tuple[int, int] | None:
    """What is another when the file *path* is; None if it is not there."""
    try:
        found = Path(path).stat() if path else None
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_ino) if found else None
