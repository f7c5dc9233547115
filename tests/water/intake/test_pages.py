"""Pages of the ways in and of the quality desk, as An, Bình and the others meet them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.conftest import World
from tests.factories.water import series as make_series
from tests.factories.water import station as make_station

from giapranh.kernel import clock
from giapranh.kernel.errors import Refused
from giapranh.people.models import AuditEvent, Officer
from giapranh.water.intake import folder
from giapranh.water.models import Correction, FileColumn, Observation, Sample, Series, SourceFile, Station
from giapranh.water.rules.quality import Flag
from giapranh.water.rules.station_names import file_name
from giapranh.water.services import store
from giapranh.water.services.corrections import Verdict, judge
from giapranh.water.services.store import Rows, milliseconds

ClientOf = Callable[[Officer | None], Client]
NAME = "LS_QT01_NUO001_20260101070000.txt"
GOOD = "pH\t7.31\t-\t20260101070000\t00\nXX\t1\tmg/L\t20260101070000\t00\n"
SENT = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def station(node: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Station:
    monkeypatch.setenv("GIAPRANH_STATIONS_FOLDER", str(tmp_path / "stations"))
    station = make_station(code="LS_QT01_NUO001", name="Hữu Lũng", owner=node.water)
    make_series(station, "ph", unit="")
    make_series(station, "cod", unit="mg/L")
    return station


def upload(client: Client, content: str = GOOD, name: str = NAME) -> Any:
    return client.post("/song-ngoi/so-lieu/tep-tram/", {"sent": [SimpleUploadedFile(name, content.encode())]})


def test_uploaded_files_come_in_and_what_was_refused_is_read_on_their_page(
    station: Station, an: Officer, client_of: ClientOf
) -> None:
    client = client_of(an)
    assert upload(client).status_code == 302
    source = SourceFile.objects.get()
    assert (source.rows_stored, source.rows_refused, source.by) == (1, 1, an)

    page = client.get("/song-ngoi/so-lieu/").content.decode()
    assert NAME in page
    page = client.get(f"/song-ngoi/so-lieu/nguon/{source.pk}/").content.decode()
    assert "Chưa biết ký hiệu “XX”" in page
    assert "dòng 2" in page


@pytest.mark.parametrize(("count", "status"), [(150, 302), (501, 422)])
def test_hundreds_of_files_at_once(station: Station, an: Officer, client_of: ClientOf, count: int, status: int) -> None:
    names = [file_name(station.code, SENT + timedelta(minutes=5 * n)) for n in range(count)]
    sent = [SimpleUploadedFile(name, f"pH\t7.31\t-\t{name[-18:-4]}\t00\n".encode()) for name in names]
    answer = client_of(an).post("/song-ngoi/so-lieu/tep-tram/", {"sent": sent})
    assert answer.status_code == status
    assert Observation.objects.count() == (count if status == 302 else 0)


def test_a_clock_that_is_hours_off_is_told(station: Station, an: Officer, client_of: ClientOf) -> None:
    now = clock.now()
    for n in range(8):
        at = now - timedelta(minutes=60 - 5 * n)
        SourceFile.objects.create(
            kind="station_file", station=station, received_at=at, name=file_name(station.code, at - timedelta(hours=7))
        )
    assert "lệch tròn giờ" in client_of(an).get("/song-ngoi/so-lieu/").content.decode()


def test_a_person_of_another_office_brings_in_nothing(station: Station, binh: Officer, client_of: ClientOf) -> None:
    assert upload(client_of(binh)).status_code == 403
    assert Observation.objects.count() == 0


def test_the_columns_of_a_station_are_decided_and_refused_files_read_again(
    station: Station, an: Officer, client_of: ClientOf
) -> None:
    client = client_of(an)
    upload(client)
    refused = folder.root() / "refused" / station.code / NAME
    refused.parent.mkdir(parents=True)
    refused.write_text(GOOD, encoding="ascii")
    page = client.get(f"/song-ngoi/so-lieu/tram/{station.pk}/").content.decode()
    assert "<code>XX</code>" in page

    cod = Series.objects.get(parameter="cod")
    answer = client.post(
        f"/song-ngoi/so-lieu/tram/{station.pk}/",
        {
            "symbol": ["XX", ""],
            "series": [str(cod.pk), ""],
            "unit": ["mg/L", ""],
            "factor": ["2", "1"],
            "file_columns": "",
        },
    )
    assert answer.status_code == 302
    assert (folder.inbox() / station.code / NAME).exists()
    watch = folder.Watch(whole={str(folder.inbox() / station.code / NAME)})
    folder.round_now(at=clock.now(), watch=watch)
    assert Observation.objects.get(series=cod).value == 2.0
    assert (folder.root() / "done" / station.code / NAME).exists()


@pytest.mark.parametrize(
    ("unit", "factor", "layout"),
    [("nonsense", "1", ""), ("mg/L", "-1", ""), ("mg/L", "x", ""), ("mg/L", "1", "made-up")],
)
def test_a_bad_decision_on_columns_is_refused(
    station: Station, an: Officer, client_of: ClientOf, unit: str, factor: str, layout: str
) -> None:
    cod = Series.objects.get(parameter="cod")
    answer = client_of(an).post(
        f"/song-ngoi/so-lieu/tram/{station.pk}/",
        {"symbol": ["XX"], "series": [str(cod.pk)], "unit": [unit], "factor": [factor], "file_columns": layout},
    )
    assert answer.status_code == 422
    assert FileColumn.objects.count() == 0


def test_the_password_of_the_door_is_shown_once(station: Station, an: Officer, client_of: ClientOf) -> None:
    client = client_of(an)
    answer = client.post(f"/song-ngoi/so-lieu/tram/{station.pk}/tai-khoan/", {"account": "huulung"})
    station.refresh_from_db()
    assert station.door_account == "huulung"
    assert answer["Cache-Control"] == "no-store"
    page = client.get(f"/song-ngoi/so-lieu/tram/{station.pk}/").content.decode()
    assert "chỉ hiện một lần" in answer.content.decode()
    assert "chỉ hiện một lần" not in page
    assert AuditEvent.objects.filter(what="station.door_opened", by=an).count() == 1

    client.post(f"/song-ngoi/so-lieu/tram/{station.pk}/dong-tai-khoan/")
    station.refresh_from_db()
    assert (station.door_account, station.door_password) == ("", "")


@pytest.mark.parametrize("account", ["", "hữu lũng", "../x", "a b", "x" * 90])
def test_a_bad_account_name_is_refused(station: Station, an: Officer, client_of: ClientOf, account: str) -> None:
    answer = client_of(an).post(f"/song-ngoi/so-lieu/tram/{station.pk}/tai-khoan/", {"account": account})
    assert answer.status_code == 422


def test_two_stations_never_share_an_account(station: Station, an: Officer, client_of: ClientOf, node: World) -> None:
    other = make_station(code="HL2", name="Khác", owner=node.water)
    client = client_of(an)
    client.post(f"/song-ngoi/so-lieu/tram/{station.pk}/tai-khoan/", {"account": "huulung"})
    answer = client.post(f"/song-ngoi/so-lieu/tram/{other.pk}/tai-khoan/", {"account": "HuuLung"})
    assert answer.status_code == 422


def test_a_sheet_is_looked_at_then_tried_then_taken_in(station: Station, an: Officer, client_of: ClientOf) -> None:
    client = client_of(an)
    data = "Trạm;Ngày lấy mẫu;pH;Chỉ tiêu A\nHữu Lũng;05/02/2026;7,2;12\n".encode()
    page = client.post("/song-ngoi/so-lieu/phieu/", {"file": SimpleUploadedFile("phieu.csv", data)})
    assert page.status_code == 200
    assert Observation.objects.count() == 0

    fields = {
        "sheet": page.context["sheet"], "sheet_name": "phieu.csv", "column": ["0", "1", "2", "3"], "means0": "@station",
        "means1": "@date", "means2": "ph", "means3": "cod", "unit3": "mg/L", "station": "", "day": "", "laboratory": "PTN 1",
    }  # fmt: skip
    page = client.post("/song-ngoi/so-lieu/phieu/", fields)
    assert page.context["trial"].done.stored == 2
    assert (Observation.objects.count(), Sample.objects.count()) == (0, 0)
    answer = client.post("/song-ngoi/so-lieu/phieu/", fields | {"take": "1"})
    assert answer.status_code == 302
    assert Sample.objects.get().laboratory == "PTN 1"
    assert sorted(Observation.objects.values_list("value", flat=True)) == [7.2, 12.0]


def test_what_the_page_shows_of_a_sheet_is_what_was_recognised(
    station: Station, an: Officer, client_of: ClientOf
) -> None:
    """An officer who changes nothing sends back exactly the choices that stand on the page."""
    client = client_of(an)
    data = "Trạm;Ngày lấy mẫu;pH;COD (mg/L);Amoni (NH4+) mg/L\nHữu Lũng;05/02/2026;7,2;12;0,3\n".encode()
    page = client.post("/song-ngoi/so-lieu/phieu/", {"file": SimpleUploadedFile("phieu.csv", data)})
    text = page.content.decode()
    assert "[(" not in text
    chosen = re.findall(r'<option value="([^"]*)" selected>', text)
    assert chosen[:5] == ["@station", "@date", "ph", "cod", "nh4_n"]

    fields = {
        "sheet": page.context["sheet"], "sheet_name": "phieu.csv", "column": ["0", "1", "2", "3", "4"],
        "station": "", "day": "", "laboratory": "", **{f"means{n}": key for n, key in enumerate(chosen[:5])},
    }  # fmt: skip
    trial = client.post("/song-ngoi/so-lieu/phieu/", fields).content.decode()
    assert "tính theo N (P) hay theo ion" in trial  # nobody has said yet


def test_a_column_nobody_decided_on_is_not_passed_over(station: Station, an: Officer, client_of: ClientOf) -> None:
    client = client_of(an)
    data = "Trạm;Ngày lấy mẫu;pH;Chỉ tiêu A\nHữu Lũng;05/02/2026;7,2;12\n".encode()
    page = client.post("/song-ngoi/so-lieu/phieu/", {"file": SimpleUploadedFile("phieu.csv", data)})
    fields = {
        "sheet": page.context["sheet"], "sheet_name": "phieu.csv", "column": ["0", "1", "2", "3"], "means0": "@station",
        "means1": "@date", "means2": "ph", "means3": "", "station": "", "day": "", "laboratory": "",
    }  # fmt: skip
    answer = client.post("/song-ngoi/so-lieu/phieu/", fields | {"take": "1"})
    assert answer.status_code == 422
    assert "chưa ghép" in answer.content.decode()
    assert client.post("/song-ngoi/so-lieu/phieu/", fields | {"take": "1", "means3": "-"}).status_code == 302
    assert list(Observation.objects.values_list("value", flat=True)) == [7.2]


def test_the_page_goes_on_to_the_next_worksheet(station: Station, an: Officer, client_of: ClientOf) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    for title, day in (("Đợt 1", "05/02/2026"), ("Đợt 2", "06/02/2026")):
        page = book.create_sheet(title)
        page.append(["Trạm", "Ngày lấy mẫu", "pH"])
        page.append(["Hữu Lũng", day, 7.2])
    out = BytesIO()
    book.save(out)
    client = client_of(an)
    url, named = "/song-ngoi/so-lieu/phieu/", {"means0": "@station", "means1": "@date", "means2": "ph"}
    answer = client.post(url, {"file": SimpleUploadedFile("phieu.xlsx", out.getvalue())})
    assert 'name="turn" value="Đợt 2"' in answer.content.decode()

    for title, status in (("Đợt 1", 200), ("Đợt 2", 302)):
        fields = named | {"sheet": answer.context["sheet"], "sheet_name": "phieu.xlsx", "column": ["0", "1", "2"]}
        assert answer.context["looked"].worksheet == title
        answer = client.post(
            url, fields | {"worksheet": title, "take": "1", "station": "", "day": "", "laboratory": ""}
        )
        assert answer.status_code == status
    assert Observation.objects.count() == 2


@pytest.mark.parametrize("sealed", ["", "made-up", "x:y:z"])
def test_a_sheet_that_was_tampered_with_is_not_taken(
    station: Station, an: Officer, client_of: ClientOf, sealed: str
) -> None:
    assert client_of(an).post("/song-ngoi/so-lieu/phieu/", {"sheet": sealed}).status_code == 302


def test_what_is_no_sheet_is_said_beside_the_field(station: Station, an: Officer, client_of: ClientOf) -> None:
    answer = client_of(an).post("/song-ngoi/so-lieu/phieu/", {"file": SimpleUploadedFile("x.xlsx", b"PK\x03\x04 no")})
    assert answer.status_code == 422
    assert "Không đọc được tệp Excel" in answer.content.decode()


def test_a_sheet_too_large_for_the_page_names_the_command(station: Station, an: Officer, client_of: ClientOf) -> None:
    large = SimpleUploadedFile("phieu.csv", b"x;y\n" * 1_400_000)
    answer = client_of(an).post("/song-ngoi/so-lieu/phieu/", {"file": large})
    assert answer.status_code == 422
    assert "giapranh import lab-sheet" in answer.content.decode()


def test_values_typed_on_a_phone_are_one_sample(station: Station, an: Officer, client_of: ClientOf) -> None:
    client = client_of(an)
    ph, cod = Series.objects.get(parameter="ph"), Series.objects.get(parameter="cod")
    fields = {"station": station.pk, "taken_at": "08:30 05/02/2026", "bank": "left", "floating_rubbish": "yes",
              f"s{ph.pk}": "7,2", f"s{cod.pk}": "<3"}  # fmt: skip
    assert client.post("/song-ngoi/so-lieu/nhap-tay/", fields).status_code == 302
    sample = Sample.objects.get()
    assert (sample.bank, sample.floating_rubbish, sample.by) == ("left", True, an)
    found = Observation.objects.order_by("series_id").values_list("series", "value", "censored", "time")
    at = datetime(2026, 2, 5, 1, 30, tzinfo=UTC)
    assert list(found) == [(ph.pk, 7.2, 0, at), (cod.pk, 3.0, -1, at)]

    assert client.post("/song-ngoi/so-lieu/nhap-tay/", fields).status_code == 302  # pressed twice
    assert (Observation.objects.count(), Sample.objects.count()) == (2, 1)


def test_another_value_for_the_same_moment_leads_to_its_correction(
    station: Station, an: Officer, client_of: ClientOf
) -> None:
    client = client_of(an)
    ph = Series.objects.get(parameter="ph")
    fields = {"station": station.pk, "taken_at": "08:30 05/02/2026", f"s{ph.pk}": "7,25"}
    client.post("/song-ngoi/so-lieu/nhap-tay/", fields)
    answer = client.post("/song-ngoi/so-lieu/nhap-tay/", fields | {f"s{ph.pk}": "7,35"})
    page = client.get(answer["Location"])
    assert "7,25, nay 7,35" in page.content.decode()
    assert page.context["single"]
    assert page.context["may_judge"]
    client.post(answer["Location"], {"value": "7,35", "why": "gõ nhầm"})
    assert Correction.objects.get().value == 7.35


def test_a_value_that_fails_its_checks_is_said_to_whom_typed_it(
    station: Station, an: Officer, client_of: ClientOf
) -> None:
    ph = Series.objects.get(parameter="ph")
    fields = {"station": station.pk, "taken_at": "08:30 05/02/2026", f"s{ph.pk}": "72"}
    answer = client_of(an).post("/song-ngoi/so-lieu/nhap-tay/", fields, follow=True)
    assert "bị đánh dấu khi kiểm tra" in answer.content.decode()


@pytest.mark.parametrize(
    ("taken_at", "value"),
    [("", "7"), ("08:30 05/02/2126", "7"), ("08:30 05/02/2026", ""), ("08:30 05/02/2026", "7.125"), ("x", "7")],
)
def test_what_cannot_be_is_said_and_what_was_typed_stays(
    station: Station, an: Officer, client_of: ClientOf, taken_at: str, value: str
) -> None:
    ph = Series.objects.get(parameter="ph")
    fields = {"station": station.pk, "taken_at": taken_at, f"s{ph.pk}": value}
    answer = client_of(an).post("/song-ngoi/so-lieu/nhap-tay/", fields)
    assert answer.status_code == 422
    assert Observation.objects.count() == 0


@pytest.fixture
def spike(station: Station) -> Series:
    """Yesterday's pH with one value that stands out."""
    series = Series.objects.get(parameter="ph")
    start = milliseconds(clock.now() - timedelta(days=1)) // 1000 * 1000
    values = np.array([7.2, 7.21, 7.2, 9.9, 7.2, 7.22, 7.2])
    store.store(Rows(np.full(7, series.pk), start + np.arange(7) * 300_000, values), source=None, at=clock.now())
    return series


