"""The certificate of a server on the loopback address, and whom its clients then trust."""

import os
import ssl
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from secrets import token_hex

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

ADDRESS = "127.0.0.1"
_LIFE = timedelta(days=2)
_HOUR = timedelta(hours=1)
"""A clock that was set back meanwhile does no harm."""


def certify(folder: Path) -> tuple[Path, Path]:
    """Write a new certificate, which is its own authority, and its private key; only the user can read the key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "kms-baseline sandbox")])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address(ADDRESS))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _HOUR)
        .not_valid_after(now + _LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    files = folder / "certificate.pem", folder / "key.pem"
    files[1].touch(0o600)
    files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return files


def trusted(certificate: Path, environment: Mapping[str, str]) -> Path:
    """A file beside the certificate with it and all authorities that this environment trusts already.

    `SSL_CERT_FILE` replaces the system's authorities: https://pkg.go.dev/crypto/x509#SystemCertPool
    """
    usual = environment.get("SSL_CERT_FILE") or ssl.get_default_verify_paths().cafile or os.devnull
    path = certificate.with_name("trusted.pem")
    known = Path(usual).read_text(errors="replace") if Path(usual).exists() else ""
    written = path.with_name(f"trusted-{token_hex(4)}.pem")
    written.write_text(f"{certificate.read_text()}{known}")
    return written.replace(path)  # somebody may read it just now
