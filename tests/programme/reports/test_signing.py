"""The signer block of Decree 30/2020/NĐ-CP, Article 13."""

from __future__ import annotations

import pytest

from giapranh.programme.reports.signing import Authority, Body, authority_lines, authority_of, parent_of, shortened

AGENCY = Body("Sở Môi trường", "agency")
COMMITTEE = Body("Ủy ban nhân dân tỉnh", "committee")


@pytest.mark.parametrize(
    ("body", "title", "mark", "lines"),
    [
        (AGENCY, "Giám đốc", None, ["GIÁM ĐỐC"]),
        (AGENCY, "", None, ["GIÁM ĐỐC"]),
        (AGENCY, "Phó Giám đốc", None, ["KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"]),
        (AGENCY, "Quyền Giám đốc", None, ["Q. GIÁM ĐỐC"]),
        (AGENCY, "Chánh Văn phòng", None, ["TL. GIÁM ĐỐC", "CHÁNH VĂN PHÒNG"]),
        (AGENCY, "Trưởng phòng", Authority.SPECIAL, ["TUQ. GIÁM ĐỐC", "TRƯỞNG PHÒNG"]),
        (COMMITTEE, "Chủ tịch", None, ["TM. ỦY BAN NHÂN DÂN TỈNH", "CHỦ TỊCH"]),
        (COMMITTEE, "Phó Chủ tịch", None, ["TM. ỦY BAN NHÂN DÂN TỈNH", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"]),
        (Body("Trung tâm Quan trắc", "centre"), "Phó Giám đốc", None, ["KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"]),
        (Body("Tổ công tác", "a kind nobody has described"), "", None, ["THỦ TRƯỞNG"]),
    ],
)  # fmt: skip
def test_the_lines_above_the_name(body, title, mark, lines):
    assert authority_lines(body, title, mark) == lines


def test_the_mark_follows_the_title():
    titles = ["Giám đốc", "Phó Giám đốc", "Q. Giám đốc", "Trưởng phòng"]
    assert [authority_of(AGENCY, title) for title in titles] == [
        Authority.HEAD, Authority.DEPUTY, Authority.ACTING, Authority.BY_ORDER,
    ]  # fmt: skip


def test_the_body_above_is_known_for_agencies_only():
    assert shortened(parent_of("agency", "tỉnh Mẫu")) == "UBND tỉnh Mẫu"
    assert parent_of("division", "tỉnh Mẫu") == ""
    assert parent_of("agency", "") == ""