def flagged(series: Series) -> list[float | None]:
    return list(
        Observation.objects.filter(series=series, flag__in=(3, 4)).order_by("time").values_list("value", flat=True)
    )


def test_the_desk_shows_what_was_flagged_until_somebody_judged(spike: Series, an: Officer, client_of: ClientOf) -> None:
    client = client_of(an)
    page = client.get("/song-ngoi/chat-luong/")
    assert page.context["count"] == 1
    url = page.context["stretches"][0]["url"]
    assert client.get(url).status_code == 200
    answer = client.post(url, {"verdict": "accept", "why": "Đối chiếu mẫu lấy tay"})
    assert answer.status_code == 302
    words = list(Correction.objects.values_list("value", "flag", "by"))
    assert words == [(value, Flag.PASS, an.pk) for value in flagged(spike)]
    assert client.get("/song-ngoi/chat-luong/").context["count"] == 0
    assert 9.9 in flagged(spike)  # raw and its flag stand as they were


def test_a_rejected_value_has_none_and_a_corrected_one_another(spike: Series, an: Officer, client_of: ClientOf) -> None:
    client = client_of(an)
    row = Observation.objects.get(series=spike, value=9.9)
    at = milliseconds(row.time)
    url = f"/song-ngoi/chat-luong/{spike.pk}/?tu={at}&den={at}"
    client.post(url, {"verdict": "reject", "why": "bọt khí"})
    client.post(url, {"value": "7,25", "why": "đọc lại sổ"})
    assert list(Correction.objects.order_by("pk").values_list("value", "flag")) == [(None, 4), (7.25, 1)]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1e13])
