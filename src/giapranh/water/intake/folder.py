"""The folder stations send to: what lies there complete is taken in and moved on; nothing is ever deleted.

``stations/in/<account or code>/…`` is where files arrive (any folders below), ``stations/done/…`` where they go when
every line was taken, ``stations/refused/…`` when a line was not: from there they are read again once a symbol or a
station was declared. A file still being written waits: until the door says it is whole, or its size stands still.
"""

from __future__ import annotations

import filecmp
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.db import connection
from django.db.models import Q

from giapranh.node import home
from giapranh.water.intake.file_reports import FileReport, Given, Report
from giapranh.water.intake.station_files import batches, take_in
from giapranh.water.models import Station

_LOCK = 0x6769_6171  # of pg_try_advisory_lock: one process empties the folder at a time
UNFINISHED = (".tmp", ".part", ".partial", ".filepart", ".crdownload", "~")
GIVE_UP_S = 600  # a file that ends in mid-line and has not grown for so long will not grow any more
MOST_FILES = 20_000  # of one round; the next round takes the rest


def root() -> Path:
    named = home.setting("stations_folder")
    return Path(named).expanduser().resolve() if named else home.home() / "stations"


def inbox() -> Path:
    return _made(root() / "in")


def _made(path: Path) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    return path


def settle_seconds() -> float:
    return float(home.setting("stations_settle_seconds", "10"))


@dataclass(slots=True)
class _Seen:
    size: int
    modified: float
    since: float


@dataclass(slots=True)
class Watch:
    """What the folder looked like the last time, so that a size that stands still is noticed."""

    seen: dict[str, _Seen] = field(default_factory=dict)
    whole: set[str] = field(default_factory=set)  # paths the door says are whole

    def settled(self, entry: os.DirEntry[str], now: float, settle: float) -> tuple[bool, bool]:
        """Whether the file may be read, and whether it has stood still for so long that no more will come."""
        stat = entry.stat(follow_symlinks=False)
        before = self.seen.get(entry.path)
        if before is None or (before.size, before.modified) != (stat.st_size, stat.st_mtime):
            before = self.seen[entry.path] = _Seen(stat.st_size, stat.st_mtime, now)
        # A device may set the time of its file: what lies ahead of our clock says nothing.
        still = max(now - before.since, now - stat.st_mtime if stat.st_mtime <= now else 0)
        whole = entry.path in self.whole
        return whole or still >= settle, whole or still >= GIVE_UP_S

    def forget_absent(self, present: set[str]) -> None:
        self.seen = {path: seen for path, seen in self.seen.items() if path in present}
        self.whole &= present


_watch = Watch()


def round_now(*, at: datetime, watch: Watch | None = None) -> Report | None:
    """Take in what lies complete in the folder; nothing when another process is at it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return None
    try:
        return _round(at, watch or _watch)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def _round(at: datetime, watch: Watch) -> Report:
    report = Report()
    for batch in batches(list(complete_files(watch))):
        taken = take_in(batch, at=at)
        for one in taken.files:
            _move_on(one)
        report.files.extend(taken.files)
    return report


def complete_files(watch: Watch) -> Iterator[Given]:
    """The files that may be read now, oldest name first in each folder."""
    base = inbox()
    accounts = _accounts()
    now, settle = time.time(), settle_seconds()
    present: set[str] = set()
    count = 0
    for entry, top in _walk(base):
        present.add(entry.path)
        ready, finish = watch.settled(entry, now, settle)
        if ready and count < MOST_FILES:
            count += 1
            yield Given(Path(entry.path), accounts.get(top.casefold()), finish=finish)
    watch.forget_absent(present)


def _accounts() -> dict[str, int]:
    """Folder name → station: its account at the door, else its code."""
    found: dict[str, int] = {}
    rows = Station.objects.filter(~Q(code="") | ~Q(door_account=""), node="").order_by("valid_from")
    known = list(rows.values_list("pk", "code", "door_account"))
    found |= {code.casefold(): pk for pk, code, _account in known if code}
    # Last: who signed in sends for their station, even where the account is called like another one's code.
    return found | {account.casefold(): pk for pk, _code, account in known if account}


def _walk(base: Path) -> Iterator[tuple[os.DirEntry[str], str]]:
    """Every ordinary file below ``base`` with the name of the first folder it lies in. Links are not followed."""
    waiting: list[tuple[str, str]] = [(str(base), "")]
    while waiting:
        folder, top = waiting.pop()
        with os.scandir(folder) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                if entry.is_dir(follow_symlinks=False):
                    waiting.append((entry.path, top or entry.name))
                elif entry.is_file(follow_symlinks=False) and not _is_unfinished(entry.name):
                    yield entry, top


def _is_unfinished(name: str) -> bool:
    return name.startswith(".") or name.casefold().endswith(UNFINISHED)


def _move_on(report: FileReport) -> None:
    if report.state == "waiting":
        return
    place = "refused" if report.refused else "done"
    relative = report.path.relative_to(inbox())
    move(report.path, root() / place / relative)


def move(path: Path, target: Path) -> Path | None:
    """Move without writing over a file that says something else; where it landed, nothing when it could not be."""
    number = 1
    try:
        wanted = target = _folder(target.parent) / target.name
        while target.exists() and not _same(path, target):
            number += 1
            target = wanted.with_name(f"{wanted.stem}.{number}{wanted.suffix}")
        path.replace(target)
    except (
        OSError
    ):  # gone meanwhile; Windows: somebody still has it open, the next round finds it known and tries again
        return None
    return target


def _folder(wanted: Path) -> Path:
    """The folder, made when absent; one beside it where a file bears its name, or nothing behind it would ever move."""
    if wanted.is_dir():
        return wanted
    here = beside = _folder(wanted.parent) / wanted.name
    number = 1
    while here.exists() and not here.is_dir():
        number += 1
        here = beside.with_name(f"{beside.name}.{number}")
    here.mkdir(exist_ok=True)
    return here


def _same(one: Path, other: Path) -> bool:
    return filecmp.cmp(one, other, shallow=False)


def retry(station: Station | None = None) -> int:
    """Put refused files (of one station, or all) back where they arrived; the next round reads them again."""
    base = root() / "refused"
    if not base.is_dir():
        return 0
    wanted = {name.casefold() for name in (station.code, station.door_account) if name} if station else None
    moved = 0
    for entry, top in _walk(base):
        code = entry.name.rpartition("_")[0]
        if wanted is None or top.casefold() in wanted or code.casefold() in wanted:
            path = Path(entry.path)
            move(path, inbox() / path.relative_to(base))
            moved += 1
    return moved


def refused_count() -> int:
    base = root() / "refused"
    return sum(1 for _entry in _walk(base)) if base.is_dir() else 0
