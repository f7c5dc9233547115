"""Papers made for the tests: real files of every kind, built from nothing."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

HEAD = (
    (90, 60, "UBND TỈNH LẠNG SƠN"),
    (310, 60, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
    (60, 76, "SỞ NÔNG NGHIỆP VÀ MÔI TRƯỜNG"),
    (350, 76, "Độc lập - Tự do - Hạnh phúc"),
    (90, 104, "Số:         /SNNMT-NKS"),
    (330, 104, "Lạng Sơn, ngày      tháng 10 năm 2026"),
)
BODY = (
    (70, 150, "Kính gửi: Các phòng, đơn vị thuộc Sở."),
    (90, 180, "Thực hiện Kế hoạch số 03/KH-UBND ngày 08/01/2026 của Ủy ban nhân dân tỉnh,"),
    (70, 198, "Giám đốc Sở yêu cầu các đơn vị triển khai các nội dung sau:"),
    (90, 216, "1. Phòng Khoáng sản chủ trì, phối hợp với Thanh tra Sở kiểm tra khu vực giáp ranh."),
    (90, 234, "2. Phòng Quản lý môi trường báo cáo kết quả trước ngày 15/12/2026./."),
)
FOOT = (
    (70, 280, "Nơi nhận:"),
    (380, 280, "GIÁM ĐỐC"),
    (70, 298, "- Như trên;"),
    (70, 314, "- Lưu: VT, NKS."),
    (370, 380, "Nguyễn Văn Mẫu"),
)
PAPER = (*HEAD, *BODY, *FOOT)

Placed = tuple[float, float, str]


def pdf(*pages: Sequence[Placed], size: float = 11, rotate: int = 0, note: Sequence[Placed] = ()) -> bytes:
    """A born-digital PDF: text at (x, y from the top), with a font whose codes a map translates to Unicode.

    ``note`` is typed over the first page in Arial.
    """
    letters = sorted({sign for page in (*pages, note) for _x, _y, words in page for sign in words})
    codes = {sign: index for index, sign in enumerate(letters, start=33)}
    objects: list[bytes] = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count %d /Kids [%s] >>"
        % (len(pages), b" ".join(b"%d 0 R" % (5 + 2 * index) for index in range(len(pages)))),
        _font(codes),
        _stream(_cmap(codes)),
    ]
    arial = 5 + 2 * len(pages)
    for index, page in enumerate(pages):
        placed = [(1, *one) for one in page] + [(2, *one) for one in note if index == 0]
        drawn = b"".join(
            b"BT /F%d %g Tf %g %g Td <%s> Tj ET\n"
            % (font, size, x, 842 - y, "".join(f"{codes[sign]:02x}" for sign in words).encode())
            for font, x, y, words in placed
        )
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Rotate %d "
            b"/Resources << /Font << /F1 3 0 R /F2 %d 0 R >> >> /Contents %d 0 R >>" % (rotate, arial, 6 + 2 * index)
        )
        objects.append(_stream(drawn))
    objects.append(_font(codes).replace(b"/Times-Roman", b"/ArialMT"))
    return _file(objects)


def _font(codes: dict[str, int]) -> bytes:
    last = max(codes.values(), default=33)
    wide = {code: 280 if sign in " iIl.,;:/-()" else 560 for sign, code in codes.items()}
    widths = b" ".join(b"%d" % wide.get(code, 500) for code in range(33, last + 1))
    return (
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman /FirstChar 33 /LastChar %d /Widths [%s] "
        b"/ToUnicode 4 0 R >>" % (last, widths)
    )


def _cmap(codes: dict[str, int]) -> bytes:
    rows = "\n".join(f"<{code:02x}> <{sign.encode('utf-16-be').hex()}>" for sign, code in codes.items())
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Own def /CMapType 2 def\n"
        "1 begincodespacerange <00> <ff> endcodespacerange\n"
        f"{len(codes)} beginbfchar\n{rows}\nendbfchar endcmap end end"
    ).encode()


def _stream(data: bytes) -> bytes:
    return b"<< /Length %d >>\nstream\n%s\nendstream" % (len(data), data)


def _file(objects: list[bytes]) -> bytes:
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


@cache
def signer(name: str = "Sở Nông nghiệp và Môi trường") -> tuple[Any, bytes]:
    """A key with a certificate of its own, and that certificate in DER."""
    from asn1crypto import keys
    from asn1crypto import x509 as asn1
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID
    from pyhanko.sign.signers import SimpleSigner
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "UBND tỉnh Lạng Sơn"),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=2))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    der = certificate.public_bytes(serialization.Encoding.DER)
    plain = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    own = SimpleSigner(
        signing_cert=asn1.Certificate.load(der),
        signing_key=keys.PrivateKeyInfo.load(plain),
        cert_registry=SimpleCertificateStore(),
    )
    return own, der


def signed(data: bytes, fields: Sequence[tuple[str, tuple[int, int, int, int], str]] = ()) -> bytes:
    """The PDF signed once for each field; a field shows its words over the page, as issued papers do."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.pdf_utils.text import TextBoxStyle
    from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
    from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
    from pyhanko.stamp import TextStampStyle

    for field, box, words in fields or (("Signature", (0, 0, 0, 0), ""),):
        style = TextStampStyle(stamp_text=words, border_width=0, text_box_style=TextBoxStyle(font_size=11))
        out = io.BytesIO()
        PdfSigner(
            PdfSignatureMetadata(field_name=field, subfilter=SigSeedSubFilter.PADES),
            signer=signer()[0],
            stamp_style=style if words else None,
            new_field_spec=SigFieldSpec(field, on_page=0, box=box if words else None),
        ).sign_pdf(IncrementalPdfFileWriter(io.BytesIO(data)), output=out)
        data = out.getvalue()
    return data


