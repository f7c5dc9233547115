"""Whether a name goes on past a word that could be a verb, or that nobody has listed: the words behind it tell."""

from __future__ import annotations

import re

from .folding import fold
from .lines import Para
from .vocabulary import body_at, duty_at, duty_in, fields, named_at, pattern, sure_duty_in, surely_before

# Nothing but the name itself stands before these.
_OPENS_DUTY = (
    "chủ trì|có trách nhiệm|chịu trách nhiệm|được (?:giao|phân công)|là (?:cơ quan|đơn vị|đầu mối|thường trực)|"
    "(?:làm|giữ vai trò) đầu mối"
)
# Between these and a verb no object has room: what stands right before them is no verb.
_NO_OBJECT = (
    "phối hợp (?:với|cùng)|khẩn trương|chủ động|tiếp tục|căn cứ|tham mưu|theo dõi|rà soát|tổng hợp|bố trí|lập|cử|"
    "tăng cường|hoàn thiện|chuẩn bị|đăng tải|hướng dẫn|thẩm định|đề xuất"
)
_NO_MORE = (
    "(?!(?:các|những|một số|mọi|từng|việc|nội dung|nhiệm vụ|theo|cho|để|nhằm|tại|trong|trên|khi|đã|đang|được|chưa|sẽ)"
    r"(?!\w))"
)
_WORDS = rf"(?: (?:và )?{_NO_MORE}[^\W\d_]+)"
_CLOSED = re.compile(rf"{_WORDS}{{0,8}}?(?: ?:| (?:{_OPENS_DUTY})(?!\w))")
_CLOSED_AT_ONCE = re.compile(rf" (?:{_OPENS_DUTY}|{_NO_OBJECT})(?!\w)")
_ENDS = re.compile(rf"{_WORDS}{{0,3}}(?=[,;.)]|$)")
_GAPS = tuple(re.compile(rf"{_WORDS}{{{n}}}") for n in range(3))
_GOES_ON = re.compile(rf"{_WORDS}{{0,3}}? (?:và|-|–) (?=[^\W\d_a-z])")
_JOINED = re.compile(r"[a-zà-ỹđ] và $")
_ORDERS = re.compile(r"(?:yêu cầu|đề nghị|kiến nghị|giao|phân công|chỉ đạo)(?!\w)")
_OBJECT = re.compile(r"(?:^|[ ,])(?P<verb>[^\W\d_a-z][a-zà-ỹ]* [a-zà-ỹ]+),? ?$")
_COMPOUND = re.compile(r"(?:^ ?|(?P<before>\S+) )(?P<word>[^\W\d_a-z][^\W\d_]*) $")
_LEVELS = frozenset(["tỉnh", "thành", "phố", "huyện", "quận", "thị", "xã", "trấn", "phường", "khu", "thôn", "bản"])
_PLACED = re.compile(
    r"(?: (?:các )?(?:tỉnh|thành phố|huyện|quận|thị xã|xã|phường|thị trấn|đặc khu|khu vực|cấp xã|trung ương|Trung ương)"
    r"(?: [^\W\d_a-z]\w*)*| \([^()]*\)| số \d+)* ?"
)
# Verbs that need an object even in a name.
_TRANSITIVE = frozenset(
    [
        "quan ly",
        "phat trien",
        "kiem soat",
        "ho tro",
        "xuc tien",
        "bao ve",
        "khai thac",
        "nghien cuu",
        "phuc vu",
        "dieu phoi",
    ]
)
_NOT_NOUNS = frozenset(
    [
        "đến",
        "tới",
        "lên",
        "xuống",
        "ra",
        "vào",
        "cùng",
        "với",
        "cho",
        "từ",
        "ở",
        "để",
        "khi",
        "sau",
        "trước",
        "qua",
        "theo",
        "bởi",
        "nên",
        "rồi",
        "vẫn",
        "cũng",
        "hãy",
        "mới",
        "nay",
        "này",
        "đó",
        "mà",
        "nếu",
        "lại",
        "càng",
        "đều",
        "chỉ",
        "rất",
        "hơn",
    ]
)
# "Hội đồng thẩm định giá đất tỉnh thông qua …", "Ban Chỉ đạo xây dựng nông thôn mới họp …": boards are named by it.
_BOARD = re.compile(r"(?:Ban [Cc]hỉ đạo|BCĐ|Hội đồng|Ban Vận động|Tổ|Tổ [Cc]ông tác|Đoàn|Cảnh sát|Ban) $")
_OF_BOARDS = re.compile(
    r"(?:thẩm định|xây dựng|điều tra|nghiệm thu|ứng phó|bồi thường|giải phóng|tuyển dụng|tư vấn|định giá|đấu giá|giám sát"
    r"|điều phối|vận động|kiểm kê|cải cách|đánh giá|thanh tra|kiểm tra)(?!\w)"
)
_TO_NEXT_VERB = re.compile(
    r" (?!(?:việc|các|những|hồ sơ|kế hoạch|theo|tình hình|kết quả|phương án|dự thảo|đề án|toàn bộ)(?!\w))"
    r"[^\s,;.:]+((?: (?!việc )[^\s,;.:]+){1,7})"
)
# What firms do stands in their names in small letters, before the name of their own.
_COMPANY = re.compile(r"(?:[Cc]ông ty|Tập đoàn|Xí nghiệp|Doanh nghiệp|Hợp tác xã)$")
_IN_FIRMS = re.compile(
    r"(?:xây dựng|đầu tư|phát triển|tư vấn|vận tải|khai thác|quản lý|thiết kế|truyền thông|truyền tải)"
    r"(?=(?: (?:và|xây dựng|đầu tư|phát triển|tư vấn|hạ tầng|công trình|thương mại|dịch vụ|đô thị|thủy lợi))* [^\W\d_a-z])"
)
# Such a place is named by what is done there: "Khu bảo tồn", "Quỹ phát triển đất".
_PLACE_OF_WORK = re.compile(r"(?<!\w)(?:Khu|Quỹ|Vườn|Nhà|Viện|Trung tâm|Xưởng) $")
# Three words at least before the verb: "có hồ chứa vận hành …".
_DESCRIPTION = re.compile(r"((?: [^\s,;.:]+){2})(?: (?:\([^()]*\)|[^\s,;.:]+)){1,9}")
# "các hộ nuôi cá tại hạ lưu đập X di chuyển …": up to the proper name of the place.
_PLACED_AT = re.compile(
    r"(?! (?:văn bản|công văn|cuộc|kỳ|điểm|khoản|điều|mục|thời))(?: [a-zà-ỹđ]+){1,4}(?: [^\W\d_a-z][^\s,;.:]*)+"
)
# "Các chủ rừng là tổ chức …": which of them.
_WHICH = re.compile(r"là (?:tổ chức|cá nhân|hộ gia đình|doanh nghiệp|thành viên)(?!\w)")
# "UBND các huyện có tên trong Kế hoạch …".
_LISTED_IN = re.compile(
    r"trong (?:[Kk]ế hoạch|[Dd]anh sách|[Dd]anh mục|[Pp]hụ lục|[Qq]uyết định|[Cc]hương trình|[Bb]iểu)(?: này| kèm theo| trên)?(?!\w)"
)
_OBJECTS = tuple(re.compile(rf"{_WORDS}{{{n}}}") for n in range(5))
# "Các đơn vị chưa nộp báo cáo khẩn trương …": which of them.
_NOT_YET = re.compile(
    r"chưa(?: [^\s,;.:]+){2,8}?(?= (?:khẩn trương|nghiêm túc|phải|giải trình|tập trung|có trách nhiệm|sớm|làm rõ)(?!\w))"
)
_AT_COLON = re.compile(r"\s?:")
# "3. Các cửa hàng tham gia bình ổn giá", above a list.
_TAKES_PART = re.compile(
    r"(?:tham gia|hoạt động|hành nghề|cung cấp|thụ hưởng|được hưởng)(?: [^\s,;.:]+){1,9}(?=\s*:?\s*$)"
)
# "Các doanh nghiệp đầu tư kinh doanh hạ tầng khu công nghiệp …", "Các đơn vị tự bảo đảm chi thường xuyên …": which of them.
_KIND_OF_WORK = re.compile(
    r"(?:đầu tư(?: xây dựng)?(?:,? (?:và )?kinh doanh)? (?:kết cấu )?hạ tầng(?: kỹ thuật)?(?:,? (?:khu|cụm) (?:công nghiệp|kinh tế|đô thị))+"
    r"|tự (?:bảo đảm|đảm bảo|chủ)(?: một phần| toàn bộ)? (?:chi thường xuyên(?: và chi đầu tư)?|kinh phí(?: hoạt động)?|(?:về )?tài chính)"
    r"|bằng (?:xe ô tô|ô tô|xe [a-zà-ỹđ]+|tàu [a-zà-ỹđ]+|đường [a-zà-ỹđ]+))(?!\w)"
)
# "Tổ chức, cá nhân đang khai thác … có trách nhiệm …", "Các hộ nuôi cá trong vùng … phải …": which of them.
_UNTIL_MUST = re.compile(
    r"(?:đang|có|được|bị|khai thác|sử dụng|kinh doanh|sản xuất|vận hành|hoạt động|thi công|nuôi|trồng|thuê|xả|tham gia|hành nghề"
    r"|trong(?! (?:quá trình|phạm vi|thời gian|khi|công tác|việc|năm|tháng|quý|ngày|trường hợp|thẩm quyền)))"
    r"(?: (?!(?:và|phải|để|nhằm|khi|nếu|theo|chịu|khẩn trương|nghiêm túc)(?!\w))[^\s,;.:]+){1,14}?(?= (?:có trách nhiệm|chịu trách nhiệm|phải)(?!\w))"
)
_HEADING = 110  # characters of the longest heading


