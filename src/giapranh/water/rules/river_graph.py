"""Rivers as directed lines: water runs towards kilometre 0 and there into the next river. Who is upstream is reckoned."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache

from giapranh.kernel.errors import N_, BadInput
from giapranh.water.rules.courses import Course, shipped_courses
from giapranh.water.rules.datafiles import number, read_csv

LEFT, RIGHT, MIDDLE, BOTH = "left", "right", "middle", "both"
CLOSE_KM = 1e-6


class BadNetwork(BadInput):
    code = "bad_river_network"


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place on a river, in kilometres above its mouth."""

    river: str
    km: float


@dataclass(frozen=True, slots=True)
class River:
    """``joins``: where its water goes on, None at the end of the network; ``joins_bank`` the bank it comes in on."""

    key: str
    name: str
    top_km: float
    joins: Position | None = None
    joins_bank: str = ""


@dataclass(frozen=True, slots=True)
class Feature:
    """Something on a river; ``km_lower`` where a stretch is meant, ``km_uncertainty`` how well the place is known."""

    key: str
    kind: str
    name: str
    river: str
    km: float
    km_lower: float | None = None
    km_uncertainty: float = 0.0
    bank: str = ""
    province: str = ""
    unit_name: str = ""
    note: str = ""

    @property
    def ends_km(self) -> float:
        return self.km if self.km_lower is None else self.km_lower


@dataclass(frozen=True, slots=True)
class BankReach:
    """The unit on one bank (looking downstream) between two kilometres."""

    river: str
    bank: str
    km_upper: float
    km_lower: float
    unit_name: str
    province_code: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Leg:
    """A stretch of the way of the water, from ``km_upper`` down to ``km_lower``."""

    river: str
    km_upper: float
    km_lower: float

    @property
    def length(self) -> float:
        return self.km_upper - self.km_lower


