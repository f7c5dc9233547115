"""What everybody forgets about a repository, remembered here."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXT = {".py", ".md", ".toml", ".txt", ".in", ".html", ".css", ".ts", ".json", ".po", ".sh", ".csv", ".svg", ""}


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout: the tree's own rules are checked only there")
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def text_of(path: Path) -> str:
    return path.read_text("utf-8", errors="replace") if path.suffix in TEXT else ""


def test_requirements_are_pinned_with_hashes_and_name_no_registry():
    for path in (ROOT / "requirements").glob("*.txt"):
        text = path.read_text("utf-8")
        assert "://" not in text
        assert "index-url" not in text
        pins = re.findall(r"^[a-z0-9].*?==\S+.*?(?=^[a-z0-9]|\Z)", text, re.MULTILINE | re.DOTALL)
        assert pins, path.name
        assert [pin.split("==")[0] for pin in pins if "--hash=sha256:" not in pin] == []


def test_the_npm_lock_records_no_address():
    lock = json.loads((ROOT / "package-lock.json").read_text("utf-8"))
    assert [name for name, entry in lock["packages"].items() if "resolved" in entry] == []
    assert all("integrity" in entry for name, entry in lock["packages"].items() if name and not entry.get("link"))


def test_no_file_is_larger_than_a_megabyte():
    assert [str(path) for path in tracked() if path.stat().st_size > 1_000_000] == []


def test_no_path_of_one_machine_stands_in_the_tree():
    machine_paths = re.compile(r"(?<![\w.])/(?:home|root|work|Users)/\w+")
    found = {
        str(path.relative_to(ROOT)): match.group()
        for path in tracked()
        if (match := machine_paths.search(text_of(path))) and path != Path(__file__)
    }
    assert found == {}


def test_nothing_unfinished_is_marked_and_left():
    marks = re.compile(r"\b(?:TODO|FIXME|XXX)\b")
    found = [
        str(path.relative_to(ROOT))
        for path in tracked()
        if path.suffix in {".py", ".ts", ".html"} and marks.search(text_of(path)) and path != Path(__file__)
    ]
    assert found == []


def test_the_code_runs_where_there_is_no_posix():
    posix_only = re.compile(r"\bos\.fork\b|\bimport (?:fcntl|resource|grp)\b|signal\.SIG(?:KILL|USR|HUP)|[\"']/tmp")
    found = [
        str(path.relative_to(ROOT))
        for path in tracked()
        if path.suffix == ".py" and (ROOT / "src") in path.parents and posix_only.search(text_of(path))
    ]
    assert found == []


def test_text_files_are_read_and_written_in_a_named_encoding():
    nameless = re.compile(r"\.(?:read_text|write_text)\((?:[^()\"']|\([^()]*\))*\)")
    found = []
    for path in tracked():
        if path.suffix == ".py" and (ROOT / "src") in path.parents:
            for call in nameless.findall(text_of(path)):
                if "encoding" not in call and "utf-8" not in call and "ascii" not in call:
                    found.append(f"{path.relative_to(ROOT)}: {call}")
    assert found == []
