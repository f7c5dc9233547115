"""How an alert lives: what one series tells it (``Watch``), and the states of the alert itself.

A watch is fed with runs of equal verdicts in the order of time. It promises:

* no storm: from the first breach until the water has been calm for ``clear_ms`` there is one episode, however often
  the values cross the limit;
* hysteresis: a value between the clearing value and the limit neither begins an episode nor ends one;
* no data and bad data prove nothing: they neither raise nor end;
* cutting the same rows into other batches gives the same watch.

A row older than the newest one seen is *late*: it adds to the count and the peak, and changes no phase.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from enum import IntEnum, StrEnum
from typing import Any

from giapranh.kernel.errors import N_, Conflict


class Verdict(IntEnum):
    """What one value says. Everything from TENDENCY on is a breach."""

    UNKNOWN = -1
    CALM = 0
    BETWEEN = 1
    TENDENCY = 2
    PREPARING = 3
    EXCEEDED = 4


LEVELS = {
    Verdict.TENDENCY: N_("xu hướng"),
    Verdict.PREPARING: N_("sắp vượt"),
    Verdict.EXCEEDED: N_("vượt"),
}


class Phase(StrEnum):
    CALM = "calm"
    PENDING = "pending"
    FIRING = "firing"
    CLEARING = "clearing"


BURNING = frozenset({Phase.FIRING, Phase.CLEARING})


@dataclass(frozen=True, slots=True)
class Terms:
    """``grace_ms`` and ``min_values``: how long and how often before it counts. ``clear_ms``: how long calm to end."""

    grace_ms: int = 0
    min_values: int = 1
    clear_ms: int = 0
    falling: bool = False  # the worst value is the lowest (oxygen)
    middle: float | None = None  # of a range (acidity): the worst value is the farthest from it

    def is_worse(self, value: float, than: float | None) -> bool:
        if than is None:
            return True
        if self.middle is not None:
            return abs(value - self.middle) > abs(than - self.middle)
        return value < than if self.falling else value > than


@dataclass(frozen=True, slots=True)
class Run:
    """Values that follow each other and say the same."""

    verdict: Verdict
    first_ms: int
    last_ms: int
    n: int = 1
    peak: float | None = None
    peak_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Watch:
    """What is remembered of one series between two arrivals."""

    phase: Phase = Phase.CALM
    level: int = 0
    since_ms: int | None = None
    calm_since_ms: int | None = None
    last_ms: int | None = None
    count: int = 0
    peak: float | None = None
    peak_ms: int | None = None

    def as_dict(self) -> dict[str, Any]:
        return {key: value for key, value in asdict(self).items() if value is not None}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Watch:
        return cls(**{**data, "phase": Phase(data.get("phase", "calm"))})

    @property
    def burning(self) -> bool:
        return self.phase in BURNING


@dataclass(frozen=True, slots=True)
class Step:
    """A watch after one run. ``ended`` holds the episode that came to its end in it."""

    watch: Watch
    ended: Watch | None = None


def advance(watch: Watch, run: Run, terms: Terms) -> Step:
    """The watch after ``run``."""
    if run.verdict == Verdict.UNKNOWN:
        return Step(watch)
    if run.last_ms == watch.last_ms:
        return Step(watch)  # this very value was seen before
    if watch.last_ms is not None and run.last_ms < watch.last_ms:
        return Step(_grown(watch, run, terms) if _late_counts(watch, run) else watch)
    if run.verdict >= Verdict.TENDENCY:
        return Step(_breach(watch, run, terms))
    seen = replace(watch, last_ms=run.last_ms) if watch.phase != Phase.CALM else watch
    if run.verdict == Verdict.BETWEEN:
        return Step(replace(seen, phase=Phase.FIRING, calm_since_ms=None) if seen.phase == Phase.CLEARING else seen)
    return _calm(watch, seen, run, terms)


def follow(watch: Watch, runs: Iterable[Run], terms: Terms) -> tuple[Watch, list[Watch]]:
    """The watch after many runs, and the episodes that burned and ended on the way."""
    ended = []
    for run in runs:
        step = advance(watch, run, terms)
        watch = step.watch
        if step.ended is not None:
            ended.append(step.ended)
    return watch, ended


def _late_counts(watch: Watch, run: Run) -> bool:
    return run.verdict >= Verdict.TENDENCY and watch.phase != Phase.CALM


def _breach(watch: Watch, run: Run, terms: Terms) -> Watch:
    fresh = watch.phase == Phase.CALM
    since = run.first_ms if fresh or watch.since_ms is None else watch.since_ms
    grown = replace(
        _grown(Watch() if fresh else watch, run, terms), since_ms=since, last_ms=run.last_ms, calm_since_ms=None
    )
    if watch.phase in BURNING:
        return replace(grown, phase=Phase.FIRING)
    ripe = run.last_ms - since >= terms.grace_ms and grown.count >= terms.min_values
    return replace(grown, phase=Phase.FIRING if ripe else Phase.PENDING)


def _calm(watch_before: Watch, watch: Watch, run: Run, terms: Terms) -> Step:
    if watch.phase == Phase.CALM:
        return Step(watch)
    if watch.phase == Phase.PENDING:
        return Step(Watch())
    since = watch.calm_since_ms if watch.phase == Phase.CLEARING else None
    since = max(run.first_ms, watch_before.last_ms or run.first_ms) if since is None else since
    if run.last_ms - since >= terms.clear_ms:
        return Step(Watch(), ended=replace(watch, phase=Phase.FIRING, last_ms=None, calm_since_ms=None))
    return Step(replace(watch, phase=Phase.CLEARING, calm_since_ms=since))


def _grown(watch: Watch, run: Run, terms: Terms) -> Watch:
    peak, peak_ms = watch.peak, watch.peak_ms
    if run.peak is not None:
        earlier = run.peak == peak and (run.peak_ms or 0) < (peak_ms or 0)
        if terms.is_worse(run.peak, peak) or earlier:
            peak, peak_ms = run.peak, run.peak_ms
    level = max(watch.level, int(run.verdict) - 1)
    return replace(watch, count=watch.count + run.n, peak=peak, peak_ms=peak_ms, level=level)


# --- the alert -------------------------------------------------------------------------------------------------------


class AlertState(StrEnum):
    PENDING = "pending"
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    ENDED = "ended"


class AlertVerb(StrEnum):
    RIPEN = "ripen"
    ACKNOWLEDGE = "acknowledge"
    END = "end"
    CLEAR = "clear"


STATE_WORDS: Mapping[AlertState, str] = {
    AlertState.PENDING: N_("chờ xác minh thời gian"),
    AlertState.OPEN: N_("chưa ai nhận"),
    AlertState.ACKNOWLEDGED: N_("đã nhận xử lý"),
    AlertState.ENDED: N_("đã kết thúc"),
}
VERB_WORDS: Mapping[AlertVerb, str] = {
    AlertVerb.RIPEN: N_("mở cảnh báo"),
    AlertVerb.ACKNOWLEDGE: N_("nhận xử lý"),
    AlertVerb.END: N_("kết thúc cảnh báo"),
    AlertVerb.CLEAR: N_("hết vượt"),
}
NEXT: Mapping[AlertState, Mapping[AlertVerb, AlertState]] = {
    AlertState.PENDING: {AlertVerb.RIPEN: AlertState.OPEN, AlertVerb.CLEAR: AlertState.ENDED},
    AlertState.OPEN: {
        AlertVerb.ACKNOWLEDGE: AlertState.ACKNOWLEDGED,
        AlertVerb.END: AlertState.ENDED,
        AlertVerb.CLEAR: AlertState.ENDED,
    },
    AlertState.ACKNOWLEDGED: {AlertVerb.END: AlertState.ENDED, AlertVerb.CLEAR: AlertState.ENDED},
    AlertState.ENDED: {},
}
LIVE = frozenset(AlertState) - {AlertState.ENDED}
BY_PERSON = frozenset({AlertVerb.ACKNOWLEDGE, AlertVerb.END})


class WrongAlertState(Conflict):
    code = "wrong_alert_state"


def move(state: AlertState, verb: AlertVerb) -> AlertState:
    """The state after ``verb``, or a refusal that says why not."""
    after = NEXT[state].get(verb)
    if after is None:
        raise WrongAlertState(
            N_("Không thể %(verb)s: cảnh báo đang ở trạng thái “%(state)s”. Tải lại trang để xem tình trạng mới nhất."),
            verb=VERB_WORDS[verb], state=STATE_WORDS[state],
        )  # fmt: skip
    return after
