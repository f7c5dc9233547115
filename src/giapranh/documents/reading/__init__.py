"""Reading official papers: bytes in, a :class:`~.schema.Reading` out. Plain Python, no Django, no network.

source = open_paper(data, "5_CV.pdf")     # text, places, stamps, signatures: .intake
reading = read_paper(data, "5_CV.pdf")    # the same and what it says: .intake and .grammar
"""

from __future__ import annotations

from .intake import DEFAULT_LIMITS, Limits, PaperRefused, Watch, open_paper
from .schema import Reading, SourceText

__all__ = ["DEFAULT_LIMITS", "Limits", "PaperRefused", "Reading", "SourceText", "Watch", "open_paper", "read_paper"]


def read_paper(data: bytes, name: str, *, limits: Limits = DEFAULT_LIMITS, watch: Watch | None = None) -> Reading:
    """What the paper says, each value with its place; refusals are those of :func:`open_paper`."""
    from .grammar import read

    return read(open_paper(data, name, limits=limits, watch=watch))
