"""The one door by which observations reach the table.

Rows come as numpy columns, are sorted by (series, time), parted into new, known and refused, judged by the quality
checks and written by binary COPY straight into the table of their month. Each series is locked first, so what is
later than its newest row is new without asking the table; only late rows are looked up. Everything, the counts of
the series included, happens in one transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import Any

import numpy as np
from django.db import connection, transaction

from giapranh.kernel.errors import N_
from giapranh.water.models import ObservationDetail, SourceFile
from giapranh.water.rules.quality import Reason
from giapranh.water.services import month_values, partitions, quality
from giapranh.water.services.arrivals import Arrived, announce
from giapranh.water.services.heads import Head, lock_heads, write_heads

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EARLIEST_MS = 0
LATEST_MS = 4_102_444_800_000  # 01/01/2100: 42 bits hold it, and the id of an observation is made of it
_PG_EPOCH_US = 946_684_800_000_000
REFUSALS_KEPT = 100

NO_SERIES = N_("Không có chuỗi số liệu số %(series)s.")
BAD_TIME = N_("Thời điểm nằm ngoài 01/01/1970 – 31/12/2099: kiểm tra đồng hồ của thiết bị.")
OTHER_VALUE = N_(
    "Thời điểm này đã có giá trị khác (%(stored)s, nay %(given)s). Giá trị gốc không sửa được; hãy ghi đính chính."
)


class Outcome(IntEnum):
    STORED = 0
    KNOWN = 1  # there already, with the same value
    REFUSED = 2


@dataclass(slots=True)
class Rows:
    """Columns of equal length, in any order. ``details``: index of a row -> what else is known of it.

    A ``details`` value is an unsaved ``ObservationDetail``; its series and time are set here. ``sources``: when rows of
    many sources come at once, the source of each (the caller counts them then).
    """

    series: np.ndarray  # int32
    time_ms: np.ndarray  # int64, milliseconds since 1970 UTC
    value: np.ndarray  # float64, NaN = none
    status: np.ndarray | None = None  # int16, device status; none given: -1
    reason: np.ndarray | None = None  # int16, bits of rules.quality.Reason
    censored: np.ndarray | None = None  # int16: -1 below detection, 1 above range
    details: Mapping[int, ObservationDetail] = field(default_factory=dict)
    sources: np.ndarray | None = None  # int32

    def __post_init__(self) -> None:
        self.series = np.asarray(self.series, np.int32)
        self.time_ms = np.asarray(self.time_ms, np.int64)
        self.value = np.asarray(self.value, np.float64)
        n = len(self.series)
        self.status = np.full(n, -1, np.int16) if self.status is None else np.asarray(self.status, np.int16)
        self.reason = np.zeros(n, np.int16) if self.reason is None else np.asarray(self.reason, np.int16)
        self.censored = np.zeros(n, np.int16) if self.censored is None else np.asarray(self.censored, np.int16)

    def __len__(self) -> int:
        return len(self.series)


@dataclass(frozen=True, slots=True)
class Refusal:
    index: int  # of the row as it was given
    what: str  # message id
    params: dict[str, Any]


@dataclass(slots=True)
class Stored:
    """What became of the rows. ``outcome`` and ``flag`` are in the order the rows were given."""

    stored: int
    known: int
    refused: list[Refusal]
    outcome: np.ndarray  # int8, Outcome
    flag: np.ndarray  # int16; of known and refused rows 0


def milliseconds(time: datetime) -> int:
    """Whole milliseconds since 1970; anything finer is cut off."""
    return (time - EPOCH) // timedelta(milliseconds=1)


def instant(time_ms: int) -> datetime:
    return EPOCH + timedelta(milliseconds=int(time_ms))


@transaction.atomic
def store(rows: Rows, *, source: SourceFile | None, at: datetime) -> Stored:
    """Store what is new; never change what is there."""
    order = np.lexsort((rows.time_ms, rows.series))
    batch = _Batch(rows, order)
    heads = lock_heads(batch.ids)
    batch.refuse_unknown(heads)
    batch.refuse_bad_times()
    batch.compare_with_table(heads)
    batch.compare_within()
    fresh = np.flatnonzero(batch.outcome == Outcome.STORED)
    flag, reason = _judged(batch, fresh, heads)
    _copy(batch, fresh, flag, reason, source, at)
    if len(late := batch.late[batch.outcome[batch.late] == Outcome.STORED]):
        month_values.drop(batch.series[late], batch.time_ms[late])
    _write_details(batch, fresh)
    write_heads(heads, batch.series[fresh], batch.time_ms[fresh], batch.value[fresh], flag, at)
    stored = batch.answer(fresh, flag)
    if source is not None:
        _count(source, stored)
    if len(fresh):
        announce(Arrived(batch.series[fresh], batch.time_ms[fresh], batch.value[fresh], flag, at))
    return stored


def store_one(
    *,
    series_id: int,
    time: datetime,
    value: float | None,
    at: datetime,
    status: int = -1,
    reason: int = 0,
    censored: int = 0,
    detail: ObservationDetail | None = None,
    source: SourceFile | None = None,
) -> Stored:
    """One observation."""
    rows = Rows(
        np.array([series_id]), np.array([milliseconds(time)]), np.array([np.nan if value is None else value]),
        np.array([status]), np.array([reason]), np.array([censored]), {} if detail is None else {0: detail},
    )  # fmt: skip
    return store(rows, source=source, at=at)


class _Batch:
    """The rows sorted by (series, time), and what becomes of each."""

    def __init__(self, rows: Rows, order: np.ndarray) -> None:
        assert rows.status is not None
        assert rows.reason is not None
        assert rows.censored is not None
        self.order = order
        self.series = rows.series[order]
        self.time_ms = rows.time_ms[order]
        self.value = rows.value[order]
        self.status = rows.status[order]
        self.reason = rows.reason[order]
        self.censored = rows.censored[order]
        self.details = rows.details
        self.sources = None if rows.sources is None else rows.sources[order]
        endless = np.isinf(self.value)
        if endless.any():  # no number a device can mean; the column would hold it and spoil every mean
            self.value = np.where(endless, np.nan, self.value)
            self.reason = np.where(endless, self.reason | np.int16(Reason.NOT_FINITE), self.reason)
        self.outcome = np.zeros(len(order), np.int8)
        self.refusals: list[Refusal] = []
        self.late = np.zeros(0, np.int64)  # rows not newer than the newest of their series
        first = np.ones(len(order), bool)
        first[1:] = self.series[1:] != self.series[:-1]
        self.starts = np.flatnonzero(first)
        self.ids = self.series[self.starts]

    def refuse(self, at: np.ndarray, what: str, **columns: np.ndarray) -> None:
        self.outcome[at] = Outcome.REFUSED
        for n, row in enumerate(at.tolist()):
            params = {name: _plain(column[n]) for name, column in columns.items()}
            self.refusals.append(Refusal(int(self.order[row]), what, params))

    def refuse_unknown(self, heads: dict[int, Head]) -> None:
        absent = [n for n, series_id in enumerate(self.ids.tolist()) if series_id not in heads]
        for n in absent:
            rows = np.arange(*self.span(n))
            self.refuse(rows, NO_SERIES, series=self.series[rows])

    def span(self, n: int) -> tuple[int, int]:
        """The rows of the n-th series of the batch."""
        end = self.starts[n + 1] if n + 1 < len(self.starts) else len(self.series)
        return int(self.starts[n]), int(end)

    def refuse_bad_times(self) -> None:
        outside = (self.time_ms < EARLIEST_MS) | (self.time_ms >= LATEST_MS)
        if outside.any():
            self.refuse(np.flatnonzero(outside & (self.outcome == Outcome.STORED)), BAD_TIME)

    def compare_within(self) -> None:
        """The same new key twice in one batch: the row that was given first counts."""
        again = (self.series[1:] == self.series[:-1]) & (self.time_ms[1:] == self.time_ms[:-1])
        if not again.any():
            return
        leaders = np.arange(len(self.series))
        leaders[1:][again] = 0
        leaders = np.maximum.accumulate(leaders)
        rows = np.flatnonzero(leaders != np.arange(len(leaders)))
        rows = rows[self.outcome[rows] == Outcome.STORED]
        self._compare(rows, self.value[leaders[rows]], self.censored[leaders[rows]])

    def compare_with_table(self, heads: dict[int, Head]) -> None:
        """Late rows may be there already; what is newer than the newest row cannot be."""
        newest = np.array([heads[i].last_ms if i in heads else -1 for i in self.ids.tolist()], np.int64)
        lengths = np.diff(np.append(self.starts, len(self.series)))
        late = np.flatnonzero((self.time_ms <= np.repeat(newest, lengths)) & (self.outcome == Outcome.STORED))
        if not len(late):
            return
        self.late = late
        there, value, censored = _existing(self.series[late], self.time_ms[late])
        self._compare(late[there], value, censored)

    def _compare(self, rows: np.ndarray, value: np.ndarray, censored: np.ndarray) -> None:
        given = self.value[rows]
        same = ((given == value) | (np.isnan(given) & np.isnan(value))) & (self.censored[rows] == censored)
        self.outcome[rows[same]] = Outcome.KNOWN
        other = ~same
        if other.any():
            self.refuse(rows[other], OTHER_VALUE, stored=value[other], given=given[other])

    def answer(self, fresh: np.ndarray, flag: np.ndarray) -> Stored:
        outcome = np.empty(len(self.order), np.int8)
        outcome[self.order] = self.outcome
        flags = np.zeros(len(self.order), np.int16)
        flags[self.order[fresh]] = flag
        self.refusals.sort(key=lambda refusal: refusal.index)
        return Stored(len(fresh), int((outcome == Outcome.KNOWN).sum()), self.refusals, outcome, flags)


def _plain(value: Any) -> Any:
    """A number of numpy as a Python one; nothing where there was no value."""
    plain = value.item() if hasattr(value, "item") else value
    return "–" if plain != plain else plain


def pg_array(column: np.ndarray) -> str:
    """A column of whole numbers as PostgreSQL reads an array: cheaper than a parameter for each."""
    return "{" + ",".join(map(str, column.tolist())) + "}"


EXISTING = """
SELECT k.n - 1, o.value, o.censored FROM unnest(%s::int[], %s::bigint[]) WITH ORDINALITY AS k(series, ms, n),
LATERAL (SELECT value, censored FROM water_observation
         WHERE series_id = k.series AND time = 'epoch'::timestamptz + k.ms * interval '1 millisecond'
           AND time BETWEEN %s AND %s LIMIT 1) o
