"""An office that ends hands its stations on; one without a successor keeps them until somebody decides."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.factories import alerts
from tests.factories import water as make

from giapranh.people.models import Officer
from giapranh.people.succession import Move
from giapranh.water import succession
from giapranh.water.models import ApiKey, Campaign, OnCall

pytestmark = pytest.mark.django_db


def move(node: Any, to: Any, duty: str = "") -> Move:
    return Move(node.water.pk, node.water.name, to.pk if to else None, to.name if to else "", make.DAY, duty)


def test_stations_go_with_the_office_that_keeps_them(node: Any) -> None:
    kept = make.station(owner=node.water, name="Trạm Hữu Lũng")
    theirs = make.station(owner=node.minerals)
    closed = make.station(owner=node.water, valid_to=make.DAY)
    moves = [move(node, node.minerals)]
    assert [(e.kind, e.title, e.to_name) for e in succession.preview(moves)] == [
        ("station", "Trạm Hữu Lũng", "Phòng Khoáng sản")
    ]
    succession.apply(moves, None, make.AT)
    for row in (kept, theirs, closed):
        row.refresh_from_db()
    assert (kept.owner, theirs.owner, closed.owner) == (node.minerals, node.minerals, node.water)


def test_a_duty_that_has_nothing_to_do_with_water_moves_no_station(node: Any) -> None:
    kept = make.station(owner=node.water)
    assert succession.preview([move(node, node.minerals, "minerals")]) == []
    succession.apply([move(node, node.minerals, "minerals")], None, make.AT)
    kept.refresh_from_db()
    assert kept.owner == node.water
    succession.apply([move(node, node.minerals, "environment")], None, make.AT)
    kept.refresh_from_db()
    assert kept.owner == node.minerals


def test_without_a_successor_the_station_waits_for_somebody_to_decide(node: Any) -> None:
    kept = make.station(owner=node.water, name="Trạm Hữu Lũng")
    moves = [move(node, None)]
    assert [(e.title, e.to_name) for e in succession.preview(moves)] == [("Trạm Hữu Lũng", "")]
    succession.apply(moves, None, make.AT)
    kept.refresh_from_db()
    assert kept.owner == node.water


def test_who_hears_and_who_sends_is_shown_before_and_moves(node: Any, an: Officer) -> None:
    rule = alerts.rule(make.series(make.station()), owner=node.water, name="Amoni cao")
    week = {"starts_at": make.AT, "ends_at": make.AT + timedelta(days=7)}
    duty = OnCall.objects.create(office=node.water, officer=an, **week)
    key = ApiKey.objects.create(
        name="Máy đo", office=node.water, hint="abcd", token_hash="f" * 64, made_by=an, made_at=make.AT
    )
    running = Campaign.objects.create(
        name="Mùa mưa", office=node.water, starts_on=make.DAY, ends_on=make.DAY + timedelta(days=90)
    )
    past = Campaign.objects.create(
        name="Năm trước", office=node.water, starts_on=make.DAY - timedelta(days=90),
        ends_on=make.DAY - timedelta(days=1),
    )  # fmt: skip
    moves = [move(node, node.minerals)]
    shown = {(effect.kind, effect.title) for effect in succession.preview(moves)}
    assert shown == {
        ("subscription", "Quy tắc cảnh báo: Amoni cao"), ("subscription", f"Lịch trực: {an.full_name}"),
        ("subscription", "Khóa giao diện: Máy đo"), ("campaign", "Mùa mưa"),
    }  # fmt: skip
    succession.apply(moves, None, make.AT)
    for row in (rule, duty, key, running, past):
        row.refresh_from_db()
    assert rule.owner == duty.office == key.office == running.office == node.minerals
    assert past.office == node.water


def test_the_duty_moves_its_rules_and_leaves_the_offices_keys(node: Any, an: Officer) -> None:
    rule = alerts.rule(make.series(make.station()), owner=node.water)
    key = ApiKey.objects.create(
        name="Máy đo", office=node.water, hint="abcd", token_hash="f" * 64, made_by=an, made_at=make.AT
    )
    succession.apply([move(node, node.minerals, "environment")], None, make.AT)
    rule.refresh_from_db()
    key.refresh_from_db()
    assert (rule.owner, key.office) == (node.minerals, node.water)
