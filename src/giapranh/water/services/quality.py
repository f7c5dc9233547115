"""The quality checks, run on what arrives and again on demand. The rules are ``rules.quality``; here are the rows.

On arrival only the neighbours of the new rows are read (as far as ``quality_run.context`` says, ``MOST_CONTEXT`` rows
at most), however long the series is. A window cut short by that limit can miss a flat line: the nightly round sees it. The newest rows of busy series stay in memory; they are used only while count, last time and last
arrival of the series are what they were, which the lock on the series makes certain.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from threading import Lock

import numpy as np
from django.db import connection, transaction
from django.db.models import Q

from giapranh.kernel.clock import local_date
from giapranh.water.rules import quality_run
from giapranh.water.rules.parameters import all_parameters
from giapranh.water.rules.quality import Flag, Reason, local_day
from giapranh.water.rules.quality_run import Thresholds
from giapranh.water.services import crossing
from giapranh.water.services.heads import Head, lock_heads

MOST_CONTEXT = 2000  # rows of the end of a series: seven days at five minutes, a quarter of an hour at twice a second
MOST_BETWEEN = 200_000  # old rows around late ones
KEPT_SERIES = 2000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Past:
    """Rows of one series in the order of time, as judged so far."""

    time_ms: np.ndarray
    value: np.ndarray
    status: np.ndarray
    flag: np.ndarray
    reason: np.ndarray

    def __len__(self) -> int:
        return len(self.time_ms)

    def tail(self, rows: int) -> Past:
        return Past(*(column[-rows:] for column in self.columns()))

    def columns(self) -> tuple[np.ndarray, ...]:
        return self.time_ms, self.value, self.status, self.flag, self.reason


@dataclass(slots=True)
class Judged:
    """What the checks say of new rows. Old rows that are seen in another light are changed by ``settle`` only."""

    flag: np.ndarray  # int16
    reason: np.ndarray  # int16
    doubted: dict[int, np.ndarray] = field(default_factory=dict)  # series → times of rows that new ones contradict
    mended: list[tuple[int, Past]] = field(default_factory=list)  # series, its rows whose flag or reason changed
    newest: list[tuple[Head, int, int, Past]] = field(default_factory=list)  # to remember: head, count, from when, rows

    @property
    def is_settled(self) -> bool:
        return not self.doubted and not self.mended

    def settle(self) -> None:
        """In the transaction that stores the new rows, or right after it where nothing old is changed."""
        if self.doubted:
            _doubt(self.doubted)
        if self.mended:
            _mend(self.mended)
        for kept in self.newest:
            transaction.on_commit(partial(_keep, *kept))


_NONE = Past(*(np.zeros(0, kind) for kind in (np.int64, np.float64, np.int16, np.int16, np.int16)))


@dataclass(slots=True)
class _Run:
    """New rows of one series that are judged together, and the span of old rows they are judged with."""

    head: Head
    first: int
    end: int
    thresholds: Thresholds
    from_ms: int
    to_ms: int
    late: bool
    starts_ms: int = 0  # its first new row
    past: Past = field(default_factory=lambda: _NONE)


def judge(
    heads: dict[int, Head],
    series: np.ndarray,
    time_ms: np.ndarray,
    value: np.ndarray,
    status: np.ndarray,
    reason: np.ndarray,
    censored: np.ndarray,
) -> Judged:
    """Judge new rows, sorted by (series, time). Old neighbours that are judged otherwise by them are mended by ``settle``."""
    judged = _unchecked(value, status, reason)
    crossed = crossing.of_arrival(series, time_ms, value, status, censored)
    if crossed is not None:
        judged.reason[crossed.rows] |= Reason.CROSS
        quality_run.doubted(judged.flag, judged.reason)
        judged.doubted = crossed.old
    runs = _runs(heads, series, time_ms)
    asked = [run for run in runs if not _remembered(run)]
    _read_past([run for run in asked if not run.late], MOST_CONTEXT)
    _read_past([run for run in asked if run.late], MOST_BETWEEN)
    for run in runs:
        _judge(run, judged, time_ms, value, status)
    return judged


def _unchecked(value: np.ndarray, status: np.ndarray, given: np.ndarray) -> Judged:
    """What can be said without any threshold: no value, a device that calibrates, a device that is out of order."""
    flag = np.full(len(value), Flag.NOT_EVALUATED, np.int16)
    reason = given.copy()
    flag[np.isnan(value)] = Flag.MISSING
    if status.max() > 0:
        flag[status > 0] = Flag.FAIL
        for said, why in ((1, Reason.CALIBRATION), (2, Reason.DEVICE)):
            reason[status == said] |= why
    return Judged(flag, reason)


def thresholds_of(head: Head, day: date) -> Thresholds | None:
    """The thresholds of a series on a day: its own, else those of its parameter; nothing for an unknown one."""
    found = _defaults(head) if head.parameter else None
    for own in head.thresholds:
        if (own["from"] or "") <= day.isoformat() <= (own["to"] or "9999-12-31"):
            found = Thresholds.from_dict(own["settings"])
            break
    if found is not None and found.spike_relative and found.reference is None and head.reference is not None:
        return replace(found, reference=head.reference)
    return found


def _change_after(head: Head, day: date) -> date | None:
    """The next day on which other thresholds of the series begin to hold."""
    days = [date.fromisoformat(own["from"]) for own in head.thresholds if own["from"]]
    days += [date.fromisoformat(own["to"]) + timedelta(days=1) for own in head.thresholds if own["to"]]
    return min((each for each in days if each > day), default=None)


def _defaults(head: Head) -> Thresholds | None:
    if head.parameter not in all_parameters():
        return None
    return quality_run.defaults_in(head.parameter, float(head.cycle_s) if head.cycle_s else None, head.unit, head.basis)


def _runs(heads: dict[int, Head], series: np.ndarray, time_ms: np.ndarray) -> list[_Run]:
    first = np.ones(len(series), bool)
    first[1:] = series[1:] != series[:-1]
    starts = np.flatnonzero(first).tolist()
    runs: list[_Run] = []
    for start, end in zip(starts, [*starts[1:], len(series)], strict=True):
        head = heads[int(series[start])]
        if not head.parameter and not head.thresholds:
            continue
        thresholds = thresholds_of(head, local_date(_instant(int(time_ms[start]))))
        if thresholds is not None:
            runs.extend(_runs_of(head, start, end, time_ms, thresholds))
    for run in runs:
        run.starts_ms = int(time_ms[run.first])
    return runs


def _runs_of(head: Head, start: int, end: int, time_ms: np.ndarray, thresholds: Thresholds) -> list[_Run]:
    """Rows newer than all others are one run. Late ones part where the next lies too far off to matter to the former."""
    reach = int(quality_run.context(thresholds) * 1000)
    times = time_ms[start:end]
    newer = int(np.searchsorted(times, head.last_ms, "right"))
    runs = []
    if newer:
        gaps = np.flatnonzero(np.diff(times[:newer]) > 2 * reach) + 1
        for a, b in zip([0, *gaps.tolist()], [*gaps.tolist(), newer], strict=True):
            low, high = int(times[a]) - reach, int(times[b - 1]) + reach
            runs.append(_Run(head, start + a, start + b, thresholds, low, high, late=True))
    if newer < len(times):
        low = int(times[newer]) - reach
        runs.append(_Run(head, start + newer, end, thresholds, low, head.last_ms, late=False))
    if len(runs) > 1 and runs[-2].to_ms >= runs[-1].from_ms:  # late rows right before the newest: one story
        last, before = runs.pop(), runs.pop()
        runs.append(_Run(head, before.first, last.end, thresholds, before.from_ms, head.last_ms, late=True))
    return runs


def _judge(run: _Run, judged: Judged, time_ms: np.ndarray, value: np.ndarray, status: np.ndarray) -> None:
    """Judge one run in place, and note the old rows whose flag or reason changed."""
    chosen = slice(run.first, run.end)
    times = np.concatenate([run.past.time_ms, time_ms[chosen]])
    is_new = np.zeros(len(times), bool)
    is_new[len(run.past) :] = True
    values = np.concatenate([run.past.value, value[chosen]])
    states = np.concatenate([run.past.status, status[chosen]])
    flags = np.concatenate([run.past.flag, judged.flag[chosen]])
    reasons = np.concatenate([run.past.reason, judged.reason[chosen]])
    if len(run.past) and run.past.time_ms[-1] > time_ms[run.first]:
        order = np.argsort(times, kind="stable")
        times, values, states, flags, reasons, is_new = (
            column[order] for column in (times, values, states, flags, reasons, is_new)
        )
    left = int(np.argmax(is_new))
    checked = quality_run.check(values, times, run.thresholds, status=states, reasons=reasons & KNOWN_BEFORE, left=left)
    _by_later_thresholds(run, checked, (values, times, states, reasons))
    said = np.arange(len(times)) >= checked.changed_from
    if run.late:
        said &= times <= max(run.to_ms, int(time_ms[run.end - 1]))  # what follows lacks its own right neighbours
    changed = said & ~is_new & ((checked.flags != flags) | (checked.reasons != reasons))
    flags[said], reasons[said] = checked.flags[said], checked.reasons[said]
    judged.flag[chosen], judged.reason[chosen] = flags[is_new], reasons[is_new]
    whole = Past(times, values, states, flags, reasons)
    if not run.late:  # else the next batch reads
        judged.newest.append(_newest(run, whole, int(is_new.sum())))
    if changed.any():
        judged.mended.append((run.head.id, Past(*(column[changed] for column in whole.columns()))))


def _by_later_thresholds(run: _Run, checked: quality_run.Checked, columns: tuple[np.ndarray, ...]) -> None:
    """A run over a day on which other thresholds begin: from that day on they hold."""
    values, times, states, reasons = columns
    day = _change_after(run.head, local_date(_instant(run.starts_ms)))
    while day is not None and times[-1] >= (since := local_day(day)[0]):
        thresholds = thresholds_of(run.head, day)
        if thresholds is not None:
            other = quality_run.check(values, times, thresholds, status=states, reasons=reasons & KNOWN_BEFORE)
            later = times >= since
            checked.flags[later], checked.reasons[later] = other.flags[later], other.reasons[later]
        day = _change_after(run.head, day)


# Reasons that came with the row, not from a check: they stay when the row is judged again.
OF_THE_FILE = int(Reason.NOT_A_NUMBER | Reason.TOO_LARGE | Reason.EMPTY | Reason.NOT_FINITE)
KNOWN_BEFORE = OF_THE_FILE | int(Reason.CROSS)

DOUBT = f"""
UPDATE water_observation SET reason = reason | {int(Reason.CROSS)}, flag = {int(Flag.SUSPECT)}
WHERE series_id = %s AND time = ANY(%s) AND flag IN ({int(Flag.PASS)}, {int(Flag.NOT_EVALUATED)})
"""  # noqa: S608 - numbers only
DOUBT_HEAD = f"""
UPDATE water_series SET last_flag = {int(Flag.SUSPECT)}
WHERE id = %s AND last_time = ANY(%s) AND last_flag IN ({int(Flag.PASS)}, {int(Flag.NOT_EVALUATED)})
"""  # noqa: S608


def _doubt(old: dict[int, np.ndarray]) -> None:
    """Rows that were there already and that a new row of another parameter contradicts."""
    with connection.cursor() as cursor:
        for series_id, times in sorted(old.items()):
            moments = [_instant(int(ms)) for ms in times]
            cursor.execute(DOUBT, [series_id, moments])
            cursor.execute(DOUBT_HEAD, [series_id, moments])
            with _tails_lock:
                _tails.pop(series_id, None)


# --- the rows before -------------------------------------------------------------------------------------------------

_ROW = "(extract(epoch from time) * 1000)::bigint AS ms, coalesce(value, 'NaN') AS value, status, flag, reason"
PAST = f"""
SELECT k.n - 1, o.* FROM unnest(%(ids)s::int[], %(lows)s::bigint[], %(highs)s::bigint[]) WITH ORDINALITY
    AS k(series, lo, hi, n),
