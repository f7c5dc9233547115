"""The catalogue of messages. Message ids are Vietnamese; ``en`` translates them, ``vi`` only what libraries say.

    python tools/messages.py extract     collect ids from code and templates into the catalogues
    python tools/messages.py compile     make the .mo files (all, or those named)

``extract`` also puts what libraries say to users, and no library says in Vietnamese, into the ``vi`` catalogue.
"""

from __future__ import annotations

import io
import re
import sys
import tomllib
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

CONTEXTUAL = {"pgettext", "pgettext_lazy", "npgettext"}


def messages() -> Iterator[tuple[str, int, object, str | None]]:
    """Every message of the product: place, line, id (or singular and plural), context."""
    for path in sorted(PACKAGE.rglob("*.py")):
        if "migrations" not in path.parts:
            yield from _of_source(path, path.read_bytes())
    yield from _of_templates()
    yield from _of_data()
    yield from _of_commands()


def _of_commands() -> Iterator[tuple[str, int, object, str | None]]:
    """Docstrings of the commands: their help."""
    from giapranh.cli.app import said_by_commands

    for said in said_by_commands().values():
        yield "cli/app.py", 1, said, None


# Words of data files that pages show translated: room, file, keys.
SPOKEN_DATA = (
    ("programme", "topics.toml", {"title"}),
    ("programme", "due_rules.toml", {"text"}),
    ("water", "velocities.toml", {"label", "note"}),
    ("water", "wqi_1460.toml", {"label"}),
)


def _of_data() -> Iterator[tuple[str, int, object, str | None]]:
    for room, name, keys in SPOKEN_DATA:
        path = PACKAGE / room / "data" / name
        for word in _spoken(tomllib.loads(path.read_text("utf-8")), keys):
            yield path.relative_to(PACKAGE).as_posix(), 1, word, None


def _spoken(value: object, keys: set[str]) -> Iterator[str]:
    if isinstance(value, list):
        for each in value:
            yield from _spoken(each, keys)
    elif isinstance(value, dict):
        for key, each in value.items():
            if key in keys and isinstance(each, str):
                yield each
            else:
                yield from _spoken(each, keys)


def _of_templates() -> Iterator[tuple[str, int, object, str | None]]:
    from django.conf import settings

    if not settings.configured:
        settings.configure(USE_I18N=True)
    from django.utils.translation.template import templatize

    for path in sorted(PACKAGE.rglob("*.html")) + sorted(PACKAGE.rglob("templates/**/*.txt")):
        # Inside brackets the reader of Python does not mind how a template is indented.
        source = f"({templatize(path.read_text('utf-8'), origin=str(path))})"
        yield from _of_source(path, source.encode())


def _of_source(path: Path, source: bytes) -> Iterator[tuple[str, int, object, str | None]]:
    place = path.relative_to(PACKAGE).as_posix() if PACKAGE in path.parents else path.name
    lines = source.decode().splitlines()
    for line, function, found, _comments in extract_python(io.BytesIO(source), list(KEYWORDS), [], {}):
        words = list(found) if isinstance(found, tuple) else [found]
        context = words.pop(0) if function in CONTEXTUAL else None
        words = [word for word in words if isinstance(word, str) and word]
        if words and not (len(words) == 1 and _is_key(lines[line - 1], words[0])):
            plural = (function is not None and "ngettext" in function) or function == "npgettext"
            yield place, line, tuple(words[:2]) if plural and len(words) > 1 else words[0], context


def _is_key(line: str, word: str) -> bool:
    """``_(row["label"])`` asks for the text under a key: the key itself is shown to nobody."""
    return re.search(rf"""\w\[["']{re.escape(word)}["']\]""", line) is not None


# Library code whose English reaches a page: sign-in and form errors. Their templates are replaced by ours.
SPEAKING = {
    "allauth": ("account/*.py", "account/internal/**/*.py", "mfa/**/*.py", "socialaccount/*.py", "core/*.py"),
    "django": (
        "forms/*.py",
        "core/validators.py",
        "contrib/auth/*.py",
        "contrib/postgres/forms/*.py",
        "db/models/*.py",
    ),
}


def library_messages() -> Iterator[tuple[object, str | None]]:
    """What libraries say to users and have no Vietnamese for: id (or singular and plural) and context."""
    import importlib

    for name, patterns in SPEAKING.items():
        folder = Path(str(importlib.import_module(name).__file__)).parent
        spoken = _vietnamese_of(folder)
        for pattern in patterns:
            for path in sorted(folder.glob(pattern)):
                if "migrations" in path.parts or "tests" in path.parts:
                    continue
                for _place, _line, found, context in _of_source(path, path.read_bytes()):
                    first = found[0] if isinstance(found, tuple) else found
                    if first not in spoken:
                        yield found, context


def _vietnamese_of(folder: Path) -> set[object]:
    spoken: set[object] = set()
    for path in [*folder.glob("**/locale/vi/LC_MESSAGES/django.po")]:
        with path.open("rb") as source:
            for message in read_po(source, locale="vi"):
                if message.id and _translated(message) and not message.fuzzy:
                    spoken.add(message.id[0] if isinstance(message.id, tuple) else message.id)
    return spoken


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


def library_template() -> Catalog:
    catalog = Catalog(project="giapranh", charset="utf-8")
    for found, context in library_messages():
        catalog.add(found, context=context)
    return catalog


def extract() -> None:
    for language, fresh in (("en", template()), ("vi", library_template())):
        catalog = load(language) if path_of(language).exists() else Catalog(locale=language, project="giapranh")
        catalog.update(fresh, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        catalog.fuzzy = False
        path_of(language).parent.mkdir(parents=True, exist_ok=True)
        with path_of(language).open("wb") as out:
            write_po(out, catalog, width=120, omit_header=False, no_location=True, sort_output=True)
        print(f"{language}: {len(catalog)} messages, {len(untranslated(catalog))} not translated")


def untranslated(catalog: Catalog) -> list[object]:
    """The ids that have no text in ``catalog``."""
    return [message.id for message in catalog if message.id and not _translated(message)]


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
