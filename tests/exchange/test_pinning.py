"""TLS on the line: a certificate that was agreed is the only one the line speaks to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.exchange.houses import House
from tests.exchange.stranger import Stranger

from giapranh.exchange import line
from giapranh.exchange.line import LineDown
from giapranh.exchange.services import meeting
from giapranh.exchange.services.meeting import BadAddress


def self_signed(folder: Path, name: str, host: str) -> tuple[str, str]:
    """A certificate that a node made for itself: file names of certificate and key."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(who).issuer_name(who).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(host))]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return str(folder / "cert.pem"), str(folder / "key.pem")


@pytest.fixture
def neighbour(tmp_path: Path) -> Iterator[Stranger]:
    """Its certificate bears another name than its address: what was agreed is the certificate."""
    nobody = House("lang-son", tmp_path, "", 0)
    stranger = Stranger(nobody, "bac-ninh", *self_signed(tmp_path / "true", "bac-ninh", "127.0.0.9"))
    yield stranger
    stranger.close()


def test_the_agreed_certificate_is_believed(neighbour: Stranger, tmp_path: Path) -> None:
    pinned = (tmp_path / "true" / "cert.pem").read_text("ascii")
    assert line.fetch_card(neighbour.address, pinned) == neighbour.card


def test_another_certificate_is_refused_whoever_signed_it(neighbour: Stranger, tmp_path: Path) -> None:
    other, _ = self_signed(tmp_path / "other", "bac-ninh", "127.0.0.1")
    with pytest.raises(LineDown):
        line.fetch_card(neighbour.address, Path(other).read_text("ascii"))


def test_without_a_pin_only_a_known_authority_is_believed(neighbour: Stranger) -> None:
    with pytest.raises(LineDown):
        line.fetch_card(neighbour.address)


def test_plain_http_where_tls_was_agreed_is_refused(neighbour: Stranger, tmp_path: Path) -> None:
    pinned = (tmp_path / "true" / "cert.pem").read_text("ascii")
    with pytest.raises(LineDown):
        line.fetch_card(neighbour.address.replace("https", "http"), pinned)


@pytest.mark.parametrize(
    "text", ["x", "-----BEGIN CERTIFICATE-----", "-----BEGIN PRIVATE KEY-----\nAA\n-----END PRIVATE KEY-----"]
)
def test_what_is_no_certificate_is_not_kept(text: str) -> None:
    with pytest.raises(BadAddress):
        meeting.clean_certificate(text)
