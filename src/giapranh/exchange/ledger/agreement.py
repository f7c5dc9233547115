"""The agreement as data: who gives whom which fields of which records, how exactly, until when, and by what law.

What no clause names does not leave. ``project`` is the sender's knife, ``check`` the receiver's measure; both use
the same clause, so an honest sender is never refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Any

from giapranh.exchange.ledger import canonical
from giapranh.exchange.ledger.engine import Kind
from giapranh.exchange.ledger.names import KIND, NODE, day_of
from giapranh.exchange.ledger.reasons import Broken

FORMAT = "giapranh-agreement/1"
PAYLOAD_TYPE = "application/vnd.giapranh.agreement-text.v1+json"
_ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?")
_FIELD = re.compile(r"[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*", re.ASCII)
_DAY = re.compile(r"(?:\d{4}-\d\d-\d\d)?")
_DECIMALS = re.compile(r"decimals:([0-9]|1[0-9])")
_TIME_RULES = {"year": 4, "month": 7, "day": 10, "hour": 13}


@dataclass(frozen=True, slots=True)
class Clause:
    """One permission. Days are ISO dates in Vietnam, "" means without limit; ``fields`` are names or dotted paths."""

    id: str
    giver: str
    taker: str
    kind: str
    fields: tuple[str, ...]
    areas: tuple[str, ...] = ()  # codes of administrative units; empty: everywhere
    since: str = ""  # the clause holds from this day
    until: str = ""  # to this day, inclusive
    precision: tuple[tuple[str, str], ...] = ()  # (field, "decimals:2" | "year" | "month" | "day" | "hour")
    delay_days: int = 0  # a record may leave so many days after its day
    record_from: str = ""  # days the records speak of
    record_to: str = ""
    purpose: str = ""
    source: str = ""  # legal source
    proposals: bool = False  # the taker may propose changes
    original: bool = False  # the original file on request


@dataclass(frozen=True, slots=True)
class Text:
    version: int
    parties: tuple[str, str]  # sorted
    clauses: tuple[Clause, ...]
    note: str = ""

    def clause(self, name: str) -> Clause | None:
        return next((clause for clause in self.clauses if clause.id == name), None)


@dataclass(frozen=True, slots=True)
class Projection:
    data: dict[str, Any] | None  # what may leave, or nothing
    dropped: tuple[str, ...] = ()  # fields that stay at home
    reason: str = ""
    until: int = 0


def text_bytes(text: Text) -> bytes:
    value = {
        "format": FORMAT,
        "version": text.version,
        "parties": list(text.parties),
        "note": text.note,
        "clauses": [
            {
                "id": c.id, "giver": c.giver, "taker": c.taker, "kind": c.kind, "fields": list(c.fields),
                "areas": list(c.areas), "since": c.since, "until": c.until, "precision": dict(c.precision),
                "delayDays": c.delay_days, "recordFrom": c.record_from, "recordTo": c.record_to,
                "purpose": c.purpose, "source": c.source, "proposals": c.proposals, "original": c.original,
            }
            for c in text.clauses
        ],
    }  # fmt: skip
    parse_text(data := canonical.dump(value))
    return data


_MEMBERS = {
    "id": str, "giver": str, "taker": str, "kind": str, "fields": list, "areas": list, "since": str, "until": str,
    "precision": dict, "delayDays": int, "recordFrom": str, "recordTo": str, "purpose": str, "source": str,
    "proposals": bool, "original": bool,
}  # fmt: skip


def parse_text(data: bytes) -> Text:
    value = canonical.parse(data, limit=262_144, depth=6)
    if type(value) is not dict or set(value) != {"format", "version", "parties", "note", "clauses"}:
        raise Broken("bad-control", "agreement members")
    parties = value["parties"]
    if value["format"] != FORMAT or type(value["version"]) is not int or value["version"] < 1:
        raise Broken("bad-control", "agreement format or version")
    if type(parties) is not list or len(parties) != 2 or not all(_matches(NODE, party) for party in parties):
        raise Broken("bad-control", "parties")
    if sorted(set(parties)) != parties or type(value["note"]) is not str or type(value["clauses"]) is not list:
        raise Broken("bad-control", "parties, note or clauses")
    clauses = tuple(_clause(item, parties) for item in value["clauses"])
    if len({clause.id for clause in clauses}) != len(clauses):
        raise Broken("bad-control", "two clauses with one id")
    return Text(value["version"], (parties[0], parties[1]), clauses, value["note"])


def _clause(item: Any, parties: list[str]) -> Clause:
    if type(item) is not dict or set(item) != set(_MEMBERS):
        raise Broken("bad-control", "clause members")
    for name, kind in _MEMBERS.items():
        if type(item[name]) is not kind:
            raise Broken("bad-control", f"clause {name}")
    if sorted((item["giver"], item["taker"])) != parties or not (
        _matches(_ID, item["id"]) and _matches(KIND, item["kind"])
    ):
        raise Broken("bad-control", "clause giver, taker, id or kind")
    if not item["fields"] or not all(_matches(_FIELD, name) for name in item["fields"]):
        raise Broken("bad-control", "clause fields")
    if not all(type(code) is str for code in item["areas"]) or item["delayDays"] < 0:
        raise Broken("bad-control", "clause areas or delay")
    for name in ("since", "until", "recordFrom", "recordTo"):
        _day(item[name], name)
    for name, rule in item["precision"].items():
        if not _matches(_FIELD, name) or not (rule in _TIME_RULES or _matches(_DECIMALS, rule)):
            raise Broken("bad-control", f"precision of {name}")
    return Clause(
        item["id"], item["giver"], item["taker"], item["kind"], tuple(item["fields"]), tuple(item["areas"]),
        item["since"], item["until"], tuple(sorted(item["precision"].items())), item["delayDays"],
        item["recordFrom"], item["recordTo"], item["purpose"], item["source"], item["proposals"], item["original"],
    )  # fmt: skip


def _matches(pattern: re.Pattern[str], text: Any) -> bool:
    return type(text) is str and pattern.fullmatch(text) is not None


def _day(text: str, name: str) -> None:
    try:
        if not _DAY.fullmatch(text) or (text and date.fromisoformat(text) is None):
            raise ValueError
    except ValueError:
        raise Broken("bad-control", f"day {name}") from None


def project(clause: Clause, kind: Kind, data: dict[str, Any], now: int) -> Projection:
    """The part of a record that may leave now under this clause."""
    kept, dropped = _keep(data, _tree(clause.fields), "")
    for name, rule in clause.precision:
        kept = _at(kept, name.split("."), rule)
    reason = standing(clause, now, now) or _fits(clause, kind, kept, now)
    if reason == "too-early":
        due = date.fromisoformat(kind.day(kept)[:10]) + timedelta(days=clause.delay_days)
        begin = (due - date(1970, 1, 1)).days * 86_400_000 - 7 * 3_600_000
        return Projection(None, tuple(dropped), "delayed", begin)
    words = {"over-area": "outside-area", "over-period": "outside-period"}
    return Projection(None if reason else kept, tuple(dropped), words.get(reason, reason))


def check(clause: Clause, kind: Kind, data: dict[str, Any], sent_at: int, now: int) -> str:
    """Why this data goes beyond the clause, or "". Fields first: what is too much is not read further."""
    if reason := standing(clause, sent_at, now):
        return reason
    kept, dropped = _keep(data, _tree(clause.fields), "")
    if dropped:
        return "over-fields"
    for name, rule in clause.precision:
        if _at(kept, name.split("."), rule) != kept:
            return "over-precision"
    return _fits(clause, kind, data, sent_at)


def standing(clause: Clause, sent_at: int, now: int) -> str:
    """Whether the clause holds. The sender's time and mine must both be before its end; for its beginning one is
    enough, for a clock that fell back to 1970 must not stop the exchange."""
    if clause.until and max(day_of(sent_at), day_of(now)) > clause.until:
        return "clause-ended"
    if clause.since and max(day_of(sent_at), day_of(now)) < clause.since:
        return "clause-not-begun"
    return ""


def _fits(clause: Clause, kind: Kind, data: dict[str, Any], sent_at: int) -> str:
    if clause.areas:
        areas = kind.areas(data)
        if not areas or not areas <= set(clause.areas):
            return "over-area"
    if clause.record_from or clause.record_to or clause.delay_days:
        day = kind.day(data)[:10]
        if (
            not day
            or (clause.record_from and day < clause.record_from)
            or (clause.record_to and day > clause.record_to)
        ):
            return "over-period"
        if clause.delay_days:
            try:
                due = date.fromisoformat(day) + timedelta(days=clause.delay_days)
            except ValueError:
                return "over-period"
            if day_of(sent_at) < due.isoformat():
                return "too-early"
    return ""


def _tree(fields: tuple[str, ...]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for field in sorted(fields):
        here = tree
        *parents, last = field.split(".")
        for name in parents:
            here = here.setdefault(name, {})
            if here.get("*"):
                break
        else:
            here[last] = {"*": True}
    return tree


def _keep(value: Any, tree: dict[str, Any], path: str) -> tuple[Any, list[str]]:
    if tree.get("*"):
        return value, []
    dropped: list[str] = []
    if type(value) is dict:
        kept = {}
        for name, inner in value.items():
            here = f"{path}.{name}" if path else name
            if name not in tree or name == "*":
                dropped.append(here)
                continue
            kept[name], more = _keep(inner, tree[name], here)
            dropped += more
        return kept, dropped
    if type(value) is list:
        parts = [_keep(inner, tree, path) for inner in value]
        return [part for part, _ in parts], [name for _, more in parts for name in more]
    return (None, [path]) if value is not None else (None, [])


def _at(value: Any, names: list[str], rule: str) -> Any:
    if type(value) is list:
        return [_at(inner, names, rule) for inner in value]
    if not names:
        return _coarser(value, rule)
    if type(value) is dict and names[0] in value:
        return {**value, names[0]: _at(value[names[0]], names[1:], rule)}
    return value


def _coarser(value: Any, rule: str) -> Any:
    if type(value) is not str:
        return value
    if rule in _TIME_RULES:
        return value[: _TIME_RULES[rule]]
    places = int(rule.removeprefix("decimals:"))
    try:
        number = Decimal(value)
        if not number.is_finite():
            return ""
        if -int(number.as_tuple().exponent) <= places:
            return value
        return format(number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN), "f")
    except InvalidOperation:
        return ""


def between(text: Text, old: str, new: str) -> Text:
    """The same text after one party was succeeded by another."""

    def name(node: str) -> str:
        return new if node == old else node

    clauses = tuple(replace(c, giver=name(c.giver), taker=name(c.taker)) for c in text.clauses)
    parties = sorted(name(party) for party in text.parties)
    return replace(text, parties=(parties[0], parties[1]), clauses=clauses)
