"""The data of the law: every file says where it comes from and when it held, and holds together."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import numpy as np
import pytest

from giapranh.water.rules import datafiles, station_clock, tracing, wqi
from giapranh.water.rules.parameters import all_parameters
from giapranh.water.rules.quality_run import Thresholds, defaults
from giapranh.water.rules.standards import class_names, standards
from giapranh.water.rules.station_clock import Clock, judge_clock, offsets
from giapranh.water.rules.wqi_data import index_on

RULES = ["units", "parameters", "standards", "wqi_1460", "quality", "folders", "velocities", "monitoring"]


@pytest.mark.parametrize("name", RULES)
def test_each_file_of_rules_has_a_source_and_a_first_day(name: str) -> None:
    data = datafiles.read_toml(f"{name}.toml")
    rows = [data] if "source" in data else data["rule"]
    for row in rows:
        assert row["source"]
        assert isinstance(row["valid_from"], date)


def test_standards_follow_each_other_without_gap_or_overlap() -> None:
    held = [one for one in standards() if one.classes]
    for older, newer in pairwise(held):
        assert older.valid_to is not None
        assert newer.valid_from is not None
        assert (newer.valid_from - older.valid_to).days == 1
    assert held[-1].valid_to is None
    for one in held:
        assert set(one.classes) <= set(class_names())


def test_every_parameter_of_the_index_and_the_checks_is_known() -> None:
    known = set(all_parameters())
    index = index_on(date(2026, 1, 1))
    assert {key for members in index.groups.values() for key in members} == set(index.curves)
    assert set(index.curves) <= known
    checked = datafiles.read_toml("quality.toml")
    assert set(checked["parameter"]) <= known
    assert {rule[side] for rule in checked["cross"] for side in ("lesser", "greater")} <= known
    for row in datafiles.read_csv("pressures.csv"):
        assert set(row["parameters"].split("|")) <= known


@pytest.mark.parametrize("parameter", sorted(datafiles.read_toml("quality.toml")["parameter"]))
def test_default_thresholds_are_nested_and_ordered(parameter: str) -> None:
    limits = defaults(parameter)
    assert isinstance(limits, Thresholds)
    if limits.gross_suspect and limits.gross_fail:
        assert limits.gross_fail.low <= limits.gross_suspect.low
        assert limits.gross_suspect.high <= limits.gross_fail.high
    for suspect, fail in ((limits.spike_suspect, limits.spike_fail), (limits.flat_suspect_s, limits.flat_fail_s)):
        if suspect is not None and fail is not None:
            assert suspect < fail
    if limits.flat_suspect_s is not None:
        assert limits.flat_tolerance > 0


def test_colours_of_the_levels_are_those_of_the_decision() -> None:
    assert [level.colour for level in wqi.levels(date(2026, 1, 1))] == [
        "#3333FF", "#00E400", "#FFFF00", "#FF7E00", "#FF0000", "#7E0023",
    ]  # fmt: skip


def test_landmarks_lie_where_the_line_of_the_river_is() -> None:
    courses = tracing.shipped_courses()
    for row in datafiles.read_csv("landmarks.csv"):
        if row["lon"]:
            km, away = courses[row["river"]].nearest(float(row["lon"]), float(row["lat"]))
            assert abs(km - float(row["km"])) < 2.5, row["name"]
            assert away < 1500, row["name"]


MINUTE = 60.0


@pytest.mark.parametrize(("behind", "kind"), [
    ([MINUTE] * 20, Clock.RIGHT),
    ([MINUTE] * 10 + [86_400.0] + [MINUTE] * 10, Clock.RIGHT),
    ([-20 * MINUTE] * 20, Clock.AHEAD),
    ([7 * 3600.0 + 10] * 20, Clock.ZONE),
    ([-7 * 3600.0 + 10] * 20, Clock.ZONE),
    ([MINUTE] * 10 + [MINUTE - 3600] * 10, Clock.JUMPED),
    ([MINUTE] * 10 + [MINUTE + 3600] * 10, Clock.JUMPED),
    ([MINUTE, float("nan")], Clock.UNKNOWN),
    ([], Clock.UNKNOWN),
])  # fmt: skip
def test_a_wrong_clock_is_told(behind: list[float], kind: Clock) -> None:
    found = judge_clock(np.array(behind))
    assert found.kind == kind
    assert station_clock.CLOCK_WORDS[found.kind]
    if kind is Clock.JUMPED:
        assert found.since == 10


def test_offsets_are_of_the_newest_line_of_each_file() -> None:
    file = np.array([0, 0, 2], dtype=np.int32)
    found = offsets(file, np.array([0, 300_000, 600_000]), np.array([360_000, 0, 600_000]))
    assert found[0] == 60
    assert np.isnan(found[1])
    assert found[2] == 0
