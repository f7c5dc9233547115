"""Taking in a folder of maps: ``communes_*.geojson``, ``provinces_*``, ``districts_*``, rivers, a border, spots.

Whatever fits is taken in, whatever does not is one line of the report; the same folder again changes nothing.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.db import transaction
from shapely.geometry import shape

from giapranh.kernel.dates import parse_date
from giapranh.kernel.errors import N_, BadInput, Refused
from giapranh.kernel.periods import Period
from giapranh.kernel.text import one_line
from giapranh.places import seed
from giapranh.places.models import AdministrativeUnit, BorderPair, MapLayer, River, Spot, UnitKind, UnitSuccession
from giapranh.places.rules import geojson, names, overlaps
from giapranh.places.rules.geojson import BadMap, Collection, Feature

LEVELS = ("province", "district", "commune")
MAX_SPOTS = 50_000


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to tell about a file: the line or feature, and what about it."""

    file: str
    where: str
    refusal: Refused

    def __str__(self) -> str:
        place = f"{self.file}, {self.where}" if self.where else self.file
        return f"{place}: {self.refusal}"


@dataclass
class ImportReport:
    """What an import did, or with ``dry_run`` would do."""

    dry_run: bool = False
    files: list[str] = field(default_factory=list)
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: list[Line] = field(default_factory=list)
    flagged: list[Line] = field(default_factory=list)  # taken in, but somebody should look

    def count(self, state: str) -> None:
        setattr(self, state, getattr(self, state) + 1)


class NoMaps(BadInput):
    code = "no_maps"


def import_folder(folder: Path | str, *, dry_run: bool = False, at: datetime) -> ImportReport:
    """Take in the maps of ``folder``. One transaction: a crash leaves nothing half done."""
    path = Path(folder)
    if not path.is_dir():
        raise NoMaps(N_("Không thấy thư mục %(folder)s."), folder=str(path))
    work = _Import(ImportReport(dry_run))
    with transaction.atomic():
        work.run(path)
        if dry_run:
            transaction.set_rollback(True)
    return work.report


class _Import:
    """One run over a folder. Holds what is known already, so that a feature costs no query to look up."""

    def __init__(self, report: ImportReport) -> None:
        self.report = report
        self.units: dict[tuple[str, str], list[AdministrativeUnit]] = {}
        for unit in AdministrativeUnit.objects.select_related("parent"):
            self._remember(unit)

    def run(self, folder: Path) -> None:
        for level in LEVELS:
            for path in sorted(folder.glob(f"{_plural(level)}_*.geojson")):
                self._units_file(path, level)
        for path in sorted(folder.glob("rivers*.geojson")):
            self._read(path, geojson.LINES, self._river)
        for path in sorted(folder.glob("border*.geojson")):
            self._read(path, geojson.LINES, self._border)
        for path in sorted(folder.glob("places.csv")):
            self._spots_file(path)
        if not self.report.files:
            raise NoMaps(
                N_("Thư mục %(folder)s không có tệp bản đồ nào (communes_*.geojson, provinces_*.geojson…)."),
                folder=str(folder),
            )

    # --- files -----------------------------------------------------------------------------------------------------

    def _read(self, path: Path, kinds: tuple[str, ...], take: Any) -> Collection | None:
        """Every feature of a file through ``take``; refusals become lines."""
        self.report.files.append(path.name)
        try:
            if path.stat().st_size > geojson.MAX_BYTES:
                raise BadMap(
                    N_("Tệp lớn hơn %(limit)s MB. Hãy đơn giản hóa hoặc tách tệp."),
                    limit=geojson.MAX_BYTES // 1024 // 1024,
                )
            collection = geojson.read(path.read_bytes(), kinds)
        except BadMap as refusal:
            self._refuse(path.name, "", refusal)
            return None
        except OSError as error:
            self._refuse(path.name, "", BadMap(N_("Không đọc được tệp: %(reason)s"), reason=error.strerror or "?"))
            return None
        for number, fault in collection.refused:
            self._refuse(path.name, f"đối tượng {number}", fault)
        source = collection.source or path.name
        for feature in collection.features:
            try:
                self.report.count(take(feature, source))
            except Refused as refusal:
                self._refuse(path.name, f"đối tượng {feature.number}", refusal)
        return collection

    def _units_file(self, path: Path, level: str) -> None:
        row = next((r for r in seed.rows("giapranh.places", "import_files.csv") if r["stem"] == path.stem), None)
        known = Period(seed.day(row["valid_from"]), seed.day(row["valid_to"])) if row else None
        seen: dict[tuple[str, str], int] = {}
        taken: list[tuple[AdministrativeUnit, Feature]] = []

        def take(feature: Feature, source: str) -> str:
            key = (feature.text("code"), feature.text("valid_from"))
            if key in seen:
                raise BadMap(N_("mã %(unit_code)s đã có ở đối tượng %(number)s của tệp này."),
                             unit_code=key[0], number=seen[key])  # fmt: skip
            seen[key] = feature.number
            unit, state = self._unit(feature, level, _period(feature, known), source)
            taken.append((unit, feature))
            return state

        self._read(path, geojson.AREAS, take)
        self._flag_overlaps(path.name, taken)
        for unit, feature in taken:
            self._came_from(unit, feature, path.name)
        self._touching(taken)

    # --- units -----------------------------------------------------------------------------------------------------

    def _unit(self, feature: Feature, level: str, period: Period, source: str) -> tuple[AdministrativeUnit, str]:
        code = feature.text("code")
        kind, designation, name = _names(feature, level)
        if not code or not name or not kind:
            raise BadMap(N_("thiếu mã (code), tên (name) hoặc cấp (kind)."))
        parent = self._parent(feature, level, period)
        unit = self._known(level, code, period)
        if unit is not None and not names.same_name(unit.name, name):
            raise BadMap(N_("mã %(unit_code)s đang là %(known)s, tệp ghi là %(name)s."),
                         unit_code=code, known=unit.full_name, name=name)  # fmt: skip
        if unit is None:
            self._check_name_is_free(level, designation, name, parent, period, code)
            unit = AdministrativeUnit(
                code=code, name=name, kind=kind, designation=designation, parent=parent,
                valid_from=period.valid_from, valid_to=period.valid_to, source=source,
            )  # fmt: skip
        fresh = unit.pk is None
        before = unit.geometry_stamp
        unit.set_geometry(feature.geometry, source)
        if not fresh and unit.geometry_stamp == before:
            return unit, "unchanged"
        unit.save()
        self._remember(unit)
        return unit, "created" if fresh else "updated"

    def _parent(self, feature: Feature, level: str, period: Period) -> AdministrativeUnit | None:
        if level == "province":
            return None
        code = feature.text("province_code", "province_code_2024", "parent_code")
        if not code:
            raise BadMap(N_("thiếu mã tỉnh (province_code)."))
        found = self._known("province", code, period)
        if found is None:
            raise BadMap(
                N_("không có tỉnh mang mã %(unit_code)s vào thời gian đó; hãy nạp tệp tỉnh trước."), unit_code=code
            )
        return found

    def _known(self, level: str, code: str, period: Period) -> AdministrativeUnit | None:
        return next((u for u in self.units.get((level, code), []) if u.period.overlaps(period)), None)

    def _check_name_is_free(
        self, level: str, designation: str, name: str, parent: AdministrativeUnit | None, period: Period, code: str
    ) -> None:
        """One name twice in one province is one unit with two codes: somebody must decide which."""
        for (other_level, other_code), units in self.units.items():
            if other_level != level or other_code == code:
                continue
            for unit in units:
                same_parent = unit.parent_id == (parent.pk if parent else None)
                if same_parent and unit.designation == designation and names.same_name(unit.name, name) and (
                    unit.period.overlaps(period)
                ):  # fmt: skip
                    raise BadMap(N_("%(name)s đã có với mã %(known)s, tệp ghi mã %(unit_code)s. Hãy chốt mã đúng."),
                                 name=unit.full_name, known=other_code, unit_code=code)  # fmt: skip

    def _remember(self, unit: AdministrativeUnit) -> None:
        level = unit.kind if unit.kind in (UnitKind.PROVINCE, UnitKind.DISTRICT) else "commune"
        known = self.units.setdefault((level, unit.code), [])
        if unit.pk not in {other.pk for other in known}:
            known.append(unit)

    def _flag_overlaps(self, file: str, taken: list[tuple[AdministrativeUnit, Feature]]) -> None:
        shapes = [shape(feature.geometry) for _, feature in taken]
        for one, other, share in overlaps.overlapping(shapes) if shapes else ():
            refusal = BadMap(
                N_("%(one)s và %(other)s chồng lên nhau %(share)s %% diện tích."),
                one=taken[one][0].full_name, other=taken[other][0].full_name, share=round(share * 100),
            )  # fmt: skip
            self.report.flagged.append(Line(file, f"đối tượng {taken[one][1].number}", refusal))

    def _came_from(self, unit: AdministrativeUnit, feature: Feature, file: str) -> None:
        """``district_2024`` names the districts a commune was made of."""
        listed = feature.properties.get("district_2024")
        if unit.valid_from is None or not isinstance(listed, list):
            return
        eve = unit.valid_from - timedelta(days=1)
        for words in listed:
            kind, designation, name = names.split_name(str(words), "district")
            found = [u for u in self._districts(eve) if names.same_name(u.name, name) and u.designation == designation]
            if kind and len(found) == 1:
                UnitSuccession.objects.get_or_create(predecessor=found[0], successor=unit, on=unit.valid_from)

    def _districts(self, day: date) -> list[AdministrativeUnit]:
        return [
            unit for (level, _), units in self.units.items() if level == "district"
            for unit in units if unit.holds_on(day)
        ]  # fmt: skip

    def _touching(self, taken: list[tuple[AdministrativeUnit, Feature]]) -> None:
        """``giap_ranh`` lists the codes of neighbours across the provincial border."""
        by_code = {unit.code: unit for unit, _ in taken}
        pairs = set(BorderPair.objects.values_list("unit_a_id", "unit_b_id"))
        for unit, feature in taken:
            listed = feature.properties.get("giap_ranh")
            for code in listed if isinstance(listed, list) else []:
                other = by_code.get(str(code))
                if other is None or {(unit.pk, other.pk), (other.pk, unit.pk)} & pairs:
                    continue
                BorderPair.objects.create(
                    unit_a=unit, unit_b=other, valid_from=unit.valid_from, source=unit.geometry_source
                )
                pairs.add((unit.pk, other.pk))

    # --- rivers, borders, spots --------------------------------------------------------------------------------------

    def _river(self, feature: Feature, source: str) -> str:
        name = feature.text("name")
        if not name:
            raise BadMap(N_("sông chưa có tên (name)."))
        river = River.objects.filter(name=name).first() or River(name=name)
        values = {
            "geometry": feature.geometry,
            "basin": feature.text("basin"),
            "flow": feature.text("flow"),
            "length_km": _number(feature.properties.get("length_km")),
            "accuracy": feature.text("accuracy_m"),
            "source": source,
        }
        return _keep(river, values)

    def _border(self, feature: Feature, source: str) -> str:
        codes = [str(value) for key, value in feature.properties.items() if key.endswith("_code")]
        if len(codes) != 2:
            raise BadMap(N_("đoạn ranh giới cần hai mã xã (…_code)."))
        found = [next((u for u in self.units.get(("commune", code), []) if u.valid_to is None), None) for code in codes]
        if found[0] is None or found[1] is None:
            missing = codes[0] if found[0] is None else codes[1]
            raise BadMap(N_("chưa có xã mang mã %(unit_code)s; hãy nạp tệp xã trước."), unit_code=missing)
        pair = _pair_of(found[0], found[1]) or BorderPair(
            unit_a=found[0], unit_b=found[1], valid_from=found[0].valid_from
        )
        km = _number(feature.properties.get("km"))
        return _keep(pair, {"geometry": feature.geometry, "source": source, **({"km": km} if km else {})})

    def _spots_file(self, path: Path) -> None:
        self.report.files.append(path.name)
        try:
            rows = _csv_rows(path)
        except BadMap as refusal:
            self._refuse(path.name, "", refusal)
            return
        for number, row in enumerate(rows, 2):
            try:
                self.report.count(_spot(row))
            except Refused as refusal:
                self._refuse(path.name, f"dòng {number}", refusal)

    def _refuse(self, file: str, where: str, refusal: Refused) -> None:
        self.report.refused.append(Line(file, where, refusal))


