"""How long water takes: always a least and a most, from a range of velocities, never one time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from giapranh.kernel.errors import N_, BadInput
from giapranh.water.rules.datafiles import read_toml

FASTEST = 10.0  # m/s; no river runs faster


class BadSpeed(BadInput):
    code = "bad_speed"


def season(day: date) -> str:
    """The regime that is usual on a day: low water from November to April, floods from June to September."""
    regimes = read_toml("velocities.toml")["regime"]
    return str(next(key for key, row in regimes.items() if day.month in row["months"]))


@dataclass(frozen=True, slots=True)
class ReachSpeed:
    """Slowest and fastest velocity (m/s) of one stretch; ``river`` "" holds for every river."""

    river: str
    km_upper: float
    km_lower: float
    low: float
    high: float
    note: str = ""

    def __post_init__(self) -> None:
        if not 0 < self.low <= self.high <= FASTEST:
            raise BadSpeed(
                N_("Vận tốc phải lớn hơn 0, số nhỏ trước, không quá %(most)s m/s: nhận %(low)s–%(high)s."),
                most=FASTEST, low=self.low, high=self.high,
            )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Speeds:
    """Velocities of a network. Where several stretches hold, the first does; the last holds everywhere.

    ``notes`` say where the numbers come from, for the page and the letter.
    """

    rows: tuple[ReachSpeed, ...]
    notes: tuple[str, ...] = ()
    unsure: bool = False

    @classmethod
    def uniform(cls, low: float, high: float, note: str = "") -> Speeds:
        """The same range everywhere, such as a person enters."""
        return cls((ReachSpeed("", float("inf"), 0, low, high),), (note,) if note else ())

    @classmethod
    def by_reach(cls, rows: Iterable[ReachSpeed], otherwise: Speeds) -> Speeds:
        """Own ranges for some stretches; elsewhere those of ``otherwise``."""
        own = tuple(rows)
        notes = tuple(row.note for row in own if row.note)
        return cls(own + otherwise.rows, notes + otherwise.notes, otherwise.unsure)

    @classmethod
    def regime(cls, key: str) -> Speeds:
        """The ranges kept for low water, mean water or flood (``data/velocities.toml``), backwater included."""
        data = read_toml("velocities.toml")
        if key not in data["regime"]:
            raise BadSpeed(N_("Không có mực nước “%(key)s”: chọn low, mean hoặc flood."), key=key)
        row = data["regime"][key]
        everywhere = cls.uniform(row["low"], row["high"], data["source"])
        held = [
            ReachSpeed(b["river"], b["km_upper"], b["km_lower"], row["low"] * b["low_factor"], row["high"], b["note"])
            for b in data["backwater"] if key in b["regimes"]
        ]  # fmt: skip
        return replace(cls.by_reach(held, everywhere), unsure=data["unsure"])

    @classmethod
    def tracer(cls, hours: float, km: float, *, spread: float = 0.2, note: str = "") -> Speeds:
        """From the time a tracer (or a wave, or a patch of foam) took over a distance, give or take ``spread``."""
        if not (hours > 0 and km > 0 and 0 <= spread < 1):
            raise BadSpeed(N_("Thời gian và quãng đường thả chất chỉ thị phải lớn hơn 0."))
        v = km * 1000 / (hours * 3600)
        return cls.uniform(v * (1 - spread), v * (1 + spread), note)

    def hours(self, river: str, km_a: float, km_b: float) -> tuple[float, float]:
        """Least and most hours between two kilometres of one river."""
        low, high = sorted((km_a, km_b))
        cuts = {low, high}
        for row in self.rows:
            if row.river in {"", river}:
                cuts |= {km for km in (row.km_lower, row.km_upper) if low < km < high}
        edges = sorted(cuts)
        least = most = 0.0
        for lower, upper in pairwise(edges):
            row = self._row(river, (lower + upper) / 2)
            least += (upper - lower) / row.high / 3.6
            most += (upper - lower) / row.low / 3.6
        return least, most

    def _row(self, river: str, km: float) -> ReachSpeed:
        for row in self.rows:
            if row.river in {"", river} and row.km_lower <= km <= row.km_upper:
                return row
        raise BadSpeed(N_("Chưa có vận tốc cho đoạn km %(km)s của sông “%(river)s”."), km=round(km, 1), river=river)
