"""Who may reach the module: TLS with certificates of clients, and their addresses."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path

from cardswitch.specs.errors import ConfigError
from cardswitch.specs.masking import printable

from .config import HsmConfig


def server_tls(config: HsmConfig, folder: Path) -> ssl.SSLContext | None:
    """What the port speaks, or None for plain TCP; paths count from *folder*.

    TLS 1.2 or later; with ``tls_clients`` nobody is let in without a certificate that one of that
    file signed. Raises ConfigError, naming the key.
    """
    if not config.tls_certificate:
        if config.tls_key or config.tls_clients:
            raise ConfigError("hsm.tls_certificate: missing, but other keys of TLS are given")
        return None
    if not config.tls_key:
        raise ConfigError("hsm.tls_key: missing: the file of the certificate's private key")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        # No passphrase: a sealed key is refused, and nobody is asked at the terminal.
        context.load_cert_chain(
            folder / config.tls_certificate, folder / config.tls_key, password=""
        )
    except (OSError, ssl.SSLError) as error:
        raise _unusable("tls_certificate, hsm.tls_key", error) from error
    if config.tls_clients:
        context.verify_mode = ssl.CERT_REQUIRED
        try:
            context.load_verify_locations(folder / config.tls_clients)
        except (OSError, ssl.SSLError) as error:
            raise _unusable("tls_clients", error) from error
    return context


def address_rule(allow: Sequence[str]) -> Callable[[str], bool]:
    """Whether an IP address is in one of *allow*, addresses or networks. Raises ConfigError.

    >>> allows = address_rule(["127.0.0.1", "10.1.0.0/16"])
    >>> [allows(peer) for peer in ("127.0.0.1", "10.1.2.3", "10.2.0.1", "::ffff:127.0.0.1", "")]
    [True, True, False, True, False]
    """
    networks = [_network(text) for text in allow]

    def allows(peer: str) -> bool:
        try:
            address = ip_address(peer.partition("%")[0])  # fe80::1%eth0
        except ValueError:
            return False
        mapped = address.ipv4_mapped if address.version == 6 else None
        return any((mapped or address) in network for network in networks)

    return allows


def _network(text: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(text)
    except ValueError:
        raise ConfigError(
            f"hsm.allow: {printable(text)}: expected an address or a network, such as 10.1.0.0/16"
        ) from None


def _unusable(keys: str, error: OSError) -> ConfigError:
    said = error.strerror or type(error).__name__
    return ConfigError(f"hsm.{keys}: no certificate or key can be read there: {said}")
