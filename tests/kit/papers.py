"""Certificates for tests, made when they are needed: none is kept, so none can run out."""

import datetime
import ipaddress

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

HOST = "127.0.0.1"
PLAIN = serialization.NoEncryption()


def certificate(folder, name, signer=None, host=HOST, seal=PLAIN, days=1):
    """Make NAME.pem, for *host*, and NAME.key, sealed with *seal*; returns what signs others.

    It is signed by *signer*, or by itself and is then an authority. It ends in so many *days*.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    issuer, issuer_key = signer or (subject, key)
    day, now = datetime.timedelta(days=1), datetime.datetime.now(datetime.UTC)
    begins, ends = now - day * (1 + abs(days)), now + day * days
    number, public = x509.random_serial_number(), key.public_key()
    place = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))])
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    made = (
        x509.CertificateBuilder(issuer, subject, public, number, begins, ends)
        .add_extension(place, False)
        .add_extension(x509.BasicConstraints(signer is None, None), critical=True)
        .add_extension(_uses(signs=signer is None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), False)
        .add_extension(authority, False)
        .sign(issuer_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, seal)
    (folder / f"{name}.pem").write_bytes(made.public_bytes(pem))
    (folder / f"{name}.key").write_bytes(secret)
    return subject, key


def _uses(signs):
    """What the key of a certificate is for: Python 3.13 wants authorities to say it."""
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )
