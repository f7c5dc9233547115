"""What the network holds already, read once for a whole file: rivers with their courses and banks, offices, units."""

from __future__ import annotations

from datetime import date

from giapranh.kernel.errors import N_
from giapranh.kernel.numbers import format_number
from giapranh.kernel.text import search_key
from giapranh.people import queries as people
from giapranh.people.models import Office
from giapranh.places import outlines
from giapranh.places.models import AdministrativeUnit, UnitKind
from giapranh.places.queries import province_of
from giapranh.water.importing.sheet import BadSheet, SheetRow
from giapranh.water.models import BankReach, CoursePoint, Watercourse
from giapranh.water.rules import lines

FARTHEST_M = 5_000  # a point further from its river than this stands on another one


def short(name: str) -> str:
    """``Sông Thương`` as ``thuong``: what rivers are told apart by."""
    return search_key(name).removeprefix("song ").removeprefix("suoi ")


class Known:
    """Look-ups that cost no query per row."""

    def __init__(self, day: date) -> None:
        self.day = day
        self.rivers: dict[str, Watercourse] = {}
        self.courses: dict[int, list[tuple[float, float, float]]] = {}
        self.banks: dict[int, list[BankReach]] = {}
        self._offices: dict[str, Office] | None = None
        for river in Watercourse.objects.all():
            self.remember(river)
        for pk, km, lon, lat in CoursePoint.objects.order_by("-km").values_list("watercourse", "km", "lon", "lat"):
            self.courses.setdefault(pk, []).append((km, lon, lat))
        for bank in BankReach.objects.all():
            self.banks.setdefault(bank.watercourse_id, []).append(bank)

    def remember(self, river: Watercourse) -> None:
        self.rivers[river.key] = river
        self.rivers.setdefault(short(river.name), river)

    def find_river(self, words: str) -> Watercourse | None:
        return self.rivers.get(words) or self.rivers.get(short(words))

    def river(self, words: str) -> Watercourse:
        found = self.find_river(words)
        if found is None:
            raise BadSheet(N_("không có sông “%(river)s” trong mạng lưới; hãy nạp sông trước."), river=words)
        return found

    # --- where on the river ----------------------------------------------------------------------------------------

    def km_of(self, river: Watercourse, row: SheetRow) -> tuple[float, str, tuple[float, float] | None]:
        """(km, bank as the position tells, point) of a row that gives ``km``, or a point, or both."""
        point = row.point()
        km = row.number_of("km", low=0, high=10_000)
        if km is not None and km > river.length_km + 1:
            raise BadSheet(N_("km %(km)s vượt chiều dài %(river)s (%(length)s km)."), km=format_number(round(km, 1)),
                           river=river.name, length=format_number(round(river.length_km, 1)))  # fmt: skip
        course = self.courses.get(river.pk, [])
        if km is not None or point is None:
            if km is None:
                raise BadSheet(N_("thiếu vị trí: ghi km, hoặc lon và lat."))
            return km, "", point
        if len(course) < 2:
            raise BadSheet(N_("%(river)s chưa có đường vẽ; hãy ghi km."), river=river.name)
        found = lines.locate(course, *point)
        if found.offset_m > FARTHEST_M:
            raise BadSheet(N_("điểm cách %(river)s %(km)s km; có đúng sông và đúng thứ tự tọa độ không?"),
                           river=river.name, km=format_number(round(found.offset_m / 1000)))  # fmt: skip
        return round(found.km, 2), found.bank if found.offset_m > 30 else "", point

    def province_at(self, river: Watercourse, km: float, bank: str) -> str:
        """The province of that bank; of a border reach without a bank nobody's alone."""
        codes = {
            each.province_code for each in self.banks.get(river.pk, [])
            if each.km_lower <= km <= each.km_upper and each.holds_on(self.day)
            and (bank not in ("left", "right") or each.bank in (bank, "both"))
        }  # fmt: skip
        return codes.pop() if len(codes) == 1 else ""

    def unit_at(self, point: tuple[float, float] | None) -> tuple[AdministrativeUnit | None, str]:
        """The commune a point lies in, where outlines are known, and the code of its province."""
        found = outlines.units_of_points([point], self.day)[0] if point else None
        if found is None:
            return None, ""
        return (None if found.kind == UnitKind.PROVINCE else found), province_of(found).code

    # --- who ---------------------------------------------------------------------------------------------------------

    def office(self, words: str) -> Office | None:
        """The office that bears exactly this name or short form, if only one does."""
        if self._offices is None:
            named: dict[str, set[Office]] = {}
            for office in people.offices(self.day):
                for name in [*office.names(), *(f"{name} {unit.full_name}" for name in office.names()
                                                if (unit := office.unit) is not None)]:  # fmt: skip
                    named.setdefault(search_key(name), set()).add(office)
            self._offices = {name: found.pop() for name, found in named.items() if len(found) == 1}
        return self._offices.get(search_key(words))
