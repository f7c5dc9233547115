"""Where station files lie: building the folder of a day, and recognising one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import PurePath, PurePosixPath

from giapranh.kernel.errors import N_, BadInput
from giapranh.water.rules.datafiles import read_toml

_STATION = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,79}", re.ASCII)


class BadFolder(BadInput):
    code = "bad_folder"


@dataclass(frozen=True, slots=True)
class FolderLayout:
    key: str
    pattern: str
    label: str

    @property
    def depth(self) -> int:
        return self.pattern.count("/") + 1


@dataclass(frozen=True, slots=True)
class Found:
    """What a folder says: its layout, the station and the day (None in a flat layout)."""

    layout: str
    station: str
    day: date | None


@cache
def layouts() -> dict[str, FolderLayout]:
    return {
        row["key"]: FolderLayout(row["key"], row["pattern"], row["label"])
        for row in read_toml("folders.toml")["layout"]
    }


def layout(key: str) -> FolderLayout:
    found = layouts().get(key or "circular")
    if found is None:
        raise BadFolder(N_("Không có cách xếp thư mục “%(key)s”."), key=key)
    return found


def path_for(key: str, station: str, day: date) -> PurePosixPath:
    """The folder of a station's files of one day, relative to the root of all stations."""
    if not _STATION.fullmatch(station):
        raise BadFolder(N_("Mã trạm “%(station)s” không dùng làm tên thư mục được."), station=station[:60])
    pattern = layout(key).pattern
    return PurePosixPath(pattern.format(station=station, Y=f"{day.year:04}", m=f"{day.month:02}", d=f"{day.day:02}"))


_PARTS = {"station": _STATION.pattern, "Y": r"\d{4}", "m": r"\d{2}", "d": r"\d{2}"}


@cache
def _forms() -> list[tuple[FolderLayout, re.Pattern[str]]]:
    forms = [(one, re.compile(_form(one.pattern), re.IGNORECASE | re.ASCII)) for one in layouts().values()]
    return sorted(forms, key=lambda pair: -pair[0].depth)


def _form(pattern: str) -> str:
    """The pattern as an expression; a part written twice must be the same both times."""
    form, seen = "", set()
    for piece in re.split(r"(\{\w+\})", pattern):
        name = piece.strip("{}")
        if not piece.startswith("{"):
            form += re.escape(piece)
        elif name in seen:
            form += f"(?P={name})"
        else:
            form += f"(?P<{name}>{_PARTS[name]})"
            seen.add(name)
    return form


def recognise(path: str | PurePath) -> Found | None:
    """The layout, station and day of a folder relative to the root; nothing when no layout fits."""
    text = PurePosixPath(*PurePath(path).parts).as_posix() if isinstance(path, PurePath) else path.replace("\\", "/")
    text = text.strip("/")
    if ".." in text.split("/"):
        return None
    for one, form in _forms():
        if (found := form.fullmatch(text)) is None:
            continue
        parts = found.groupdict()
        if "Y" not in parts:
            return Found(one.key, parts["station"], None)
        try:
            return Found(one.key, parts["station"], date(int(parts["Y"]), int(parts["m"]), int(parts["d"])))
        except ValueError:
            continue
    return None
