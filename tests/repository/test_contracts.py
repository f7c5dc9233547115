"""Each import contract is seen to break: a copy of the house gets one wrong import and the linter must say so."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A copy of the package's code that may be spoilt."""
    folder = tmp_path_factory.mktemp("house")
    shutil.copytree(
        ROOT / "src" / "giapranh", folder / "giapranh",
        ignore=lambda _folder, names: [n for n in names if "." in n and not n.endswith(".py")] + ["__pycache__", "static"],
    )  # fmt: skip
    shutil.copy(ROOT / ".importlinter", folder)
    return folder


def lint(house: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("lint-imports")
    return subprocess.run(
        [str(program), "--no-cache"], cwd=house, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(house), "GIAPRANH_DATABASE": "off"},
    )  # fmt: skip


def test_the_house_keeps_its_contracts(house):
    assert "0 broken" in lint(house).stdout


@pytest.mark.parametrize(
    ("where", "wrong", "broken"),
    [
        (
            "documents/queries.py",
            "import giapranh.programme.queries",
            "A room imports only what is below it (exhaustive: a new room is placed on purpose)",
        ),
        (
            "desk/frame.py",
            "import giapranh.api.urls",
            "A room imports only what is below it (exhaustive: a new room is placed on purpose)",
        ),
        (
            "kernel/text.py",
            "import giapranh.people.models",
            "A room imports only what is below it (exhaustive: a new room is placed on purpose)",
        ),
        (
            "archive/__init__.py",
            "",
            "A room imports only what is below it (exhaustive: a new room is placed on purpose)",
        ),
        (
            "programme/views/tasks.py",
            "import giapranh.programme.models",
            "Views and forms read through queries and write through services, and never import a model",
        ),
        (
            "documents/reading/repair.py",
            "import django.db",
            "Rules and the reading of papers are plain Python: no Django, no database, no network",
        ),
        (
            "programme/rules/states.py",
            "import psycopg",
            "Rules and the reading of papers are plain Python: no Django, no database, no network",
        ),
        (
            "people/models.py",
            "import giapranh.people.services",
            "Inside a room: doors, then services, then queries, then models, then rules",
        ),
    ],
)
def test_a_wrong_import_breaks_its_contract(house, where, wrong, broken):
    path = house / "giapranh" / where
    before = path.read_text("utf-8") if path.exists() else None
    path.parent.mkdir(exist_ok=True)
    try:
        path.write_text(f"{before or ''}\n{wrong}\n", encoding="utf-8")
        said = lint(house)
        assert said.returncode == 1, said.stdout
        lines = " ".join(said.stdout.split())  # the linter folds long names
        assert f"{broken} BROKEN" in lines or "exhaustive" in lines
    finally:
        if before is None:
            shutil.rmtree(path.parent)  # the new room of the one case that makes a file
        else:
            path.write_text(before, encoding="utf-8")
