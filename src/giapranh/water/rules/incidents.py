"""Incidents: their states, their extent, and which provinces must hear.

States follow the common practice of basin warning systems. The level by extent is a proposal (LEP art. 123); a person decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from giapranh.kernel.errors import N_, BadInput, Conflict


class IncidentState(StrEnum):
    SUSPECTED = "suspected"
    CONFIRMED = "confirmed"
    NOTIFIED = "notified"
    ACKNOWLEDGED = "acknowledged"
    JOINT_SAMPLING = "joint_sampling"
    CONTROLLED = "controlled"
    CLOSED = "closed"
    FALSE_ALARM = "false_alarm"


class IncidentVerb(StrEnum):
    CONFIRM = "confirm"
    NOTIFY = "notify"
    ACKNOWLEDGED = "acknowledged"
    SAMPLE = "sample"
    CONTROL = "control"
    CLOSE = "close"
    FALSE_ALARM = "false_alarm"


INCIDENT_WORDS: Mapping[IncidentState, str] = {
    IncidentState.SUSPECTED: N_("nghi ngờ"),
    IncidentState.CONFIRMED: N_("đã xác nhận"),
    IncidentState.NOTIFIED: N_("đã thông báo tỉnh bạn"),
    IncidentState.ACKNOWLEDGED: N_("tỉnh bạn đã xác nhận"),
    IncidentState.JOINT_SAMPLING: N_("đang lấy mẫu chung"),
    IncidentState.CONTROLLED: N_("đã kiểm soát"),
    IncidentState.CLOSED: N_("đã đóng"),
    IncidentState.FALSE_ALARM: N_("báo động nhầm"),
}
INCIDENT_VERB_WORDS: Mapping[IncidentVerb, str] = {
    IncidentVerb.CONFIRM: N_("xác nhận sự cố"),
    IncidentVerb.NOTIFY: N_("thông báo tỉnh bạn"),
    IncidentVerb.ACKNOWLEDGED: N_("ghi tỉnh bạn đã xác nhận"),
    IncidentVerb.SAMPLE: N_("bắt đầu lấy mẫu chung"),
    IncidentVerb.CONTROL: N_("ghi đã kiểm soát"),
    IncidentVerb.CLOSE: N_("đóng sự cố"),
    IncidentVerb.FALSE_ALARM: N_("kết luận báo động nhầm"),
}
_S, _V = IncidentState, IncidentVerb
_WRONG = {_V.FALSE_ALARM: _S.FALSE_ALARM}
INCIDENT_NEXT: Mapping[IncidentState, Mapping[IncidentVerb, IncidentState]] = {
    _S.SUSPECTED: {_V.CONFIRM: _S.CONFIRMED, **_WRONG},
    _S.CONFIRMED: {
        _V.NOTIFY: _S.NOTIFIED, _V.SAMPLE: _S.JOINT_SAMPLING, _V.CONTROL: _S.CONTROLLED, **_WRONG,
    },
    _S.NOTIFIED: {
        _V.NOTIFY: _S.NOTIFIED, _V.ACKNOWLEDGED: _S.ACKNOWLEDGED, _V.SAMPLE: _S.JOINT_SAMPLING,
        _V.CONTROL: _S.CONTROLLED, **_WRONG,
    },
    _S.ACKNOWLEDGED: {
        _V.NOTIFY: _S.ACKNOWLEDGED, _V.ACKNOWLEDGED: _S.ACKNOWLEDGED, _V.SAMPLE: _S.JOINT_SAMPLING,
        _V.CONTROL: _S.CONTROLLED, **_WRONG,
    },
    _S.JOINT_SAMPLING: {
        _V.NOTIFY: _S.JOINT_SAMPLING, _V.ACKNOWLEDGED: _S.JOINT_SAMPLING, _V.CONTROL: _S.CONTROLLED, **_WRONG,
    },
    _S.CONTROLLED: {_V.NOTIFY: _S.CONTROLLED, _V.ACKNOWLEDGED: _S.CONTROLLED, _V.CLOSE: _S.CLOSED, **_WRONG},
    _S.CLOSED: {_V.NOTIFY: _S.CLOSED, _V.ACKNOWLEDGED: _S.CLOSED},  # who was warned must still hear that it is over
    _S.FALSE_ALARM: {_V.NOTIFY: _S.FALSE_ALARM, _V.ACKNOWLEDGED: _S.FALSE_ALARM},
}  # fmt: skip
OPEN_INCIDENTS = frozenset(IncidentState) - {IncidentState.CLOSED, IncidentState.FALSE_ALARM}
NEEDS_WORDS = frozenset({IncidentVerb.CLOSE, IncidentVerb.FALSE_ALARM, IncidentVerb.CONTROL})


class WrongIncidentState(Conflict):
    code = "wrong_incident_state"


class WordsMissing(BadInput):
    code = "words_missing"


def move_incident(state: IncidentState, verb: IncidentVerb, *, words: str = "") -> IncidentState:
    after = INCIDENT_NEXT[state].get(verb)
    if after is None:
        raise WrongIncidentState(
            N_("Không thể %(verb)s: sự cố đang ở trạng thái “%(state)s”. Tải lại trang để xem tình trạng mới nhất."),
            verb=INCIDENT_VERB_WORDS[verb], state=INCIDENT_WORDS[state],
        )  # fmt: skip
    if verb in NEEDS_WORDS and not words.strip():
        raise WordsMissing(N_("Hãy ghi rõ kết quả, lý do khi %(verb)s."), verb=INCIDENT_VERB_WORDS[verb])
    return after


# --- extent ----------------------------------------------------------------------------------------------------------


class Extent(StrEnum):
    FACILITY = "facility"
    COMMUNE = "commune"
    PROVINCE = "province"
    NATIONAL = "national"


EXTENT_WORDS: Mapping[Extent, str] = {
    Extent.FACILITY: N_("cấp cơ sở"),
    Extent.COMMUNE: N_("trong một xã, phường"),
    Extent.PROVINCE: N_("cấp tỉnh"),
    Extent.NATIONAL: N_("cấp quốc gia (từ 2 tỉnh trở lên)"),
}


class Why(StrEnum):
    """Why a province must hear."""

    BORDER = "border"
    BANK = "bank"
    DOWNSTREAM = "downstream"
    UPSTREAM = "upstream"


WHY_WORDS: Mapping[Why, str] = {
    Why.BORDER: N_("đoạn sông là ranh giới hai tỉnh"),
    Why.BANK: N_("bờ sông thuộc tỉnh này"),
    Why.DOWNSTREAM: N_("ở hạ lưu, nước sẽ chảy tới"),
    Why.UPSTREAM: N_("ở thượng lưu, có thể là nơi phát sinh"),
}


@dataclass(frozen=True, slots=True)
class Concerned:
    """A province that must hear, and why; ``hours`` until the water is there (least, most), when known."""

    province: str
    why: Why
    hours: tuple[float, float] | None = None


def concerned(
    *,
    at_place: Mapping[str, str],
    downstream: Sequence[tuple[str, tuple[float, float] | None]],
    upstream: Iterable[str] = (),
    own: str,
) -> list[Concerned]:
    """The other provinces that must hear, each once, the nearest reason first.

    ``at_place``: bank → province code where the incident is; two codes make it a border reach, whoever is upstream.
    """
    here = {code for code in at_place.values() if code}
    found: dict[str, Concerned] = {}
    for code in sorted(here - {own}):
        found[code] = Concerned(code, Why.BORDER if own in here else Why.BANK, (0.0, 0.0))
    for code, hours in downstream:
        if code and code != own and code not in found:
            found[code] = Concerned(code, Why.DOWNSTREAM, hours)
    for code in upstream:
        if code and code != own and code not in found:
            found[code] = Concerned(code, Why.UPSTREAM, None)
    return list(found.values())


def proposed_extent(provinces: Iterable[str], communes: Iterable[str] = ()) -> Extent:
    """The level the extent found would have: two provinces make it national (LEP art. 123)."""
    if len(set(filter(None, provinces))) >= 2:
        return Extent.NATIONAL
    return Extent.PROVINCE if len(set(filter(None, communes))) != 1 else Extent.COMMUNE


class MinistryMissing(Conflict):
    code = "ministry_missing"


def check_ministry(
    provinces: Sequence[str], extent: str, reported_at: datetime | None, document: str, *, drill: bool
) -> None:
    """An incident over two provinces closes only with the report to the ministry on record."""
    wide = len(set(provinces)) >= 2 or extent == Extent.NATIONAL
    if wide and not drill and (reported_at is None or not document.strip()):
        raise MinistryMissing(N_("Sự cố liên quan từ 2 tỉnh: ghi thời điểm và số văn bản báo cáo Bộ trước khi đóng."))
