"""Names of station files, Circular 10/2021: ``<Tỉnh>_<CơSở>_<Trạm>_<yyyyMMddHHmmss>.txt``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from giapranh.kernel.errors import N_, BadInput

_AHEAD = timedelta(hours=7)
LOCAL = timezone(_AHEAD)
_NAME = re.compile(
    r"(?P<province>[A-Za-z0-9-]{1,12})_(?P<facility>[A-Za-z0-9-]{1,40}(?:_[A-Za-z0-9-]{1,40}){0,3})"
    r"_(?P<station>[A-Za-z0-9-]{1,40})_(?P<time>\d{14}|\d{12})\.(?:txt|TXT|csv|CSV|dat|DAT)",
    re.ASCII,
)
_DEVICES = {"con", "prn", "aux", "nul", *(f"com{n}" for n in range(1, 10)), *(f"lpt{n}" for n in range(1, 10))}


class BadFileName(BadInput):
    code = "bad_station_file_name"


@dataclass(frozen=True, slots=True)
class StationFileName:
    """``code`` is how stations are known; ``local`` is what the name says, ``at`` the same instant in UTC."""

    province: str
    facility: str
    station: str
    local: datetime
    at: datetime

    @property
    def code(self) -> str:
        return f"{self.province}_{self.facility}_{self.station}"


def parse_name(name: str) -> StationFileName:
    """The parts of a file's name. Paths, reserved names and other forms are refused."""
    found = _NAME.fullmatch(name) if len(name) <= 180 else None
    if found is None and (len(name) > 180 or any(sign in name for sign in "/\\\0:") or ".." in name):
        raise BadFileName(N_("Tên tệp “%(name)s” không hợp lệ: chỉ nhận tên, không nhận đường dẫn."), name=name[:60])
    province, facility, station, time = found.groups() if found is not None else ("", "", "", "")
    if not province or province.casefold() in _DEVICES:
        raise BadFileName(N_("Tên tệp “%(name)s” không đúng dạng Tỉnh_CơSở_Trạm_yyyyMMddHHmmss.txt."), name=name[:60])
    time = time.ljust(14, "0")
    try:
        local = datetime(
            int(time[:4]),
            int(time[4:6]),
            int(time[6:8]),
            int(time[8:10]),
            int(time[10:12]),
            int(time[12:]),
            tzinfo=LOCAL,
        )
        at = local.replace(tzinfo=UTC) - _AHEAD
    except (ValueError, OverflowError):
        raise BadFileName(
            N_("Thời gian trong tên tệp “%(name)s” không có thật; phải là yyyyMMddHHmmss."), name=name[:60]
        ) from None
    return StationFileName(province, facility, station, local, at)


def file_name(code: str, at: datetime) -> str:
    """The name a station would give its file of that instant."""
    return f"{code}_{at.astimezone(LOCAL):%Y%m%d%H%M%S}.txt"
