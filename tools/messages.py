"""The catalogue of messages. Message ids are Vietnamese; ``en`` translates them, ``vi`` only what libraries say.

    python tools/messages.py extract     collect ids from code and templates into the catalogues
    python tools/messages.py compile     make the .mo files (all, or those named)
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

PACKAGE = Path(__file__).resolve().parents[1] / "src" / "giapranh"
LOCALE = PACKAGE / "locale"
# What our code calls; N_ marks without translating.
KEYWORDS = {"_": None, "N_": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None,
            "ngettext": (1, 2), "ngettext_lazy": (1, 2), "pgettext": ((1, "c"), 2), "pgettext_lazy": ((1, "c"), 2),
            "npgettext": ((1, "c"), 2, 3), "ngettext_noop": (1, 2)}  # fmt: skip


def messages() -> Iterator[tuple[str, int, object, str | None]]:
    """Every message of the product: place, line, id (or singular and plural), context."""
    for path in sorted(PACKAGE.rglob("*.py")):
        if "migrations" not in path.parts:
            yield from _of_source(path, path.read_bytes())
    yield from _of_templates()


def _of_templates() -> Iterator[tuple[str, int, object, str | None]]:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "giapranh.config.settings")
    os.environ.setdefault("GIAPRANH_DATABASE", "off")
    from django.utils.translation.template import templatize

    for path in sorted(PACKAGE.rglob("*.html")) + sorted(PACKAGE.rglob("templates/**/*.txt")):
        yield from _of_source(path, templatize(path.read_text("utf-8"), origin=str(path)).encode())


def _of_source(path: Path, source: bytes) -> Iterator[tuple[str, int, object, str | None]]:
    place = path.relative_to(PACKAGE).as_posix()
    for line, function, found, _comments in extract_python(io.BytesIO(source), list(KEYWORDS), [], {}):
        words = list(found) if isinstance(found, tuple) else [found]
        context = words.pop(0) if function and function.endswith("pgettext") or function == "pgettext_lazy" else None
        words = [word for word in words if isinstance(word, str) and word]
        if words:
            plural = function is not None and "ngettext" in function or function == "npgettext"
            yield place, line, tuple(words[:2]) if plural and len(words) > 1 else words[0], context


def template() -> Catalog:
    catalog = Catalog(project="giapranh", charset="utf-8")
    for place, line, found, context in messages():
        catalog.add(found, locations=[(place, line)], context=context)
    return catalog


def path_of(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def load(language: str) -> Catalog:
    with path_of(language).open("rb") as source:
        return read_po(source, locale=language)


def extract() -> None:
    fresh = template()
    catalog = load("en") if path_of("en").exists() else Catalog(locale="en", project="giapranh")
    catalog.update(fresh, no_fuzzy_matching=True)
    catalog.obsolete.clear()
    catalog.fuzzy = False
    path_of("en").parent.mkdir(parents=True, exist_ok=True)
    with path_of("en").open("wb") as out:
        write_po(out, catalog, width=120, omit_header=False, no_location=True, sort_output=True)
    left = [m.id for m in catalog if m.id and not _translated(m)]
    print(f"{len(catalog)} messages, {len(left)} not translated")


def _translated(message: object) -> bool:
    string = message.string  # type: ignore[attr-defined]
    return all(string) if isinstance(string, tuple) else bool(string)


def compile_all(names: list[str]) -> None:
    for path in [Path(n) for n in names] or sorted(LOCALE.glob("*/LC_MESSAGES/django.po")):
        with path.open("rb") as source:
            catalog = read_po(source, locale=path.parts[-3])
        with path.with_suffix(".mo").open("wb") as out:
            write_mo(out, catalog)


if __name__ == "__main__":
    command, *rest = sys.argv[1:] or ["extract"]
    if command == "extract":
        extract()
    elif command == "compile":
        compile_all(rest)
    else:
        sys.exit(__doc__)
