"""Zip archives and XML from strangers: opened with limits, never trusted."""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import Any

from giapranh.kernel.errors import N_

from .limits import Limits
from .refusals import ArchiveBomb, Damaged, Encrypted, HostileXml


def open_zip(data: bytes, name: str, limits: Limits) -> zipfile.ZipFile:
    """The archive, after its table of contents has been found reasonable."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise Damaged(N_("Tệp %(name)s hỏng hoặc bị cắt cụt: xin gửi lại tệp gốc."), name=name) from error
    members = archive.infolist()
    whole = sum(member.file_size for member in members)
    bomb = whole > limits.unpacked_bytes or len(members) > limits.archive_members
    if bomb or (whole > 20 * 1024 * 1024 and whole > limits.unpack_ratio * max(1, len(data))):
        raise ArchiveBomb(
            N_("Tệp %(name)s bung ra quá lớn so với dung lượng nén, có thể là tệp phá hoại: không mở."), name=name
        )
    if any(member.flag_bits & 0x1 for member in members):
        raise Encrypted(
            N_("Tệp %(name)s có mật khẩu: mở bằng mật khẩu, lưu lại bản không mật khẩu rồi đọc lại."), name=name
        )
    return archive


def member(archive: zipfile.ZipFile, path: str, name: str, limits: Limits) -> bytes:
    """One member, never more of it than allowed whatever its header claims."""
    try:
        with archive.open(path) as stream:
            data = stream.read(limits.unpacked_bytes + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise Damaged(N_("Tệp %(name)s hỏng hoặc bị cắt cụt: xin gửi lại tệp gốc."), name=name) from error
    if len(data) > limits.unpacked_bytes:
        raise ArchiveBomb(
            N_("Tệp %(name)s bung ra quá lớn so với dung lượng nén, có thể là tệp phá hoại: không mở."), name=name
        )
    return data


def parse_xml(data: bytes, name: str) -> Any:
    """The root element; entities, document types and outside references are refused."""
    from xml.etree.ElementTree import ParseError

    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        return fromstring(data, forbid_dtd=True)
    except DefusedXmlException as error:
        raise HostileXml(
            N_("Tệp %(name)s chứa khai báo XML bị cấm (DTD hoặc thực thể ngoài): không mở."), name=name
        ) from error
    except (ParseError, ValueError, LookupError) as error:
        raise Damaged(N_("Tệp %(name)s có phần XML hỏng: xin gửi lại tệp gốc."), name=name) from error
