"""Docs are part of the feature: each command, chore and setting appears in them."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
VIETNAMESE = re.compile(r"[ăâđêôơưàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ]", re.IGNORECASE)
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


def test_pages_and_buttons_are_called_by_their_names():
    """*Láng giềng › Tạo khóa* in a how-to: words somebody looks for on a page must stand there."""
    spec = importlib.util.spec_from_file_location("messages", ROOT / "tools" / "messages.py")
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    shown = set()
    for _place, _line, found, _context in tool.messages():
        shown |= {bare(text) for text in (found if isinstance(found, tuple) else (found,))}
    unknown = []
    for page in (ROOT / "docs").rglob("*.md"):
        for name in re.findall(r"(?<!\*)\*([^*\n]+)\*(?!\*)", page.read_text("utf-8")):
            for part in map(bare, re.split(r"[›→]", name)):
                if VIETNAMESE.search(part) and not any(text.startswith(part) for text in shown):
                    unknown.append(f"{page.name}: {name}")
    assert unknown == []


def bare(text: str) -> str:
    """Without what is filled in, dots and case."""
    return " ".join(re.sub(r"%\(\w+\)s|…", " ", text).split()).strip(" .:").lower()
