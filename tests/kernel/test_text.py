"""Vietnamese text: one form, one key to search by, one key to sort by."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from giapranh.kernel.text import modern_tone, nfc, one_line, search_key, sort_key


@pytest.mark.parametrize(
    "in_order",
    [
        ["an", "anh", "ánh", "ăn", "ân"],
        ["ăn", "Zuôn"],
        ["Dung", "Đông", "em"],
        ["ma", "mà", "mả", "mã", "má", "mạ"],
        ["Bắc 9", "Bắc 10"],
        ["Lạng Giang", "Lạng Sơn", "Lục Nam"],
    ],
)
def test_names_sort_as_a_vietnamese_dictionary_has_them(in_order):
    backwards = list(reversed(in_order))
    assert sorted(backwards, key=sort_key) == in_order


def test_search_finds_with_and_without_marks_and_d_with_a_bar():
    assert search_key("Đường  Hoà\u00a0Bình") == "duong hoa binh"
    assert search_key("ÐẶNG") == search_key("đặng") == "dang"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("hoà", "hòa"),
        ("thuỷ", "thủy"),
        ("khoẻ", "khỏe"),
        ("UỶ", "ỦY"),
        ("quý", "quý"),
        ("hoàn", "hoàn"),
        ("Thuý", "Thúy"),
    ],
)
def test_tone_is_put_on_the_first_vowel_of_an_open_syllable(old, new):
    assert modern_tone(old) == new


def test_both_spellings_of_one_word_sort_together():
    assert sort_key("Hoà").split("\x01")[:2] == sort_key("Hòa").split("\x01")[:2]


@given(st.text())
def test_keys_do_not_depend_on_how_the_text_was_composed(text):
    apart = unicodedata.normalize("NFD", text)
    assert search_key(apart) == search_key(text)
    assert sort_key(apart) == sort_key(text)
    assert nfc(apart) == nfc(text)


@given(st.text())
def test_keys_can_be_stored_in_postgresql(text):
    storable = text.replace("\x00", "")
    assert "\x00" not in search_key(storable) + sort_key(storable)


@given(st.text())
def test_search_key_is_its_own_search_key(text):
    assert search_key(search_key(text)) == search_key(text)


def test_one_line_drops_invisible_characters():
    assert one_line("Số:\u200b 03/KH-UBND \n ngày\u00a008") == "Số: 03/KH-UBND ngày 08"
