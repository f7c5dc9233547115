"""Word papers: body order, side-by-side tables, text boxes, accepted changes, automatic numbers, notes."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from giapranh.documents.reading import repair
from giapranh.documents.reading.schema import Origin, Remark, SourceText
from giapranh.kernel.errors import N_

from .archive import member, open_zip, parse_xml
from .limits import Limits
from .numbering import Numbering
from .refusals import Damaged, HostileXml, Macros, UnknownFormat
from .xmlnames import attribute, child, children, local

_PAGE_LETTERS = 96
_GUTTER = 4
_FEW_LETTERS = 12
_PAGE_PICTURE_BYTES = 15_000
_CELL_KEPT_WHOLE = 120
_SKIPPED = frozenset(("del", "moveFrom", "rPrChange", "pPrChange", "instrText", "delText", "delInstrText"))
_SYMBOLS = {"F0B7": "-", "F02D": "-", "F0A7": "-", "F0D8": "-", "F0FC": "-"}


def open_docx(data: bytes, name: str, limits: Limits) -> SourceText:
    with open_zip(data, name, limits) as archive:
        names = set(archive.namelist())
        if any(path.lower().endswith("vbaproject.bin") for path in names):
            raise Macros(N_("Tệp %(name)s chứa macro: lưu lại dạng .docx không macro rồi đọc lại."), name=name)
        main = _main_part(archive, names, name, limits)
        folder = main.rpartition("/")[0]

        def part(short: str) -> Any | None:
            path = f"{folder}/{short}" if folder else short
            return parse_xml(member(archive, path, name, limits), name) if path in names else None

        root = parse_xml(member(archive, main, name, limits), name)
        body = child(root, "body")
        if body is None:
            raise Damaged(N_("Tệp %(name)s không có nội dung văn bản."), name=name)
        styles = Styles(part("styles.xml"))
        pictures = _pictures(archive, names, name, limits)
        writer = _Writer(styles, Numbering(part("numbering.xml"), styles), _notes(part("footnotes.xml")))
    try:
        lines = [*writer.blocks(body), *writer.footnotes()]
    except RecursionError as error:
        raise HostileXml(N_("Tệp %(name)s lồng nhau quá sâu, có thể là tệp phá hoại: không mở."), name=name) from error
    text = repair.clean("\n".join(lines)) + "\n"
    if repair.letters_in(text) < _FEW_LETTERS and pictures:
        from .images import open_pictures

        return open_pictures(pictures, name, limits)
    return SourceText(text=text, origin=Origin.WORD, remarks=tuple(writer.remarks()))


def _pictures(archive: Any, names: set[str], name: str, limits: Limits) -> list[bytes]:
    """Pictures big enough to be pages: some papers are scans pasted into Word."""
    found = [path for path in names if re.search(r"/media/[^/]+\.(?:png|jpe?g|tiff?|bmp)$", path, re.IGNORECASE)]
    large = [path for path in found if archive.getinfo(path).file_size > _PAGE_PICTURE_BYTES]
    in_order = sorted(
        large, key=lambda path: [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", path)]
    )
    return [member(archive, path, name, limits) for path in in_order[: limits.ocr_pages]]


def _main_part(archive: Any, names: set[str], name: str, limits: Limits) -> str:
    if "word/document.xml" in names:
        return "word/document.xml"
    if "_rels/.rels" in names:
        for relation in parse_xml(member(archive, "_rels/.rels", name, limits), name):
            if (attribute(relation, "Type") or "").endswith("/officeDocument"):
                target = (attribute(relation, "Target") or "").lstrip("/")
                if target in names and target.startswith("word/"):
                    return target
    raise UnknownFormat(
        N_("Tệp %(name)s không phải văn bản Word: hệ thống đọc .docx, .pdf, ảnh quét, .txt, .md và gói edXML."),
        name=name,
    )


class Styles:
    """What a paragraph or run gets from its style: font, capitals, list."""

    def __init__(self, root: Any | None) -> None:
        self._by_id: dict[str, Any] = {}
        self._default: str | None = None
        self._base: Any | None = None
        self._known: dict[tuple[str | None, str], Any | None] = {}
        if root is None:
            return
        for style in children(root, "style"):
            identity = attribute(style, "styleId") or ""
            self._by_id[identity] = style
            if attribute(style, "type") == "paragraph" and attribute(style, "default") in ("1", "true"):
                self._default = identity
        defaults = child(root, "docDefaults")
        run = child(defaults, "rPrDefault") if defaults is not None else None
        self._base = child(run, "rPr") if run is not None else None

    def run_property(self, style: str | None, wanted: str) -> Any | None:
        """The nearest definition of a run property along the chain of styles."""
        return self._find(style or self._default, "rPr", wanted)

    def paragraph_property(self, style: str | None, wanted: str) -> Any | None:
        return self._find(style or self._default, "pPr", wanted)

    def _find(self, style: str | None, holder: str, wanted: str) -> Any | None:
        key = (style, wanted)
        if key not in self._known:
            self._known[key] = self._search(style, holder, wanted)
        return self._known[key]

    def _search(self, style: str | None, holder: str, wanted: str) -> Any | None:
        seen: set[str] = set()
        while style and style not in seen and style in self._by_id:
            seen.add(style)
            entry = self._by_id[style]
            held = child(entry, holder)
            found = child(held, wanted) if held is not None else None
            if found is not None:
                return found
            based = child(entry, "basedOn")
            style = attribute(based, "val") if based is not None else None
        if holder == "rPr" and self._base is not None:
            return child(self._base, wanted)
        return None


def _notes(root: Any | None) -> dict[str, Any]:
    if root is None:
        return {}
    return {
        attribute(note, "id") or "": note
        for note in children(root, "footnote")
        if attribute(note, "type") not in ("separator", "continuationSeparator", "continuationNotice")
    }


def is_on(switch: Any | None) -> bool:
    return switch is not None and (attribute(switch, "val") or "1") not in ("0", "false", "off", "none")


@dataclass(slots=True)
class _Writer:
    styles: Styles
    numbering: Numbering
    notes: dict[str, Any]
    cited: list[str] = field(default_factory=list)
    boxes: list[Any] = field(default_factory=list)
    changed: bool = False
    legacy: bool = False

    def remarks(self) -> Iterator[Remark]:
        if self.changed:
            yield Remark("tracked_changes", N_("Tệp còn theo dõi sửa đổi: đã đọc như khi chấp nhận mọi sửa đổi."))
        if self.legacy:
            yield Remark("legacy_encoding", N_("Chữ gõ bằng phông cũ (TCVN3 hoặc VNI), đã chuyển sang Unicode."))

    def blocks(self, parent: Any) -> Iterator[str]:
        """The lines of a body or a cell, in order."""
        for element in parent:
            kind = local(element)
            if kind == "p":
                yield from self.paragraph(element)
            elif kind == "tbl":
                yield from self.table(element)
            elif kind in ("sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag"):
                yield from self.blocks(element)
            elif kind == "AlternateContent":
                chosen = _alternative(element)
                if chosen is not None:
                    yield from self.blocks(chosen)
            elif kind in ("del", "moveFrom"):
                self.changed = True

    def paragraph(self, element: Any) -> Iterator[str]:
        properties = child(element, "pPr")
        style = _value(properties, "pStyle")
        pieces: list[str] = []
        self._inline(element, style, pieces)
        text = "".join(pieces)
        boxes, self.boxes = self.boxes, []
        marker = self.numbering.marker(properties, style) if text.strip() else ""
        # A box stands beside or above what it is anchored to; its words must not land inside the sentence.
        for box in boxes:
            yield from self.blocks(box)
        lines = text.split("\n")
        yield f"{marker} {lines[0].lstrip()}" if marker else lines[0].rstrip()
        for line in lines[1:]:
            yield line.rstrip()

    def _inline(self, parent: Any, style: str | None, out: list[str]) -> None:
        for element in parent:
            kind = local(element)
            if kind == "r":
                self._run(element, style, out)
            elif kind in _SKIPPED:
                self.changed = self.changed or kind in ("del", "moveFrom")
            elif kind in (
                "hyperlink",
                "ins",
                "moveTo",
                "smartTag",
                "sdt",
                "sdtContent",
                "fldSimple",
                "customXml",
                "dir",
            ):
                self.changed = self.changed or kind in ("ins", "moveTo")
                self._inline(element, style, out)
            elif kind == "AlternateContent":
                chosen = _alternative(element)
                if chosen is not None:
                    self._inline(chosen, style, out)
            elif kind == "oMath":
                out.append("".join(element.itertext()))

    def _run(self, run: Any, style: str | None, out: list[str]) -> None:
        properties = child(run, "rPr")
        if is_on(child(properties, "vanish") if properties is not None else None):
            return
        said: list[str] = []
        for element in run:
            kind = local(element)
            if kind == "t":
                said.append(element.text or "")
            elif kind == "tab" or kind == "ptab":
                said.append("    ")
            elif kind in ("br", "cr"):
                said.append("\n")
            elif kind == "noBreakHyphen":
                said.append("-")
            elif kind == "sym":
                said.append(_SYMBOLS.get((attribute(element, "char") or "").upper(), " "))
            elif kind == "footnoteReference":
                self._cite(attribute(element, "id") or "", said)
            elif kind in ("drawing", "pict", "object", "AlternateContent"):
                self._collect_boxes(element)
        text = "".join(said)
        if text:
            out.append(self._as_shown(text, properties, style))

    def _as_shown(self, text: str, properties: Any | None, style: str | None) -> str:
        """The text as the page shows it: decoded by its font, in capitals where the format says so."""
        font = _font(child(properties, "rFonts") if properties is not None else None)
        run_style = _value(properties, "rStyle")
        if font is None and run_style:
            font = _font(self.styles.run_property(run_style, "rFonts"))
        if font is None:
            font = _font(self.styles.run_property(style, "rFonts"))
        encoding = repair.legacy_of_font(font)
        if encoding and not text.isascii():
            self.legacy = True
            text = repair.decode(text, encoding)
        elif encoding == "tcvn3-capitals":
            text = text.upper()
        caps = child(properties, "caps") if properties is not None else None
        if caps is None:
            caps = self.styles.run_property(style, "caps")
        return text.upper() if is_on(caps) else text

    def _cite(self, identity: str, said: list[str]) -> None:
        if identity in self.notes:
            self.cited.append(identity)
            said.append(f"({len(self.cited)})")

    def footnotes(self) -> Iterator[str]:
        for number, identity in enumerate(tuple(self.cited), start=1):
            words = " ".join(line.strip() for line in self.blocks(self.notes[identity]) if line.strip())
            yield f"({number}) {words}"

    def _collect_boxes(self, element: Any) -> None:
        """Text boxes below a drawing; of two writings of one drawing only the first is taken."""
        if local(element) == "AlternateContent":
            chosen = _alternative(element)
            if chosen is not None:
                for inner in chosen:
                    self._collect_boxes(inner)
            return
        if local(element) == "txbxContent":
            self.boxes.append(element)
            return
        for inner in element:
            self._collect_boxes(inner)

    # --- tables ---

    def table(self, table: Any) -> Iterator[str]:
        """Rows side by side as on the page; every cell keeps its column."""
        rows = [list(_cells(row)) for row in _rows(table)]
        if not rows:
            return
        grid = _grid(table, rows)
        filled = [[list(self.blocks(cell)) for cell in row] for row in rows]
        if len(grid) == 1:
            for cells in filled:
                for cell in cells:
                    yield from cell
            return
        whole = len(grid) == 2 and all(len(line) <= _CELL_KEPT_WHOLE for cells in filled for c in cells for line in c)
        widths = _measured(rows, filled) if whole else grid
        for row, cells in zip(rows, filled, strict=True):
            yield from _beside(row, cells, widths, wrap=not whole)


def _rows(table: Any) -> Iterator[Any]:
    for element in table:
        kind = local(element)
        if kind == "tr":
            properties = child(element, "trPr")
            if properties is None or child(properties, "del") is None:
                yield element
        elif kind in ("sdt", "sdtContent", "ins", "customXml"):
            yield from _rows(element)


def _cells(row: Any) -> Iterator[Any]:
    for element in row:
        kind = local(element)
        if kind == "tc":
            yield element
        elif kind in ("sdt", "sdtContent", "customXml"):
            yield from _cells(element)


def _grid(table: Any, rows: list[list[Any]]) -> list[int]:
    """Column widths in letters; the whole table is as wide as a line of the page."""
    holder = child(table, "tblGrid")
    columns = max(sum(_spans(cell) for cell in row) for row in rows)
    told = [int(float(attribute(c, "w") or 0)) for c in children(holder, "gridCol")] if holder is not None else []
    if len(told) != columns or not sum(told):
        told = [1] * columns
    return [max(6, round(_PAGE_LETTERS * width / sum(told))) for width in told]


def _spans(cell: Any) -> int:
    properties = child(cell, "tcPr")
    return max(1, int(_value(properties, "gridSpan") or 1))


def _measured(rows: list[list[Any]], filled: list[list[list[str]]]) -> list[int]:
    """Widths by what stands in the cells: the two halves of a head or a foot are never broken."""
    first = max((max((len(line) for line in cells[0]), default=0) for cells in filled if len(cells) > 1), default=0)
    return [max(30, first), _PAGE_LETTERS]


def _beside(row: list[Any], cells: list[list[str]], widths: list[int], *, wrap: bool) -> Iterator[str]:
    columns: list[tuple[int, list[str]]] = []
    at = grid_at = 0
    for cell, lines in zip(row, cells, strict=True):
        span = _spans(cell)
        width = sum(widths[grid_at : grid_at + span]) + _GUTTER * (span - 1)
        merged = child(child(cell, "tcPr"), "vMerge") if child(cell, "tcPr") is not None else None
        if merged is not None and attribute(merged, "val") != "restart":
            lines = []
        columns.append((at, _wrapped(lines, width) if wrap else lines))
        at += width + _GUTTER
        grid_at += span
    for level in range(max((len(lines) for _, lines in columns), default=0)):
        line = ""
        for start, lines in columns:
            if level < len(lines) and lines[level].strip():
                gap = _GUTTER if line else 0
                line = line.rstrip().ljust(max(start, len(line.rstrip()) + gap)) + lines[level].strip()
        yield line


def _wrapped(lines: list[str], width: int) -> list[str]:
    out: list[str] = []
    for line in lines:
        out.extend(textwrap.wrap(line, width, break_long_words=False, break_on_hyphens=False) or [""])
    return out


def _alternative(element: Any) -> Any | None:
    for wanted in ("Choice", "Fallback"):
        found = child(element, wanted)
        if found is not None and len(found):
            return found
    return None


def _value(properties: Any | None, wanted: str) -> str | None:
    found = child(properties, wanted) if properties is not None else None
    return attribute(found, "val") if found is not None else None


def _font(fonts: Any | None) -> str | None:
    if fonts is None:
        return None
    return attribute(fonts, "ascii") or attribute(fonts, "hAnsi") or attribute(fonts, "cs")