LATERAL (
    (SELECT {_ROW} FROM water_observation
     WHERE series_id = k.series AND time BETWEEN 'epoch'::timestamptz + k.lo * interval '1 millisecond'
       AND 'epoch'::timestamptz + k.hi * interval '1 millisecond' AND time BETWEEN %(low)s AND %(high)s
     ORDER BY time DESC LIMIT %(most)s)
    UNION ALL
    (SELECT {_ROW} FROM water_observation
     WHERE series_id = k.series AND time < 'epoch'::timestamptz + k.lo * interval '1 millisecond'
       AND time <= %(high)s AND time > %(far)s
     ORDER BY time DESC LIMIT 2)
    {{after}}
) o ORDER BY k.n, o.ms
"""  # noqa: S608 - nothing from outside
AFTER = f"""UNION ALL
    (SELECT {_ROW} FROM water_observation
     WHERE series_id = k.series AND time > 'epoch'::timestamptz + k.hi * interval '1 millisecond'
       AND time > %(low)s AND time < %(later)s
     ORDER BY time LIMIT 2)"""  # noqa: S608
_FAR = timedelta(days=400)  # a neighbour further off than this is none


def _read_past(runs: list[_Run], most: int) -> None:
    """Give each run the old rows of its span, two before it and, for late rows, two after it."""
    runs = [run for run in runs if run.head.count]
    if not runs:
        return
    lows, highs = [max(run.from_ms, 0) for run in runs], [run.to_ms for run in runs]
    low, high = _instant(min(lows)), _instant(max(highs))
    with connection.cursor() as cursor:
        cursor.execute(
            PAST.format(after=AFTER if runs[0].late else ""),
            {"ids": [run.head.id for run in runs], "lows": lows, "highs": highs, "most": most, "low": low,
             "high": high, "far": low - _FAR, "later": high + _FAR},
        )  # fmt: skip
        found = np.array(cursor.fetchall(), np.float64).reshape(-1, 6)
    edges = np.searchsorted(found[:, 0], np.arange(len(runs) + 1))
    for n, run in enumerate(runs):
        rows = found[edges[n] : edges[n + 1]]
        run.past = Past(
            rows[:, 1].astype(np.int64), rows[:, 2], *(rows[:, column].astype(np.int16) for column in (3, 4, 5))
        )


def _instant(time_ms: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=time_ms)


_tails: OrderedDict[int, tuple[tuple[int, int, datetime | None], int, Past]] = OrderedDict()
_tails_lock = Lock()


def _remembered(run: _Run) -> bool:
    """Take the newest rows of the series from memory when they still are its newest, and reach back far enough."""
    head = run.head
    if run.late or not head.count:
        return False
    with _tails_lock:
        kept = _tails.get(head.id)
    if kept is None or kept[0] != (head.count, head.last_ms, head.arrived) or kept[1] > run.from_ms:
        return False
    start = int(np.searchsorted(kept[2].time_ms, run.from_ms))
    run.past = kept[2].tail(max(len(kept[2]) - start, 0) + 2)
    return True


def _newest(run: _Run, whole: Past, new: int) -> tuple[Head, int, int, Past]:
    """The end of the series, kept for the next batch once this one is committed."""
    kept = Past(*(column.copy() for column in whole.tail(MOST_CONTEXT).columns()))
    return run.head, run.head.count + new, run.from_ms, kept


def _keep(head: Head, count: int, reaches: int, kept: Past) -> None:
    if head.after != count:
        return  # the same batch brought late rows too
    with _tails_lock:
        _tails[head.id] = ((count, int(kept.time_ms[-1]), head.written), reaches, kept)
        _tails.move_to_end(head.id)
        if len(_tails) > KEPT_SERIES:
            _tails.popitem(last=False)


def forget() -> None:
    """Drop what is remembered of all series."""
    crossing.forget()
    with _tails_lock:
        _tails.clear()


MEND = """
UPDATE water_observation o SET flag = k.flag, reason = k.reason
FROM unnest(%s::bigint[], %s::int[], %s::int[]) AS k(ms, flag, reason)
WHERE o.series_id = %s AND o.time = 'epoch'::timestamptz + k.ms * interval '1 millisecond' AND o.time BETWEEN %s AND %s
"""


def _mend(changes: list[tuple[int, Past]]) -> None:
    with connection.cursor() as cursor:
        for series_id, past in changes:
            low, high = _instant(int(past.time_ms[0])), _instant(int(past.time_ms[-1]))
            cursor.execute(
                MEND, [past.time_ms.tolist(), past.flag.tolist(), past.reason.tolist(), series_id, low, high]
            )


# --- again, on demand ------------------------------------------------------------------------------------------------

STRETCH = """
SELECT (extract(epoch from time) * 1000)::bigint, coalesce(value, 'NaN'), status, flag, reason
FROM water_observation WHERE series_id = %s AND time >= %s AND time <= %s ORDER BY time LIMIT %s
"""
BLOCK_ROWS = 200_000


def check_again(*, series_id: int, start: datetime, end: datetime) -> int:
    """Judge the rows of a stretch once more, with the thresholds of today's table; how many flags changed.

    Block by block, each with the rows before it that it needs, so that a whole history fits into memory.
    """
    changed = 0
    lower = start
    while lower <= end:
        with transaction.atomic():
            head = lock_heads(np.array([series_id]))[series_id]
            thresholds = thresholds_of(head, local_date(lower))
            if thresholds is None:
                return changed
            reach = timedelta(seconds=quality_run.context(thresholds))
            rows = _stretch(series_id, lower - reach, end + reach)
            until = _instant(int(rows.time_ms[-1])) if len(rows) else end
            whole = len(rows) < BLOCK_ROWS
            upto = end if whole else until - reach if until - reach > lower else until
            change = _change_after(head, local_date(lower))
            if change is not None and (edge := _instant(local_day(change)[0] - 1)) < upto:
                upto, whole = edge, False
            changed += _judge_again(head, thresholds, rows, lower, upto)
        if whole:
            return changed
        lower = max(upto, lower) + timedelta(milliseconds=1)
    return changed


def _stretch(series_id: int, start: datetime, end: datetime) -> Past:
    with connection.cursor() as cursor:
        cursor.execute(STRETCH, [series_id, start, end, BLOCK_ROWS])
        rows = np.array(cursor.fetchall(), np.float64).reshape(-1, 5)
    return Past(rows[:, 0].astype(np.int64), rows[:, 1], *(rows[:, n].astype(np.int16) for n in (2, 3, 4)))


def _judge_again(head: Head, thresholds: Thresholds, rows: Past, start: datetime, end: datetime) -> int:
    if not len(rows):
        return 0
    known = rows.reason & np.int16(OF_THE_FILE)
    known[np.isin(rows.time_ms, crossing.in_table(head.id, int(rows.time_ms[0]), int(rows.time_ms[-1])))] |= (
        Reason.CROSS
    )
    checked = quality_run.check(rows.value, rows.time_ms, thresholds, status=rows.status, reasons=known)
    low, high = ((day - _EPOCH) / timedelta(milliseconds=1) for day in (start, end))
    inside = (rows.time_ms >= low) & (rows.time_ms <= high)
    other = inside & ((checked.flags != rows.flag) | (checked.reasons != rows.reason))
    if not other.any():
        return 0
    changed = Past(
        rows.time_ms[other], rows.value[other], rows.status[other], checked.flags[other], checked.reasons[other]
    )
    _mend([(head.id, changed)])
    if int(changed.time_ms[-1]) == head.last_ms:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE water_series SET last_flag = %s WHERE id = %s", [int(changed.flag[-1]), head.id])
    with _tails_lock:
        _tails.pop(head.id, None)
    return int(other.sum())


REFERENCE_DAYS, REFERENCE_ROWS = 30, 20
REFERENCES = """
UPDATE water_series s SET quality_reference = m.median
FROM (SELECT series_id, percentile_cont(0.5) WITHIN GROUP (ORDER BY value) AS median, count(*) AS n
      FROM water_observation WHERE series_id = ANY(%s) AND time > %s AND time <= %s AND value IS NOT NULL AND flag <> 4
      GROUP BY series_id) m
