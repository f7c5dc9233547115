"""The process of one real node in a test: its own folder, its own database. Speaks JSON lines, or serves pages."""

from __future__ import annotations

import argparse
import json
import os
import sys
import traceback
from datetime import UTC, datetime, timedelta
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "giapranh.config.settings")


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--serve", type=int)
    given = asked.parse_args()
    if given.serve:
        serve(given.serve)
    else:
        wind_the_clock()
        act()


def wind_the_clock() -> None:
    """The one clock of the product, wrong by the seconds in a file of the node."""
    from giapranh.kernel import clock

    file = Path(os.environ["GIAPRANH_HOME"]) / "clock"

    def now() -> datetime:
        return datetime.now(UTC) + timedelta(seconds=float(file.read_text("ascii")) if file.exists() else 0)

    clock.now = now


def act() -> None:
    """One act a line, each with a connection of its own, so that a database may be taken away between two."""
    import django

    django.setup()
    from django.db import connections
    from tests.exchange import acts

    acts.register()
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            value = {"value": getattr(acts, asked["act"])(**asked["with"])}
        except Exception as error:
            value = {"error": f"{type(error).__name__}: {error}", "trace": traceback.format_exc()}
        connections.close_all()
        answers.write(json.dumps(value) + "\n")
        answers.flush()


def serve(port: int) -> None:
    from granian import Granian
    from granian.constants import Interfaces

    Granian(
        target="tests.exchange.puppet_wsgi:application", address="127.0.0.1", port=port, interface=Interfaces.WSGI,
        workers=1, blocking_threads=4, log_access=False,
    ).serve()  # fmt: skip


if __name__ == "__main__":
    main()