ORDER BY k.n
"""


def _existing(series: np.ndarray, time_ms: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Which of the keys are in the table (their indexes), with the values there."""
    with connection.cursor() as cursor:
        cursor.execute(
            EXISTING,
            [pg_array(series), pg_array(time_ms), instant(time_ms.min()), instant(time_ms.max())],
        )
        found = cursor.fetchall()
    columns = np.array([(n, np.nan if value is None else value, c) for n, value, c in found], np.float64).reshape(-1, 3)
    return columns[:, 0].astype(np.int64), columns[:, 1], columns[:, 2].astype(np.int16)


def _judged(batch: _Batch, fresh: np.ndarray, heads: dict[int, Head]) -> tuple[np.ndarray, np.ndarray]:
    """Flags and reasons of the new rows; old neighbours whose judgement changed are mended."""
    if not len(fresh):
        return np.zeros(0, np.int16), np.zeros(0, np.int16)
    columns = (batch.series, batch.time_ms, batch.value, batch.status, batch.reason, batch.censored)
    judged = quality.judge(heads, *(column[fresh] for column in columns))
    judged.settle()
    return judged.flag, judged.reason


# --- writing ---------------------------------------------------------------------------------------------------------

COLUMNS = "time, arrived, value, series_id, source_id, flag, reason, status, censored"
_FIELDS = [
    ("n", ">i2"),
    ("time_n", ">i4"), ("time", ">i8"),
    ("arrived_n", ">i4"), ("arrived", ">i8"),
    ("value_n", ">i4"), ("value", ">f8"),
    ("series_n", ">i4"), ("series", ">i4"),
    ("source_n", ">i4"), ("source", ">i4"),
    ("flag_n", ">i4"), ("flag", ">i2"),
    ("reason_n", ">i4"), ("reason", ">i2"),
    ("status_n", ">i4"), ("status", ">i2"),
    ("censored_n", ">i4"), ("censored", ">i2"),
]  # fmt: skip
_ROW = np.dtype(_FIELDS)
_START = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_END = b"\xff\xff"