# "Các đơn vị được giao chủ trì các nhiệm vụ … khẩn trương …": which of them.
_ENTRUSTED = re.compile(
    r"được (?:giao|phân công|ủy quyền|phân cấp)(?: làm (?:chủ đầu tư|đại diện chủ sở hữu)(?= [a-zà-ỹđ])"
    r"|(?: [^\s;.:]+){1,12}?(?= (?:khẩn trương|nghiêm túc|phải|tập trung|có trách nhiệm|chủ động|tiếp tục)(?!\w)))"
)
# What is done as a trade: "các tổ chức hành nghề công chứng".
_AS_TRADE = (
    "hành nghề ",
    "dịch vụ ",
    "ngành nghề ",
)


def entrusted(text: str, start: int, limit: int) -> int:
    """Where "được giao …" has told which bodies are meant; 0 when it does not tell."""
    m = _ENTRUSTED.match(text, start, limit)
    return m.end() if m else 0


def is_complete(text: str, begin: int, known: list[tuple[int, int]], at: int) -> bool:
    """Whether a name is whole right before ``at``: a name of the dictionary, or a head that needs none, and its place."""
    name = next(((a, b) for a, b in reversed(known) if b <= at), None)
    if name and fold(text[name[0] : name[1]]) in fields() and not text.startswith(("Sở", "Bộ", "Ngành"), begin - 2):
        return False
    whole = name[1] if name else begin
    if whole == begin and text[begin : begin + 1] != " ":
        return False
    return (whole > begin or at > begin + 1) and _PLACED.fullmatch(text, whole, at) is not None


