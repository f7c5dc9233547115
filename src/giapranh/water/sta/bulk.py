"""CreateObservations: many observations in one request, as data arrays. A row that fails says why beside the good ones."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np
from django.db import transaction

from giapranh.kernel import clock
from giapranh.kernel.errors import N_, Refused
from giapranh.water.models import ObservationDetail
from giapranh.water.rules.observation_ids import in_range, observation_ids
from giapranh.water.services.store import Rows, store
from giapranh.water.sta import bodies, observations, times
from giapranh.water.sta.access import Principal
from giapranh.water.sta.errors import Forbidden, Malformed, NoSuchEntity
from giapranh.water.sta.shapes import text_of

MOST_ROWS = 500_000
_KNOWN = {
    "id", "phenomenonTime", "result", "resultTime", "validTime", "resultQuality", "parameters", "FeatureOfInterest/id",
    "FeatureOfInterest/@iot.id",
}  # fmt: skip
LATE = N_("Thời điểm nằm ngoài khoảng từ năm 1970 đến hết năm 2099. Hãy kiểm tra lại thời gian.")


class Group(msgspec.Struct):
    """One element of the request. The array is read when the components are known."""

    Datastream: dict[str, Any]
    components: list[str]
    dataArray: msgspec.Raw  # noqa: N815 - the name of the standard


_groups = msgspec.json.Decoder(list[Group])
_pairs = msgspec.json.Decoder(list[tuple[str, float]])
_turned = msgspec.json.Decoder(list[tuple[float, str]])
_any = msgspec.json.Decoder(list[Any])


@dataclass(slots=True)
class Columns:
    """The rows of one group, and why some of them are refused."""

    series_id: int
    time_ms: Any
    value: Any
    refused: dict[int, str]  # row -> why, in words
    details: dict[int, ObservationDetail] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.time_ms)


def create(body: bytes, who: Principal, root: str, tell: Any) -> list[bytes]:
    """The JSON of the answer: for each row its address, or ``error: …``. ``tell`` turns a refusal into words."""
    try:
        groups = _groups.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(
            N_("CreateObservations cần danh sách [{Datastream, components, dataArray}]: %(why)s"), why=str(error)[:200]
        ) from error
    with transaction.atomic():
        columns = [_taken(group, who, tell, alone=len(groups) == 1) for group in groups]
        if sum(map(len, columns)) > MOST_ROWS:
            raise Malformed(N_("Một lần gửi nhận đến %(most)d dòng."), most=MOST_ROWS)
        return _answers(columns, root, tell)


def _taken(group: Group, who: Principal, tell: Any, *, alone: bool) -> Columns:
    """The rows of one datastream; beside others, one that is not to be written to refuses its own rows only."""
    try:
        return _columns(group, who, tell)
    except (NoSuchEntity, Forbidden) as refusal:
        if alone:
            raise
        rows = len(_decoded(group))
        return Columns(0, np.zeros(rows, np.int64), np.zeros(rows), dict.fromkeys(range(rows), tell(refusal)))


def _columns(group: Group, who: Principal, tell: Any) -> Columns:
    series_id = bodies.reference(group.Datastream)
    if series_id is None or series_id >= 2**31:
        raise Malformed(N_("Datastream của Observation phải có @iot.id."))
    named = group.components
    if wrong := [name for n, name in enumerate(named[:100]) if name not in _KNOWN or name in named[:n]]:
        raise Malformed(N_("components có tên không biết hoặc lặp: %(names)s."), names=", ".join(wrong)[:100])
    if "result" not in group.components:
        raise Malformed(N_("components thiếu result."))
    place = observations.stream(series_id, who)
    feature_id = None
    if "FeatureOfInterest/id" not in group.components and "FeatureOfInterest/@iot.id" not in group.components:
        feature_id = observations.feature_of(None, place, who)
    fast = _fast(group, series_id) if feature_id is None else None
    return fast if fast is not None else _row_by_row(group, place, feature_id, who, tell)


def _fast(group: Group, series_id: int) -> Columns | None:
    """Times and numbers only, all in order: the usual case, without a look at single rows."""
    orders: dict[tuple[str, ...], tuple[msgspec.json.Decoder[Any], int]] = {
        ("phenomenonTime", "result"): (_pairs, 0), ("result", "phenomenonTime"): (_turned, 1),
    }  # fmt: skip
    known = orders.get(tuple(group.components))
    if known is None:
        return None
    decoder, at = known
    try:
        rows = decoder.decode(group.dataArray)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    if not rows:
        return Columns(series_id, np.zeros(0, np.int64), np.zeros(0), {})
    columns = list(zip(*rows, strict=True))
    time_ms, refusals = times.column_of_milliseconds(list(columns[at]))
    value = np.array(columns[1 - at], np.float64)
    if refusals or not in_range(time_ms).all() or not np.isfinite(value).all():
        return None
    return Columns(series_id, time_ms, value, {})


def _decoded(group: Group) -> list[Any]:
    try:
        return _any.decode(group.dataArray)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(
            N_("dataArray phải là danh sách các danh sách giá trị: %(why)s"), why=str(error)[:200]
        ) from error


def _row_by_row(group: Group, place: Any, feature_id: int | None, who: Principal, tell: Any) -> Columns:
    rows = _decoded(group)
    made = Columns(place.id, np.zeros(len(rows), np.int64), np.full(len(rows), math.nan), {})
    names = ["FeatureOfInterest" if name.startswith("FeatureOfInterest") else name for name in group.components]
    for n, row in enumerate(rows):
        try:
            if not isinstance(row, list):
                raise Malformed(N_("dòng phải là danh sách giá trị […], nhưng có %(found)s"), found=str(row)[:40])
            if len(row) != len(names):
                raise Malformed(
                    N_("dòng có %(found)d giá trị, components có %(wanted)d"), found=len(row), wanted=len(names)
                )
            _take(made, n, dict(zip(names, row, strict=True)), place, feature_id, who)
        except Forbidden:
            raise
        except Refused as refusal:
            made.refused[n] = tell(refusal)
    return made


def _take(made: Columns, n: int, body: dict[str, Any], place: Any, feature_id: int | None, who: Principal) -> None:
    body.pop("id", None)
    given = body.get("phenomenonTime")
    start, end = times.interval(given) if given is not None else (times.to_milliseconds(clock.now()), None)
    if not start >= 0 or not bool(in_range(np.array([start]))[0]):
        raise Malformed(LATE)
    value, other = observations.result(body["result"])
    own = body.pop("FeatureOfInterest", None)
    if own is not None:
        feature_id = observations.feature_of({"@iot.id": own}, place, who)
    made.time_ms[n], made.value[n] = start, value
    detail = observations.detail_of(body, end, other, feature_id)
    if detail is not None:
        made.details[n] = detail


def _answers(columns: list[Columns], root: str, tell: Any) -> list[bytes]:
    """Store all groups at once and write an answer for each row, in the order they came."""
    if not columns or not sum(map(len, columns)):
        return [b"[]"]
    good = [np.setdiff1d(np.arange(len(each)), list(each.refused)) if each.refused else None for each in columns]
    rows = Rows(
        series=np.concatenate(
            [np.full(len(_chosen(c.time_ms, g)), c.series_id, np.int32) for c, g in _zipped(columns, good)]
        ),
        time_ms=np.concatenate([_chosen(c.time_ms, g) for c, g in _zipped(columns, good)]),
        value=np.concatenate([_chosen(c.value, g) for c, g in _zipped(columns, good)]),
        details=_details(columns, good),
    )
    stored = store(rows, source=None, at=clock.now()) if len(rows) else None
    ids = observation_ids(rows.series.astype(np.int64), rows.time_ms).tolist()
    texts = [f'"{root}/Observations({row_id})"' for row_id in ids]
    if stored is not None:
        for refusal in stored.refused:
            told = tell(observations.refused(refusal, 0))
            texts[refusal.index] = text_of(f"error: {told}")
    if any(each.refused for each in columns):
        texts = _with_refused(columns, texts)
    return [b"[", ",".join(texts).encode("utf-8"), b"]"]


def _zipped(columns: list[Columns], good: list[Any]) -> list[tuple[Columns, Any]]:
    return list(zip(columns, good, strict=True))


def _chosen(column: Any, good: Any) -> Any:
    return column if good is None else column[good]


def _details(columns: list[Columns], good: list[Any]) -> dict[int, ObservationDetail]:
    made: dict[int, ObservationDetail] = {}
    offset = 0
    for each, chosen in _zipped(columns, good):
        if each.details:
            places = range(len(each)) if chosen is None else chosen.tolist()
            for place, row in enumerate(places):
                if row in each.details:
                    made[offset + place] = each.details[row]
        offset += len(each) if chosen is None else len(chosen)
    return made


def _with_refused(columns: list[Columns], texts: list[str]) -> list[str]:
    answers: list[str] = []
    rest = iter(texts)
    for each in columns:
        for n in range(len(each)):
            answers.append(text_of(f"error: {each.refused[n]}") if n in each.refused else next(rest))
    return answers
