"""``giapranh import`` and ``giapranh export``: places, offices, tasks and registers, in and out."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from giapranh.cli import rivers, setting_up, water_data
from giapranh.cli.acting import officer_for
from giapranh.cli.language import _, line_of
from giapranh.cli.report import find_programme
from giapranh.kernel.clock import now, today
from giapranh.kernel.errors import N_, BadInput, Conflict

if TYPE_CHECKING:
    from giapranh.people.rules.pasting import Cell
    from giapranh.programme.models import Programme

BOOKS = {"incoming": "den", "outgoing": "di", "follow-up": "theo-doi"}


class UnknownKind(BadInput):
    code = "unknown_kind"


class WrongFile(BadInput):
    code = "wrong_file"


def import_records(
    kind: Annotated[
        str,
        typer.Argument(
            help=_("places, offices, tasks, rivers, stations, river-features, station-files hoặc lab-sheet.")
        ),
    ],
    paths: Annotated[list[Path], typer.Argument(help=_("Tệp hoặc thư mục cần nạp."), metavar="FILE…")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help=_("Chỉ xem sẽ thay đổi gì."))] = False,
    programme: Annotated[str, typer.Option("--programme", help=_("Chương trình nhận việc (tasks): số hoặc tên."))] = "",
    name: Annotated[str, typer.Option("--name", help=_("Tên chương trình mới (tasks); mặc định là tên tệp."))] = "",
    by: Annotated[str, typer.Option("--by", help=_("Tên đăng nhập của người nạp (tasks, lab-sheet)."))] = "",
) -> None:
    """Nạp dữ liệu. Ví dụ: giapranh import places ban-do/ --dry-run"""
    known = ("places", "offices", "tasks", *rivers.KINDS, *water_data.KINDS)
    if kind not in known:
        raise UnknownKind(N_("Không nạp được loại “%(kind)s”. Nạp được: %(kinds)s."), kind=kind, kinds=", ".join(known))
    file = paths[0]
    if not file.exists():
        raise WrongFile(N_("Không có %(file)s."), file=file)
    if kind in water_data.KINDS:
        _begin()
        raise typer.Exit(1 if water_data.import_data(kind, paths, dry_run, by) else 0)
    if len(paths) > 1:
        raise WrongFile(N_("Loại này nạp từng tệp một: hãy chỉ một tệp hoặc thư mục."))
    if kind not in ("places", *rivers.FOLDERS) and file.is_dir():
        raise WrongFile(N_("%(file)s là thư mục. Hãy chỉ đúng một tệp."), file=file)
    _begin()
    if kind == "places":
        refused = _import_places(file, dry_run)
    elif kind in rivers.KINDS:
        refused = rivers.import_network(kind, file, dry_run)
    elif kind == "offices":
        refused = _import_offices(file, dry_run)
    else:
        refused = _import_tasks(file, dry_run, programme, name, by)
    raise typer.Exit(1 if refused else 0)


def export_records(
    kind: Annotated[str, typer.Argument(help=_("offices, tasks, incoming, outgoing hoặc follow-up."))],
    file: Annotated[Path, typer.Argument(help=_("Tệp .xlsx sẽ ghi."))],
    programme: Annotated[str, typer.Option("--programme", help=_("Chương trình (tasks): số hoặc tên."))] = "",
    year: Annotated[
        int | None, typer.Option("--year", help=_("Năm của sổ; mặc định năm nay."), min=2000, max=2200)
    ] = None,
    by: Annotated[str, typer.Option("--by", help=_("Xuất những gì người này được xem; ghi tên đăng nhập."))] = "",
    force: Annotated[bool, typer.Option("--force", help=_("Ghi đè tệp đã có."))] = False,
) -> None:
    """Xuất dữ liệu ra Excel. Ví dụ: giapranh export tasks viec.xlsx --programme 1"""
    writers: dict[str, Callable[[], bytes]] = {
        "offices": _offices_sheet,
        "tasks": lambda: _tasks_sheet(programme, by),
        **{name: lambda name=name: _book_sheet(name, year or today().year, by) for name in BOOKS},  # type: ignore[misc]
    }
    if kind not in writers:
        raise UnknownKind(
            N_("Không xuất được loại “%(kind)s”. Xuất được: %(kinds)s."), kind=kind, kinds=", ".join(writers)
        )
    if file.exists() and not force:
        raise Conflict(N_("Tệp %(file)s đã có. Chọn tên khác hoặc thêm --force."), file=file)
    if not file.parent.is_dir():
        raise WrongFile(N_("Không có thư mục %(folder)s."), folder=file.parent)
    _begin()
    file.write_bytes(writers[kind]())
    print(_("Đã ghi %(file)s.") % {"file": file})


def _begin() -> None:
    setting_up.set_up()
    from django.utils import translation

    translation.activate(os.environ.get("GIAPRANH_LANGUAGE", "vi"))


# --- in --------------------------------------------------------------------------------------------------------------


def _import_places(folder: Path, dry_run: bool) -> int:
    from giapranh.places import services as places

    report = places.import_folder(folder, dry_run=dry_run, at=now())
    for line in (*report.flagged, *report.refused):
        print(f"{line.file} {line.where}: {line_of(line.refusal)}")
    _told(report.created, report.updated, report.unchanged, len(report.refused), dry_run)
    return len(report.refused)


def _import_offices(file: Path, dry_run: bool) -> int:
    from giapranh.people import pasting

    cells = _cells(file)
    rows = pasting.preview_offices(cells)
    refused = [row for row in rows if row.state == "refused"]
    for row in refused:
        faults = "; ".join(line_of(fault) for fault in row.faults)
        print(_("dòng %(line)s, %(name)s: %(faults)s") % {
            "line": row.pasted.row, "name": row.name, "faults": faults})  # fmt: skip
    if not dry_run:
        pasting.save_offices(cells, by=None, at=now())
    states = [row.state for row in rows]
    _told(states.count("new"), 0, states.count("known"), len(refused), dry_run)
    return len(refused)


def _cells(file: Path) -> list[list[Cell]]:
    """The rows of a workbook, of a .csv, or of text copied from Excel."""
    from giapranh.people.rules.pasting import cells_of_text
    from giapranh.people.sheets import cells_of_workbook

    if file.suffix.lower() in {".xlsx", ".xlsm"}:
        return cells_of_workbook(file.read_bytes())
    try:
        text = file.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise WrongFile(N_("Không đọc được %(file)s: lưu lại dạng .xlsx, hoặc văn bản UTF-8."), file=file) from error
    if file.suffix.lower() == ".csv" and "\t" not in text:
        import csv
        import io

        # Excel of a Vietnamese Windows parts columns by semicolons: the comma is in its numbers.
        head = text.split("\n", 1)[0]
        return [list(row) for row in csv.reader(io.StringIO(text), delimiter=";" if ";" in head else ",")]
    return cells_of_text(text)


def _import_tasks(file: Path, dry_run: bool, programme: str, name: str, by: str) -> int:
    from giapranh.people import queries as people
    from giapranh.programme import services

    name = name or file.stem
    into = find_programme(programme) if programme else _programme_called(name)
    found = services.import_tracking_sheet(
        data=file.read_bytes(), by=officer_for(into.owner if into else people.own_agency(), by), at=now(),
        programme_id=into.pk if into else None, programme_name=name, dry_run=dry_run,
    )  # fmt: skip
    for refusal in found.refusals:
        words = _(refusal.template) % refusal.params if refusal.params else _(refusal.template)
        print(words)
    for note in found.notes:
        print(note)
    if found.unmatched:
        print(_("Chưa khớp với đơn vị nào: %(names)s.") % {"names": "; ".join(found.unmatched)})
    _told(len(found.new), 0, len(found.known), len(found.refusals), dry_run)
    return len(found.refusals)


def _programme_called(name: str) -> Programme | None:
    """The programme an earlier run of the same file made: the same sheet again changes nothing."""
    from giapranh.people import queries as people
    from giapranh.programme.models import Programme

    return Programme.objects.filter(name=name, owner=people.own_agency(), paper=None).first()


def _told(new: int, changed: int, known: int, refused: int, dry_run: bool) -> None:
    words = _("Mới: %(new)s · thay đổi: %(changed)s · đã có: %(known)s · không nhận: %(refused)s.")
    print(words % {"new": new, "changed": changed, "known": known, "refused": refused})
    if dry_run:
        print(_("Mới xem thử, chưa ghi gì."))


# --- out -------------------------------------------------------------------------------------------------------------


def _offices_sheet() -> bytes:
    """Every office of today, with the headings that ``import offices`` reads."""
    from giapranh.kernel.tables import Column
    from giapranh.people import queries as people

    rows = people.offices(today(), within=people.own_agency())
    columns = [
        Column("name", _("Tên đơn vị")), Column("abbreviation", _("Tên tắt")), Column("symbol", _("Ký hiệu")),
        Column("parent.name", _("Trực thuộc")), Column("kind", _("Loại"), value=lambda row: row.get_kind_display()),
        Column("organ_code", _("Mã định danh")), Column("aliases", _("Tên gọi khác"), value=_joined),
        Column("valid_from", _("Từ ngày"), "date"), Column("valid_to", _("Đến ngày"), "date"),
        Column("unknown_note", _("Còn phải điền")),
    ]  # fmt: skip
    return _sheet(list(rows), columns, _("Cơ quan, đơn vị"), any(row.illustrative for row in rows))


def _joined(office: Any) -> str:
    return "; ".join(office.aliases)


def _tasks_sheet(words: str, by: str) -> bytes:
    from giapranh.programme import services
    from giapranh.programme.models import Programme

    only = Programme.objects.values_list("pk", flat=True)[:2]
    if not words and len(only) != 1:
        raise WrongFile(N_("Hãy ghi --programme: số thứ tự hoặc vài chữ trong tên chương trình."))
    programme = find_programme(words or str(only[0]))
    return services.export_tasks(user=officer_for(programme.owner, by), programme=programme, at=now())


def _book_sheet(name: str, year: int, by: str) -> bytes:
    from giapranh.documents import queries
    from giapranh.documents.views.books import BOOKS as BOOK_PAGES
    from giapranh.people import queries as people

    title, kind, columns, _order = BOOK_PAGES[BOOKS[name]]
    entries = queries.entries(officer_for(people.own_agency(), by, clerk=True), kind, year).order_by(
        "book__series", "seq"
    )
    return _sheet(entries, columns(), f"{_(title)} {year}", queries.any_illustrative_entry(entries))


def _sheet(rows: Any, columns: Any, title: str, illustrative: bool) -> bytes:
    from giapranh.kernel.tables import Table

    note = _("Dữ liệu minh họa, không phải số liệu thật.") if illustrative else ""
    return Table.of(rows, columns, title=title).to_xlsx(note)
