"""The language of the command line: Vietnamese, or what ``GIAPRANH_LANGUAGE`` says. Needs no Django."""

from __future__ import annotations

import gettext
import os
from functools import cache
from pathlib import Path

from giapranh.kernel.errors import Refused

LOCALE = Path(__file__).resolve().parents[1] / "locale"


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    return gettext.translation("django", LOCALE, languages=[language], fallback=True)


def _(message: str) -> str:
    """``message`` (a Vietnamese message id) in the language of this run."""
    # gettext answers an empty id with the catalogue's header.
    return _catalogue(os.environ.get("GIAPRANH_LANGUAGE", "vi")).gettext(message) if message else ""


def line_of(error: Refused) -> str:
    """The one line that tells a person why something was refused."""
    return error.render(_)
