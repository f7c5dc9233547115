"""The numbers of a report: each with the records it was counted from and a query that counts it again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.urls import reverse

from giapranh.kernel.errors import N_
from giapranh.kernel.text import clipped
from giapranh.people.models import Office
from giapranh.programme import indicators
from giapranh.programme.models import Programme
from giapranh.programme.reports.facts import (
    COUNTED,
    STANDING_WORDS,
    Cited,
    Clause,
    Number,
    PartLine,
    Standing,
    TaskLine,
)
from giapranh.programme.reports.reading import Snapshot, part_owed, snapshot, watched
from giapranh.programme.rules.periods import ReportingPeriod, parse_period
from giapranh.programme.rules.scope import Scope

TASK = N_("việc")
OFFICE = N_("đơn vị")
PART = N_("phần phối hợp")
COUNTED_STANDING = N_("Đếm nhiệm vụ ở tình trạng “%(standing)s”")
INDICATOR = N_("Đo theo chỉ số “%(title)s”")
CLAUSE_TITLE = N_("%(clause)s: nhiệm vụ của kỳ")
_TITLES = {
    Standing.DONE_IN_TIME: N_("Nhiệm vụ hoàn thành đúng hạn"),
    Standing.DONE_LATE: N_("Nhiệm vụ hoàn thành quá hạn"),
    Standing.AWAITING: N_("Nhiệm vụ đã nộp kết quả, chờ xác nhận"),
    Standing.IN_TIME: N_("Nhiệm vụ đang thực hiện, trong hạn"),
    Standing.NEARLY_DUE: N_("Nhiệm vụ sắp đến hạn"),
    Standing.OVERDUE: N_("Nhiệm vụ quá hạn, chưa hoàn thành"),
    Standing.NO_DATE: N_("Nhiệm vụ đang thực hiện, không có hạn"),
    Standing.PAUSED: N_("Nhiệm vụ tạm dừng"),
}


def count_all(
    programme: Programme, period: ReportingPeriod, shot: Snapshot
) -> tuple[list[Number], dict[str, list[str]]]:
    """Every number of the report, and which of them belong to which clause."""
    numbers = [
        _tasks_number("tasks", N_("Nhiệm vụ của kỳ báo cáo"), shot.tasks, programme, period),
        *(
            _tasks_number(f"tasks.{standing}", _TITLES[standing], shot.tasks, programme, period, standing=standing)
            for standing in COUNTED
        ),
        _leads(shot.tasks, programme, period),
        *_parts(shot.tasks, programme, period),
    ]
    by_clause: dict[str, list[str]] = {}
    wanted = watched(programme)
    for clause in shot.clauses:
        own = [_clause_number(clause, programme, period), *_indicators(clause, wanted, programme, period)]
        numbers += own
        by_clause[clause.key] = [number.key for number in own]
    return numbers, by_clause


def recount(programme: Programme, numbers: Sequence[tuple[str, dict[str, Any]]], at: datetime) -> dict[str, Number]:
    """The numbers of ``(key, query)`` as they would come out at ``at``; what cannot be counted any more is left out."""
    again: dict[str, Number] = {}
    snapshots: dict[str, Snapshot] = {}
    for key, query in numbers:
        period = parse_period(str(query["period"]))
        if "indicator" in query:
            number = _measured(key, query, period)
        else:
            if period.key not in snapshots:
                snapshots[period.key] = snapshot(programme, period, at)
            number = _counted(key, query, snapshots[period.key], programme, period)
        if number is not None:
            again[key] = number
    return again


def _counted(
    key: str, query: dict[str, Any], shot: Snapshot, programme: Programme, period: ReportingPeriod
) -> Number | None:
    match query.get("count"):
        case "tasks" if "clause" in query:
            clause = next((each for each in shot.clauses if each.key == query["clause"]), None)
            return _clause_number(clause or Clause(str(query["clause"]), "", ""), programme, period)
        case "tasks":
            standing = Standing(query["standing"]) if "standing" in query else None
            return _tasks_number(key, "", shot.tasks, programme, period, standing=standing)
        case "lead_offices":
            return _leads(shot.tasks, programme, period)
        case "parts":
            return next((number for number in _parts(shot.tasks, programme, period) if number.key == key), None)
    return None


def _query(count: str, programme: Programme, period: ReportingPeriod, **more: Any) -> dict[str, Any]:
    return {"count": count, "programme": programme.pk, "period": period.key, **more}


def _tasks_number(
    key: str,
    title: str,
    tasks: Iterable[TaskLine],
    programme: Programme,
    period: ReportingPeriod,
    *,
    standing: Standing | None = None,
) -> Number:
    chosen = [task for task in tasks if (task.standing is standing if standing else task.standing in COUNTED)]
    more = {"standing": standing.value} if standing else {}
    how = (
        COUNTED_STANDING % {"standing": STANDING_WORDS[standing]}
        if standing
        else N_("Đếm nhiệm vụ mở hoặc kết thúc trong kỳ")
    )
    return Number(
        key, title, Decimal(len(chosen)), TASK, how, _query("tasks", programme, period, **more),
        [_cited(task) for task in chosen],
    )  # fmt: skip


def _clause_number(clause: Clause, programme: Programme, period: ReportingPeriod) -> Number:
    chosen = [task for task in clause.tasks if task.standing in COUNTED]
    return Number(
        f"clause:{clause.key}", CLAUSE_TITLE % {"clause": clause.label}, Decimal(len(chosen)), TASK,
        N_("Đếm nhiệm vụ của mục, mở hoặc kết thúc trong kỳ, theo tình trạng"),
        _query("tasks", programme, period, clause=clause.key), [_cited(task) for task in chosen],
    )  # fmt: skip


def _cited(task: TaskLine) -> Cited:
    label = clipped(task.text, 90)
    return Cited(label, f"task:{task.task_id}", f"/viec/{task.task_id}/", str(STANDING_WORDS[task.standing]))


def _leads(tasks: Iterable[TaskLine], programme: Programme, period: ReportingPeriod) -> Number:
    leads = {task.lead_id: task.lead for task in tasks if task.lead_id and task.standing in COUNTED}
    known = Office.objects.filter(pk__in=leads).order_by("pk").values_list("pk", "uid")
    return Number(
        "lead_offices", N_("Đơn vị chủ trì"), Decimal(len(leads)), OFFICE, N_("Đếm đơn vị chủ trì khác nhau của các nhiệm vụ"),
        _query("lead_offices", programme, period),
        [Cited(leads[pk], f"office:{uid}", reverse("people:office", args=[uid])) for pk, uid in known],
    )  # fmt: skip


def _parts(tasks: Sequence[TaskLine], programme: Programme, period: ReportingPeriod) -> list[Number]:
    owed = part_owed(tasks)
    done = [each for each in owed if each[1].reported]
    query = _query("parts", programme, period)
    how = N_("Đếm phần phối hợp của các nhiệm vụ trong kỳ")
    return [
        Number("parts", N_("Phần phối hợp được giao"), Decimal(len(owed)), PART, how,
               query, [_cited_part(*each) for each in owed]),
        Number("parts.reported", N_("Phần phối hợp đã báo cáo"), Decimal(len(done)), PART,
               N_("Đếm phần phối hợp đã nộp báo cáo"), query, [_cited_part(*each) for each in done],
               out_of=Decimal(len(owed))),
    ]  # fmt: skip


def _cited_part(task: TaskLine, part: PartLine) -> Cited:
    note = N_("đã báo cáo") if part.reported else N_("chưa có báo cáo")
    return Cited(part.office, f"task:{task.task_id}/{part.office}", f"/viec/{task.task_id}/", note)


def _indicators(
    clause: Clause, wanted: dict[str, dict[str, Any]], programme: Programme, period: ReportingPeriod
) -> list[Number]:
    """What is watched for the tasks of one clause; an indicator whose room is not installed is left out."""
    known = set(indicators.keys())
    numbers = []
    for name, entry in wanted.get(clause.key, {}).items():
        if name in known:
            scope = {"programme": programme.pk, "tasks": entry["tasks"]}
            query = {"indicator": name, "period": period.key, "scope": scope, "target": _text(entry["target"])}
            number = _measured(f"clause:{clause.key}/{name}", query, period)
            if number is not None:
                numbers.append(number)
    return numbers


def _measured(key: str, query: dict[str, Any], period: ReportingPeriod) -> Number | None:
    name = str(query["indicator"])
    if name not in set(indicators.keys()):
        return None
    wanted = query["scope"]
    scope = Scope(wanted["programme"], tuple(wanted["tasks"]) if wanted["tasks"] is not None else None)
    target = Decimal(query["target"]) if query.get("target") else None
    found = indicators.measure(name, period, scope, target)
    title = str(indicators.get(name).title)
    return Number(
        key, title, found.value, str(found.unit), INDICATOR % {"title": title}, query,
        [Cited(each.label, each.ref, each.url, each.note) for each in found.citations], out_of=found.out_of,
        target=found.target, note=found.note,
    )  # fmt: skip


def _text(value: Decimal | None) -> str | None:
    return None if value is None else format(value.normalize(), "f")
