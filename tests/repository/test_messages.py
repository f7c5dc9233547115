"""Vietnamese complete, English complete: a text without its translation fails here."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
VIETNAMESE = re.compile(r"[ăâđêôơưàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ]", re.IGNORECASE)


@pytest.fixture(scope="module")
def tool():
    spec = importlib.util.spec_from_file_location("messages", ROOT / "tools" / "messages.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def ids(catalog) -> set:
    return {(message.id, message.context) for message in catalog if message.id}


@pytest.mark.parametrize(("language", "template"), [("en", "template"), ("vi", "library_template")])
def test_every_text_is_in_the_catalogue_and_translated(tool, language, template):
    catalog = tool.load(language)
    assert ids(getattr(tool, template)()) - ids(catalog) == set()
    assert tool.untranslated(catalog) == []


@pytest.mark.parametrize("language", ["en", "vi"])
def test_a_translation_keeps_the_places_to_fill(tool, language):
    place = re.compile(r"%\(\w+\)(?:\.\d+)?[a-z]")
    wrong = []
    for message in tool.load(language):
        originals = message.id if isinstance(message.id, tuple) else (message.id,)
        translated = message.string if isinstance(message.string, tuple) else (message.string,)
        wanted = {found for text in originals for found in place.findall(text)}
        for text in translated:
            if message.id and not set(place.findall(text)) <= wanted:
                wrong.append(text)
    assert wrong == []


def test_english_texts_are_english(tool):
    kept = re.compile(r"“[^”]*”|\"[^\"]*\"|\([^)]*\)|Giáp Ranh|[A-ZĐ]\w+ [A-ZĐ]\w+")
    wrong = [
        str(message.string)
        for message in tool.load("en")
        if message.id
        and not isinstance(message.string, tuple)
        and len(VIETNAMESE.findall(kept.sub("", message.string))) > 6
    ]
    assert wrong == []
