"""Text repair: one normal form, spaces that are spaces, and the Vietnamese encodings of before Unicode.

Repair happens before any offset is counted, so the spans of a reading always count characters of repaired text.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

_WIDE_SPACES = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_NOTHING = "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
_PLAIN = str.maketrans(
    {
        **dict.fromkeys(_WIDE_SPACES, " "),
        **dict.fromkeys(_NOTHING, None),
        "\u00d0": "Đ",
        "\u00f0": "đ",
        "\u0189": "Đ",
        "\u2010": "-",
        "\u2011": "-",
        "\ufffe": "-",
        "\u2028": "\n",
        "\u2029": "\n",
        "\x0b": "\n",
        "\u00b7": "·",
    }
)
_NOT_PLAIN = re.compile(f"[{re.escape(''.join(map(chr, _PLAIN)))}]")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffd\ufff9-\uffff]")

# The mark after its letter with a space between, as some PDF writers leave it ("Vi ̣êt" stays wrong, but reads).
_ANY_MARK = re.compile("[\u0300\u0301\u0303\u0309\u0323\u0302\u0306\u031b]")
_LOOSE_MARK = re.compile(r"(?<! ) +(?=[\u0300\u0301\u0303\u0309\u0323\u0302\u0306\u031b])")

_MARKED = frozenset(
    unicodedata.normalize(
        "NFC",
        "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ"
        "ÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬĐÈÉẺẼẸÊỀẾỂỄỆÌÍỈĨỊÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢÙÚỦŨỤƯỪỨỬỮỰỲÝỶỸỴ",
    )
)

# TCVN 5712 (".VnTime"): the 57th key is the soft hyphen, which must survive until here.
_TCVN3_KEYS = "µ¸¶·¹¨»¾¼½Æ©ÇÊÈÉË®ÌÐÎÏÑªÒÕÓÔÖ×ÝØÜÞßãáâä«åèæçé¬êíëìîïóñòô\u00adõøö÷ùúýûüþ¡¢§£¤¥¦"
_TCVN3_VALUES = "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵĂÂĐÊÔƠƯ"
_TCVN3 = str.maketrans(dict(zip(_TCVN3_KEYS, _TCVN3_VALUES, strict=True)) | {"\u03bc": "à", "\u2212": "ư"})
# Signs that real Vietnamese text never holds in number: not é, á, ê, which both writings use.
_TCVN3_MARKERS = frozenset("µ\u03bc¸¶¹¨»¾¼½Æ©®ª«¬¡¢§£¤¥¦×Þßåæ÷þÏ")


def _vni_table() -> dict[str, str]:
    tones = {"": "", "\u0300": "ø", "\u0301": "ù", "\u0309": "û", "\u0303": "õ", "\u0323": "ï"}
    breve = {"": "ê", "\u0300": "è", "\u0301": "é", "\u0309": "ú", "\u0303": "ü", "\u0323": "ë"}
    hat = {"": "â", "\u0300": "à", "\u0301": "á", "\u0309": "å", "\u0303": "ã", "\u0323": "ä"}
    table: dict[str, str] = {}

    def put(shape: str, base: str, marks: dict[str, str], letter: str) -> None:
        for tone, mark in marks.items():
            if mark or base != letter:
                table[base + mark] = unicodedata.normalize("NFC", letter + tone)
                table[base.upper() + mark.upper()] = unicodedata.normalize("NFC", letter.upper() + tone)
                if base.upper() != base:
                    table[base.upper() + mark] = unicodedata.normalize("NFC", letter.upper() + tone)

    for letter in "aeouy":
        put("", letter, tones, letter)
    put("breve", "a", breve, "ă")
    for letter, hatted in (("a", "â"), ("e", "ê"), ("o", "ô")):
        put("hat", letter, hat, hatted)
    put("horn", "ô", tones, "ơ")
    put("horn", "ö", tones, "ư")
    table |= {"ñ": "đ", "Ñ": "Đ", "ì": "ì", "í": "í", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ"}
    table |= {"Ì": "Ì", "Í": "Í", "Æ": "Ỉ", "Ó": "Ĩ", "Ò": "Ị", "Î": "Ỵ"}
    return table


_VNI = _vni_table()
_VNI_RULE = re.compile("|".join(re.escape(key) for key in sorted(_VNI, key=len, reverse=True)))
_VNI_OWN = frozenset("øØûÛïÏñÑöÖ")
_VNI_MARKERS = re.compile(r"[aA][øØùÙûÛõÕïÏ]|[ôÔöÖ][øØùÙûÛõÕïÏ]|[aeoAEO][âÂàÀáÁåÅãÃäÄ]|[ñÑ]|[uU][øØùÙûÛõÕïÏ]")


def clean(text: str) -> str:
    """Text in NFC with ordinary spaces and the Vietnamese Đ; control signs are dropped, line ends are ``\\n``."""
    if text.isascii():
        return _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0b", "\n"))
    if _ANY_MARK.search(text):
        text = _LOOSE_MARK.sub("", text)
    text = unicodedata.normalize("NFC", text)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _NOT_PLAIN.search(text):
        text = text.translate(_PLAIN)
    return _CONTROLS.sub("", text)


def marked_share(text: str) -> float:
    """Letters with a Vietnamese mark among all letters: 0.20–0.31 in good text, under 0.15 in a wrong layer."""
    counts = Counter(unicodedata.normalize("NFC", text))
    letters = _letters(counts)
    return sum(count for sign, count in counts.items() if sign in _MARKED) / letters if letters else 0.0


def letters_in(text: str) -> int:
    """How many letters a text has."""
    return _letters(Counter(text))


def has_letters(text: str, least: int) -> bool:
    """Whether a text has so many letters; a long one is not counted to its end."""
    return any(_letters(Counter(part)) >= least for part in (text[: 8 * least], text))


def _letters(counts: Counter[str]) -> int:
    return sum(count for sign, count in counts.items() if sign.isalpha())


def from_tcvn3(text: str, *, capitals: bool = False) -> str:
    """Text typed with a TCVN3 font; ``capitals`` for the fonts whose small letters look like capitals (".VnTimeH")."""
    out = text.translate(_TCVN3)
    return out.upper() if capitals else out


def from_vni(text: str) -> str:
    """Text typed with a VNI font: a letter and its mark as two signs."""
    return _VNI_RULE.sub(lambda match: _VNI[match.group()], text)


def legacy_of_font(font: str | None) -> str | None:
    """The encoding a font name tells of: "tcvn3", "tcvn3-capitals", "vni" or None."""
    if not font:
        return None
    name = font.split("+")[-1].strip().lower()
    if name.startswith((".vn", "vntime", "vnarial")):
        base = re.sub(r"[-, ]?(bold|italic|regular|normal|oblique)+.*$", "", name)
        return "tcvn3-capitals" if base.endswith("h") else "tcvn3"
    if name.startswith(("vni-", "vni ")):
        return "vni"
    return None


def legacy_of_text(text: str) -> str | None:
    """The encoding the signs themselves tell of, for text that came without fonts."""
    signs = set(text)
    if signs.isdisjoint(_TCVN3_MARKERS) and signs.isdisjoint(_VNI_OWN):
        return None
    counts = Counter(text)
    letters = _letters(counts)
    if letters < 20:
        return None
    tcvn3 = sum(count for sign, count in counts.items() if sign in _TCVN3_MARKERS)
    vni = len(_VNI_MARKERS.findall(text)) if not signs.isdisjoint(_VNI_OWN) else 0
    if tcvn3 > vni and tcvn3 > 0.03 * letters:
        return "tcvn3"
    if vni > 0.06 * letters and marked_share(_VNI_RULE.sub("", text)) < 0.05:
        return "vni"
    return None


def decode(text: str, encoding: str | None) -> str:
    """Text of one of the legacy encodings as Unicode; anything else is returned as it is."""
    if encoding == "tcvn3":
        return from_tcvn3(text)
    if encoding == "tcvn3-capitals":
        return from_tcvn3(text, capitals=True)
    if encoding == "vni":
        return from_vni(text)
    return text


def repair(text: str, font: str | None = None) -> str:
    """Text decoded by its font (or by its signs when no font is known) and cleaned."""
    return clean(decode(text, legacy_of_font(font) if font else legacy_of_text(text)))


_ONSET = "(?:ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdđghklmnpqrstvx])?"
_CODA = "(?:ng|nh|ch|[cmnpt])?"
_SYLLABLE = re.compile(rf"^{_ONSET}[aăâeêioôơuưy]{{1,3}}{_CODA}$")
_WORDS = re.compile(r"[^\W\d_]+")
_TONE_MARKS = re.compile("[\u0300\u0301\u0303\u0309\u0323]")


def is_syllable(word: str) -> bool:
    """Whether a word is spelt the way Vietnamese syllables are, with one tone at most."""
    bare, tones = _TONE_MARKS.subn("", unicodedata.normalize("NFD", word.lower()))
    return tones <= 1 and bool(_SYLLABLE.match(unicodedata.normalize("NFC", bare)))


def syllable_share(text: str) -> float:
    """Words spelt as Vietnamese syllables among all words of two letters and more: over 0.8 in good text."""
    words = [word for word in _WORDS.findall(text) if len(word) > 1]
    return sum(map(is_syllable, words)) / len(words) if words else 0.0