@dataclass(frozen=True)
class Graph:
    """A network of rivers. Rings, unknown mouths and places off the line are refused when it is made."""

    rivers: dict[str, River]
    features: tuple[Feature, ...] = ()
    banks: tuple[BankReach, ...] = ()
    courses: dict[str, Course] = field(default_factory=dict)
    version: str = ""

    def __post_init__(self) -> None:
        for river in self.rivers.values():
            self._check_mouth(river)
        for key in self.rivers:
            seen = {key}
            while (joins := self.rivers[key].joins) is not None:
                if joins.river in seen:
                    raise BadNetwork(
                        N_("Mạng sông có vòng: sông %(name)s chảy về chính nó."), name=self.rivers[key].name
                    )
                seen.add(key := joins.river)

    def _check_mouth(self, river: River) -> None:
        if river.joins is None:
            return
        into = self.rivers.get(river.joins.river)
        if into is None:
            raise BadNetwork(N_("Sông %(name)s đổ vào một sông không có trong mạng."), name=river.name)
        if not -CLOSE_KM <= river.joins.km <= into.top_km + CLOSE_KM:
            raise BadNetwork(
                N_("Sông %(name)s đổ vào km %(km)s của %(into)s, ngoài chiều dài sông ấy."),
                name=river.name, km=river.joins.km, into=into.name,
            )  # fmt: skip

    def check(self, at: Position) -> Position:
        """``at``, refused when it is not on the network."""
        river = self.rivers.get(at.river)
        if river is None:
            raise BadNetwork(N_("Không có sông “%(key)s” trong mạng."), key=at.river)
        if not -CLOSE_KM <= at.km <= river.top_km + CLOSE_KM:
            raise BadNetwork(
                N_("Km %(km)s nằm ngoài %(name)s (0 đến %(top)s km)."), km=at.km, name=river.name, top=river.top_km
            )
        return at

    def tributaries(self, river: str) -> list[River]:
        """Rivers that come into this one, highest first."""
        found = [one for one in self.rivers.values() if one.joins and one.joins.river == river]
        return sorted(found, key=lambda one: -one.joins.km if one.joins else 0)

    def downstream(self, at: Position) -> list[Leg]:
        """The way of the water from ``at`` to the end of the network."""
        self.check(at)
        legs = [Leg(at.river, at.km, 0.0)]
        while (joins := self.rivers[legs[-1].river].joins) is not None:
            legs.append(Leg(joins.river, joins.km, 0.0))
        return legs

    def upstream(self, at: Position) -> Iterator[tuple[tuple[Leg, ...], Leg]]:
        """Every stretch above ``at``: the way from its lower end down to ``at``, and the stretch itself."""
        self.check(at)
        yield from self._above((), at)

    def _above(self, way: tuple[Leg, ...], at: Position) -> Iterator[tuple[tuple[Leg, ...], Leg]]:
        yield way, Leg(at.river, self.rivers[at.river].top_km, at.km)
        for river in self.tributaries(at.river):
            joins = river.joins
            if joins is not None and joins.km >= at.km - CLOSE_KM:
                down = Leg(at.river, max(joins.km, at.km), at.km)
                yield from self._above((down, *way), Position(river.key, 0.0))

    def distance(self, start: Position, end: Position) -> float | None:
        """Kilometres along the water from ``start`` down to ``end``; None when the water does not go there."""
        gone = 0.0
        for leg in self.downstream(start):
            if leg.river == end.river and leg.km_upper >= end.km - CLOSE_KM:
                return gone + leg.km_upper - end.km
            gone += leg.length
        return None

    def units_at(self, at: Position) -> list[BankReach]:
        return [one for one in self.banks if one.river == at.river and one.km_lower <= at.km <= one.km_upper]

    def provinces_at(self, at: Position) -> dict[str, str]:
        """Bank → province code. At the very kilometre of a change the reach below it counts."""
        found: dict[str, str] = {}
        for one in sorted(self.units_at(at), key=lambda reach: reach.km_upper):
            for bank in (LEFT, RIGHT) if one.bank == BOTH else (one.bank,):
                found.setdefault(bank, one.province_code)
        return found

    def is_shared(self, at: Position) -> bool:
        """Whether the river itself is the border here: one sample belongs to both provinces."""
        return len(set(self.provinces_at(at).values())) > 1

    def features_on(self, leg: Leg, kinds: Iterable[str] | None = None) -> list[Feature]:
        """Features with at least a part inside the stretch, or that may have one: places are known to some km only."""
        wanted = None if kinds is None else set(kinds)
        return [
            one for one in self.features
            if one.river == leg.river and (wanted is None or one.kind in wanted)
            and one.km + one.km_uncertainty >= leg.km_lower - CLOSE_KM
            and one.ends_km - one.km_uncertainty <= leg.km_upper + CLOSE_KM
        ]  # fmt: skip


@cache
def shipped_graph() -> Graph:
    """The rivers this software knows of itself: Thương, Lục Nam and what runs into them (``data/*.csv``)."""
    rivers = {}
    version = ""
    for row in read_csv("rivers.csv"):
        joins = Position(row["flows_into"], float(row["joins_at_km"])) if row["flows_into"] else None
        rivers[row["key"]] = River(row["key"], row["name"], float(row["length_km"]), joins, row["joins_bank"])
        version = row["chainage_version"]
    return Graph(rivers, tuple(_features()), tuple(_banks()), shipped_courses(), version)


def _banks() -> Iterator[BankReach]:
    for row in read_csv("bank_communes.csv"):
        yield BankReach(row["river"], row["bank"], float(row["km_upper"]), float(row["km_lower"]), row["unit_name"],
                        row["province_code"], row["confidence"])  # fmt: skip


def _features() -> Iterator[Feature]:
    for name in ("landmarks.csv", "intakes.csv", "pressures.csv"):
        for order, row in enumerate(read_csv(name), 1):
            yield Feature(
                f"{name.removesuffix('.csv')}-{order}", row.get("kind", "intake"), row["name"], row["river"],
                float(row["km"]), number(row.get("km_lower", "")), float(row["km_uncertainty"]), row["bank"],
                row["province_code"], row.get("unit_name", ""), row["confidence"],
            )  # fmt: skip
