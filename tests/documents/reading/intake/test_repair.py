"""Text repair: one normal form, ordinary spaces, and the Vietnamese encodings of before Unicode."""

from __future__ import annotations

import unicodedata

import pytest

from giapranh.documents.reading import repair

SENTENCE = "Ủy ban nhân dân tỉnh yêu cầu Sở Nông nghiệp và Môi trường khẩn trương tổ chức thực hiện."


def test_decomposed_text_becomes_nfc():
    assert repair.clean(unicodedata.normalize("NFD", SENTENCE)) == SENTENCE


def test_odd_spaces_become_spaces_and_invisible_signs_go():
    assert repair.clean("Số:\u00a0\u202f12\u200b/QĐ\u00ad-UBND\ufeff\r\nngày") == "Số:  12/QĐ-UBND\nngày"


def test_the_icelandic_letter_is_the_vietnamese_one():
    assert repair.clean("Q\u00d0-UBND, \u00f0ồng") == "QĐ-UBND, đồng"


def test_a_form_feed_survives_because_it_opens_a_page():
    assert repair.clean("một\fhai") == "một\fhai"


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("ñy ban nh©n d©n", "ủy ban nhân dân"),
        ("M\u00adêng Kh\u00ad¬ng", "Mường Khương"),
        ("§éc lËp - Tù do - H¹nh phóc", "Độc lập - Tự do - Hạnh phúc"),
        ("C\u2212 quan, \u03bc", "Cư quan, à"),
    ],
)
def test_tcvn3_letters_are_read_soft_hyphen_and_all(typed, read):
    assert repair.from_tcvn3(typed) == read


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("UÛy ban nhaân daân", "Ủy ban nhân dân"),
        ("Ñoäc laäp - Töï do - Haïnh phuùc", "Độc lập - Tự do - Hạnh phúc"),
        ("tröôøng, huyeän, quyeát ñònh", "trường, huyện, quyết định"),
    ],
)
def test_vni_letters_are_read(typed, read):
    assert repair.from_vni(typed) == read


@pytest.mark.parametrize(
    ("font", "encoding"),
    [
        (".VnTime", "tcvn3"),
        ("ABCDEF+.VnTimeH", "tcvn3-capitals"),
        (".VnArial,Bold", "tcvn3"),
        (".VnTimeH-Bold", "tcvn3-capitals"),
        ("VNI-Times", "vni"),
        ("Times New Roman", None),
        (None, None),
    ],
)
def test_the_font_name_tells_the_encoding(font, encoding):
    assert repair.legacy_of_font(font) == encoding


def test_a_font_of_capitals_makes_capitals():
    assert repair.repair("uû ban", ".VnTimeH").startswith("U")
    assert repair.repair("ñy ban nh©n d©n", ".VnTimeH") == "ỦY BAN NHÂN DÂN"


def test_unicode_text_with_marks_is_never_taken_for_a_legacy_encoding():
    assert repair.legacy_of_text(SENTENCE * 3) is None


def test_good_text_has_many_marked_letters_and_a_wrong_layer_few():
    assert repair.marked_share(SENTENCE) > 0.2
    assert repair.marked_share("UBND THANH PHO DA NANG CONG Hcok xA HQI") < 0.05


@pytest.mark.parametrize("word", ["nghiêng", "Thuyền", "quyết", "gì", "ủy", "khuỷu", "đường", "xoong"])
def test_vietnamese_syllables_are_known(word):
    assert repair.is_syllable(word)


@pytest.mark.parametrize("word", ["strength", "Hcok", "xyz", "World"])
def test_other_words_are_not(word):
    assert not repair.is_syllable(word)
