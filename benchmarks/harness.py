"""What the benchmarks share: a node of its own in a temporary folder, a median, a line of the table."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]


@contextmanager
def node() -> Iterator[None]:
    """A fresh node with its tables; gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="giapranh-bench-", ignore_cleanup_errors=True) as folder:
        os.environ["GIAPRANH_HOME"] = str(Path(folder) / "home")
        os.environ["DJANGO_SETTINGS_MODULE"] = "giapranh.config.settings"
        import django
        from django.core.management import call_command

        django.setup()
        try:
            call_command("migrate", verbosity=0)
            yield
        finally:
            from django.db import connections

            from giapranh.node import postgres

            connections.close_all()
            postgres.stop()


def milliseconds(work: Callable[[], Any], times: int = 7) -> float:
    """The median of several runs after one that warms up."""
    work()
    runs = []
    for _turn in range(times):
        start = time.perf_counter()
        work()
        runs.append(time.perf_counter() - start)
    return 1000 * median(runs)


def pace() -> str:
    """How fast the machine is just now, by a fixed piece of work: a rented one may lose half its speed for minutes."""
    return f"pace: {milliseconds(lambda: sum(n * n for n in range(300_000))):.1f} ms for 300,000 squares"


def tell(name: str, took: float, base: float, unit: str = "ms") -> None:
    print(f"{name:44s}{took:10.1f} {unit}{took / base:10.2f} ×", flush=True)
