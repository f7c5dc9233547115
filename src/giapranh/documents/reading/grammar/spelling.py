"""One spelling for one body throughout a paper."""

from __future__ import annotations

from dataclasses import replace

from .folding import key
from .found import Circumstances, Found
from .lines import Para
from .units import Unit


def squeezed(name: str) -> str:
    return "".join(w for w in key(name).split() if w != "va")


def one_spelling(paras: list[Para], found: list[Found], about: Circumstances) -> None:
    """A body spelt in several ways ("Kế hoạch - Đầu tư", "bệnhtật") takes the spelling the paper uses most."""
    spellings: dict[str, set[str]] = {}
    for task in found:
        for _, unit in (*task.units, *task.coordinating):
            spellings.setdefault(squeezed(unit.name), set()).add(unit.name)
    for _, unit in about.addressees:
        if squeezed(unit.name) in spellings:
            spellings[squeezed(unit.name)].add(unit.name)
    whole: list[str] = []
    best: dict[str, str] = {}
    for short, names in spellings.items():
        if len({key(n) for n in names}) < 2:
            continue
        whole = whole or [p.text for p in paras]
        best[short] = max(sorted(names), key=lambda n: (sum(t.count(n) for t in whole), n.count(" ")))
    if not best:
        return
    for task in found:
        task.units = tuple((p, _respelt(u, best)) for p, u in task.units)
        task.coordinating = [(p, _respelt(u, best)) for p, u in task.coordinating]


def _respelt(unit: Unit, best: dict[str, str]) -> Unit:
    name = best.get(squeezed(unit.name))
    return replace(unit, name=name) if name and key(name) != key(unit.name) else unit