def _plural(level: str) -> str:
    return {"province": "provinces", "district": "districts", "commune": "communes"}[level]


def _names(feature: Feature, level: str) -> tuple[str, str, str]:
    """(kind, designation, short name) from ``full_name``, or from ``kind`` and ``name``."""
    name = feature.text("name")
    kind, designation, rest = names.split_name(feature.text("full_name") or name, level)
    if kind:
        return kind, designation, rest
    kind, designation, _ = names.split_name(f"{feature.text('kind')} {name}", level)
    return kind, designation, name


def _period(feature: Feature, known: Period | None) -> Period:
    """The dates written on the feature, else those known for a file of this name."""
    start, end = feature.text("valid_from"), feature.text("valid_to")
    if start or end:
        period_start, period_end = (parse_date(text) if text else None for text in (start, end))
        if period_start and period_end and period_end < period_start:
            raise BadMap(N_("ngày hết hiệu lực trước ngày có hiệu lực."))
        return Period(period_start, period_end)
    if known is None:
        raise BadMap(N_("thiếu ngày có hiệu lực (valid_from), ví dụ 2025-07-01."))
    return known


def _pair_of(one: AdministrativeUnit, other: AdministrativeUnit) -> BorderPair | None:
    pairs = BorderPair.objects.filter(unit_a=one, unit_b=other) | BorderPair.objects.filter(unit_a=other, unit_b=one)
    return pairs.order_by("-valid_from").first()


