"""A wheel installed elsewhere starts: nothing it needs was left in the checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory):
    """The wheel unpacked by pip into a folder far from the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    shutil.copytree(ROOT / "requirements", source / "requirements")
    shutil.copytree(ROOT / "src", source / "src", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    run = [sys.executable, "-m", "pip"]
    subprocess.run(
        [*run, "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", str(folder), str(source)], check=True
    )
    wheel = next(folder.glob("giapranh-*.whl"))
    subprocess.run([*run, "install", "-q", "--no-deps", "--target", str(folder / "site"), str(wheel)], check=True)
    return folder


def test_the_wheel_holds_pages_data_translations_and_the_bundle(elsewhere):
    with zipfile.ZipFile(next(elsewhere.glob("giapranh-*.whl"))) as wheel:
        names = set(wheel.namelist())
    for wanted in (
        "giapranh/desk/templates/frame.html",
        "giapranh/desk/static/dist/app.css",
        "giapranh/locale/en/LC_MESSAGES/django.mo",
        "giapranh/locale/vi/LC_MESSAGES/django.mo",
    ):
        assert wanted in names
    data = {
        path.relative_to(ROOT / "src").as_posix()
        for path in (ROOT / "src" / "giapranh").glob("*/**/data/**/*")
        if path.is_file()
    }
    assert {name for name in data if "__pycache__" not in name} - names == set()


@pytest.mark.timeout(600)  # a busy machine takes its time
def test_a_node_is_made_from_the_wheel_alone(elsewhere):
    home = elsewhere / "nút"
    environment = {
        **os.environ, "PYTHONPATH": str(elsewhere / "site"), "GIAPRANH_HOME": str(home), "GIAPRANH_LANGUAGE": "vi",
    }  # fmt: skip
    where = subprocess.run(
        [sys.executable, "-c", "import giapranh; print(giapranh.__file__)"],
        cwd=elsewhere, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert str(elsewhere / "site") in where.stdout
    done = subprocess.run(
        [sys.executable, "-m", "giapranh", "init", "--password", "mat-khau-dai-2026"],
        cwd=elsewhere, env=environment, capture_output=True, text=True, encoding="utf-8", check=False, timeout=560,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "đã sẵn sàng" in done.stdout
