"""A duty found becomes a value: every part with its span, its confidence and its reason."""

from __future__ import annotations

import re

from giapranh.kernel.errors import N_

from ..schema import Directive, Due, DueKind, Value
from .folding import fold, key
from .found import Circumstances, Found
from .lines import Para
from .phrases import phrase_at
from .units import Unit
from .vocabulary import pattern

_BESIDE = re.compile(r"(?:voi|giua) (?=[^\W\d_])")
_TO_WHOM = re.compile(
    r"(?P<v>(?:bao cao|gui|trinh|phan anh|thong bao|tham muu|kien nghi|de xuat|tong hop,? bao cao)(?: (?:ket qua|ngay|bang van ban|kip thoi|truc tiep|danh sach|ho so|tinh hinh|nhanh|tong hop))*(?: thuc hien)?(?: (?:ve|cho|den|toi|voi))*) (?=[^\W\d_])"
)
_VIA = re.compile(r" ?\((?:qua|thong qua|gui qua|truc tiep|phong|vu|cuc) ?[^)]{2,80}\)| (?:qua|thong qua) (?=[^\W\d_])")
_PROVINCE = re.compile(r"(?:tinh|thanh pho|tp\.?) ((?:[^\W\d_]+)(?: [^\W\d_]+){1,3})")


def written(found: Found, about: Circumstances, cites: dict[int, list[tuple[int, int]]]) -> Value[Directive]:
    """The duty with every part as a value with its span."""
    para = found.para
    text = found.text if found.text is not None else para.text[found.start : found.end].strip()
    lead = tuple(_unit_value(p, u, found.inherited) for p, u in found.units)
    counterparts, coordinating = _sides(found, about)
    due = _due_value(found)
    directive = Directive(
        found.n,
        text,
        found.topic,
        lead,
        found.inherited,
        tuple(_unit_value(p, u, False) for p, u in coordinating),
        tuple(_unit_value(p, u, False) for p, u in counterparts),
        _report_to(para, found.start, found.end),
        _actions(para, found.start, found.end),
        found.mode,
        due,
        tuple(i for i, at in cites.get(id(para), ()) if found.start <= at < found.end),
    )
    end = found.end
    while end > found.start and para.text[end - 1 : end] == " ":
        end -= 1
    return Value(directive, found.span or para.span(found.start, end), found.confidence, found.reason)


def _unit_value(para: Para, unit: Unit, inherited: bool) -> Value[str]:
    span = para.span(unit.start, unit.end)
    printed = key(para.text[unit.start : unit.end]).replace(" ", "")
    if printed not in key(unit.name).replace(" ", ""):
        return Value(unit.name, span, 0.7, N_("Tên đơn vị in sai hoặc in khác; đã sửa theo tên quen biết."))
    reason = N_("Đơn vị lấy từ đề mục hoặc câu dẫn phía trên.") if inherited else None
    return Value(unit.name, span, 0.85 if inherited else 1.0, reason)


def _sides(found: Found, about: Circumstances) -> tuple[list[tuple[Para, Unit]], list[tuple[Para, Unit]]]:
    """Offices of another province (counterparts) and the rest (coordinating)."""
    away: list[tuple[Para, Unit]] = []
    home: list[tuple[Para, Unit]] = []
    for para, unit in found.coordinating:
        home.append((para, unit))
        if _elsewhere(para, unit, about):
            away.append((para, unit))
    seen = {key(u.name) for _, u in [*away, *home, *found.units]}
    for m in _BESIDE.finditer(found.para.folded[found.start : found.end]):
        phrase = phrase_at(found.para, found.start + m.end(), found.end)
        for unit in phrase.units if phrase else ():
            if key(unit.name) not in seen and _elsewhere(found.para, unit, about):
                away.append((found.para, unit))
                seen.add(key(unit.name))
    return away, home


def _elsewhere(para: Para, unit: Unit, about: Circumstances) -> bool:
    if not about.place or not about.provincial:
        return False
    m = _PROVINCE.search(fold(unit.name))
    return bool(m) and key(about.place) not in key(unit.name) and _capital_after(unit.name)


def _capital_after(name: str) -> bool:
    m = re.search(r"(?:tỉnh|thành phố|TP\.?)\s+([^\W\d_])", name)
    return m is not None and m.group(1).isupper()


def _due_value(found: Found) -> Value[Due]:
    if found.due is None:
        return Value(Due(DueKind.NONE), None, 1.0, N_("Văn bản không nêu thời hạn."))
    para, due = found.due
    return Value(due.due, para.span(due.start, due.end), due.confidence, due.reason)


def _report_to(para: Para, start: int, end: int) -> Value[str] | None:
    for m in _TO_WHOM.finditer(para.folded, start, end):
        phrase = phrase_at(para, m.end(), end)
        if phrase is None:
            continue
        last = phrase.end
        via = _VIA.match(para.folded, phrase.units[-1].end)
        if via and via.end() <= end and "(" in via.group():
            last = via.end()
        text = para.text[phrase.start : last].strip(" ,;.:")
        return Value(text, para.span(phrase.start, phrase.start + len(text)), 0.9)
    return None


def _actions(para: Para, start: int, end: int) -> tuple[str, ...]:
    out: list[str] = []
    for m in pattern("long duty").finditer(para.folded, start, min(end, start + 900)):
        if para.text[m.start()].isupper() and m.start() > start:
            continue
        words = " ".join(para.text[m.start() : m.end()].lower().split())
        if words not in out and len(words) > 3:
            out.append(words)
        if len(out) >= 8:
            break
    return tuple(out)