def test_a_value_that_cannot_be_is_no_correction(spike: Series, an: Officer, value: float) -> None:
    row = Observation.objects.get(series=spike, value=9.9)
    with pytest.raises(Refused):
        judge(series_id=spike.pk, start=row.time, end=row.time, verdict=Verdict.CORRECT, why="x", by=an, at=row.time,
              value=value)  # fmt: skip
    assert Correction.objects.count() == 0


def test_a_word_without_a_reason_is_refused(spike: Series, an: Officer, client_of: ClientOf) -> None:
    url = client_of(an).get("/song-ngoi/chat-luong/").context["stretches"][0]["url"]
    assert client_of(an).post(url, {"verdict": "accept", "why": "  "}).status_code == 422
    assert client_of(an).post(url, {"why": ""}).status_code == 422  # no word chosen
    at = milliseconds(Observation.objects.get(series=spike, value=9.9).time)
    alone = f"/song-ngoi/chat-luong/{spike.pk}/?tu={at}&den={at}"
    answer = client_of(an).post(alone, {"value": "7,25", "why": ""})
    assert (answer.status_code, answer.content.decode().count("field-error")) == (422, 1)
    assert Correction.objects.count() == 0


def test_others_look_but_do_not_judge(
    spike: Series, binh: Officer, auditor: Officer, chi: Officer, client_of: ClientOf
) -> None:
    start = milliseconds(clock.now()) - 86_400_000 * 2
    url = f"/song-ngoi/chat-luong/{spike.pk}/?tu={start}&den={milliseconds(clock.now())}"
    for officer, seen in ((binh, 200), (auditor, 200), (chi, 404)):
        assert client_of(officer).get(url).status_code == seen
        assert client_of(officer).post(url, {"verdict": "accept", "why": "x"}).status_code in {403, 404}
    assert Correction.objects.count() == 0


def test_the_checks_run_again_on_demand(spike: Series, an: Officer, client_of: ClientOf) -> None:
    before = flagged(spike)
    Observation.objects.filter(series=spike).update(flag=1, reason=0)
    client_of(an).post(f"/song-ngoi/chat-luong/{spike.pk}/kiem-tra-lai/")
    assert flagged(spike) == before


def test_a_sheet_in_excel_comes_in_by_command(station: Station, an: Officer, tmp_path: Path) -> None:
    import openpyxl

    from giapranh.water.intake import lab_sheets

    book = openpyxl.Workbook()
    book.active.append(["Trạm", "Ngày lấy mẫu", "pH"])
    book.active.append(["Hữu Lũng", "05/02/2026", 7.2])
    out = BytesIO()
    book.save(out)
    assert lab_sheets.take_in(out.getvalue(), name="x.xlsx", by=an, at=clock.now()).stored == 1