@cache
def _typeface(size: int) -> Any:
    import pytest
    from PIL import ImageFont

    for name in ("DejaVuSerif.ttf", "times.ttf", "Times New Roman.ttf"):
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    return pytest.skip("no Vietnamese typeface on this machine")


def picture(page: Sequence[Placed], *, skew: float = 0.0, turn: int = 0, scale: float = 300 / 72) -> Any:
    """A page as a scanner gives it: grey, leaning, lying on its side."""
    from PIL import Image, ImageDraw

    image = Image.new("L", (round(595 * scale), round(842 * scale)), 250)
    draw = ImageDraw.Draw(image)
    for x, y, words in page:
        draw.text((x * scale, y * scale), words, font=_typeface(round(8.5 * scale)), fill=25, anchor="ls")
    if skew:
        image = image.rotate(skew, resample=Image.Resampling.BICUBIC, expand=True, fillcolor=250)
    return image.rotate(turn, expand=True) if turn else image


def as_file(image: Any, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def scan(*images: Any, layer: str | None = None) -> bytes:
    """A PDF of pictures, with an invisible text layer if one is given."""
    import pypdf

    out = io.BytesIO()
    images[0].save(out, "PDF", resolution=300, save_all=True, append_images=list(images[1:]))
    if layer is None:
        return out.getvalue()
    words = layer.split()
    rows = [(50.0, 60.0 + 20 * at, " ".join(words[at * 8 : at * 8 + 8])) for at in range(len(words) // 8 + 1)]
    over = pypdf.PdfReader(io.BytesIO(pdf([row for row in rows if row[2]])))
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(out.getvalue()))
    writer.pages[0].merge_page(over.pages[0])
    merged = io.BytesIO()
    writer.write(merged)
    return merged.getvalue()


W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def docx_of(body: str, **parts: str) -> bytes:
    """A .docx with this body XML; other parts by name (``numbering="<w:numbering …>"``)."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", f"<w:document {W}><w:body>{body}</w:body></w:document>")
        for name, xml in parts.items():
            archive.writestr(f"word/{name}.xml", xml)
    return out.getvalue()


def p(words: str, properties: str = "", run: str = "") -> str:
    """One paragraph."""
    return (
        f'<w:p><w:pPr>{properties}</w:pPr><w:r><w:rPr>{run}</w:rPr><w:t xml:space="preserve">{words}</w:t></w:r></w:p>'
    )