def verb_in_name(para: Para, begin: int, start: int, end: int) -> bool:
    """Whether the verb from ``start`` to ``end`` belongs to the name before it ("Phòng Kế hoạch đầu tư: …")."""
    text = para.text
    ahead = text[begin:start].rstrip()
    if _COMPANY.search(text, max(0, begin - 14), begin) and _IN_FIRMS.match(text, start):
        return True
    if para.bare[start:end] in fields() and _PLACE_OF_WORK.search(text, max(0, start - 12), start):
        return not text.startswith(surely_before(text[start:end]), end)
    board = _BOARD.search(text, max(0, start - 16), start)
    after = _TO_NEXT_VERB.match(text, end) if board and _OF_BOARDS.match(text, start) else None
    if after and duty_in(para, after.start(1), after.end(1) + 14):
        return True
    one_syllable = " " not in text[start:end] and not text[end : end + 2].strip().isdigit()
    if one_syllable and half_before(text, begin, start, strictly=True):
        return True
    if _JOINED.search(text, begin, start) and not _ORDERS.match(text, start):
        return True  # no verb of a duty follows its subject behind "và"
    if text.startswith("tổ chức:", start):
        return True
    if para.bare[start:end] not in fields() or text.startswith(surely_before(text[start:end]), end):
        return False
    if ahead.endswith(" và") or _wants_object(text, begin, start, _TRANSITIVE):
        return True
    # "Phòng Kiểm tra, giám sát …": no verb of a duty follows its subject behind a comma.
    if ahead.endswith(",") and _wants_object(text, begin, begin + len(ahead), fields()):
        return True
    if _wants_object(text, begin, start, fields()) and _verb_follows(para, end):
        return True
    return bool(_CLOSED.match(text, end) or _CLOSED_AT_ONCE.match(text, end)) or _ends_heading(para, end)