def _copy(
    batch: _Batch, fresh: np.ndarray, flag: np.ndarray, reason: np.ndarray, source: SourceFile | None, at: datetime
) -> None:
    if not len(fresh):
        return
    records = np.empty(len(fresh), _ROW)
    records["n"] = 9
    for name in ("time_n", "arrived_n", "value_n"):
        records[name] = 8
    for name in ("series_n", "source_n"):
        records[name] = 4
    for name in ("flag_n", "reason_n", "status_n", "censored_n"):
        records[name] = 2
    times = batch.time_ms[fresh]
    records["time"] = times * 1000 - _PG_EPOCH_US
    records["arrived"] = (at - EPOCH) // timedelta(microseconds=1) - _PG_EPOCH_US
    records["value"] = batch.value[fresh]
    records["series"] = batch.series[fresh]
    records["source"] = batch.sources[fresh] if batch.sources is not None else source.pk if source is not None else 0
    records["flag"], records["reason"] = flag, reason
    records["status"], records["censored"] = batch.status[fresh], batch.censored[fresh]
    months = partitions.months_of(times)
    tables = partitions.ensure(months, at=at)
    for month, table in tables.items():
        chosen = records if len(tables) == 1 else records[months == month]
        _send(table, _without_nulls(chosen, no_source=source is None and batch.sources is None))


