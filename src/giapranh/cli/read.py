"""``giapranh read``: official papers in, what they say out. Needs no database and no Django."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from giapranh.cli.language import _
from giapranh.cli.paper_pool import Job, Result, read_all

if TYPE_CHECKING:
    from giapranh.documents.reading.schema import Reading

_WRITTEN = (".pdf", ".docx", ".docm", ".doc", ".rtf", ".odt", ".txt", ".md", ".edxml", ".xml")
_PICTURED = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".bmp")
PAPER_SUFFIXES = frozenset((*_WRITTEN, *_PICTURED))
_FEW_FILES = 6


def read(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE…",
            help=_("Tệp văn bản, thư mục (đọc cả thư mục con), hoặc - để đọc từ đầu vào chuẩn."),
            show_default=False,
        ),
    ],
    as_json: Annotated[
        bool, typer.Option("--json", help=_("In JSON: một tệp là một đối tượng, nhiều tệp là mỗi dòng một đối tượng."))
    ] = False,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help=_("Ghi mỗi văn bản thành DIR/TÊN.json."))
    ] = None,
    jobs: Annotated[
        int, typer.Option("--jobs", "-j", min=0, help=_("Số tiến trình đọc song song; 0: tự chọn."), show_default=True)
    ] = 0,
    text: Annotated[bool, typer.Option("--text", help=_("Chỉ in phần chữ đã đọc được."))] = False,
) -> None:
    """Đọc văn bản: số, ngày, cơ quan, căn cứ, nhiệm vụ, hạn, nơi nhận, người ký.

    Ví dụ: giapranh read cong-van.pdf · giapranh read --json --out ket-qua van-ban-den/ · giapranh read - < cv.docx

    Tệp hỏng được báo một dòng rồi đọc tiếp; có tệp bị từ chối thì mã kết thúc là 1.
    """
    found, missing = _gather(files)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
    writer = _Writer(as_json=as_json, out=out, text=text, single=len(found) == 1 and not _has_folder(files))
    refused = 0
    for line in missing:
        refused += 1
        print(line, file=sys.stderr)
    for result in _with_progress(found, _processes(jobs, len(found))):
        if result.reading is None:
            refused += 1
            print(_("%(name)s: %(why)s") % {"name": result.name, "why": result.refusal}, file=sys.stderr)
        else:
            writer.write(result.name, result.reading)
    if refused:
        raise typer.Exit(1)


def _gather(files: list[str]) -> tuple[list[Job], list[str]]:
    """The papers meant, each once and in order, and a line for each name that leads nowhere."""
    jobs: list[Job] = []
    missing: list[str] = []
    seen: set[Path] = set()
    for given in files:
        if given == "-":
            jobs.append(Job(name=_("đầu vào chuẩn"), data=sys.stdin.buffer.read()))
            continue
        path = Path(given)
        if not path.exists():
            missing.append(_("%(name)s: không có tệp hay thư mục này.") % {"name": given})
            continue
        inside = sorted(_papers_in(path)) if path.is_dir() else [path]
        if not inside:
            missing.append(_("%(name)s: thư mục không có văn bản nào đọc được.") % {"name": given})
        for paper in inside:
            if paper.resolve() not in seen:
                seen.add(paper.resolve())
                jobs.append(Job(name=str(paper), path=paper))
    return jobs, missing


def _papers_in(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        hidden = any(part.startswith((".", "~$")) for part in path.relative_to(folder).parts)
        if not hidden and path.suffix.lower() in PAPER_SUFFIXES and path.is_file():
            yield path


def _has_folder(files: list[str]) -> bool:
    return any(given != "-" and Path(given).is_dir() for given in files)


def _processes(asked: int, papers: int) -> int:
    """A few papers are read sooner than other processes start."""
    if asked:
        return min(asked, max(1, papers))
    return 1 if papers <= _FEW_FILES else min(os.cpu_count() or 1, papers, 16)


def _with_progress(jobs: list[Job], processes: int) -> Iterator[Result]:
    """The results, under a progress bar on standard error where somebody is looking."""
    if not sys.stderr.isatty():
        yield from read_all(jobs, processes)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        papers = progress.add_task(_("Văn bản"), total=len(jobs), visible=len(jobs) > 1)
        pages = progress.add_task(_("Nhận dạng trang"), total=None, visible=False)

        def watch(done: int, total: int) -> None:
            progress.update(pages, completed=done, total=total, visible=done < total)

        for result in read_all(jobs, processes, watch):
            progress.advance(papers)
            yield result


class _Writer:
    """Where readings go: a summary, JSON on standard output, or a file for each."""

    def __init__(self, *, as_json: bool, out: Path | None, text: bool, single: bool) -> None:
        self._as_json = as_json
        self._out = out
        self._text = text
        self._single = single
        self._taken: set[str] = set()

    def write(self, name: str, reading: Reading) -> None:
        if self._out is not None:
            self._to_folder(self._out, name, reading)
        elif self._text:
            print(reading.text)
        elif self._as_json:
            print(_json({"file": Path(name).name, **_shape(reading)}, indent=2 if self._single else None))
        else:
            from giapranh.cli.paper_summary import show

            show(name, reading)

    def _to_folder(self, folder: Path, name: str, reading: Reading) -> None:
        own = Path(name)
        target = f"{own.stem}.json"
        if target.casefold() in self._taken:
            target = f"{own.name}.json"
        count = 2
        while target.casefold() in self._taken:
            target, count = f"{own.name}-{count}.json", count + 1
        self._taken.add(target.casefold())
        shape = {"file": own.name, **_shape(reading)}
        (folder / target).write_text(_json(shape, indent=2) + "\n", encoding="utf-8")


def _shape(reading: Reading) -> dict[str, Any]:
    from giapranh.documents.reading.output import to_json

    return dict(to_json(reading))


def _json(shape: dict[str, Any], *, indent: int | None) -> str:
    return json.dumps(shape, ensure_ascii=False, indent=indent)