def _number(value: Any) -> Decimal | None:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return round(number, 1) if number.is_finite() and 0 < number < 100_000 else None


def _keep(row: River | BorderPair | Spot | MapLayer, values: dict[str, Any]) -> str:
    """Write ``values`` to a row when something differs; says what happened to it."""
    fresh = row.pk is None
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    if not fresh and not changed:
        return "unchanged"
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    return "created" if fresh else "updated"


def _csv_rows(path: Path) -> list[dict[str, str]]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadMap(N_("Tệp không ở dạng UTF-8. Hãy xuất lại với bảng mã UTF-8.")) from None
    reader = csv.DictReader(io.StringIO(text))
    missing = {"id", "name", "kind", "lon", "lat"} - set(reader.fieldnames or [])
    if missing:
        raise BadMap(N_("Thiếu cột %(columns)s."), columns=", ".join(sorted(missing)))
    rows = [row for _, row in zip(range(MAX_SPOTS + 1), reader, strict=False)]
    if len(rows) > MAX_SPOTS:
        raise BadMap(N_("Tệp có hơn %(limit)s dòng."), limit=MAX_SPOTS)
    return rows


def _spot(row: dict[str, str]) -> str:
    code, name = one_line(row.get("id") or ""), one_line(row.get("name") or "")
    if not code or not name:
        raise BadMap(N_("thiếu mã (id) hoặc tên (name)."))
    try:
        lon, lat = float(row["lon"]), float(row["lat"])
    except (TypeError, ValueError):
        raise BadMap(N_("kinh độ, vĩ độ không phải số.")) from None
    geojson.check_point([lon, lat])
    accuracy = row.get("accuracy_m") or ""
    values = {
        "name": name, "kind": one_line(row.get("kind") or "")[:40], "lon": lon, "lat": lat,
        "accuracy_m": int(accuracy) if accuracy.isdecimal() else None,
        "confidence": one_line(row.get("confidence") or "")[:160], "note": one_line(row.get("note") or ""),
        "source": "places.csv",
    }  # fmt: skip
    return _keep(Spot.objects.filter(code=code).first() or Spot(code=code), values)
