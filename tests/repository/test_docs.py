"""Docs are part of the feature: each command, chore and setting appears in them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")
README_VI = (ROOT / "README.vi.md").read_text("utf-8")
DOCS = "\n".join(path.read_text("utf-8") for path in sorted((ROOT / "docs").rglob("*.md")))


def commands() -> list[str]:
    from giapranh.cli.app import app

    return sorted(each.name for each in (*app.registered_commands, *app.registered_groups))


def settings() -> list[str]:
    used = re.compile(r"\b(?:setting|switch)\(\s*\"([a-z_]+)\"")
    code = "\n".join(path.read_text("utf-8") for path in (ROOT / "src" / "giapranh").rglob("*.py"))
    return sorted(set(used.findall(code)))


@pytest.mark.parametrize("command", commands())
def test_each_command_is_in_the_command_page(command):
    assert f"## giapranh {command}" in (ROOT / "docs" / "how-to" / "commands.md").read_text("utf-8")


@pytest.mark.parametrize("name", settings())
def test_each_setting_is_in_the_settings_page(name):
    assert f"`{name}`" in (ROOT / "docs" / "how-to" / "settings.md").read_text("utf-8")


def test_each_chore_of_the_makefile_is_in_both_readmes():
    chores = re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert chores
    for chore in chores:
        assert f"make {chore}" in README, chore
        assert f"make {chore}" in README_VI, chore


def test_every_link_between_pages_leads_somewhere():
    broken = []
    for page in [ROOT / "README.md", ROOT / "README.vi.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
            if not (page.parent / target).exists():
                broken.append(f"{page.relative_to(ROOT)} → {target}")
    assert broken == []


def test_each_decision_says_context_choice_and_consequences():
    pages = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
    assert pages
    for page in pages:
        text = page.read_text("utf-8")
        assert all(f"## {part}" in text for part in ("Context", "Choice", "Consequences")), page.name
