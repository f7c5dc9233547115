"""Files as strangers send them: damaged, disguised, too big, in the wrong language. Built from nothing."""

from __future__ import annotations

import io
import unicodedata
import zipfile
from dataclasses import dataclass

from tests.documents.reading.intake import making

GOOD_TEXT = """ỦY BAN NHÂN DÂN TỈNH MẪU
CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc
Số: 7/KH-UBND
Mẫu, ngày 12 tháng 3 năm 2026
KẾ HOẠCH
Về việc phối hợp bảo vệ nguồn nước sông Mẫu
Căn cứ Biên bản ghi nhớ số 15-BB/TUA-TUB ngày 02/02/2025;
1. Phòng Quản lý môi trường chủ trì, phối hợp với Phòng Khoáng sản quan trắc nước sông trước ngày 30/6/2026.
2. Phòng Khoáng sản rà soát các mỏ đá giáp ranh.
Nơi nhận:
- Như trên;
- Lưu: VT.
TM. ỦY BAN NHÂN DÂN
CHỦ TỊCH
Nguyễn Văn Mẫu
"""

ENGLISH_TEXT = """MINISTRY OF SAMPLE AFFAIRS
No: 12/2026
Hanoi, 3 March 2026
MEMORANDUM
Subject: cooperation on shared rivers between two neighbouring provinces
The department shall take samples of the river every month and report the results before 30 June 2026.
Both sides agree to inform each other of any accident within two hours of its discovery.
"""

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def paper_text(number: int = 7, subject: str = "phối hợp bảo vệ nguồn nước sông Mẫu") -> bytes:
    """A plain paper that is read without doubt."""
    words = GOOD_TEXT.replace("Số: 7/", f"Số: {number}/").replace("phối hợp bảo vệ nguồn nước sông Mẫu", subject)
    return words.encode()


def decomposed_text() -> bytes:
    """The same paper as a Mac writes it: letters and their marks apart."""
    return unicodedata.normalize("NFD", GOOD_TEXT).encode()


def encrypted_pdf() -> bytes:
    import pypdf

    writer = pypdf.PdfWriter(clone_from=io.BytesIO(making.pdf(making.PAPER)))
    writer.encrypt("mật khẩu", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def encrypted_docx() -> bytes:
    """Word wraps an encrypted .docx into the old container, with a stream of this name."""
    directory = "EncryptionInfo".encode("utf-16-le").ljust(128, b"\0") + "EncryptedPackage".encode("utf-16-le")
    return _OLE + b"\0" * 504 + directory.ljust(512, b"\0")


def docx() -> bytes:
    return making.docx_of("".join(making.p(line) for line in GOOD_TEXT.splitlines()))


def truncated(data: bytes) -> bytes:
    """A download that broke off in the middle."""
    return data[: len(data) // 2]


def long_pdf(pages: int = 500) -> bytes:
    return making.pdf(*([(90, 100 + 40 * line, f"trang {page}") for line in range(2)] for page in range(pages)))


def bomb_docx() -> bytes:
    """A few hundred kilobytes that unpack to three hundred megabytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("word/document.xml", "w") as member:
            for _block in range(300):
                member.write(b" " * 1024 * 1024)
    return out.getvalue()


def macro_docx() -> bytes:
    out = io.BytesIO(docx())
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("word/vbaProject.bin", _OLE + b"Attribut")
    return out.getvalue()


def program() -> bytes:
    """The beginning of a Windows program, enough of it to be one."""
    return b"MZ\x90\x00\x03\x00\x00\x00".ljust(60, b"\0") + b"\x80\0\0\0" + b"\0" * 64 + b"PE\0\0" + b"\0" * 4000


def cat_photo() -> bytes:
    """Fur, two eyes, whiskers; not one letter."""
    from PIL import Image, ImageDraw, ImageFilter

    fur = Image.effect_noise((900, 700), 60).filter(ImageFilter.GaussianBlur(6))
    picture = Image.merge("RGB", (fur.point(lambda v: min(255, v + 60)), fur, fur.point(lambda v: v // 2)))
    draw = ImageDraw.Draw(picture)
    for left in (270, 530):
        draw.ellipse((left, 250, left + 110, 340), fill=(90, 170, 80))
        draw.ellipse((left + 42, 255, left + 68, 335), fill=(5, 5, 5))
    draw.polygon([(430, 400), (480, 400), (455, 440)], fill=(210, 120, 130))
    picture = picture.filter(ImageFilter.GaussianBlur(2))
    return making.as_file(picture, "JPEG", quality=88)


@dataclass(frozen=True, slots=True)
class Bad:
    """One bad file: what it is called, how it is made, what its one line must say."""

    name: str
    make: object
    says: str

    @property
    def data(self) -> bytes:
        return self.make() if callable(self.make) else b""


REFUSED = {
    "encrypted pdf": Bad("mat-khau.pdf", encrypted_pdf, "có mật khẩu"),
    "encrypted docx": Bad("mat-khau.docx", encrypted_docx, "có mật khẩu"),
    "truncated pdf": Bad("cut.pdf", lambda: making.pdf(making.PAPER)[:300], "hỏng hoặc bị cắt cụt"),
    "truncated docx": Bad("cut.docx", lambda: truncated(docx()), "hỏng hoặc bị cắt cụt"),
    "500 pages": Bad("500-trang.pdf", long_pdf, "có 500 trang, quá giới hạn"),
    "0 bytes": Bad("rong.pdf", bytes, "rỗng"),
    "only blanks": Bad("trang.docx", lambda: b"\0" * 4096, "rỗng"),
    "zip bomb": Bad("bom.docx", bomb_docx, "bung ra quá lớn"),
    "macros": Bad("macro.docx", macro_docx, "chứa macro"),
    "macros by name": Bad("macro.docm", docx, "chứa macro"),
    "renamed program": Bad("cong-van.docx", program, "là chương trình chạy được"),
    "secret": Bad("mat.txt", lambda: ("MẬT\n" + GOOD_TEXT).encode(), "văn bản mật"),
    "not a paper": Bad("nhac.mp3", lambda: b"ID3\x04\0\0\0" + bytes(range(256)) * 20, "không đọc được"),
}
PHOTO = Bad("con-meo.jpg", cat_photo, "không có chữ đọc được")
