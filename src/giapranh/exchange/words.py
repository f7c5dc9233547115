"""Words and times of the ledgers as officers read them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from giapranh.exchange import kinds
from giapranh.exchange.ledger.reasons import TEXT, WHAT_TO_DO
from giapranh.kernel import clock
from giapranh.kernel.numbers import format_number

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
LANES = {
    "alert": gettext_lazy("Cảnh báo, thông báo"), "record": gettext_lazy("Hồ sơ"),
    "bulk": gettext_lazy("Số liệu lớn"),
}  # fmt: skip
CONTROL = {
    "receipt": gettext_lazy("Biên nhận"), "epoch": gettext_lazy("Mở kỳ sổ mới"), "key": gettext_lazy("Thay khóa"),
    "agreement": gettext_lazy("Thỏa thuận"), "recall": gettext_lazy("Thu hồi hồ sơ"),
    "offer": gettext_lazy("Đề nghị bàn giao hồ sơ"), "answer": gettext_lazy("Trả lời"),
    "proposal": gettext_lazy("Đề nghị sửa"), "error-report": gettext_lazy("Báo sai sót"),
    "succession": gettext_lazy("Kế thừa nút"),
}  # fmt: skip
# state of a place in the ledger: word, tone, icon
STATES = {
    "written": (gettext_lazy("đã ghi"), "", "edit"), "applied": (gettext_lazy("đã áp dụng"), "good", "check"),
    "parked": (gettext_lazy("đang chờ"), "soon", "pause"), "quarantined": (gettext_lazy("cách ly"), "bad", "warning"),
    "withheld": (gettext_lazy("bên gửi giữ lại"), "soon", "lock"),
    "repeated": (gettext_lazy("đã có trước đó"), "", "minus"),
    "superseded": (gettext_lazy("đã có bản mới hơn"), "", "minus"),
}  # fmt: skip
RECEIPTS = {
    "received": (gettext_lazy("đã nhận"), "", "inbox"), "applied": (gettext_lazy("đã áp dụng"), "good", "check"),
    "withheld": (gettext_lazy("đã nhận, không có nội dung"), "soon", "lock"),
    "quarantined": (gettext_lazy("cách ly"), "bad", "warning"), "read": (gettext_lazy("đã đọc"), "good", "eye"),
}  # fmt: skip
RECORDS = {
    "live": (gettext_lazy("đang dùng"), "good", "check"), "recalled": (gettext_lazy("đã thu hồi"), "", "return"),
    "offered": (gettext_lazy("đang bàn giao"), "soon", "half"),
}  # fmt: skip
NOTICES = {
    "open": (gettext_lazy("chưa trả lời"), "soon", "half"), "accepted": (gettext_lazy("đã nhận"), "good", "check"),
    "declined": (gettext_lazy("không nhận"), "", "cross"), "answered": (gettext_lazy("đã trả lời"), "good", "check"),
}  # fmt: skip
AGREEMENTS = {
    "proposed": (gettext_lazy("chờ bên kia ký"), "soon", "half"), "offered": (gettext_lazy("chờ bên mình ký"), "accent", "edit"),
    "in-force": (gettext_lazy("có hiệu lực"), "good", "check"), "replaced": (gettext_lazy("đã thay"), "", "minus"),
    "withdrawn": (gettext_lazy("không còn hiệu lực"), "", "cross"),
}  # fmt: skip
FINDINGS = {
    "entry-missing": gettext_lazy("thiếu một mục"), "entry-damaged": gettext_lazy("mục bị hỏng"),
    "chain-broken": gettext_lazy("mạch sổ bị đứt"), "bad-signature": gettext_lazy("chữ ký không đúng"),
    "content-damaged": gettext_lazy("nội dung bị hỏng"), "content-missing": gettext_lazy("thiếu nội dung"),
    "head-differs": gettext_lazy("đầu sổ không khớp"),
}  # fmt: skip

_CALL = gettext_lazy("Gọi đầu mối bên kia, so mã đầu sổ và mười hai từ nhận diện; chưa tin số liệu mới cho đến khi rõ.")
_NOTHING = gettext_lazy("Không phải làm gì; chỉ để biết.")
# kind of alarm: what happened, what to do, tone
ALARMS = {
    "fork": (gettext_lazy("Bên kia ký hai lịch sử khác nhau cho cùng một chỗ trong sổ."), _CALL, "bad"),
    "twice-running": (gettext_lazy("Có hai bản của cùng một nút đang chạy."),
                      gettext_lazy("Tắt bản chạy thừa (máy ảo sao chép, máy khôi phục thử) rồi báo đầu mối bên kia."),
                      "bad"),
    "forged": (gettext_lazy("Có dữ liệu mang chữ ký không đúng; đã bỏ, giữ làm bằng chứng."), _CALL, "bad"),
    "key-out-of-range": (gettext_lazy("Có mục ký bằng khóa đã thay hoặc đã thu hồi."), _CALL, "bad"),
    "another-peer": (gettext_lazy("Có mục gửi cho đơn vị khác lọt vào đây; đã bỏ."), _CALL, "soon"),
    "payload-type": (gettext_lazy("Có mục mà loại nội dung không khớp phong bì; đã bỏ."), _CALL, "bad"),
    "body-tampered": (gettext_lazy("Có nội dung bị sửa trên đường đi; đã bỏ."), _CALL, "bad"),
    "bad-withholding": (gettext_lazy("Có giấy báo giữ lại không hợp lệ."), _CALL, "bad"),
    "over-share": (gettext_lazy("Bên kia gửi quá phạm vi thỏa thuận; phần đó bị cách ly, chưa ai đọc."),
                   gettext_lazy("Ghi biên bản sự việc, báo đầu mối bên kia; xem lại điều khoản."), "bad"),
    "quarantined": (gettext_lazy("Có mục nhận được bị cách ly."),
                    gettext_lazy("Mở trang Cách ly: từng mục có lý do và việc cần làm."), "soon"),
    "refused-by-peer": (gettext_lazy("Bên kia không nhận một hồ sơ của bên mình."),
                        gettext_lazy("Mở hồ sơ, sửa chỗ sai; bản sửa tự đi và thay bản bị từ chối."), "soon"),
    "conflict": (gettext_lazy("Sau khi khôi phục, có hồ sơ khác nhau giữa bản lấy lại và bản viết sau đó."),
                 gettext_lazy("Mở hồ sơ, chọn nội dung đúng rồi lưu lại: bản lưu mới nhất sẽ đi."), "bad"),
    "rollback-healed": (gettext_lazy("Nút này từng lùi về bản sao lưu cũ; phần sổ đã mất được lấy lại từ bên kia."),
                        gettext_lazy("Xem lại các hồ sơ trong ngày khôi phục."), "soon"),
    "peer-restored": (gettext_lazy("Bên kia đã khôi phục từ bản sao lưu và mở kỳ sổ mới."), _NOTHING, "soon"),
    "peer-rolled-back": (gettext_lazy("Bên kia đã lùi về bản sao lưu cũ; đang gửi lại phần thiếu."), _NOTHING, "soon"),
    "receipt-unknown": (gettext_lazy("Bên kia ký nhận một mục mà nút này không có."),
                        gettext_lazy("Nếu vừa khôi phục: chờ lần liên lạc sau. Nếu không: gọi đầu mối bên kia."), "soon"),
    "stolen-key-used": (gettext_lazy("Khóa đã bị thu hồi vẫn được dùng để ký."), _CALL, "bad"),
    "recovery-lost": (gettext_lazy("Lần khôi phục khóa gần đây chưa tới được bên kia, và sổ đã lùi về trước lần đó."),
                      gettext_lazy("Mở Thẻ và khóa của nút, nhập lại khóa khôi phục một lần nữa."), "bad"),
    "wound-back": (gettext_lazy("Các mục ký bằng khóa bị đánh cắp đã được gỡ khỏi hồ sơ."),
                   gettext_lazy("Xem lại hồ sơ của bên kia trong những ngày đó."), "soon"),
    "clock": (gettext_lazy("Đồng hồ hai bên lệch nhau quá 5 phút."),
              gettext_lazy("Chỉnh giờ máy chủ (mở Sức khỏe của nút); trao đổi vẫn tiếp tục."), "soon"),
    "succession": (gettext_lazy("Đơn vị bên kia đã được đơn vị khác kế thừa."),
                   gettext_lazy("Gặp đơn vị mới như gặp láng giềng lần đầu, nếu chưa gặp."), "soon"),
    "succession-clauses": (gettext_lazy("Điều khoản của đơn vị cũ đã chuyển sang đơn vị kế thừa."), _NOTHING, "soon"),
    "unknown-peer": (gettext_lazy("Có đơn vị chưa gặp gửi dữ liệu tới; đã bỏ."), _CALL, "soon"),
    "not-shared": (gettext_lazy("Một hồ sơ không ghi được vào sổ gửi."),
                   gettext_lazy("Mở hồ sơ, sửa chữ hoặc số bất thường rồi lưu lại; nếu vẫn còn, báo quản trị."), "bad"),
}  # fmt: skip
HIDDEN_ALARMS = ("last-statement", "snapshot")


def moment(ms: int) -> datetime | None:
    """Milliseconds of a ledger as a moment; 0 means never. A wild clock must not break a page."""
    if ms <= 0:
        return None
    try:
        return datetime.fromtimestamp(ms / 1000, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def ago(at: datetime | None) -> str:
    """“2 phút trước”: how long ago, as people say it."""
    if at is None:
        return _("chưa lần nào")
    return _("%(age)s trước") % {"age": age(at)} if (clock.now() - at).total_seconds() >= 60 else _("vừa xong")


def age(at: datetime) -> str:
    minutes = max(int((clock.now() - at).total_seconds() // 60), 0)
    if minutes < 60:
        return ngettext("%(n)s phút", "%(n)s phút", minutes) % {"n": minutes}
    if minutes < 48 * 60:
        return ngettext("%(n)s giờ", "%(n)s giờ", minutes // 60) % {"n": minutes // 60}
    days = minutes // 1440
    return ngettext("%(n)s ngày", "%(n)s ngày", days) % {"n": format_number(days)}


def size(octets: int) -> str:
    """``1,2 MB``."""
    if octets < 1000:
        return f"{octets} B"
    if octets < 1_000_000:
        return f"{format_number(round(octets / 1000, 1))} kB"
    return f"{format_number(round(octets / 1_000_000, 1))} MB"


def kind_title(name: str) -> str:
    """A kind of record, or of an entry that steers the exchange itself, in words."""
    if name in CONTROL:
        return str(CONTROL[name])
    known = kinds.get(name)
    return _(known.title) if known else name


def field_label(kind: str, name: str) -> str:
    known = kinds.get(kind)
    label = known.fields.get(name) if known else None
    return _(label) if label else name


def fields_of(kind: str, data: dict[str, Any] | None) -> list[tuple[str, Any]]:
    """(label, value) in the order in which the room of the kind names its fields; what it does not know comes last."""
    if not data:
        return []
    known = kinds.get(kind)
    order = [name for name in (known.fields if known else ()) if name in data]
    names = [*order, *(name for name in data if name not in order)]
    told = known.values if known else {}
    return [(field_label(kind, name), _in_words(told, name, data[name])) for name in names if name != "illustrative"]


def _in_words(told: Mapping[str, Mapping[Any, Any]], name: str, value: Any) -> Any:
    """Coded values in words, also inside lists and parts; what the room has no word for stays as it is."""
    if isinstance(value, list):
        return [_in_words(told, name, each) for each in value]
    if isinstance(value, dict):
        return {key: _in_words(told, f"{name}.{key}", each) for key, each in value.items()}
    word = told.get(name, {}).get(value)
    return value if word is None else _(str(word))


def label_of(kind: str, record_id: str, data: dict[str, Any] | None) -> str:
    """A record in one line; its id when its content is gone or says nothing."""
    known = kinds.get(kind)
    if known is None or data is None:
        return record_id
    try:
        return known.label(data).strip() or record_id
    except (TypeError, ValueError, LookupError, AttributeError):  # what a neighbour sent need not be what we expect
        return record_id


def short_id(record_id: str) -> str:
    """Enough of an id to tell two records apart on a page; the whole one stands on the page of the record."""
    return _UUID.sub(lambda found: f"{found[0][:4]}…{found[0][-4:]}", record_id)


def outcome(state: str) -> str:
    """What became of an entry that came in."""
    more = {"held": _("giữ lại chờ mục trước"), "duplicate": _("đã nhận từ trước"), "refused": _("bị từ chối")}
    return str(STATES[state][0]) if state in STATES else more.get(state, state)


def reason(name: str) -> str:
    return _(TEXT[name]) if name in TEXT else name


def detail(text: str) -> str:
    """``water-station:…: over-fields`` with the reason as people read it."""
    subject, colon, name = text.rpartition(": ")
    return f"{subject}{colon}{reason(name)}" if name in TEXT else text


def what_to_do(name: str) -> str:
    return _(WHAT_TO_DO[name]) if name in WHAT_TO_DO else ""
