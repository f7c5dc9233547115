"""What may come in at all: a file of a size the node takes, without a mark of secrecy."""

from __future__ import annotations

from django.conf import settings

from giapranh.documents.reader import ReadFile
from giapranh.kernel.errors import N_, BadInput, NotAllowed
from giapranh.kernel.text import one_line, search_key

MIB = 1024 * 1024


class FileTooLarge(BadInput):
    code = "file_too_large"


class EmptyUpload(BadInput):
    code = "paper_empty"


class SecretPaper(NotAllowed):
    code = "paper_secret"


def check_size(size: int, name: str) -> None:
    limit = settings.UPLOAD_LIMIT_BYTES
    if size == 0:
        raise EmptyUpload(N_("Tệp %(name)s rỗng (0 byte): xin gửi lại tệp gốc."), name=name)
    if size > limit:
        raise FileTooLarge(
            N_("Tệp %(name)s nặng %(size)d MB, quá giới hạn %(limit)d MB: tách tệp hoặc nhờ quản trị tăng giới hạn."),
            name=name, size=-(-size // MIB), limit=limit // MIB,
        )  # fmt: skip


def refuse_secret(found: ReadFile, name: str) -> None:
    """A paper with a mark of secrecy is not kept on a machine that is not certified for it."""
    secrecy = found.data.get("secrecy")
    if secrecy and search_key(str(secrecy.get("value") or "")):
        raise SecretPaper(
            N_(
                "Tệp %(name)s mang dấu “%(mark)s”. Hệ thống này không được phép lưu văn bản mật; "
                "tệp không được lưu lại. Hãy xử lý theo quy định về bí mật nhà nước."
            ),
            name=name, mark=one_line(str(secrecy["value"])),
        )  # fmt: skip