def described(para: Para, start: int, end: int, limit: int) -> int | None:
    """Where "có" still tells which bodies are meant: "các đơn vị có tỷ lệ thấp giải trình …" has its verb later."""
    if para.text[start:end] == "tại":
        m = _PLACED_AT.match(para.text, end, limit)
        return m.end() if m and duty_at(para, m.end() + 1) else None
    if para.text[start:end] in ("đến", "tới") and _RANGE.search(para.text, max(0, start - 24), start):
        last = _RANGE_END.match(para.text, end, limit)
        return last.end() if last else None
    for which in (_WHICH, _NOT_YET):
        if (told := which.match(para.text, start, limit)) is not None:
            return told.end()
    if para.text[start:end] == "trong" and (listed := _LISTED_IN.match(para.text, start, limit)) is not None:
        return listed.end() if para.text.endswith(("có tên ", "nêu tên "), 0, start) else None
    if para.text.endswith(_AS_TRADE, 0, start):
        return end
    if (trades := pattern("trades").match(para.text, start, limit)) is not None:
        return _with_object(para, trades.end())
    if (kind := _KIND_OF_WORK.match(para.text, start, limit)) is not None:
        return kind.end()
    if (told := _TAKES_PART.match(para.text, start, limit)) is not None and len(para.text) <= _HEADING:
        return told.end()
    if (must := _UNTIL_MUST.match(para.text, start, limit)) is not None:
        return must.end()
    if para.text[start:end] != "có":
        return None
    m = _DESCRIPTION.match(para.text, end, limit)
    if m is None or sure_duty_in(para, end, m.end(1) + 1) or not duty_in(para, m.end(1) + 1, m.end()):
        return None
    return m.end(1)


def _with_object(para: Para, at: int) -> int | None:
    """Where what is traded ends: right before a verb, else before a colon."""
    ends = [m.end() for m in (words.match(para.text, at) for words in _OBJECTS) if m]
    closed = (end for end in ends if _AT_COLON.match(para.text, end))
    return next((end for end in ends if _verb_follows(para, end)), None) or next(closed, None)


# "Các cấp ủy từ tỉnh đến cơ sở …".
_RANGE = re.compile(r"\btừ (?:[Tt]rung ương|tỉnh|thành phố|huyện|xã|lãnh đạo|cấp [a-zà-ỹ]+) $")
_RANGE_END = re.compile(r" (?:cơ sở|[a-zà-ỹđ]+(?= ))")


def _verb_follows(para: Para, end: int) -> bool:
    return para.text.startswith(" ", end) and duty_at(para, end + 1) is not None


def _ends_heading(para: Para, end: int) -> bool:
    m = _ENDS.match(para.text, end)
    return m is not None and m.end() == len(para.text) and len(para.text) <= _HEADING


def _wants_object(text: str, begin: int, at: int, verbs: frozenset[str]) -> bool:
    """Whether the name has come to a verb in capitals, which only its object completes ("Đội Quản lý …")."""
    m = _OBJECT.search(text[begin:at])
    if m is None:
        return at == begin + 1 and text.endswith(("uản lý", "BQL"), 0, begin)
    return fold(m.group("verb")) in verbs


def word_in_name(para: Para, begin: int, word: re.Match[str], complete: bool) -> bool:
    """Whether an unknown small word belongs to the name whose head ends at ``begin``."""
    if complete or word.group() in _NOT_NOUNS:
        return False
    text, end = para.text, word.end()
    if text.endswith(" và ", begin, word.start()):
        return not _ORDERS.match(text, word.start())
    if half_before(text, begin, word.start()) or _wants_object(text, begin, word.start(), fields()):
        return True
    if _CLOSED.match(text, end) or _CLOSED_AT_ONCE.match(text, end):
        return True
    if any(_verb_follows(para, gap.end()) for gap in (m for m in (r.match(text, end) for r in _GAPS) if m)):
        return True
    more = _GOES_ON.match(text, end)
    if more and not named_at(text, more.end()):
        return True
    m = _ENDS.match(text, end)
    if m is None or pattern("long duty").search(para.folded, end, m.end()):
        return False
    # After a comma another body of the list must follow.
    return not text.startswith(",", m.end()) or body_at(text, m.end() + 2) is not None


def half_before(text: str, begin: int, at: int, strictly: bool = False) -> bool:
    """Whether the word goes with the capital one before it ("Tham mưu"), which is no name of a place."""
    m = _COMPOUND.search(text[begin:at])
    if m is None or m.group("word").isupper() or named_at(text, begin + m.start("word"), at):
        return False
    before = m.group("before")
    if strictly:
        return before is None or before in ("và", "-", "–") or before.endswith(",")
    return before is None or not (before[0].isupper() or before in _LEVELS)
