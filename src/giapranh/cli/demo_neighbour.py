"""The second house of the demonstration, Bắc Ninh: small, with its own people, one station and its half of the work.

It lives in a process of its own, for a process belongs to one node. Each line on the standard input names an act;
each answer is one line. When the input ends, so does the process.
"""

from __future__ import annotations

import json
import sys
from base64 import b64encode
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import numpy as np

from giapranh.cli import demo_exchange, demo_season, setting_up
from giapranh.cli.demo_exchange import BO_HA, MARK
from giapranh.cli.demo_houses import BAC_NINH, LANG_SON
from giapranh.cli.demo_story import at, office
from giapranh.kernel.clock import now

# username, name, role, office (seed key), title
CAST = (
    ("giamdoc", "Ngô Bích Hà", "leader", "bn-snnmt", "Giám đốc"),
    ("daumoi", "Trần Quốc Việt", "focal_officer", "bn-snnmt", "Cán bộ đầu mối"),
    ("vanthu", "Đỗ Thị Lan", "clerk", "bn-snnmt", "Văn thư"),
    ("moitruong", "Đỗ Văn Hưng", "office_head", "bn-snnmt-ccmt", "Chi cục trưởng"),
    ("chuyenvien", "Phạm Thu Hiền", "specialist", "bn-snnmt-ccmt", "Chuyên viên"),
)
DAYS = 10
PARAMETERS = ("nh4_n", "do", "ph")


def build(password: str) -> None:
    """The house before it has met anybody; an interrupted one starts again from an empty database."""
    setting_up.start_empty()
    setting_up.migrate()
    setting_up.load_seed()
    setting_up.first_administrator("quantri", password)
    _people(password)
    _station()


def _people(password: str) -> None:
    from giapranh.people import services
    from giapranh.places import queries as places

    province = places.unit_by_code("24", date(2026, 6, 1), "province")
    services.set_up_node(
        node_id=BAC_NINH, name="Bắc Ninh", agency=office("bn-snnmt"), province=province, by=None, at=at("2026-06-01")
    )
    for username, name, role, key, title in CAST:
        officer = services.create_officer(
            username=username, full_name=name, email=f"{username}@minhhoa.invalid", password=password,
            illustrative=True, by=None, at=at("2026-06-01"),
        )  # fmt: skip
        services.appoint(officer=officer, office=office(key), role=role, title=title, by=None, at=at("2026-06-01"))


def _station() -> None:
    """Bố Hạ, downstream of the border, with some days of made water."""
    from giapranh.water.models import SourceFile, SourceKind, Station, StationKind, Watercourse
    from giapranh.water.services.series import make_series
    from giapranh.water.services.store import Rows, store

    station = Station.objects.create(
        uid=UUID(BO_HA), code="MH_QT03_NMT003", name=f"Thương – Bố Hạ{MARK}", kind=StationKind.AUTOMATIC,
        watercourse=Watercourse.objects.get(key="thuong"), km=66.5, bank="left", lon=106.211, lat=21.452,
        owner=office("bn-snnmt-ccmt"), description="Trạm dựng để trình diễn, không có thật.", illustrative=True,
        source="vị trí đề xuất, không phải trạm đang có",
    )  # fmt: skip
    end = int(now().timestamp() * 1000) // demo_season.STEP_MS * demo_season.STEP_MS
    times = np.arange(end - DAYS * demo_season.DAY_MS, end + 1, demo_season.STEP_MS, dtype=np.int64)
    columns: list[tuple[Any, ...]] = []
    for place, parameter in enumerate(PARAMETERS):
        series, _new = make_series(
            station, parameter, basis="N" if parameter == "nh4_n" else "", cycle_seconds=900, device="Thiết bị minh họa",
            illustrative=True,
        )  # fmt: skip
        values = demo_season.season(parameter, times, 300 + place, 1.1, [], [])
        columns.append((np.full(len(times), series.pk, np.int32), times, values))
    ids, moments, values = (np.concatenate(each) for each in zip(*columns, strict=True))
    source = SourceFile.objects.create(kind=SourceKind.DEMO, name="Số liệu dựng để trình diễn", received_at=now())
    store(Rows(ids, moments, values), source=source, at=now())


