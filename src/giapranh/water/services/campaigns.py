"""Sampling campaigns: the plan of a season, made row by row or from a table that was pasted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from giapranh.kernel.clock import local_date
from giapranh.kernel.errors import N_, BadInput, Conflict
from giapranh.kernel.text import nfc, one_line
from giapranh.people import access
from giapranh.people.audit import audit
from giapranh.people.models import Office, Officer
from giapranh.water.campaign_permissions import NoSuchCampaign, check_can_plan
from giapranh.water.models import Campaign, PlannedSample, Sample
from giapranh.water.permissions import NoSuchStation, can_see_station
from giapranh.water.queries.campaigns import PlanRow
from giapranh.water.queries.series import DAY_MS, day_ms, from_ms
from giapranh.water.rules import parameters

MOST_ROWS = 2_000


class BadCampaign(BadInput):
    code = "bad_campaign"


class PlanInUse(Conflict):
    code = "plan_in_use"


@transaction.atomic
def make_campaign(
    *, name: str, starts_on: date, ends_on: date, by: Officer, at: datetime, joint_with: str = "", note: str = "",
    office: Office | None = None, paper_number: str = "", illustrative: bool = False,
) -> Campaign:  # fmt: skip
    check_can_plan(by)
    _check(name, starts_on, ends_on)
    made = Campaign.objects.create(
        name=one_line(name)[:200], office=office or next(iter(access.offices_today(by)), None), starts_on=starts_on,
        ends_on=ends_on, joint_with=one_line(joint_with)[:200], note=nfc(note).strip(),
        paper=_paper(paper_number, by), illustrative=illustrative,
    )  # fmt: skip
    audit("water.campaign_made", "campaign", made.pk, by, at, name=made.name)
    return made


@transaction.atomic
def change_campaign(
    *, campaign_id: int, name: str, starts_on: date, ends_on: date, by: Officer, at: datetime, joint_with: str = "",
    note: str = "", paper_number: str = "",
) -> Campaign:  # fmt: skip
    check_can_plan(by)
    _check(name, starts_on, ends_on)
    row = _locked(campaign_id)
    if row.planned.filter(from_day__lt=starts_on).exists() or row.planned.filter(to_day__gt=ends_on).exists():
        raise BadCampaign(N_("Kế hoạch đã có lượt lấy mẫu ngoài khoảng ngày này. Sửa các lượt đó trước."))
    row.name, row.starts_on, row.ends_on = one_line(name)[:200], starts_on, ends_on
    row.joint_with, row.note = one_line(joint_with)[:200], nfc(note).strip()
    if paper_number:
        row.paper = _paper(paper_number, by)
    row.save()
    audit("water.campaign_changed", "campaign", row.pk, by, at, name=row.name)
    return row


def _check(name: str, starts_on: date, ends_on: date) -> None:
    if not one_line(name):
        raise BadCampaign(N_("Hãy ghi tên chiến dịch, ví dụ “Quan trắc giáp ranh năm 2026”."))
    if ends_on < starts_on:
        raise BadCampaign(N_("Ngày kết thúc trước ngày bắt đầu."))


def _paper(number: str, by: Officer) -> Any:
    from giapranh.documents import queries as papers
    from giapranh.documents.rules.numbers import number_key

    if not one_line(number):
        return None
    found = papers.visible_papers(by).filter(number_key=number_key(one_line(number)))
    if found.count() != 1:
        raise BadCampaign(
            N_("Sổ đăng ký không có đúng một văn bản số “%(number)s”. Để trống hoặc ghi lại."), number=number
        )
    return found.get()


def _locked(campaign_id: int) -> Campaign:
    row = Campaign.objects.select_for_update().filter(pk=campaign_id).first()
    if row is None:
        raise NoSuchCampaign(N_("Không có chiến dịch lấy mẫu này."))
    return row


# --- the plan --------------------------------------------------------------------------------------------------------


@transaction.atomic
def add_rows(*, campaign_id: int, rows: Sequence[PlanRow], by: Officer, at: datetime) -> int:
    """Add visits to the plan, all or none; one that is there already (point and first day) takes the new window."""
    check_can_plan(by)
    campaign = _locked(campaign_id)
    if not rows:
        raise BadCampaign(N_("Chưa có lượt lấy mẫu nào để thêm."))
    if len(rows) > MOST_ROWS:
        raise BadCampaign(N_("Một lần thêm nhiều nhất %(most)s lượt."), most=MOST_ROWS)
    for row in rows:
        _check_row(campaign, row, by)
        PlannedSample.objects.update_or_create(
            campaign=campaign, station=row.station, from_day=row.from_day,
            defaults={"to_day": row.to_day, "parameters": list(row.parameters), "office": row.office},
        )  # fmt: skip
    audit("water.plan_added", "campaign", campaign.pk, by, at, rows=len(rows))
    return len(rows)


def _check_row(campaign: Campaign, row: PlanRow, by: Officer) -> None:
    if not can_see_station(by, row.station):
        raise NoSuchStation(N_("Không có trạm này, hoặc trạm không thuộc đơn vị của bạn."))
    if row.to_day < row.from_day:
        raise BadCampaign(N_("%(station)s: ngày cuối trước ngày đầu."), station=row.station.name)
    if row.from_day < campaign.starts_on or row.to_day > campaign.ends_on:
        raise BadCampaign(
            N_("%(station)s, %(day)s: ngoài khoảng ngày của chiến dịch (%(start)s – %(end)s)."), station=row.station.name,
            day=f"{row.from_day:%d/%m/%Y}", start=f"{campaign.starts_on:%d/%m/%Y}", end=f"{campaign.ends_on:%d/%m/%Y}",
        )  # fmt: skip
    for key in row.parameters:
        parameters.parameter(key)


@transaction.atomic
def remove_row(*, planned_id: int, by: Officer, at: datetime) -> int:
    """Take a visit out of the plan, unless samples belong to it."""
    check_can_plan(by)
    row = PlannedSample.objects.select_for_update().filter(pk=planned_id).first()
    if row is None:
        raise NoSuchCampaign(N_("Không có lượt lấy mẫu này."))
    if Sample.objects.filter(planned=row).exists():
        raise PlanInUse(N_("Lượt này đã có mẫu nên không bỏ được."))
    campaign_id = row.campaign_id
    row.delete()
    audit("water.plan_removed", "campaign", campaign_id, by, at, planned=planned_id)
    return int(campaign_id)


def bind_samples(campaign_id: int) -> int:
    """Give the samples of the campaign's points that belong to no visit yet to the visit they fit. Returns how many."""
    campaign = Campaign.objects.get(pk=campaign_id)
    start, end = from_ms(day_ms(campaign.starts_on)), from_ms(day_ms(campaign.ends_on) + DAY_MS)
    points = PlannedSample.objects.filter(campaign=campaign).values("station")
    free = Sample.objects.filter(planned=None, station__in=points, taken_at__gte=start, taken_at__lt=end)
    return sum(bind_sample(sample) for sample in free)


def bind_sample(sample: Sample) -> bool:
    """Give a sample to the visit of its point whose days it fits; of several the one that ends first."""
    if sample.planned_id is not None:
        return False
    day = local_date(sample.taken_at)
    fitting = PlannedSample.objects.filter(station=sample.station_id, from_day__lte=day, to_day__gte=day)
    sample.planned = fitting.order_by("to_day", "pk").first()
    if sample.planned is None:
        return False
    sample.save(update_fields=["planned"])
    return True
