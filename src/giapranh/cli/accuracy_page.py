"""The page of figures: ``docs/accuracy.md``.

No time of day and no machine stands in it: where it changes, the reader or the papers have changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from giapranh.documents.reading.scoring import FIELDS, Score, Scores, add_up, overall

_CORPORA = {
    "dev": "Papers of our own, for developing (`tests/papers/dev`)",
    "exam": "Papers of our own, at first only for measuring (`tests/papers/exam`)",
    "samples": "Real papers, for developing (not part of the repository)",
}
_GROUPS = {False: "text", True: "OCR"}
_AIMS = {"header": 0.95, "citations": 0.97, "directives": 0.90, "lead": 0.95, "due": 0.95}
_WORST = 8

_INTRO = """# How well papers are read

Written by `giapranh accuracy` (`make accuracy`); do not edit by hand.

Each paper is read from its page text and compared with the answers of a careful person; what the fields mean is said
in [the papers' own page](../tests/papers/README.md). *Text* papers are born digital, typed or corrected; *OCR* papers
are the uncorrected text of a scan, with stray stamps, wrong marks, and number and day written by hand. Recognising the
page itself is not measured here. Figures are micro averages: all papers' answers in one heap. A directive that is
missed misses its lead and its day too.

The reader was developed while looking at the *dev* and *samples* papers. The *exam* papers were kept shut until the
first release and then opened to find the rules still missing, so no row below is unseen any more: what to expect of a
paper nobody has looked at stands under *At first sight*. All are small: one paper more or less moves a figure by a few
hundredths.
"""
# Measured once, before anybody tuned on the papers; they cannot be measured again.
_FIRST_SIGHT = (
    ("exam, 18 papers, before anybody opened them", "0.972", "0.979", "0.933", "0.875", "0.897", "0.964", "0.882"),
    (
        "later dev papers, in batches of four, before tuning",
        "–",
        "–",
        "0.97–1.00",
        "0.95",
        "0.91–0.92",
        "0.94–0.99",
        "–",
    ),
    (
        "24 fresh papers of somebody who had not seen the reader, before tuning",
        "0.974",
        "0.983",
        "0.940",
        "0.758",
        "0.830",
        "0.970",
        "1.000",
    ),
    (
        "twelve of those, after tuning on the other twelve only",
        "0.958",
        "1.000",
        "0.936",
        "0.798",
        "0.812",
        "0.981",
        "1.000",
    ),
    (
        "a second exam of 24 papers (now dev d59–d82), before tuning",
        "about 1.0",
        "1.000",
        "0.903",
        "0.710",
        "0.733",
        "0.823",
        "–",
    ),
    (
        "24 papers of another writer (now dev d83–d106), the same reader",
        "0.974",
        "0.988",
        "0.977",
        "0.927",
        "0.896",
        "0.970",
        "0.957",
    ),
    (
        "the last 8 of those, after tuning on the second exam and the first 8",
        "0.984",
        "1.000",
        "1.000",
        "0.983",
        "0.925",
        "0.973",
        "1.000",
    ),
    (
        "8 real papers without answers until then, the same reader",
        "0.806",
        "0.982",
        "0.819",
        "0.827",
        "0.775",
        "0.889",
        "0.714",
    ),
    (
        "of these the 5 scans (numbers and days written by hand)",
        "0.700",
        "0.974",
        "0.993",
        "0.986",
        "0.962",
        "1.000",
        "0.600",
    ),
    (
        "of these the 3 with a text (one is a plan with 123 duties)",
        "1.000",
        "1.000",
        "0.687",
        "0.679",
        "0.694",
        "0.667",
        "1.000",
    ),
    (
        "a third exam of 24 papers (now dev d107–d130), after all of the above, before tuning on it",
        "1.000",
        "1.000",
        "0.979",
        "0.902",
        "0.966",
        "0.964",
        "1.000",
    ),
    (
        "a fourth exam of 24 papers (now dev d131–d154), before tuning on it",
        "0.994",
        "1.000",
        "0.951",
        "0.918",
        "0.904",
        "0.934",
        "1.000",
    ),
    (
        "the fourth exam after work that did not look at it",
        "–",
        "–",
        "0.970",
        "0.951",
        "0.964",
        "0.976",
        "–",
    ),
    (
        "a fifth exam of 24 papers (now dev d155–d178), the same reader",
        "–",
        "0.940",
        "0.974",
        "0.943",
        "0.984",
        "0.965",
        "1.000",
    ),
    (
        "a sixth exam of 24 papers (now dev d179–d202), after more names and verbs of offices, before tuning on it",
        "1.000",
        "1.000",
        "0.983",
        "0.922",
        "0.962",
        "0.945",
        "1.000",
    ),
    (
        "a seventh exam of 20 papers, after what those three taught, before tuning on it",
        "0.988",
        "1.000",
        "0.967",
        "0.859",
        "0.923",
        "0.975",
        "1.000",
    ),
    (
        "an eighth exam of 18 papers, after Party numbers with a dash were learnt from the seventh",
        "1.000",
        "1.000",
        "0.986",
        "0.952",
        "0.982",
        "0.986",
        "1.000",
    ),
)
_FIRST_SIGHT_FIELDS = ("header", "citations", "directives", "lead", "coordinating", "due", "signer")


@dataclass(frozen=True, slots=True)
class Measured:
    """The counts of one paper."""

    corpus: str
    name: str
    scanned: bool
    scores: Scores


def write_page(measured: Sequence[Measured]) -> str:
    parts = [_INTRO, _at_first_sight(), _against_the_aims(measured)]
    parts += [_corpus(corpus, papers) for corpus, papers in _by_corpus(measured).items()]
    parts.append(_worst(measured))
    return "\n".join(parts).rstrip() + "\n"


def summary_lines(measured: Sequence[Measured]) -> Iterator[str]:
    """The aimed-at fields on one line per corpus and kind of text."""
    for name, _count, totals in _groups(measured):
        yield f"{name:14s}" + "   ".join(f"{field} {totals[field].f1:.3f}" for field in _AIMS)


def _by_corpus(measured: Sequence[Measured]) -> dict[str, list[Measured]]:
    corpora: dict[str, list[Measured]] = {}
    for paper in measured:
        corpora.setdefault(paper.corpus, []).append(paper)
    return corpora


def _groups(measured: Sequence[Measured]) -> Iterator[tuple[str, int, Mapping[str, Score]]]:
    for corpus, papers in _by_corpus(measured).items():
        for scanned, kind in _GROUPS.items():
            chosen = [paper.scores for paper in papers if paper.scanned is scanned]
            if chosen:
                yield f"{corpus}, {kind}", len(chosen), add_up(chosen)


def _at_first_sight() -> str:
    """What papers gave that the reader had never met: kept by hand, as tuning spoils them for measuring."""
    told = (
        "Figures (F1) of papers when the reader met them for the first time. They are the ones to believe for a new\n"
        "paper; the tables further down show what was learnt from these same papers since, not what a stranger will give.\n"
        "Leads are the weak field. How weak depends on who writes: the same reader gave 0.71 and 0.93 on papers of two\n"
        "writers, and 0.99 on scans of real directives. Names of offices cut at a word inside them were most of it; since\n"
        "then the reader takes names from the paper's own lists of addressees and copies, reads headings as names, and\n"
        "knows short forms, titles in small letters and minutes. The real plan showed another class: measures that nobody\n"
        "is named for are duties too. The rows of the 8 real papers are figures of papers the reader had learnt nothing\n"
        "from, taken while that work was half done; what all of it gave on papers nobody had opened stands below them.\n"
        "The aim of 0.95 for leads is hardly reached at first sight: five exams of five writers gave 0.92, 0.94, 0.92, 0.86\n"
        "and, the last, 0.95. Seventeen of the 26 leads missed in the seventh stood in two Party papers that number “1-”,\n"
        "which the reader did not know; with that one form it gave 0.95.\n"
        "Days: until then a month or a quarter as a limit counted as no day, in the answers and in the reader; now its last\n"
        "day counts in both.\n"
        "The totals of *exam* were looked at while developing and once steered work on the heads of papers: its header\n"
        "figure stood at 0.879 before that.\n\n"
    )
    rows = [["papers", *_FIRST_SIGHT_FIELDS], *_FIRST_SIGHT]
    return "## At first sight\n\n" + told + _table(rows)


def _against_the_aims(measured: Sequence[Measured]) -> str:
    rows = [["F1", "papers", *_AIMS], ["aim (text)", "", *(f"{aim:.2f}" for aim in _AIMS.values())]]
    for name, count, totals in _groups(measured):
        rows.append([name, str(count), *(f"{totals[field].f1:.3f}" for field in _AIMS)])
    return "## Against what was aimed at\n\n" + _table(rows)


def _corpus(corpus: str, papers: Sequence[Measured]) -> str:
    groups = list(_groups(papers))
    head = ["field"]
    for name, count, _totals in groups:
        kind = name.rpartition(", ")[2]
        head += [f"{kind} ({count}): F1", "precision", "recall", "found / answers / given"]
    rows = [head]
    for field in FIELDS:
        row = [field]
        for _name, _count, totals in groups:
            row += _cells(totals[field])
        rows.append(row)
    return f"## {_CORPORA.get(corpus, corpus)}\n\n" + _table(rows)


def _cells(score: Score) -> list[str]:
    counts = f"{score.hit} / {score.gold} / {score.given}"
    if not score.gold and not score.given:
        return ["–", "–", "–", counts]
    return [f"{score.f1:.3f}", f"{score.precision:.3f}", f"{score.recall:.3f}", counts]


def _worst(measured: Sequence[Measured]) -> str:
    """The papers read worst, all fields together, with the fields that went wrong."""
    own = [p for p in measured if p.corpus in ("dev", "exam") and any(_missed(p.scores))]
    if not own:
        return "## Read worst\n\nEvery field of our own papers is read as answered: they can teach no more.\n"
    ranked = sorted(own, key=lambda paper: (overall(paper.scores).f1, paper.name))
    rows = [["paper", "kind of text", "all fields, F1", "fields below 1"]]
    for paper in ranked[:_WORST]:
        short = ", ".join(_missed(paper.scores))
        rows.append([paper.name, _GROUPS[paper.scanned], f"{overall(paper.scores).f1:.3f}", short])
    return "## Read worst\n\n" + _table(rows)


def _missed(scores: Scores) -> Iterator[str]:
    for field in FIELDS:
        score = scores.get(field, Score())
        if field != "header" and (score.hit < score.gold or score.hit < score.given):
            yield f"{field} {score.hit}/{score.gold}"


def _table(rows: Sequence[Sequence[str]]) -> str:
    head, *rest = rows
    rule = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join("| " + " | ".join(row) + " |" for row in [head, rule, *rest]) + "\n"