# --- what people here do ---------------------------------------------------------------------------------------------


def officer(username: str) -> Any:
    from giapranh.people.models import Officer

    return Officer.objects.get(username=username)


def acknowledge_notice(uid: str) -> None:
    from giapranh.water.services import neighbour_notices

    neighbour_notices.acknowledge(peer=LANG_SON, uid=UUID(uid), by=officer("daumoi"), at=now())


def answer_notice(uid: str) -> None:
    """The notice becomes an incident here, and the answer goes back."""
    from giapranh.water.services import neighbour_notices

    head = officer("moitruong")
    neighbour_notices.open_incident(peer=LANG_SON, uid=UUID(uid), by=head, at=now())
    neighbour_notices.answer(
        peer=LANG_SON, uid=UUID(uid), by=head, at=now(),
        words="Đã cử tổ kiểm tra đoạn Kép – Bố Hạ; Kè Sơn tạm ngừng lấy nước từ 14 giờ, có kết quả mẫu sẽ báo.",
    )  # fmt: skip


def take_half(uid: str) -> None:
    """Our half of the task, begun at once."""
    from giapranh.programme import services
    from giapranh.programme.services import joint

    lead, focal = officer("chuyenvien"), officer("daumoi")
    task = joint.take_half(
        peer=LANG_SON, uid=UUID(uid), office=office("bn-snnmt-ccmt"), due_on=(now() + timedelta(days=25)).date(),
        by=focal, at=now(),
    )  # fmt: skip
    services.receive(task_id=task.pk, by=lead, at=now())
    services.start(task_id=task.pk, by=lead, at=now())
    services.note_progress(
        task_id=task.pk, text="Đã rà soát 3 cơ sở ven sông phía Bắc Ninh, còn 2 cơ sở.", by=lead, at=now()
    )


def send_too_much(uid: str) -> dict[str, str]:
    """Signed past the agreement, as a house with a wrong program would: the clause never let the coordinates go.

    This house's own program would hold the entry back when it is fetched, so the entry is handed over as it is.
    """
    from giapranh.exchange import kinds
    from giapranh.exchange.house import engine, now_ms, store
    from giapranh.exchange.ledger import chain, outbox
    from giapranh.exchange.ledger.rows import Body, Entry, Record

    known = kinds.get("water-station")
    assert known is not None
    data = known.record(uid)
    assert data is not None
    subject = kinds.subject_of(known.name, uid)
    with store().transaction() as tx:
        me = engine()
        clause = outbox.preview(me, tx, LANG_SON, known.name, data, now_ms())
        assert clause.clause is not None
        record = tx.lock(Record, LANG_SON, subject)
        version = record.version if record else 0
        written = chain.append(
            me, tx, LANG_SON, known.name, data, now_ms(), lane=known.lane, subject=subject,
            clause=f"{clause.clause.id}@{clause.version}", version=version + 1, base=version, major=known.major,
            minor=known.minor,
        )  # fmt: skip
        entry, body = tx.get(Entry, written.stream, written.hash), tx.get(Body, written.stream, written.hash)
    assert entry is not None
    assert body is not None
    return {"entry": b64encode(entry.envelope).decode("ascii"), "body": b64encode(body.data).decode("ascii")}


ACTS: dict[str, Callable[..., Any]] = {
    act.__name__: act
    for act in (
        build, acknowledge_notice, answer_notice, take_half, send_too_much, demo_exchange.make_keys, demo_exchange.meet,
        demo_exchange.countersign, demo_exchange.write_bundle, demo_exchange.read_bundle, demo_exchange.set_address,
    )
}  # fmt: skip


def main() -> None:
    """One act a line until the input ends. What the program prints itself must not mix with the answers."""
    answers, sys.stdout = sys.stdout, sys.stderr
    setting_up.set_up()
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            answer = {"value": ACTS[asked["act"]](**asked["with"])}
        except Exception as error:  # whatever it is, the other house must hear of it
            import traceback

            traceback.print_exc()
            answer = {"error": f"{asked['act']}: {type(error).__name__} {error}"}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
