"""The signer block: whose authority a paper is signed with (Decree 30/2020/NĐ-CP, Article 13). Plain rules."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from giapranh.kernel.errors import N_
from giapranh.kernel.text import search_key


class Authority(StrEnum):
    """The mark before the first line. HEAD: the head of the body signs as such."""

    HEAD = ""
    DEPUTY = "KT."
    COLLECTIVE = "TM."
    BY_ORDER = "TL."
    SPECIAL = "TUQ."
    ACTING = "Q."


AUTHORITY_WORDS = {
    Authority.HEAD: N_("người đứng đầu ký"),
    Authority.DEPUTY: N_("KT. – cấp phó ký thay"),
    Authority.COLLECTIVE: N_("TM. – thay mặt tập thể"),
    Authority.BY_ORDER: N_("TL. – ký thừa lệnh"),
    Authority.SPECIAL: N_("TUQ. – ký thừa ủy quyền"),
    Authority.ACTING: N_("Q. – quyền người đứng đầu"),
}


@dataclass(frozen=True, slots=True)
class Body:
    """What the signer block needs of the body that issues the paper."""

    name: str
    kind: str


def head_title(kind: str) -> str:
    return str(_kind(kind).get("head", ""))


def parent_of(kind: str, unit: str) -> str:
    """The body above one of ``kind`` in ``unit``, as the letterhead names it; nothing where the data knows none."""
    pattern = str(_kind(kind).get("parent", ""))
    return pattern.format(unit=unit) if pattern and unit else ""


def shortened(name: str) -> str:
    """The parent body in its short form."""
    for long, short in _data()["short"].items():
        if name.startswith(long):
            return f"{short}{name.removeprefix(long)}"
    return name


def answer_days() -> int:
    return int(_data()["urging"]["answer_days"])


def authority_of(body: Body, title: str) -> Authority:
    """The mark that goes with a title: a deputy signs for the head, whoever is not of the top signs by order."""
    key, head = search_key(title), search_key(head_title(body.kind))
    if not key or key == head:
        return Authority.COLLECTIVE if _kind(body.kind).get("collective") else Authority.HEAD
    if key.startswith(("quyen ", "q. ")):
        return Authority.ACTING
    if key.startswith("pho "):
        return Authority.COLLECTIVE if _kind(body.kind).get("collective") else Authority.DEPUTY
    return Authority.HEAD if key.startswith(head) else Authority.BY_ORDER


def authority_lines(body: Body, title: str, mark: Authority | None = None) -> list[str]:
    """The lines above the name, last the position: ``KT. GIÁM ĐỐC`` / ``PHÓ GIÁM ĐỐC``."""
    mark = authority_of(body, title) if mark is None else mark
    head = head_title(body.kind)
    position = title or head
    is_deputy = search_key(position).startswith("pho ")
    match mark:
        case Authority.HEAD:
            lines = [position]
        case Authority.COLLECTIVE:
            lines = [f"TM. {body.name}"] + ([f"KT. {head}", position] if is_deputy else [position])
        case Authority.ACTING:
            lines = [f"Q. {head}"]
        case _:
            lines = [f"{mark} {head}", position]
    return [line.upper() for line in lines]


def _kind(kind: str) -> dict[str, Any]:
    kinds = _data()["kinds"]
    return dict(kinds.get(kind) or kinds["other"])


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads((files("giapranh.programme") / "data" / "signing.toml").read_text(encoding="utf-8"))
