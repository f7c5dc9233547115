"""A reading and the decisions of people laid over it: which fields there are, which are weak, what holds in the end.

``data`` is the JSON of a reading as ``reading.output`` writes it. A decision names a field by its path: ``number``,
``date``, ``citations.3``, ``directives.2.lead``. The machine's reading is never changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from giapranh.kernel.errors import N_

WEAK_BELOW = 0.75
HEADER = ("kind", "number", "symbol", "date", "issuer", "subject", "place", "urgency", "signer")
REQUIRED = ("kind", "number", "date", "issuer", "subject")
NEVER_BLANK = ("kind", "issuer", "subject")
DIRECTIVE_FIELDS = ("text", "lead", "coordinating", "counterparts", "due", "report_to")
NO_DUE: dict[str, Any] = {"kind": "none"}

NOT_ON_PAGE = N_("Không thấy trên trang. Hãy nhập, hoặc xác nhận để trống.")
NOT_ON_PAGE_BUT_NEEDED = N_("Không thấy trên trang. Sổ cần giá trị này, hãy nhập.")
NO_LEAD = N_("Không thấy đơn vị chủ trì trong đoạn này.")

LABELS = {
    "kind": N_("Loại văn bản"),
    "number": N_("Số"),
    "symbol": N_("Ký hiệu"),
    "date": N_("Ngày ban hành"),
    "issuer": N_("Cơ quan ban hành"),
    "subject": N_("Trích yếu"),
    "place": N_("Địa danh"),
    "urgency": N_("Độ khẩn"),
    "signer": N_("Người ký"),
    "citation": N_("Viện dẫn"),
    "text": N_("Nội dung nhiệm vụ"),
    "lead": N_("Chủ trì"),
    "coordinating": N_("Phối hợp"),
    "counterparts": N_("Đầu mối phía bạn"),
    "due": N_("Hạn"),
    "report_to": N_("Báo cáo cho"),
}


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person said about one path; ``state`` is confirmed, corrected, added or removed."""

    path: str
    state: str
    value: Any


@dataclass(frozen=True, slots=True)
class ReadField:
    """One value on the reading page."""

    path: str
    label: str
    value: Any
    machine_value: Any
    spans: tuple[tuple[int, int], ...] = ()
    boxes: tuple[dict[str, Any], ...] = ()
    confidence: float = 1.0
    reason: str | None = None
    decided: str = ""

    @property
    def weak(self) -> bool:
        return self.confidence < WEAK_BELOW

    @property
    def open_weak(self) -> bool:
        """Weak, and nobody has looked at it yet."""
        return self.weak and not self.decided

    @property
    def name(self) -> str:
        return self.path.rsplit(".", 1)[-1]


@dataclass(frozen=True, slots=True)
class ReadDirective:
    """One duty on the reading page: its place in the list never changes, whatever is added or removed around it."""

    index: int
    n: str | None
    topic: str | None
    mode: str | None
    fields: tuple[ReadField, ...]
    cites: tuple[int, ...] = ()
    lead_inherited: bool = False
    added: bool = False
    removed: bool = False

    def value(self, name: str) -> Any:
        return next(field.value for field in self.fields if field.name == name)

    @property
    def weak(self) -> bool:
        return any(field.open_weak for field in self.fields)


@dataclass(frozen=True, slots=True)
class ReadPaper:
    """Everything on the reading page after the decisions."""

    header: tuple[ReadField, ...]
    citations: tuple[ReadField, ...]
    directives: tuple[ReadDirective, ...]
    remarks: tuple[tuple[str, str], ...] = field(default_factory=tuple)  # message id, detail

    def all_fields(self) -> Iterator[ReadField]:
        yield from self.header
        yield from self.citations
        for directive in self.directives:
            if not directive.removed:
                yield from directive.fields

    def open_weak(self) -> list[ReadField]:
        return [field for field in self.all_fields() if field.open_weak]

    def sure(self) -> list[ReadField]:
        return [field for field in self.all_fields() if not field.weak and not field.decided]

    def header_value(self, name: str) -> Any:
        return next((field.value for field in self.header if field.name == name), None)

    def field(self, path: str) -> ReadField | None:
        every = [*self.all_fields(), *(f for d in self.directives if d.removed for f in d.fields)]
        return next((field for field in every if field.path == path), None)


def lay_over(data: Mapping[str, Any], decisions: Iterable[Decision]) -> ReadPaper:
    """The reading with the decisions laid over it."""
    by_path = {decision.path: decision for decision in decisions}
    return ReadPaper(
        header=tuple(_header(name, data.get(name), by_path) for name in HEADER if _shown(name, data, by_path)),
        citations=tuple(_citations(data, by_path)),
        directives=tuple(_directives(data, by_path)),
        remarks=tuple((remark["text"], remark.get("detail", "")) for remark in data.get("remarks") or ()),
    )


def next_index(data: Mapping[str, Any], decisions: Iterable[Decision], what: str) -> int:
    """The place of a directive or citation to be added: places are never used twice."""
    used = [len(data.get(what) or ()) - 1]
    for decision in decisions:
        group, _, rest = decision.path.partition(".")
        if group == what:
            used.append(int(rest.split(".")[0]))
    return max(used) + 1


