"""Small answers that several pages give."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import gettext

from giapranh.kernel.errors import Refused
from giapranh.kernel.tables import XLSX_TYPE, Table


def refused_line(refusal: Refused) -> str:
    """A refusal in the reader's language."""
    return refusal.render(gettext)


def workbook(table: Table, name: str) -> HttpResponse:
    note = gettext("Dữ liệu minh họa, không phải số liệu thật.") if settings.ILLUSTRATIVE else ""
    answer = HttpResponse(table.to_xlsx(note), content_type=XLSX_TYPE)
    answer["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return answer
