"""The numbered structure: chapters, articles, items, letters, dashes and the paragraphs under them (documents §1.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from .lines import Para

_ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}
_OCR_ROMAN = {
    "H": "II",
    "HI": "III",
    "IH": "III",
    "IIL": "III",
    "TI": "II",
    "TII": "III",
    "VH": "VII",
    "VHI": "VIII",
    "1V": "IV",
    "II1": "III",
    "Il": "II",
    "l": "I",
}
_RULES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("chapter", re.compile(r"^(?:Phần|PHẦN|Chương|CHƯƠNG)\s+(?P<n>thứ \w+|[IVXLC]+|\d{1,2})\b[.:]?\s*")),
    ("section", re.compile(r"^(?:Mục|MỤC|Tiểu mục|TIỂU MỤC)\s+(?P<n>[IVXLC]+|\d{1,2})\b[.:]?\s*")),
    ("article", re.compile(r"^(?:Điều|ĐIỀU|Điêu|Diều)\s+(?P<n>\d{1,3}[a-zđ]?)\s?[.:,]?\s+(?=\S)")),
    ("roman", re.compile(r"^(?P<n>[IVXHL1l]{1,5})\s?[.)/\-]\s+(?=[^\W\d_a-z])")),
    ("deep3", re.compile(r"^(?P<n>\d{1,2}\.\d{1,2}\.\d{1,2}(?:\.\d{1,2})?)\s?[.)]?\s*(?=[^\W\d_])")),
    ("deep2", re.compile(r"^(?P<n>\d{1,2}\.\d{1,2})\s?[.)]?\s*(?=[^\W\d_])")),
    (
        "number",
        re.compile(r"^(?P<n>\d{1,2})\s?(?:[.),]\s*(?=[^\W\d_]|[\"“(]|\d{2,3} [^\W\d_])|[-–] (?=[^\W\d_a-z][a-zà-ỹđ]))"),
    ),
    ("letter", re.compile(r"^-?(?P<n>[a-zđ]|8|đ)\s?[).]\s*(?=\S)")),
    ("bracket", re.compile(r"^\(\s?(?P<n>\d{1,2}|[ivx]{1,4}|[a-zđ])\s?\)\s?[.:]?\s*(?=\S)")),
    ("star", re.compile(r"^(?P<n>[*●▪■])\s?(?=\S)")),
    ("plus", re.compile(r"^(?P<n>\+)\s?(?=\S)")),
    ("dash", re.compile(r"^(?P<n>(?:[-–—•ˆ]|_[—-]|[-–]{2})+|[_~=])\s?(?=[^\W_])")),
)
# No other marker begins with two letters.
_RULES_OF_WORDS = tuple(row for row in _RULES if row[0] in ("chapter", "section", "article", "roman"))
RANK = {
    "chapter": 0,
    "section": 1,
    "roman": 2,
    "article": 2,
    "number": 3,
    "deep2": 4,
    "deep3": 5,
    "letter": 6,
    "bracket": 7,
    "star": 8,
    "dash": 9,
    "plus": 10,
    "plain": 20,
}
_LETTERS = "abcdđeghiklmnopqrstuvxy"


@dataclass(slots=True)
class Node:
    """One paragraph in the structure. ``at`` is where its own words start, after the marker."""

    para: Para
    index: int
    kind: str
    marker: str
    at: int
    parent: Node | None = None
    children: list[Node] = field(default_factory=list)
    path: str = ""

    @property
    def text(self) -> str:
        """The words after the marker."""
        return self.para.text[self.at :]

    @property
    def folded(self) -> str:
        """The words after the marker, folded."""
        return self.para.folded[self.at :]


def tree(paras: list[Para], first: int = 0) -> Node:
    """The paragraphs as a tree; a bare paragraph hangs on the item it follows."""
    root = Node(Para("", [0], [0]), -1, "root", "", 0)
    stack = [root]
    for index, para in enumerate(paras, first):
        if para.note:
            continue
        node = _node(para, index, stack)
        if node.kind == "plain":
            _hang_plain(node, stack)
            continue
        while len(stack) > 1 and not _holds(stack[-1], node):
            stack.pop()
        node.parent = stack[-1]
        stack[-1].children.append(node)
        stack.append(node)
    _name(root)
    return root


def _holds(above: Node, node: Node) -> bool:
    if above.kind == "root":
        return True
    if above.kind in ("deep2", "deep3") and node.kind in ("deep2", "deep3"):
        return node.marker.startswith(above.marker + ".")
    # Dashes are sometimes above letters or brackets ("- …: a) …").
    if above.kind == "dash" and node.kind == "bracket" and above.para.text.rstrip().endswith(":"):
        return above.parent is None or above.parent.kind != "bracket"
    return RANK[above.kind] < RANK[node.kind]


def _node(para: Para, index: int, stack: list[Node]) -> Node:
    for kind, rule in _RULES_OF_WORDS if para.text[:2].isalpha() else _RULES:
        m = rule.match(para.text)
        if not m:
            continue
        marker = m.group("n")
        if kind == "roman":
            marker = _OCR_ROMAN.get(marker, marker)
            if marker in ("1", "11", "111") or not re.fullmatch(r"[IVXL]+", marker):
                if not _roman_wanted(stack, para):
                    continue
                marker = "I" * len(marker) if marker.startswith("1") else marker
            if not re.fullmatch(r"[IVXL]+", marker):
                continue
        if kind == "letter" and not _letter_wanted(marker, m.group(), stack):
            continue
        if (
            kind == "number"
            and para.text[m.start() : m.end()].strip().endswith(",")
            and not para.text[m.end()].isupper()
        ):
            continue
        return Node(para, index, kind, marker, m.end())
    return Node(para, index, "plain", "", len(para.text) - len(para.text.lstrip()))


def _roman_wanted(stack: list[Node], para: Para) -> bool:
    """Whether "1." in capitals is a Roman one misread: only a heading in capitals with none before it."""
    letters = [c for c in para.text if c.isalpha()]
    return (
        bool(letters)
        and sum(c.isupper() for c in letters) > 0.9 * len(letters)
        and len(letters) > 6
        and len(para.text) < 120
    )


def _letter_wanted(marker: str, whole: str, stack: list[Node]) -> bool:
    if ")" in whole:
        return True
    # "a. " is a letter, "p. " after nothing is an abbreviation.
    last = next((n.marker for n in reversed(stack) if n.kind == "letter"), None)
    if last is None:
        return marker in ("a", "8")
    return (
        marker in _LETTERS and last in _LETTERS and 0 < _LETTERS.index(marker) - _LETTERS.index(last) <= 3
    ) or marker == "a"


def _hang_plain(node: Node, stack: list[Node]) -> None:
    parent = stack[-1]
    if parent.kind in ("dash", "plus", "bracket"):
        parent = next(n for n in reversed(stack) if n.kind not in ("dash", "plus", "bracket", "star"))
    node.parent = parent
    parent.children.append(node)


def _name(node: Node) -> None:
    dashes = pluses = 0
    for child in node.children:
        base = "" if node.kind == "root" else node.path
        if child.kind == "dash":
            dashes += 1
            child.path = f"{base}-{dashes}"
        elif child.kind in ("plus", "star"):
            pluses += 1
            child.path = f"{base}{child.marker}{pluses}"
        elif child.kind == "plain":
            child.path = f"{base}+" if base else ""
        elif child.kind in ("deep2", "deep3"):
            root = _above_numbers(node)
            child.path = f"{root}.{child.marker}" if root else child.marker
        else:
            prefix = {"article": "Đ", "chapter": "C", "section": "M"}.get(child.kind, "")
            child.path = f"{base}.{prefix}{child.marker}" if base else f"{prefix}{child.marker}"
        _name(child)


def _above_numbers(node: Node) -> str:
    while node.parent is not None and node.kind in ("number", "deep2", "deep3"):
        node = node.parent
    return node.path


def walk(node: Node) -> list[Node]:
    """Every node below, in the order of the paper."""
    out: list[Node] = []
    todo = list(reversed(node.children))
    while todo:
        here = todo.pop()
        out.append(here)
        todo.extend(reversed(here.children))
    return out
