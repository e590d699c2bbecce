"""TLS of the links that a program dials: whom it trusts, and who it says it is."""

from __future__ import annotations

import ssl
from pathlib import Path

from cardswitch.specs.errors import ConfigError

from ..operator.addresses import Peer


def client_tls(peer: Peer, prefix: str) -> ssl.SSLContext | None:
    """What is spoken with *peer*, or None for plain TCP; *prefix* begins the names of its keys.

    TLS 1.2 or later, with a peer whose certificate is for the host that is dialled, and signed by
    one of `tls_ca`. Raises ConfigError, naming key and file.

    >>> client_tls(Peer(port=7100), "switch.hsm.tls_") is None
    True
    >>> client_tls(Peer(port=7100, tls_ca="/ca"), "hsm.tls_")
    Traceback (most recent call last):
    cardswitch.specs.errors.ConfigError: hsm.tls_ca: /ca: cannot be read: No such file or directory
    """
    if not peer.tls_ca:
        if peer.tls_certificate or peer.tls_key:
            raise ConfigError(f"{prefix}ca: missing, but other keys of TLS are given")
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_verify_locations(_readable(peer.tls_ca, f"{prefix}ca"))
    except ssl.SSLError:
        raise ConfigError(f"{prefix}ca: {peer.tls_ca}: expected certificates as PEM") from None
    _identify(context, peer, prefix)
    return context


def _identify(context: ssl.SSLContext, peer: Peer, prefix: str) -> None:
    """Have *context* show our certificate, if there is one."""
    if not peer.tls_certificate:
        if peer.tls_key:
            raise ConfigError(f"{prefix}certificate: missing, but its key is given")
        return
    certificate = _readable(peer.tls_certificate, f"{prefix}certificate")
    key = _readable(peer.tls_key, f"{prefix}key") if peer.tls_key else certificate
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
