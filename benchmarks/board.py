"""The board, the matrix, the timeline and the desk at 10,000 tasks and 200 offices, against 300 ms of server time.

Run by ``make bench``: a node of its own in a temporary folder, filled by bulk writes, asked through the same pages an
officer opens. Prints milliseconds and the ratio to the limit; ends with 1 when a page is over it.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

LIMIT_MS = 300.0
TASKS, OFFICES, CLAUSES, ROUNDS = 10_000, 200, 12, 7


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="giapranh-bench-", ignore_cleanup_errors=True) as folder:
        os.environ["GIAPRANH_HOME"] = str(Path(folder) / "home")
        os.environ["DJANGO_SETTINGS_MODULE"] = "giapranh.config.settings"
        import django

        django.setup()
        try:
            return measure()
        finally:
            from django.db import connections

            from giapranh.node import postgres

            connections.close_all()
            postgres.stop()


def measure() -> int:
    from django.core.management import call_command
    from django.test import Client
    from django.test.utils import setup_test_environment

    call_command("migrate", verbosity=0)
    setup_test_environment()
    leader, worker, programme = fill()
    client = Client()
    client.force_login(leader)
    mine = Client()
    mine.force_login(worker)
    pages: dict[str, Callable[[], Any]] = {
        "programmes": lambda: client.get("/chuong-trinh/"),
        "board": lambda: client.get(f"/chuong-trinh/{programme.pk}/"),
        "board, one office": lambda: client.get(f"/chuong-trinh/{programme.pk}/?don-vi={worker_office(worker)}"),
        "board, by words": lambda: client.get(f"/chuong-trinh/{programme.pk}/?q=quan+trac+57"),
        "timeline": lambda: client.get(f"/chuong-trinh/{programme.pk}/dong-thoi-gian/"),
        "matrix": lambda: client.get(f"/chuong-trinh/{programme.pk}/ma-tran/"),
        "board of one officer": lambda: mine.get("/chuong-trinh/viec/"),
        "desk of one officer": lambda: desk(worker),
    }
    print(f"{TASKS:,} tasks, {OFFICES} offices; limit {LIMIT_MS:.0f} ms; median of {ROUNDS}")
    return max(report(name, ask) for name, ask in pages.items())


def report(name: str, ask: Callable[[], Any]) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    ask()
    times = []
    for _round in range(ROUNDS):
        start = time.perf_counter()
        answer = ask()
        times.append((time.perf_counter() - start) * 1000)
        if getattr(answer, "status_code", 200) != 200:
            print(f"{name}: answered {answer.status_code}")
            return 1
    with CaptureQueriesContext(connection) as caught:
        ask()
    median = statistics.median(times)
    print(f"{name:24} {median:7.1f} ms  {median / LIMIT_MS:5.2f} × limit  {len(caught):3} queries")
    return int(median > LIMIT_MS)


def worker_office(worker: Any) -> int:
    return int(worker.appointments.first().office_id)


def desk(worker: Any) -> None:
    from giapranh.kernel.clock import now
    from giapranh.programme import queries

    for name in ("_appointments_today", "_office_ids_below", "_programme_agencies"):
        worker.__dict__.pop(name, None)
    queries.desk_of(worker, now())


def fill() -> tuple[Any, Any, Any]:
    from django.db import connection

    from giapranh.kernel.clock import now, today
    from giapranh.people.models import Appointment, Node, Office, Officer
    from giapranh.programme.models import Programme, Task, TaskPart

    day, at = today(), now()
    agency = Office.objects.create(name="Sở đo tốc độ", kind="agency")
    Node.objects.update_or_create(pk=1, defaults={"node_id": "bench", "name": "Bench", "agency": agency})
    offices = [Office(name=f"Phòng {n:03}", kind="division", parent=agency) for n in range(OFFICES)]
    for office in offices:
        office.set_keys()
    Office.objects.bulk_create(offices)
    leader = Officer.objects.create(username="bench-leader", full_name="Lãnh đạo")
    worker = Officer.objects.create(username="bench-worker", full_name="Chuyên viên")
    Appointment.objects.create(officer=leader, office=agency, role="leader")
    Appointment.objects.create(officer=worker, office=offices[7], role="specialist")
    programme = Programme.objects.create(name="Chương trình đo", owner=agency, created_by=leader)
    tasks = [
        Task(
            programme=programme, n=str(n % CLAUSES + 1), order=n, text=f"Quan trắc {n} nguồn nước giáp ranh",
            due_on=day + timedelta(days=n % 400 - 200), due_kind="given", given_on=day - timedelta(days=220),
            original_due_on=day + timedelta(days=n % 400 - 200), state="doing" if n % 3 else "given",
            created_at=at - timedelta(days=n % 300),
        )
        for n in range(TASKS)
    ]  # fmt: skip
    for task in tasks:
        task.set_keys()
    Task.objects.bulk_create(tasks, batch_size=2000)
    parts = [
        TaskPart(task=task, role=role, office=offices[(n + shift) % OFFICES], due_on=task.due_on, due_kind="given")
        for n, task in enumerate(tasks)
        for role, shift in (("lead", 0), ("coordinating", 3), ("coordinating", 11))
    ]
    TaskPart.objects.bulk_create(parts, batch_size=4000)
    with connection.cursor() as cursor:
        cursor.execute("analyze")
    return leader, worker, programme


if __name__ == "__main__":
    sys.exit(main())
