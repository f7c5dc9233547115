"""Rivers as lines, drawn downstream. A river that has a stated chainage keeps it: the better line is laid onto it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import shapely
from django.utils.text import slugify
from django.utils.translation import gettext as _
from shapely.geometry import mapping, shape

from giapranh.kernel.errors import N_, Refused
from giapranh.kernel.numbers import format_number
from giapranh.kernel.text import search_key
from giapranh.places.models import River
from giapranh.places.rules import geojson
from giapranh.places.rules.geojson import BadMap, Feature
from giapranh.water.importing.known import Known, short
from giapranh.water.importing.sheet import Report
from giapranh.water.models import CoursePoint, Watercourse
from giapranh.water.rules import lines

MEET_M = 1_000  # a river that ends this near to another flows into it
SAME_KM = 0.02  # kilometres that differ by less are the same


def take_lines(path: Path, report: Report, known: Known) -> None:
    """Every line of a GeoJSON as a river; then who flows into whom, where nobody has said it yet."""
    report.files.append(path.name)
    try:
        if path.stat().st_size > geojson.MAX_BYTES:
            raise BadMap(N_("Tệp lớn hơn %(limit)s MB. Hãy đơn giản hóa hoặc tách tệp."),
                         limit=geojson.MAX_BYTES // 1024 // 1024)  # fmt: skip
        collection = geojson.read(path.read_bytes(), geojson.LINES)
    except BadMap as refusal:
        report.refuse(path.name, "", refusal)
        return
    for number, fault in collection.refused:
        report.refuse(path.name, f"đối tượng {number}", fault)
    taken = []
    for feature in collection.features:
        try:
            river, state = _river(feature, collection.source or path.name, report, known)
        except Refused as refusal:
            report.refuse(path.name, f"đối tượng {feature.number}", refusal)
            continue
        report.count(state)
        taken.append(river)
    for river in taken:
        _join(river, report, known)


def _river(feature: Feature, source: str, report: Report, known: Known) -> tuple[Watercourse, str]:
    name = feature.text("name")
    if not name:
        raise BadMap(N_("sông chưa có tên (name)."))
    line = _one_line(feature.geometry)
    river = known.find_river(feature.text("key") or name)
    if river is None:
        return _new(feature, name[:120], line, source, report, known), "created"
    stated = known.courses.get(river.pk, [])
    course = lines.laid_on(line, stated) if len(stated) > 1 else lines.chained(line)
    _check_runs_down(river, line, stated)
    course = _tidy(course)
    if _same(course, stated):
        return river, "unchanged"
    _keep_course(river, course, known)
    river.source = source
    river.save()
    report.changes.append(_("%(river)s: đường vẽ %(before)s → %(after)s điểm, giữ lý trình “%(chainage)s”.") % {
        "river": river.name, "before": len(stated), "after": len(course), "chainage": river.chainage_version})  # fmt: skip
    return river, "updated"


def _new(
    feature: Feature, name: str, line: list[tuple[float, float]], source: str, report: Report, known: Known
) -> Watercourse:
    course = _tidy(lines.chained(line))
    river = Watercourse.objects.create(
        key=_free_key(feature.text("key") or short(name), known), name=name, length_km=course[0][0],
        chainage_version=f"đo theo đường vẽ, {source}"[:60], source=source, note=feature.text("flow", "note"),
        river=River.objects.filter(name=name).first(),
    )  # fmt: skip
    known.remember(river)
    _keep_course(river, course, known)
    report.changes.append(_("%(river)s: mới, %(km)s km.") % {
        "river": name, "km": format_number(round(river.length_km, 1))})  # fmt: skip
    return river


def _free_key(words: str, known: Known) -> str:
    stem = slugify(search_key(words))[:36] or "song"
    key, n = stem, 1
    while key in known.rivers:
        n += 1
        key = f"{stem}-{n}"
    return key


def _one_line(geometry: dict[str, Any]) -> list[tuple[float, float]]:
    drawn = shape(geometry)
    if drawn.geom_type == "MultiLineString":
        drawn = shapely.line_merge(drawn, directed=True)
    if drawn.geom_type != "LineString" or len(drawn.coords) < 2:
        raise BadMap(N_("sông phải là một đường liền, vẽ xuôi dòng."))
    coordinates = mapping(drawn)["coordinates"]
    return [(float(point[0]), float(point[1])) for point in coordinates]


def _check_runs_down(
    river: Watercourse, line: list[tuple[float, float]], stated: list[tuple[float, float, float]]
) -> None:
    if len(stated) < 2:
        return
    first, last = lines.locate(stated, *line[0]), lines.locate(stated, *line[-1])
    if min(first.offset_m, last.offset_m) > 20_000:
        raise BadMap(N_("đường vẽ cách %(river)s đã có hơn 20 km; có đúng sông này không?"), river=river.name)
    if first.km < last.km:
        raise BadMap(N_("%(river)s vẽ ngược dòng so với lý trình đã có. Hãy vẽ xuôi dòng."), river=river.name)


def _tidy(course: list[tuple[float, float, float]]) -> list[tuple[float, float, float]]:
    """Kilometres to the metre, none twice, none below the mouth."""
    kept: list[tuple[float, float, float]] = []
    for km, lon, lat in course:
        km = round(km, 3)
        if km >= 0 and (not kept or km < kept[-1][0]):
            kept.append((km, round(lon, 6), round(lat, 6)))
    if kept[-1][0] > 0 and course[-1][0] < 0:
        kept.append((0.0, *lines.point_at(course, 0)))
    return kept


def _same(course: list[tuple[float, float, float]], stated: list[tuple[float, float, float]]) -> bool:
    return len(course) == len(stated) and all(
        abs(a[0] - b[0]) < SAME_KM and abs(a[1] - b[1]) < 1e-6 and abs(a[2] - b[2]) < 1e-6
        for a, b in zip(course, stated, strict=True)
    )


def _keep_course(river: Watercourse, course: list[tuple[float, float, float]], known: Known) -> None:
    CoursePoint.objects.filter(watercourse=river).delete()
    CoursePoint.objects.bulk_create(CoursePoint(watercourse=river, km=km, lon=lon, lat=lat) for km, lon, lat in course)
    known.courses[river.pk] = course
    if course[0][0] > river.length_km:
        river.length_km = course[0][0]
        river.save(update_fields=["length_km"])


def _join(river: Watercourse, report: Report, known: Known) -> None:
    """A line that ends beside another flows into it, unless that other one ends there too."""
    if river.flows_into_id is not None:
        return
    lon, lat = known.courses[river.pk][-1][1:]
    best: tuple[float, Watercourse, lines.Found] | None = None
    for other in {each.pk: each for each in known.rivers.values()}.values():
        course = known.courses.get(other.pk, [])
        if other.pk == river.pk or len(course) < 2 or _flows_into(other, river):
            continue
        found = lines.locate(course, lon, lat)
        if found.offset_m < MEET_M and found.km > MEET_M / 1000 and (best is None or found.offset_m < best[0]):
            best = (found.offset_m, other, found)
    if best is None:
        return
    other, found = best[1:]
    river.flows_into, river.joins_at_km = other, round(found.km, 2)
    river.joins_bank = _bank_of_mouth(known.courses[river.pk], known.courses[other.pk])
    river.save()
    report.changes.append(_("%(river)s chảy vào %(other)s ở km %(km)s.") % {
        "river": river.name, "other": other.name, "km": format_number(river.joins_at_km)})  # fmt: skip


def _flows_into(one: Watercourse, other: Watercourse) -> bool:
    seen: set[int] = set()
    current: Watercourse | None = one
    while current is not None and current.pk not in seen:
        seen.add(current.pk)
        current = current.flows_into
        if current is not None and current.pk == other.pk:
            return True
    return False


def _bank_of_mouth(course: list[tuple[float, float, float]], into: list[tuple[float, float, float]]) -> str:
    """The side from which it comes: where it stood one kilometre before its mouth."""
    lon, lat = lines.point_at(course, 1.0)
    return lines.locate(into, lon, lat).bank
