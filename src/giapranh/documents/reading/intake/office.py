"""Old Word, RTF and OpenDocument papers, turned into .docx by LibreOffice where the machine has it."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from giapranh.documents.reading.schema import Remark, SourceText
from giapranh.kernel.errors import N_

from .docx import open_docx
from .limits import Limits
from .ocr import NO_WINDOW
from .refusals import ConverterMissing, Damaged, TooSlow

_SETTING = "GIAPRANH_SOFFICE"
_WINDOWS = ("ProgramFiles", "ProgramFiles(x86)")
_MAC = Path("/Applications/LibreOffice.app/Contents/MacOS/soffice")


@lru_cache(maxsize=1)
def program() -> str | None:
    """Where LibreOffice is, or None."""
    named = os.environ.get(_SETTING)
    if named:
        return named if Path(named).is_file() else None
    found = shutil.which("soffice") or shutil.which("libreoffice")
    if found:
        return found
    candidates = [Path(os.environ[v]) / "LibreOffice" / "program" / "soffice.exe" for v in _WINDOWS if v in os.environ]
    return next((str(path) for path in (*candidates, _MAC) if path.is_file()), None)


def open_office(data: bytes, name: str, suffix: str, limits: Limits) -> SourceText:
    where = program()
    if where is None:
        raise ConverterMissing(
            N_("Tệp %(name)s cần LibreOffice để đọc: cài LibreOffice, hoặc lưu tệp thành .docx rồi đọc lại."), name=name
        )
    source = open_docx(_converted(data, name, suffix, where, limits), name, limits)
    remark = Remark("converted", N_("Tệp định dạng cũ, đã chuyển qua LibreOffice trước khi đọc."))
    return replace(source, remarks=(*source.remarks, remark))


def _converted(data: bytes, name: str, suffix: str, where: str, limits: Limits) -> bytes:
    with tempfile.TemporaryDirectory(prefix="giapranh-") as folder:
        home = Path(folder)
        given = home / f"paper{suffix}"
        given.write_bytes(data)
        # A profile of its own: two conversions at once would lock each other out of the usual one.
        profile = (home / "profile").as_uri()
        command = [where, f"-env:UserInstallation={profile}", "--headless", "--norestore", "--convert-to", "docx"]
        try:
            subprocess.run(
                [*command, "--outdir", folder, str(given)],
                capture_output=True,
                timeout=limits.convert_seconds,
                check=False,
                creationflags=NO_WINDOW,
            )
        except subprocess.TimeoutExpired as late:
            raise TooSlow(
                N_("Chuyển tệp %(name)s quá %(seconds)d giây: lưu tệp thành .docx rồi đọc lại."),
                name=name,
                seconds=round(limits.convert_seconds),
            ) from late
        made = home / "paper.docx"
        if not made.is_file():
            raise Damaged(N_("Tệp %(name)s hỏng, LibreOffice không mở được: xin gửi lại tệp gốc."), name=name)
        return made.read_bytes()
