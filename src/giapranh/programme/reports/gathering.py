"""Gathers the facts of a report: tasks by clause, numbers with their sources, the letterhead."""

from __future__ import annotations

from datetime import datetime

from giapranh.kernel.clock import VIETNAM, local_date
from giapranh.people.models import Officer
from giapranh.programme.models import Programme
from giapranh.programme.reports.facts import Letterhead, Remarks, ReportFacts, indexed
from giapranh.programme.reports.figures import figures_of
from giapranh.programme.reports.letterheads import letterhead, officer_named, signers
from giapranh.programme.reports.naming import cited
from giapranh.programme.reports.numbers import count_all
from giapranh.programme.reports.reading import snapshot, watched, with_numbers
from giapranh.programme.reports.signing import Authority
from giapranh.programme.rules.periods import ReportingPeriod


def gather(
    programme: Programme,
    period: ReportingPeriod,
    *,
    by: Officer,
    at: datetime,
    remarks: Remarks | None = None,
    signer_id: int | None = None,
    mark: Authority | None = None,
) -> ReportFacts:
    """Everything the report says, as it holds at ``at``."""
    shot = snapshot(programme, period, at)
    numbers, by_clause = count_all(programme, period, shot)
    return ReportFacts(
        programme=programme.name, programme_id=programme.pk, period_key=period.key, period_label=period.label,
        start=period.start, end=period.end, as_of=shot.as_of, drafted_at=at.astimezone(VIETNAM),
        paper=cited(programme.paper) if programme.paper else "",
        bases=[basis.words for basis in programme.bases.all()],
        letterhead=_letterhead(programme, by, at, signer_id, mark), clauses=with_numbers(shot.clauses, by_clause),
        numbers=indexed(numbers), upcoming=shot.upcoming, remarks=remarks or Remarks(),
        illustrative=programme.illustrative or any(task.illustrative for task in shot.tasks),
        figures=figures_of({key for entry in watched(programme).values() for key in entry}, by, period, at),
    )  # fmt: skip


def _letterhead(
    programme: Programme, by: Officer, at: datetime, signer_id: int | None, mark: Authority | None
) -> Letterhead:
    day = local_date(at)
    signer = officer_named(signers(programme, day), signer_id)
    return letterhead(programme, day, by=by, signer=signer, mark=mark)
