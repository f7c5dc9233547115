"""The made water of the demonstration: the same every time, and a pulse that travels as water does."""

from __future__ import annotations

import numpy as np
import pytest

from giapranh.cli import demo_season as made
from giapranh.cli.demo_rivers import _pulse
from giapranh.water.rules.quality_run import check, defaults

START = 1_760_000_000_000 // made.DAY_MS * made.DAY_MS
TIMES = np.arange(START, START + 60 * made.DAY_MS, made.STEP_MS)
INCIDENT = START + 40 * made.DAY_MS


@pytest.mark.parametrize("parameter", list(made.USUAL))
def test_the_same_seed_makes_the_same_water(parameter: str) -> None:
    once, again = (made.season(parameter, TIMES, 7, 1.0, [START + made.DAY_MS], []) for _turn in range(2))
    assert np.array_equal(once, again)
    assert not np.array_equal(once, made.season(parameter, TIMES, 8, 1.0, [START + made.DAY_MS], []))


def test_the_pulse_arrives_later_and_weaker_further_down() -> None:
    near, far = (made.season("nh4_n", TIMES, 7, 1.0, [], [_pulse(INCIDENT, km)]) for km in (93.4, 66.5))
    assert TIMES[near.argmax()] - INCIDENT == pytest.approx(12.3 * made.HOUR_MS, abs=made.HOUR_MS)
    assert TIMES[far.argmax()] - INCIDENT == pytest.approx(37.2 * made.HOUR_MS, abs=1.5 * made.HOUR_MS)
    assert near.max() > 1.5 > far.max() > 0.6


@pytest.mark.parametrize("parameter", list(made.USUAL))
def test_water_without_faults_passes_the_checks(parameter: str) -> None:
    values = made.season(parameter, TIMES, 7, 1.0, [START + made.DAY_MS], [])
    checked = check(values, TIMES, defaults(parameter, 3600.0 if parameter in {"cod", "nh4_n"} else 900.0))
    assert (checked.flags == 1).mean() > 0.97


def test_a_result_below_detection_is_the_limit_itself() -> None:
    results = [made.lab_result("pb", 2021 + n / 12, n % 12 + 1, 3, 1.0) for n in range(60)]
    assert {value for value, censored in results if censored < 0} == {0.005}
    assert min(value for value, censored in results if censored == 0) >= 0.005