WHERE s.id = m.series_id AND m.n >= %s
"""


def take_references(*, at: datetime, series_ids: Sequence[int] | None = None) -> int:
    """What spikes are measured against where their limits are shares of the usual: the median of thirty days."""
    from giapranh.water.models import Series

    relative = [key for key in all_parameters() if quality_run.defaults(key).spike_relative]
    of_those = Series.objects.filter(Q(parameter__in=relative) | Q(thresholds__settings__spike_relative=True))
    if series_ids is not None:
        of_those = of_those.filter(pk__in=series_ids)
    ids = sorted(set(of_those.values_list("pk", flat=True)))
    with connection.cursor() as cursor:
        cursor.execute(REFERENCES, [ids, at - timedelta(days=REFERENCE_DAYS), at, REFERENCE_ROWS])
        return int(cursor.rowcount)


def check_recent(*, at: datetime, days: int = 3) -> int:
    """The nightly round over what came lately: long flat lines of busy devices, and thresholds changed since."""
    from giapranh.water.models import Series

    take_references(at=at)
    since = at - timedelta(days=days)
    ids = Series.objects.filter(last_arrived__gte=since).exclude(parameter="").values_list("pk", flat=True)
    return sum(check_again(series_id=pk, start=since, end=at) for pk in list(ids))
