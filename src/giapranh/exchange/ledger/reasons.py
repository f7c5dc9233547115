"""Why an entry was not simply applied: a stable word for machines, a line and an advice for the officer."""

from __future__ import annotations

from giapranh.kernel.errors import N_, BadInput

TEXT: dict[str, str] = {
    # the bytes are no entry, or not for this node: nothing is used up, the same number may come again
    "not-an-entry": N_("Dữ liệu nhận được không phải mục sổ cái."),
    "envelope-too-large": N_("Phong bì của mục sổ cái quá lớn."),
    "bad-envelope": N_("Phong bì của mục sổ cái sai cấu trúc."),
    "bad-header": N_("Phần đầu của mục sổ cái sai cấu trúc."),
    "payload-type": N_("Loại nội dung ghi trên phong bì không khớp với mục sổ cái."),
    "unknown-peer": N_("Chưa gặp đơn vị gửi mục này."),
    "another-peer": N_("Mục này gửi cho đơn vị khác."),
    "succeeded": N_("Đơn vị gửi đã được đơn vị khác kế thừa."),
    "forged": N_("Chữ ký không đúng."),
    "key-out-of-range": N_("Khóa ký đã bị thay hoặc thu hồi trước số thứ tự này."),
    "key-not-known-yet": N_("Chưa biết khóa ký vì còn thiếu mục đứng trước."),
    "fork": N_("Bên gửi có hai lịch sử khác nhau cho cùng một số thứ tự."),
    "epoch-not-opened": N_("Kỳ sổ mới chưa được mở bằng mục mở kỳ."),
    "body-missing": N_("Thiếu nội dung của mục."),
    "body-tampered": N_("Nội dung không khớp với mã băm đã ký."),
    "bad-withholding": N_("Giấy báo giữ lại nội dung không hợp lệ."),
    "too-far-ahead": N_("Mục đến quá sớm, còn thiếu nhiều mục đứng trước."),
    "own-key-missing": N_("Không có khóa riêng để ký tiếp sổ này."),
    # waits
    "gap": N_("Đang chờ mục đứng trước."),
    "unknown-kind": N_("Phần mềm chưa biết loại hồ sơ này."),
    "unknown-major": N_("Loại hồ sơ có phiên bản mới hơn phần mềm."),
    "agreement-unknown": N_("Phiên bản thỏa thuận của mục này chưa có hiệu lực tại đây."),
    "record-waits": N_("Hồ sơ đang chờ một mục trước đó được xử lý."),
    "blobs-missing": N_("Tệp kèm theo chưa nhận đủ."),
    # used up its number, kept aside
    "not-canonical": N_("Nội dung không ở dạng JSON chuẩn tắc."),
    "not-json": N_("Nội dung không phải JSON."),
    "duplicate-key": N_("Nội dung có khóa JSON lặp lại."),
    "not-nfc": N_("Chữ tiếng Việt không ở dạng Unicode dựng sẵn (NFC)."),
    "bad-number": N_("Nội dung có số thực, NaN hoặc số vượt quá 2^53 - 1."),
    "bad-text": N_("Nội dung có ký tự không hợp lệ."),
    "too-deep": N_("Nội dung lồng nhau quá sâu."),
    "too-large": N_("Nội dung quá lớn."),
    "bad-body": N_("Nội dung sai cấu trúc."),
    "no-clause": N_("Không có điều khoản nào cho phép chia sẻ."),
    "clause-withdrawn": N_("Điều khoản đã bị rút."),
    "clause-ended": N_("Điều khoản đã hết hạn."),
    "clause-not-begun": N_("Điều khoản chưa có hiệu lực."),
    "over-fields": N_("Có trường nằm ngoài điều khoản."),
    "over-area": N_("Hồ sơ nằm ngoài địa bàn của điều khoản."),
    "over-period": N_("Hồ sơ nằm ngoài khoảng thời gian của điều khoản."),
    "over-precision": N_("Số liệu chi tiết hơn mức điều khoản cho phép."),
    "too-early": N_("Hồ sơ gửi sớm hơn thời gian chờ của điều khoản."),
    "not-owner": N_("Bên gửi không phải chủ hồ sơ."),
    "rule": N_("Hồ sơ trái quy tắc nghiệp vụ."),
    "bad-control": N_("Mục điều khiển không hợp lệ."),
    # had no effect of its own
    "repeated": N_("Sự kiện này đã có hiệu lực từ trước."),
    "stale": N_("Đã có phiên bản mới hơn."),
    "withheld": N_("Bên gửi giữ lại nội dung."),
    "recalled": N_("Hồ sơ đã được thu hồi."),
    "old-branch": N_("Mục thuộc nhánh sổ đã được thay."),
    "duplicate": N_("Mục đã nhận từ trước."),
    # nothing was written
    "delayed": N_("Chưa hết thời gian chờ của điều khoản."),
    "unchanged": N_("Không có gì mới so với lần gửi trước."),
    "offered": N_("Hồ sơ đang được bàn giao, chờ bên kia trả lời."),
    "outside-area": N_("Hồ sơ nằm ngoài địa bàn của điều khoản."),
    "outside-period": N_("Hồ sơ nằm ngoài khoảng thời gian của điều khoản."),
}

ASK_THE_PEER = N_("Báo bên gửi sửa và gửi lại; bản sửa sẽ thay mục này.")
WAIT = N_("Không phải làm gì: mục sẽ tự được xử lý.")
SEE_THE_AGREEMENT = N_("Xem lại thỏa thuận với bên gửi; ghi sự việc chia sẻ quá phạm vi.")
CALL = N_("Gọi điện cho đầu mối bên kia, so mã đầu sổ và mười hai từ nhận diện; chưa tin số liệu mới cho đến khi rõ.")

WHAT_TO_DO: dict[str, str] = {
    **dict.fromkeys(
        ("not-canonical", "not-json", "duplicate-key", "not-nfc", "bad-number", "bad-text", "too-deep", "too-large",
         "bad-body", "rule", "not-owner", "bad-control"),
        ASK_THE_PEER,
    ),
    **dict.fromkeys(("gap", "record-waits", "blobs-missing", "key-not-known-yet", "too-far-ahead", "body-missing"), WAIT),
    **dict.fromkeys(
        ("no-clause", "clause-withdrawn", "clause-ended", "clause-not-begun", "over-fields", "over-area", "over-period",
         "over-precision", "too-early"),
        SEE_THE_AGREEMENT,
    ),
    **dict.fromkeys(
        ("forged", "key-out-of-range", "fork", "another-peer", "body-tampered", "payload-type", "bad-withholding"), CALL
    ),
    "unknown-kind": N_("Nâng cấp phần mềm; mục được giữ nguyên và xử lý lại sau khi nâng cấp."),
    "unknown-major": N_("Nâng cấp phần mềm; mục được giữ nguyên và xử lý lại sau khi nâng cấp."),
    "agreement-unknown": N_("Ký phiên bản thỏa thuận đang chờ; mục sẽ tự được xử lý sau khi ký."),
}  # fmt: skip


class Waits(Exception):
    """An entry is right but comes before what it speaks of (its reader was restored and is catching up)."""


class Broken(BadInput):
    """Bytes are not what the ledger takes. ``reason`` is one of ``TEXT``, ``detail`` says where (English, for logs)."""

    code = "broken"

    def __init__(self, reason: str, detail: str = "") -> None:
        self.reason = reason
        self.detail = detail[:500]
        super().__init__(TEXT[reason], code=reason)

    def __reduce__(self) -> tuple[type[Broken], tuple[str, str]]:
        return Broken, (self.reason, self.detail)
