"""An office that ends hands its stations on; one without a successor keeps them until somebody decides."""

from __future__ import annotations

from typing import Any

import pytest
from tests.factories import water as make

from giapranh.people.succession import Move
from giapranh.water import succession

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