def _without_nulls(records: np.ndarray, *, no_source: bool) -> bytes:
    """The bytes of the rows; of a null only its length, -1, is sent."""
    empty = np.isnan(records["value"])
    if not no_source and not empty.any():
        return records.tobytes()
    records = records.copy()
    keep = np.ones((len(records), _ROW.itemsize), bool)
    for name, absent in (("value", empty), ("source", np.full(len(records), no_source))):
        records[f"{name}_n"][absent] = -1
        kind, offset = _ROW.fields[name][:2]  # type: ignore[index]
        keep[absent, offset : offset + kind.itemsize] = False
    return records.view(np.uint8).reshape(len(records), -1)[keep].tobytes()


def _send(table: str, rows: bytes) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({COLUMNS}) FROM STDIN (FORMAT BINARY)") as copy:
        copy.write(_START)
        copy.write(rows)
        copy.write(_END)


def _write_details(batch: _Batch, fresh: np.ndarray) -> None:
    if not batch.details:
        return
    details = []
    for row in fresh.tolist():
        detail = batch.details.get(int(batch.order[row]))
        if detail is not None:
            detail.series_id, detail.time = int(batch.series[row]), instant(batch.time_ms[row])
            details.append(detail)
    ObservationDetail.objects.bulk_create(details, batch_size=2000)
    _widen_result_times([(each.series_id, each.result_time) for each in details if each.result_time is not None])


def _widen_result_times(told: list[tuple[int, datetime]]) -> None:
    """The series keep the span of their result times."""
    if not told:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE water_series s SET result_time_first = least(s.result_time_first, k.first),"
            " result_time_last = greatest(s.result_time_last, k.last) FROM (SELECT x.id, min(x.at) AS first,"
            " max(x.at) AS last FROM unnest(%s::int[], %s::timestamptz[]) AS x(id, at) GROUP BY x.id) k"
            " WHERE s.id = k.id",
            list(map(list, zip(*told, strict=True))),
        )


def _count(source: SourceFile, stored: Stored) -> None:
    """Add to what the source brought; the caller holds the row, nobody else writes it."""
    source.rows_stored += stored.stored
    source.rows_known += stored.known
    source.rows_refused += len(stored.refused)
    source.save(update_fields=["rows_stored", "rows_known", "rows_refused"])
