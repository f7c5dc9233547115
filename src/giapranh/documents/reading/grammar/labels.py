"""Label lines after a task: "Đơn vị chủ trì: …", "Đơn vị phối hợp: …", "Thời gian hoàn thành: …" (layout C)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .lines import Para
from .phrases import phrase_at
from .units import Unit, split
from .vocabulary import duty_at

_LEAD = r"(?:(?:don vi|co quan|bo phan|phong|to chuc(?! thuc hien)|ca nhan|dia phuong)(?:,? (?:don vi|co quan|ca nhan|dia phuong))? )?(?:chu tri|thuc hien|dau moi|chiu trach nhiem|duoc giao|tham muu)(?:,? (?:thuc hien|tham muu|trien khai|chinh|xay dung))*|phan cong(?: thuc hien| nhiem vu)?|trach nhiem(?: thuc hien)?|don vi|giao"
_WITH = r"(?:(?:cac )?(?:don vi|co quan|phong|dia phuong)(?:,? (?:don vi|co quan))? )?phoi hop(?: thuc hien| tham muu)?"
_TIME = r"(?:thoi gian|thoi han|tien do|han|lo trinh)(?: (?:thuc hien|hoan thanh|trien khai|bao cao|trinh|xong|to chuc|ban hanh|du kien))*"
_OTHER = r"(?:san pham|ket qua|kinh phi|nguon (?:kinh phi|luc)|dia diem|thanh phan|doi tuong|muc tieu|hinh thuc|san pham (?:dau ra|du kien)|ghi chu|noi dung|nguoi lien he|co quan trinh|cap trinh|cap phe duyet)(?: [a-z ]{2,24})?"
LABEL = re.compile(rf"(?P<lead>{_LEAD})\s?:|(?P<with>{_WITH})\s?:|(?P<time>{_TIME})\s?:|(?P<other>{_OTHER})\s?:")
_INLINE = re.compile(
    rf"(?<![\w])(?:(?P<lead>(?:don vi|co quan)(?:,? ca nhan)? (?:chu tri|thuc hien|dau moi)(?:,? (?:thuc hien|tham muu))?|chu tri)|(?P<with>(?:(?:don vi|co quan) )?phoi hop(?: thuc hien)?)|(?P<time>{_TIME}|(?<!gian )(?<!han )(?<!do )hoan thanh)|(?P<other>san pham|kinh phi))\s?:\s"
)


@dataclass(slots=True)
class Labelled:
    """What a group of label lines says."""

    lead: list[Unit]
    lead_para: Para | None
    coordinating: list[Unit]
    coordinating_para: Para | None
    time: tuple[Para, int, int] | None

    @property
    def says(self) -> bool:
        """Whether a lead, a helper or a time is told, not only a product or the money."""
        return bool(self.lead or self.coordinating or self.time)


def label_of(para: Para, at: int) -> str | None:
    """Which label the line starts with: lead, with, time, other, or None."""
    m = LABEL.match(para.folded, at)
    if m is None or ((m.group("other") or m.group("time")) and _gives_duty(para, m.end())):
        return None
    return next(name for name in ("lead", "with", "time", "other") if m.group(name))


def _gives_duty(para: Para, at: int) -> bool:
    """ "Kinh phí: Phòng X tham mưu …": a topic, a body and its duty."""
    ordered = re.compile(r" ?(?:giao|yeu cau|de nghi|phan cong)(?: cho)? ").match(para.folded, at)
    if ordered is not None:
        return phrase_at(para, ordered.end()) is not None
    phrase = phrase_at(para, at + 1)
    if phrase is None:
        return False
    verb = phrase.end
    while verb < len(para.text) and para.text[verb] in " ,":
        verb += 1
    return duty_at(para, verb) is not None


def take(para: Para, at: int, into: Labelled) -> None:
    """The values of a label line (which may hold several labels)."""
    marks = [LABEL.match(para.folded, at), *_INLINE.finditer(para.folded, at + 6)]
    found = [m for m in marks if m]
    for i, m in enumerate(found):
        end = found[i + 1].start() if i + 1 < len(found) else len(para.text)
        _value(para, m, end, into)


def inline(para: Para, at: int) -> Labelled | None:
    """Labels inside a task's own paragraph."""
    found = list(_INLINE.finditer(para.folded, at + 10))
    if not any(m.group("lead") for m in found):
        return bracketed(para, at)
    into = Labelled([], None, [], None, None)
    for i, m in enumerate(found):
        end = found[i + 1].start() if i + 1 < len(found) else len(para.text)
        _value(para, m, end, into)
    return into if into.lead else None


def bracketed(para: Para, at: int) -> Labelled | None:
    """ "… (Sở Nội vụ chủ trì; hoàn thành trước ngày …)": the lead in brackets after the task."""
    for m in re.finditer(r"\((?:giao |don vi |do )?(?=[^\W\d_])", para.folded[at + 10 :]):
        start = at + 10 + m.end()
        phrase = phrase_at(para, start)
        if phrase is not None and re.match(
            r" ?,? ?(?:la (?:don vi|co quan) )?(?:chu tri|thuc hien|tham muu|dau moi|phu trach|chiu trach nhiem)",
            para.folded[phrase.end :],
        ):
            return Labelled(list(phrase.units), para, [], None, None)
    return None


def _value(para: Para, m: re.Match[str], end: int, into: Labelled) -> None:
    start = m.end()
    aside = re.search(r"\s*\(theo [^)]*\)?[\s.;,]*$", para.folded[start:end])
    end = start + aside.start() if aside else end
    if not m.group("time") and (
        done := re.search(
            r"[;,] (?:hoan thanh|xong|truoc|thoi gian|thoi han|han|thuong xuyen|thuc hien (?:thuong xuyen|hang|trong|truoc|nam))\b",
            para.folded[start:end],
        )
    ):
        end = start + done.start()
    while end > start and para.text[end - 1] in " .;,()-–":
        end -= 1
    if end <= start:
        return
    if m.group("lead"):
        into.lead, into.lead_para = whole_names(para, start, end), para
    elif m.group("with"):
        into.coordinating, into.coordinating_para = whole_names(para, start, end), para
    elif m.group("time"):
        into.time = (para, m.start(), end)


def whole_names(para: Para, start: int, end: int) -> list[Unit]:
    """The bodies of a label or a cell, where every word belongs to a name."""
    stop = re.search(r"\.\s+(?=[^\W\d_a-z])", para.text[start:end])
    if stop and not re.search(r"(?:TP|Tp|P|Q|Đ/c)$", para.text[start : start + stop.start()]):
        end = start + stop.start()
    return split(para, start, end)
