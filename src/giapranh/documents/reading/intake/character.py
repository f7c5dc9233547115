"""What kind of paper a text is, as far as it decides whether it may be kept here and how far to trust it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from giapranh.documents.reading import repair
from giapranh.documents.reading.schema import Origin, Remark, SourceText
from giapranh.kernel.errors import N_
from giapranh.kernel.text import search_key

from .refusals import NotForThisSystem

# A mark stands alone in its box or line near the head; "bí mật" inside a sentence is an ordinary word.
_MARK = re.compile(
    r"^[\[\(|*\s]*(?:ĐỘ MẬT\s*:?\s*)?(TUYỆT MẬT|TỐI MẬT|MẬT)"
    r"(?:\s*[-–/,]?\s*(?:HỎA TỐC|HOẢ TỐC|THƯỢNG KHẨN|KHẨN))?[\]\)|*.\s]*$"
)
_LABELLED = re.compile(r"^\s*độ mật\s*:\s*(tuyệt mật|tối mật|mật)\s*\.?\s*$", re.IGNORECASE)
_OCR_SLIPS = str.maketrans({"Â": "Ậ", "Ạ": "Ậ", "Ấ": "Ậ", "Ẩ": "Ậ", "Ẫ": "Ậ", "Ó": "Ố", "Ô": "Ố", "Ò": "Ố"})
_HEAD_LINES = 24
_COLUMNS = re.compile(r"\s{2,}|\t|\|")

_SURE_SIGNS = ("VIỆT NAM", "Kính gửi", "Nơi nhận", "CỘNG SẢN")
_ANCHORS = (
    "cong hoa xa hoi chu nghia",
    "dang cong san viet nam",
    "doc lap - tu do - hanh phuc",
    "kinh gui",
    "noi nhan",
    "uy ban nhan dan",
    "ubnd",
    "quyet dinh",
    "thong bao",
    "cong van",
    "ke hoach",
    "bao cao",
    "to trinh",
    "chi thi",
    "nghi quyet",
    "thong tu",
    "nghi dinh",
    "bien ban",
    "giay moi",
)


def refuse_secret(source: SourceText, name: str) -> None:
    """Papers of state secrecy may not be kept in a system that is not certified for them."""
    mark = secrecy_mark(source)
    if mark:
        raise NotForThisSystem(
            N_(
                "Văn bản %(name)s mang dấu độ mật “%(mark)s”: hệ thống này không được phép xử lý văn bản mật, "
                "tệp không được lưu lại; xử lý theo quy định về bảo vệ bí mật nhà nước."
            ),
            name=name,
            mark=mark,
        )


def secrecy_mark(source: SourceText) -> str | None:
    """The mark of secrecy at the head of the paper, or None."""
    lines = [line for line in source.text.splitlines() if line.strip()][:_HEAD_LINES]
    for line in lines:
        labelled = _LABELLED.match(line)
        if labelled:
            return labelled.group(1).upper()
        for segment in _COLUMNS.split(line):
            found = _MARK.match(segment.strip())
            if not found and source.origin is Origin.SCAN and len(segment.strip()) <= 12:
                found = _MARK.match(segment.strip().translate(_OCR_SLIPS))
            if found:
                return found.group(1)
    return None


def _is_official(text: str) -> bool:
    """Whether anything of a paper's head, foot or kind is there, with or without its marks."""
    if any(sign in text for sign in _SURE_SIGNS):
        return True
    key = search_key(text[:6000])
    return any(anchor in key for anchor in _ANCHORS)


def remark_on_language(source: SourceText) -> Iterator[Remark]:
    """A paper in another language, or no official paper at all, is read but said to be so."""
    text = source.text
    if not repair.has_letters(text, 60):
        return
    if repair.marked_share(text) < 0.08 or not _is_official(text):
        yield Remark(
            "not_vietnamese_paper",
            N_("Nội dung không giống văn bản hành chính tiếng Việt: kết quả đọc chỉ để tham khảo."),
        )
