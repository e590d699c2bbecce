"""The lab's papers: one test CA, and a certificate of it for each program.

The CA may sign for this machine alone (name constraints), so that trusting it endangers nobody
else. RFC 5280, 4.2.1.10.
"""

from __future__ import annotations

import datetime
import ipaddress
import secrets
from pathlib import Path
from typing import Final, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from cardswitch.specs.errors import ConfigError, Error
from cardswitch.wire.store.disk import create_file, replace_file
from cardswitch.wire.store.files import file_trouble

FOLDER: Final = "tls"
CA: Final = "ca"
PROGRAMS: Final = (
    "hsm", "switch", "acquirer", "issuer", "terminal", "gateway", "shop", "bank", "acs",
)  # fmt: skip
CA_DAYS: Final = 3_650
DAYS: Final = 397  # What browsers take at most.
RENEWED_DAYS: Final = 30  # So long before its end a certificate is made anew.
HOSTS: Final = ("localhost",)  # and all below it
# Origins of their own.
BELOW: Final = (
    "pay.localhost",
    "shop.localhost",
    "acs.localhost",
    "bank.localhost",
    "panel.localhost",
)
ADDRESSES: Final = ("127.0.0.1", "::1")
NETWORKS: Final = ("127.0.0.0/8", "::1/128")
_PEM: Final = serialization.Encoding.PEM
_PLAIN: Final = serialization.NoEncryption()
_EARLIER: Final = datetime.timedelta(hours=1)  # Clocks of one machine agree, but not always.


class Paper(NamedTuple):
    """What one certificate says."""

    name: str
    path: Path
    sha256: str  # of the certificate, in hexadecimal
    begins: datetime.datetime
    ends: datetime.datetime


def make_papers(folder: Path) -> None:
    """A CA, and certificates of all programs, in the folder of a lab. Raises OSError."""
    place = folder / FOLDER
    place.mkdir(mode=0o700, exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([_common_name(f"cardswitch test CA {secrets.token_hex(4)}")])
    _write(place, CA, _signed_ca(name, key), key)
    for program in PROGRAMS:
        _make(place, program)


def paper_files() -> tuple[str, ...]:
    """All files that :func:`make_papers` makes, as paths within the folder of a lab."""
    return tuple(f"{FOLDER}/{name}.{kind}" for name in (CA, *PROGRAMS) for kind in ("pem", "key"))


def has_papers(folder: Path) -> bool:
    """Whether the lab in *folder* has a CA of its own."""
    return (folder / FOLDER / f"{CA}.pem").exists()


def read_papers(folder: Path) -> list[Paper]:
    """The CA first, then every certificate in the folder of a lab. Raises ConfigError, Error."""
    place = folder / FOLDER
    if not has_papers(folder):
        raise ConfigError(f"{place}: no CA there; `cardswitch up` makes one with a new lab")
    others = sorted(path for path in place.glob("*.pem") if path.stem != CA)
    return [_read(path) for path in (place / f"{CA}.pem", *others)]


def renew_papers(folder: Path, within_days: float = RENEWED_DAYS) -> list[str]:
    """Make anew what ends within *within_days*, with a new key; the names. Raises Error.

    So is a certificate whose key is another one's: it was being renewed when all was cut off.
    Programs that run take it over with the next handshake.
    """
    soon = _now() + datetime.timedelta(days=within_days)
    ca, *others = read_papers(folder)
    if ca.ends <= _now():
        raise Error(f"{ca.path}: the CA has ended on {ca.ends:%Y-%m-%d}: make a new lab")
    ending = [
        paper.name
        for paper in others
        if paper.ends <= min(soon, ca.ends) or not _has_its_key(paper.path)
    ]
    for name in ending:
        _make(folder / FOLDER, name, replaced=True)
    return ending


# Making -------------------------------------------------------------------------------------------


def _make(place: Path, name: str, *, replaced: bool = False) -> None:
    """The certificate of the program *name*, as server and as client."""
    issuer, signer = _authority(place)
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([_common_name(name)])
    names: list[x509.GeneralName] = [x509.DNSName(host) for host in (*HOSTS, *BELOW)]
    names += [x509.IPAddress(ipaddress.ip_address(address)) for address in ADDRESSES]
    uses = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    ends = min(_now() + datetime.timedelta(days=DAYS), issuer.not_valid_after_utc)
    builder = (
        _begun(subject, issuer.subject, key.public_key(), ends)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.ExtendedKeyUsage(uses), critical=False)
        .add_extension(_key_usage(signs=False), critical=True)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
    )
    _write(place, name, builder.sign(signer, hashes.SHA256()), key, replaced=replaced)


def _signed_ca(name: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    permitted: list[x509.GeneralName] = [x509.DNSName(host) for host in HOSTS]
    permitted += [x509.IPAddress(ipaddress.ip_network(network)) for network in NETWORKS]
    ends = _now() + datetime.timedelta(days=CA_DAYS)
    return (
        _begun(name, name, key.public_key(), ends)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.NameConstraints(permitted, None), critical=True)
        .add_extension(_key_usage(signs=True), critical=True)
        .sign(key, hashes.SHA256())
    )


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, ends: datetime.datetime
) -> x509.CertificateBuilder:
    number = x509.random_serial_number()
    return x509.CertificateBuilder(
        issuer, subject, key, number, _now() - _EARLIER, ends
    ).add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)


def _key_usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )


def _common_name(text: str) -> x509.NameAttribute[str]:
    return x509.NameAttribute(NameOID.COMMON_NAME, text)


# Files --------------------------------------------------------------------------------------------


def _write(
    place: Path,
    name: str,
    certificate: x509.Certificate,
    key: ec.EllipticCurvePrivateKey,
    *,
    replaced: bool = False,
) -> None:
    """Both for their owner alone; the key first, so that nobody finds a certificate without."""
    secret = key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, _PLAIN)
    write = replace_file if replaced else create_file
    write(place / f"{name}.key", secret)
    write(place / f"{name}.pem", certificate.public_bytes(_PEM))


def _authority(place: Path) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    path = place / f"{CA}.key"
    certificate = _certificate(place / f"{CA}.pem")
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), None)
    except OSError as error:
        raise file_trouble(path, error) from None
    except (ValueError, TypeError):
        raise Error(f"{path}: expected a private key as PEM, without a password") from None
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise Error(f"{path}: expected a key on an elliptic curve")
    return certificate, key


def _read(path: Path) -> Paper:
    found = _certificate(path)
    return Paper(
        path.stem,
        path,
        found.fingerprint(hashes.SHA256()).hex(),
        found.not_valid_before_utc,
        found.not_valid_after_utc,
    )


def _has_its_key(path: Path) -> bool:
    """Whether the key beside the certificate *path* is its own; True where there is none to see."""
    try:
        key = serialization.load_pem_private_key(path.with_suffix(".key").read_bytes(), None)
    except (OSError, ValueError, TypeError):
        return True  # Whoever loads it says what is wrong with it.
    return key.public_key() == _certificate(path).public_key()


def _certificate(path: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except OSError as error:
        raise file_trouble(path, error) from None
    except ValueError:
        raise Error(f"{path}: expected a certificate as PEM") from None


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)
