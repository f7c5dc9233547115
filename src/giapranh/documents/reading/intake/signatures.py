"""Who signed a PDF, when, and whether a byte has changed since; never a reason to refuse a paper."""

from __future__ import annotations

import contextlib
import io
import logging
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from giapranh.documents.reading.schema import PdfSignature


def read_signatures(data: bytes, roots: Sequence[bytes] = ()) -> tuple[PdfSignature, ...]:
    """Every signature of the file in the order of signing; ``roots`` are trusted certificates (PEM or DER)."""
    for name in ("pyhanko", "pyhanko_certvalidator", "asn1crypto"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    from pyhanko.pdf_utils.reader import PdfFileReader

    found = []
    try:
        reader = PdfFileReader(io.BytesIO(data), strict=False)
        if reader.encrypted:
            reader.decrypt("")  # restricted, but open to everybody
        fields = list(_signed_fields(reader))
    except Exception:
        return ()
    for name, entry in fields:
        try:
            found.append(_one(reader, name, entry, roots))
        except Exception:
            found.append(_as_told(entry))
    return tuple(sorted(found, key=lambda s: s.signed_at or datetime.max.replace(tzinfo=UTC)))


def _signed_fields(reader: Any) -> Any:
    from pyhanko.sign.fields import enumerate_sig_fields

    for name, value, reference in enumerate_sig_fields(reader, filled_status=True):
        if value is not None:
            yield name, reference.get_object()


def _one(reader: Any, name: str, entry: Any, roots: Sequence[bytes]) -> PdfSignature:
    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
    from pyhanko.sign.validation.status import SignatureCoverageLevel

    signature = EmbeddedPdfSignature(reader, entry, name)
    certificate = signature.signer_cert
    covers = signature.evaluate_signature_coverage() == SignatureCoverageLevel.ENTIRE_FILE
    subject = _names(certificate)
    return PdfSignature(
        signer=subject.get("common_name") or _text(signature.sig_object, "/Name"),
        organisation=subject.get("organization_name") or subject.get("organizational_unit_name"),
        signed_at=_when(signature),
        intact=_intact(signature),
        trusted=_trusted(signature, roots) if roots else None,
        covers_whole_file=covers,
        sub_filter=_text(signature.sig_object, "/SubFilter"),
    )


def _intact(signature: Any) -> bool:
    """The digest of the signed bytes and the signature over it both hold."""
    from pyhanko.sign.validation.generic_cms import validate_sig_integrity

    try:
        digest = signature.compute_digest()
        kind = signature.signed_data["encap_content_info"]["content_type"].native
        whole, valid = validate_sig_integrity(signature.signer_info, signature.signer_cert, kind, digest)
    except Exception:
        return False
    return bool(whole and valid)


def _trusted(signature: Any, roots: Sequence[bytes]) -> bool:
    import asyncio

    from pyhanko_certvalidator import CertificateValidator, ValidationContext

    context = ValidationContext(
        trust_roots=list(_anchors(roots)),
        other_certs=list(signature.other_embedded_certs),
        moment=_when(signature),
        allow_fetching=False,
        revocation_mode="soft-fail",
    )
    try:
        asyncio.run(CertificateValidator(signature.signer_cert, validation_context=context).async_validate_path())
    except Exception:
        return False
    return True


def _anchors(roots: Sequence[bytes]) -> Iterator[Any]:
    """The certificates in the files given, a bundle gives several; a file that holds none is left out."""
    from asn1crypto import pem, x509

    for root in roots:
        with contextlib.suppress(ValueError, TypeError):
            blocks = [each for _, _, each in pem.unarmor(root, multiple=True)] if pem.detect(root) else [root]
            for block in blocks:
                certificate = x509.Certificate.load(block)
                certificate.native  # noqa: B018 - the library parses late: what is no certificate shows here
                yield certificate


def _names(certificate: Any) -> dict[str, str]:
    return {
        key: value if isinstance(value, str) else " ".join(value) for key, value in certificate.subject.native.items()
    }


def _when(signature: Any) -> datetime | None:
    try:
        told: datetime | None = signature.self_reported_timestamp
    except Exception:
        return None
    return told.replace(tzinfo=UTC) if told is not None and told.tzinfo is None else told


def _as_told(entry: Any) -> PdfSignature:
    """A signature that cannot be opened: only what the field says of itself, and never called intact."""
    value: Any = {}
    with contextlib.suppress(Exception):
        value = entry["/V"]
    return PdfSignature(
        signer=_text(value, "/Name"),
        organisation=None,
        signed_at=_pdf_date(_text(value, "/M")),
        intact=False,
        trusted=None,
        covers_whole_file=False,
        sub_filter=_text(value, "/SubFilter"),
    )


def _text(entry: Any, key: str) -> str | None:
    try:
        return str(entry[key]).lstrip("/") or None
    except Exception:
        return None


def _pdf_date(text: str | None) -> datetime | None:
    if not text:
        return None
    from pyhanko.pdf_utils.generic import parse_pdf_date

    try:
        told: datetime = parse_pdf_date(text, strict=False)
    except Exception:
        return None
    return told if told.tzinfo else told.replace(tzinfo=UTC)
