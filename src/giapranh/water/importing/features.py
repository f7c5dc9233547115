"""What stands on rivers: intakes, outfalls, weirs, gauges, landmarks; and which unit lies on which bank."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from giapranh.kernel.errors import N_, Refused
from giapranh.kernel.numbers import format_number
from giapranh.places import queries as places
from giapranh.water.importing import sheet
from giapranh.water.importing.known import Known
from giapranh.water.importing.sheet import BadSheet, Report, SheetRow
from giapranh.water.models import Bank, BankReach, FeatureKind, RiverFeature

FEATURES = ("river", "kind", "name")
BANKS = ("river", "bank", "km_upper", "km_lower", "unit_name", "province_code")
CHAINAGE = ("river", "place_id", "place", "kind")

BANK_WORDS = [*Bank.choices, (Bank.LEFT, "trái"), (Bank.RIGHT, "phải"), (Bank.MIDDLE, "giữa"), (Bank.BOTH, "cả hai")]

# Kinds of points in a chainage table: a water-level gauge is the only thing measured there.
KIND_OF_PLACE = {
    "confluence": FeatureKind.CONFLUENCE, "border_point": FeatureKind.BORDER, "monitoring_point": FeatureKind.GAUGE,
    "weir": FeatureKind.WEIR, "reservoir": FeatureKind.RESERVOIR, "intake": FeatureKind.INTAKE,
}  # fmt: skip


def take_features(path: Path, report: Report, known: Known) -> None:
    each_row(path, FEATURES, report, lambda row: _feature(row, path.name, report, known))


def take_banks(path: Path, report: Report, known: Known) -> None:
    each_row(path, BANKS, report, lambda row: _bank(row, known))


def take_chainage(path: Path, report: Report, known: Known) -> None:
    """A table of places along the rivers; positions stand in ``places.csv`` beside it."""
    points = _places_beside(path, report)
    each_row(path, CHAINAGE, report, lambda row: _place(row, path.name, points, report, known))


def each_row(path: Path, needed: tuple[str, ...], report: Report, take: Callable[[SheetRow], str]) -> None:
    """Every row of a file through ``take``; refusals become lines."""
    report.files.append(path.name)
    try:
        rows = sheet.read(path, needed)
    except Refused as refusal:
        report.refuse(path.name, "", refusal)
        return
    for row in rows:
        try:
            report.count(take(row))
        except Refused as refusal:
            report.refuse(path.name, f"dòng {row.number}", refusal)


def _feature(row: SheetRow, file: str, report: Report, known: Known) -> str:
    river = known.river(row.needed("river"))
    km, bank_told, point = known.km_of(river, row)
    bank = row.choice("bank", BANK_WORDS, default=bank_told)
    unit, province = known.unit_at(point)
    if code := row.text("unit_code", most=10):
        unit = places.unit_by_code(code, known.day)
        if unit is None:
            raise BadSheet(N_("không có đơn vị hành chính mang mã %(unit_code)s."), unit_code=code)
    name, kind = row.needed("name", most=200), row.choice("kind", FeatureKind.choices)
    if not kind:
        raise BadSheet(N_("thiếu %(column)s."), column="kind")
    told = ("serves", "commune", "releases", "note")
    details: dict[str, Any] = {column: words for column in told if (words := row.text(column))}
    if (volume := row.number_of("m3_per_day", low=0)) is not None:
        details["m3_per_day"] = volume
    known_row = RiverFeature.objects.filter(
        watercourse=river, kind=kind, name=name, valid_from=row.day("valid_from")
    ).first()
    values = {
        "km": km, "km_uncertainty": row.number_of("km_uncertainty", low=0, high=100) or 0, "bank": bank,
        "lon": point[0] if point else None, "lat": point[1] if point else None, "unit": unit,
        "province_code": row.text("province_code", most=10) or province or known.province_at(river, km, bank),
        "details": details, "restricted": row.yes("restricted"), "confidence": row.text("confidence", most=60),
        "source": row.text("source") or file, "valid_to": row.day("valid_to"),
    }  # fmt: skip
    found = known_row or RiverFeature(watercourse=river, kind=kind, name=name, valid_from=row.day("valid_from"))
    return keep(found, values, f"{name} ({river.name}, km {format_number(km)})", report)


def _place(row: SheetRow, file: str, points: dict[str, SheetRow], report: Report, known: Known) -> str:
    river = known.river(row.needed("river"))
    name = row.needed("place", most=200)
    beside = points.get(row.text("place_id"))
    point = beside.point() if beside else None
    if point is not None:
        from giapranh.water.rules import lines

        course = known.courses.get(river.pk, [])
        if len(course) < 2:
            raise BadSheet(N_("%(river)s chưa có đường vẽ; hãy ghi km."), river=river.name)
        km = round(lines.locate(course, *point).km, 2)
    else:
        told = row.number_of("km_to_end_of_line", low=0)
        if told is None:
            raise BadSheet(N_("thiếu vị trí: ghi km, hoặc lon và lat."))
        km = min(told, river.length_km)
    unit, province = known.unit_at(point)
    confidence = beside.text("confidence", most=60) if beside else ""
    kind = KIND_OF_PLACE.get(row.text("kind"), FeatureKind.LANDMARK)
    proposed = "PROPOSED" in confidence
    if proposed:
        kind = FeatureKind.LANDMARK
        report.flag(file, f"dòng {row.number}", BadSheet(N_("%(name)s là điểm đề xuất: ghi là dữ liệu minh họa."),
                                                         name=name))  # fmt: skip
    accuracy = (beside.number_of("accuracy_m", low=0) if beside else None) or 0
    found = RiverFeature.objects.filter(watercourse=river, kind=kind, name=name, valid_from=None).first()
    values = {
        "km": km, "km_uncertainty": round(accuracy / 1000, 1), "lon": point[0] if point else None,
        "lat": point[1] if point else None, "unit": unit, "province_code": province, "confidence": confidence,
        "source": file, "illustrative": proposed,
    }  # fmt: skip
    fresh = found or RiverFeature(watercourse=river, kind=kind, name=name)
    return keep(fresh, values, f"{name} ({river.name}, km {format_number(km)})", report)


def _places_beside(path: Path, report: Report) -> dict[str, SheetRow]:
    beside = path.with_name("places.csv")
    if not beside.exists():
        return {}
    try:
        return {row.text("id"): row for row in sheet.read(beside, ("id", "lon", "lat"))}
    except Refused as refusal:
        report.refuse(beside.name, "", refusal)
        return {}


def _bank(row: SheetRow, known: Known) -> str:
    river = known.river(row.needed("river"))
    bank = row.choice("bank", BANK_WORDS)
    upper, lower = row.number_of("km_upper", low=0), row.number_of("km_lower", low=0)
    if upper is None or lower is None or upper < lower:
        raise BadSheet(N_("km_upper phải lớn hơn hoặc bằng km_lower."))
    code = row.text("unit_code", most=10)
    unit = places.unit_by_code(code, known.day) if code else None
    found = BankReach.objects.filter(
        watercourse=river, bank=bank, km_upper=upper, km_lower=lower, unit_name=row.needed("unit_name", most=120),
        valid_from=row.day("valid_from"),
    ).first()  # fmt: skip
    values = {
        "province_code": row.needed("province_code", most=10), "unit": unit, "source": row.text("source"),
        "valid_to": row.day("valid_to"),
    }  # fmt: skip
    if found is None:
        found = BankReach(
            watercourse=river, bank=bank, km_upper=upper, km_lower=lower, unit_name=row.text("unit_name"),
            valid_from=row.day("valid_from"),
        )  # fmt: skip
    state = keep(found, values, "", None)
    if state == "created":
        known.banks.setdefault(river.pk, []).append(found)
    return state


def keep(row: Any, values: dict[str, Any], title: str, report: Report | None) -> str:
    """Write ``values`` to a row when something differs; says what happened to it."""
    fresh = row.pk is None
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    if not fresh and not changed:
        return "unchanged"
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    if report is not None:
        report.changes.append(
            _("%(title)s: mới.") % {"title": title} if fresh
            else _("%(title)s: đổi %(columns)s.") % {"title": title, "columns": ", ".join(changed)}
        )  # fmt: skip
    return "created" if fresh else "updated"
