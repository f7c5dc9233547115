"""``giapranh import rivers | stations | river-features``: a department's own network."""

from __future__ import annotations

from pathlib import Path

from giapranh.cli.language import _, line_of
from giapranh.kernel.clock import now

KINDS = ("rivers", "stations", "river-features")
FOLDERS = ("rivers",)  # kinds that take a whole folder


def import_network(kind: str, path: Path, dry_run: bool) -> int:
    """Bring it in, tell every change and every refusal; returns how many lines were refused."""
    from giapranh.water.services import network

    take = {
        "rivers": network.import_rivers,
        "stations": network.import_stations,
        "river-features": network.import_features,
    }[kind]
    report = take(path, dry_run=dry_run, at=now())
    for change in report.changes:
        print(change)
    for line in (*report.flagged, *report.refused):
        print(f"{line.file} {line.where}: {line_of(line.refusal)}")
    words = _("Mới: %(new)s · thay đổi: %(changed)s · đã có: %(known)s · không nhận: %(refused)s.")
    print(words % {"new": report.created, "changed": report.updated, "known": report.unchanged,
                   "refused": len(report.refused)})  # fmt: skip
    if dry_run:
        print(_("Mới xem thử, chưa ghi gì."))
    return len(report.refused)