def span_of(node: Mapping[str, Any] | None) -> tuple[tuple[int, int], ...]:
    """The span of one value in the paper's text."""
    span = (node or {}).get("span")
    if not span:
        return ()
    if isinstance(span, Mapping):
        return ((int(span["start"]), int(span["end"])),)
    return ((int(span[0]), int(span[1])),)


def _shown(name: str, data: Mapping[str, Any], by_path: Mapping[str, Decision]) -> bool:
    return name in REQUIRED or name in ("symbol", "signer") or bool(data.get(name)) or name in by_path


def _header(name: str, node: Mapping[str, Any] | None, by_path: Mapping[str, Decision]) -> ReadField:
    if node is None and name in REQUIRED:
        reason = NOT_ON_PAGE_BUT_NEEDED if name in NEVER_BLANK else NOT_ON_PAGE
        return _decided(ReadField(name, LABELS[name], None, None, confidence=0.0, reason=reason), by_path)
    return _decided(_from_value(name, LABELS[name], node), by_path)


def _from_value(path: str, label: str, node: Mapping[str, Any] | None, value: Any = None) -> ReadField:
    if node is None:
        return ReadField(path, label, value, value)
    found = node.get("value") if value is None else value
    return ReadField(
        path, label, found, found, span_of(node), tuple(node.get("boxes") or ()),
        float(node.get("confidence", 1.0)), node.get("reason"),
    )  # fmt: skip


def _decided(read: ReadField, by_path: Mapping[str, Decision]) -> ReadField:
    decision = by_path.get(read.path)
    if decision is None:
        return read
    return ReadField(
        read.path, read.label, decision.value, read.machine_value, read.spans, read.boxes, read.confidence,
        read.reason, decision.state,
    )  # fmt: skip


def _citations(data: Mapping[str, Any], by_path: Mapping[str, Decision]) -> Iterator[ReadField]:
    for index, node in enumerate(data.get("citations") or ()):
        yield _decided(_from_value(f"citations.{index}", LABELS["citation"], node), by_path)
    for decision in by_path.values():
        if decision.path.startswith("citations.") and decision.state == "added":
            yield ReadField(decision.path, LABELS["citation"], decision.value, None, decided="added")


def _directives(data: Mapping[str, Any], by_path: Mapping[str, Decision]) -> list[ReadDirective]:
    nodes = data.get("directives") or ()
    found = [_machine_directive(index, node, by_path) for index, node in enumerate(nodes)]
    added = sorted(
        (int(d.path.split(".")[1]), d.value)
        for d in by_path.values()
        if d.path.startswith("directives.") and d.state == "added" and d.path.count(".") == 1
    )
    for index, value in added:
        place = next((at + 1 for at, other in enumerate(found) if other.index == value.get("after")), len(found))
        found.insert(place, _added_directive(index, value, by_path))
    return found


def _machine_directive(index: int, node: Mapping[str, Any], by_path: Mapping[str, Decision]) -> ReadDirective:
    value = node["value"]
    path = f"directives.{index}"
    fields = [
        _from_value(f"{path}.text", LABELS["text"], node, value["text"]),
        _lead(path, value),
        _names(f"{path}.coordinating", LABELS["coordinating"], value.get("coordinating") or ()),
        _names(f"{path}.counterparts", LABELS["counterparts"], value.get("counterparts") or ()),
        _from_value(f"{path}.due", LABELS["due"], value.get("due") or {"value": NO_DUE}),
        _from_value(f"{path}.report_to", LABELS["report_to"], value.get("report_to")),
    ]
    removed = by_path.get(path)
    return ReadDirective(
        index, value.get("n"), value.get("topic"), value.get("mode"),
        tuple(_decided(read, by_path) for read in fields), tuple(value.get("cites") or ()),
        bool(value.get("lead_inherited")), removed=removed is not None and removed.state == "removed",
    )  # fmt: skip


def _added_directive(index: int, value: Mapping[str, Any], by_path: Mapping[str, Decision]) -> ReadDirective:
    path = f"directives.{index}"
    empty: dict[str, Any] = {"text": "", "lead": [], "coordinating": [], "counterparts": [], "due": NO_DUE}
    fields = (
        ReadField(f"{path}.{name}", LABELS[name], value.get(name, empty.get(name)), None, decided="added")
        for name in DIRECTIVE_FIELDS
    )
    return ReadDirective(
        index, value.get("n"), value.get("topic"), value.get("mode"),
        tuple(_decided(read, by_path) for read in fields), tuple(value.get("cites") or ()), added=True,
    )  # fmt: skip


def _lead(path: str, value: Mapping[str, Any]) -> ReadField:
    names = value.get("lead") or ()
    if names:
        return _names(f"{path}.lead", LABELS["lead"], names)
    return ReadField(f"{path}.lead", LABELS["lead"], [], [], confidence=0.0, reason=NO_LEAD)


def _names(path: str, label: str, nodes: Iterable[Mapping[str, Any]]) -> ReadField:
    """Several offices as one field: as weak as its weakest name."""
    every = list(nodes)
    names = [node["value"] for node in every]
    weakest = min(every, key=lambda node: node.get("confidence", 1.0), default=None)
    return ReadField(
        path, label, names, list(names),
        tuple(span for node in every for span in span_of(node)),
        tuple(box for node in every for box in node.get("boxes") or ()),
        float(weakest.get("confidence", 1.0)) if weakest else 1.0,
        weakest.get("reason") if weakest else None,
    )  # fmt: skip
