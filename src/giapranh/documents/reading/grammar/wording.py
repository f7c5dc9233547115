"""The words that tell a duty from a story, a consent, an invitation or a closing (folded text)."""

from __future__ import annotations

import re

SILENT = re.compile(
    r"^(?:ve |mot so |cac )*(?:danh gia|tinh hinh|ket qua(?! thuc hien phai)|nhung ket qua|ton tai|han che|nhung (?:ton tai|han che|kho khan)|kho khan|nguyen nhan|uu diem|khuyet diem|muc dich|quan diem|muc tieu|pham vi|doi tuong|can cu|co so|su can thiet|khai quat|thuc trang|boi canh|du bao|dac diem|nhan dinh|thanh phan|thoi gian,? dia diem|giai thich tu ngu|kinh phi|nguon kinh phi|thong tin chung|noi dung cuoc hop|nguyen tac|giai thich|quy dinh chung|hieu luc)\b"
)
# Minutes tell what was said; only under such a heading do they give duties.
CONCLUDES = re.compile(
    r"^\W*(?:(?:y kien |phan |noi dung )?(?:ket luan|thong nhat|chi dao|cam ket)|phan cong|giao nhiem vu|nhiem vu|yeu cau|to chuc thuc hien|trach nhiem|bien phap|nghi quyet|ket qua thong nhat|noi dung (?:hop tac|phoi hop))"
)
# What was done in a time gone by is a story, whoever did it.
STORY = re.compile(
    r"\W*(?:trong (?:nhung |cac )?(?:thang|nam|quy|thoi gian|\d{1,2} (?:thang|nam))(?: (?:dau nam|qua|vua qua))?[^.;:]{0,30},|(?:nam|thang|quy|6 thang dau nam|sau thang dau nam)[ \d/iv-]{1,12}(?:nam \d{4})?,|thoi gian qua|vua qua|tinh den|den (?:nay|ngay|thang|het)|qua (?:kiem tra|theo doi|ra soat|thanh tra|tong hop|bao cao)|hien nay|ket qua (?:kiem tra|ra soat) cho thay|ghi nhan|tuy nhien|ben canh|mac du|nguyen nhan)"
)
PRESS = re.compile(
    r"(?:bao|dai|tap chi|cac bao|bao chi|trang thong tin)\b[^.;:]{2,100}? (?:co neu|neu|dua tin|co bai|dang (?:tai |bai)|phan anh)\b[^.;]{0,12}:"
)
TOLD = re.compile(r"\b(?:đã|còn|chỉ đạt|mới đạt|đạt|xảy ra|tăng|giảm)\b")
# "Sở X phối hợp với Y trong công tác …" above a list heads it: the work itself stands in the list.
IN_WORK = re.compile(r"^[^.;]{3,90}?phoi hop[^.;]{3,160}? trong (?:cong tac|viec|qua trinh) ")
# Under these headings every item is something to do, even where nobody is named.
MEASURES = re.compile(r"\b(?:giai phap|bien phap|phuong an|nhiem vu|to chuc thuc hien)\b")
_PLANNED = (
    r"(?:cong tac|viec|hoat dong) [^.;]{3,160}? (?:duoc|phai)\b|[^.;:]{3,220}? phai (?:duoc|dam bao|bao dam)\b"
    r"|[^.;:]{3,90}? duoc (?:kiem tra|van hanh|trien khai|thuc hien|mo|dong)\b|(?:doi voi|trong truong hop|khi co) [^.;]{3,120}"
)
PLANNED = re.compile(rf"(?:[^.;:]{{3,60}}: )?(?:{_PLANNED})")
SECTION = re.compile(
    r"nhiem vu|giai phap|to chuc thuc hien|trach nhiem|phan cong|noi dung (?:chi dao|ket luan|thuc hien)|yeu cau|ket luan|chi dao|trong tam|thoi gian (?:toi|den)|che do (?:thong tin,? )?bao cao"
)
GENERAL_VERB = re.compile(
    r"^(?:[,:]|(?:can cu|theo|trong pham vi|trong|tren co so)[^,;.]{2,90}?(?:duoc giao|quan ly|quyen han|nhiem vu|cua minh|don vi minh|don vi|dia phuong)(?: minh)?|co trach nhiem|chiu trach nhiem|phai|can|biet(?: va|,)|de biet(?: va|,)|nghiem tuc|nghiem|khan truong|chu dong|tich cuc|quan triet|to chuc|trien khai|phoi hop|thuc hien|thi hanh|chap hanh|kip thoi|day du|co hieu qua|hieu qua|dong bo|quyet liet|bao dam|quan tam|tap trung|chi dao(?=,? (?:to chuc |trien khai |thuc hien)|[\s./]*$)|tot|dung|theo doi(?=,? thuc hien)|,|va|\s)+"
)
GENERAL_OBJECT = re.compile(
    r"^(?:(?:cac |nhung |cua |day du |nghiem tuc |mot so |tot |co hieu qua |hieu qua |theo (?:dung )?)*(?:noi dung|nhiem vu|chi dao|y kien|yeu cau|quy dinh|ket luan|ke hoach|chi thi|cong van|quyet dinh|thong bao|cong dien|chuong trinh|van ban|nghi quyet|huong dan|phuong an|chi dao)(?: (?:cua|chi dao|ket luan|thong bao|cong van|ke hoach|nhiem vu|tai|noi dung|yeu cau|,|va|nay|tren|neu|neu tren|dung|theo|ubnd|uy ban nhan dan|chu tich|pho|tinh|thanh pho|so|bo|giam doc|thu tuong|chinh phu|noi|van ban|chi thi|quyet dinh|cong dien|thong bao))*)?[\s./,\"]*$"
)
# "…; đơn vị nào lơ là … sẽ bị trừ điểm": a threat behind a closing gives nothing to do.
WHOEVER = re.compile(r"; (?:cac )?(?:don vi|co quan|dia phuong|ca nhan|to chuc|truong hop) nao\b")
CLOSING = re.compile(
    r"(?:tren day la|nay thong bao|[^.;]{3,60} thong bao (?:de|den|toi|y kien|ket luan)|thua (?:lenh|uy quyen) [^.;]{3,160} thong bao|thong bao de|xin thong bao|[^.;]{3,60} (?:tran trong |kinh )?thong bao va (?:de nghi|yeu cau)|(?:moi )?(?:thong tin chi tiet|chi tiet|thong tin them|thac mac)\b[^.;]{0,40} lien he|tran trong|kinh de nghi|kinh mong|rat mong|kinh trinh|chi thi nay|quyet dinh nay|ke hoach nay|cong dien nay|noi nhan)"
)
INNER = ("dash", "letter", "plus", "bracket")
CONSENT = re.compile(
    r"(?:dong y|thong nhat(?! (?:quan ly|phuong an|voi cac))|chap thuan|nhat tri|phe duyet|ban hanh (?:kem|quy|ke)|thanh lap|bai bo|sua doi|cong nhan|huy bo|bo nhiem|dieu dong|phan bo|giao (?:chi tieu|du toan|bien che)|cho phep|quyet dinh nay|ghi nhan|bieu duong|danh gia cao|hoan nghenh|co ban)\b"
)
# "Thống nhất sử dụng mẫu biểu …" under "đề nghị các đơn vị:" is for them to do, and consents to nothing.
AS_ONE = re.compile(r"thong nhat (?:to chuc|su dung|thuc hien|ap dung|cach|mau|lay|goi|ghi)\b")
INVITES = re.compile(
    r"(?:kinh |tran trong (?:kinh )?)?moi\b(?! (?:truong|don vi|co quan|nam|nhat|nguoi|ngay|thang|phong|xa|bo phan|dia phuong))|tham du|du hop|den du|toi du|ve du|tham gia (?:cuoc )?hop|du (?:cuoc |hoi |le |buoi |phien )"
)
ASKS = re.compile(
    r"\W*(?:(?:som |tiep tuc )?(?:xem xet(?! (?:thanh tra|kiem tra|xu ly|giai quyet|bo tri|dieu chinh|ho tro|thuc hien|lap|to chuc|huong dan))|quan tam(?! (?:giam sat|phoi hop|chi dao|ho tro|bo tri|huong dan|tao dieu kien|tuyen truyen|thuc hien))|cho y kien|chap thuan|phe duyet|chap nhan|cho phep|cho chu truong|thong qua|quyet dinh|ghi nhan))"
)
ANSWERS = re.compile(
    r"\W*(?:phai |hoan toan |toan dien )*chiu (?:moi |hoan toan )?trach nhiem (?:toan dien |ca nhan )?truoc\b"
)
# "… chịu trách nhiệm trước X về kết quả thực hiện": a closing that gives nothing to do.
RESPONSIBLE = re.compile(
    r"\W*(?:phai |hoan toan )*chiu (?:hoan toan )?trach nhiem (?:toan dien )?(?:truoc [^,;.]{3,60} )?ve (?:ket qua|toan bo|viec)[^,;.]{0,60}[./]*$"
)
WITH = re.compile(
    r"phoi voi (?=[^\W\d_])|pho(?<!cong tac pho)(?<!co che pho)(?<!quy che pho)(?<!chuong trinh pho)(?<!viec pho)(?<!su pho)(?<!quan he pho)(?:i hop|[a-z]? ?i? h[a-z]{1,2}p)(?: (?:chat che|dong bo|thuong xuyen|kip thoi|hieu qua|tich cuc|chu dong|tot|tham muu|thuc hien|lam viec))*(?:, (?:ho tro|giup do|giup))?(?: (?:voi|cung voi|cung|va giup):?)? (?=[^\W\d_])"
)
# "… phối hợp với: X; Y; Z …": a list that semicolons part.
WITH_LIST = re.compile(r"phoi hop(?: chat che)?(?: voi| cung| cung voi)?: (?=[^\W\d_])")
# "…làm đầu mối, cùng với X …", "có sự phối hợp của X": X helps, whoever leads stands before.
TOGETHER = re.compile(
    r"(?:[,;] (?:va )?cung(?: voi)?|\b(?:chu tri|dau moi|chu luc|thuong truc),? cung(?: voi)?|\b(?:co|voi) su (?:phoi hop|tham gia|ho tro|giup do)(?: chat che)?(?:(?:,| va) [a-z]+ [a-z]+){0,2} cua) (?=[^\W\d_])"
)
# "X chủ trì, Y phối hợp theo dõi …": who stands beside the lead.
BESIDE = re.compile(r"\b(?:chu tri|dau moi|thuc hien)[,;] (?=[^\W\d_])")
HELPS = re.compile(r"(?:cung )?phoi hop (?!voi |cung |[^ ]+ voi )")
# "…; Công ty X, Công ty Y phối hợp thực hiện.": those named do nothing but help.
ONLY_HELP = re.compile(
    r"(?:phoi hop|ho tro)(?: (?:thuc hien|trien khai|giai quyet|xu ly|tham gia))?(?=\s*(?:[;.,)]|$))"
)
PURPOSE = re.compile(
    r"gui (?:ve )?(?P<who>.{3,120}?)(?: truoc [^,;.]{4,40})? (?P<purpose>de (?:nghien cuu|tong hop|xem xet|tiep thu|theo doi)[^.;]{5,200})"
)
CHUYEN = re.compile(r"chuyen [^,;.]{3,160}? (?:den|toi|cho) (?=[^\W\d_])")
AUTHORITY = re.compile(
    r"(?:(?:pho )?(?:chu tich|giam doc|thu tuong|bi thu|bo truong|thu truong bo|chanh van phong)(?: thuong truc)?(?: ubnd| uy ban nhan dan| so$| chinh phu| tinh| hdnd| bo| van phong| [^,]{3,40}$)|thu tuong|chinh phu|ban thuong vu|thuong truc (?:tinh|thanh|huyen) uy|lanh dao (?:ubnd|so|bo)\b)"
)
# The heads of departments take orders from the committee of a province or a city, and pass none of theirs through it.
HEADS_BELOW = re.compile(r"(?:pho )?(?:giam doc|chi huy truong|thu truong (?!bo)|truong) ")
PROVINCE = re.compile(r"^(?:chu tich )?(?:ubnd|uy ban nhan dan) (?:tinh|thanh pho)\b")
# Under the heading of a body, "Chỉ đạo các đơn vị …" is what that body has to do.
DIFFICULTIES = re.compile(
    r"(?:(?:trong )?qua trinh|neu (?:co|gap|phat sinh)|truong hop (?:co|gap|phat sinh))[^.;]{0,160}?(?:de nghi|yeu cau|kip thoi|thi|,) (?:(?:quy|cac|ubnd|uy ban|so|phong|don vi|co quan) [^.;]{2,70}? )?(?:kip thoi |som )?(?:phan anh|bao cao|trao doi|lien he|thong tin|kien nghi|phan hoi)\b"
)
OFFICE_DUTY = re.compile(
    r"(?:co trach nhiem |chiu trach nhiem |chu dong |thuong xuyen )?(?:theo doi|don doc|chu tri|phoi hop|tong hop|tham muu|kiem tra|giup|bo tri|ra soat)\b"
)
OTHERS_STAND = re.compile(
    r"(?:cac |nhung )?(?:noi dung|nhiem vu)(?: chi dao)? (?:khac|con lai)[^.;:]{0,60}?(?:tiep tuc |van )?(?:thuc hien|trien khai) (?:theo|dung)\b"
)
HANDS_ON = re.compile(r"(?:chi dao|yeu cau|phan cong|uy quyen|giao nhiem vu cho) ")
TITLED = re.compile(
    r"(?:trach nhiem|nhiem vu|nhiem vu,? quyen han)(?: cu the)?(?: thuc hien)?(?: cua| doi voi)?:? (?=[^\W\d_])"
)
TOPICAL = re.compile(
    r"(?:ve |cong tac|doi voi|nhiem vu|mot so|noi dung|kinh phi|thoi gian|che do|giai phap|muc |yeu cau|cac noi dung|truong hop|phan |chi tieu|linh vuc)"
)
# "Lĩnh vực đất đai: Sở X …", "Chế độ báo cáo: Các đơn vị …".
TOPIC = re.compile(r"[^.;:()]{3,80}: (?=[^\W\d_])")
PRELUDE = re.compile(
    r"(?:tren co so|can cu|de (?!xuat|nghi|cu|bat|ra)|doi voi|trong |khi |truong hop|hang nam|dinh ky|sau |nham|theo |truoc |ngoai |ngay |tu (?:ngay|nay|thang)|den (?:het )?(?:ngay|thang)|cham nhat|muon nhat|vao |song song|cung voi|ben canh|nhan dip|thong qua )"
)
CARRIES_ON = re.compile(
    r"(?:(?:truong hop|neu|khi) [^.;,]{5,120}?(?:, thi|,| thi)|(?:hang|moi|dinh ky)[a-z ]{3,30},"
    r"|(?:cham nhat|muon nhat|truoc|den het|trong)(?: het)? (?:ngay|thang|quy|nam) [^.;,]{1,40},) "
    r"(?:phai |kip thoi |chu dong |khan truong )?"
)
CARRIES_ON_MUST = re.compile(r"(?:truong hop|neu|khi) [^.;]{5,140}? phai (?!la |chang |khong )")
CONNECTED = re.compile(r"^(?:dong thoi|ngoai ra|ben canh do|mat khac|trong do|cung voi do)[,:]? ")
REPORT_BY = re.compile(
    r"(?:ket qua|bao cao|thong tin|noi dung|van ban|y kien|so lieu|ho so|danh sach|de xuat|ke hoach)\b[^.;]{0,120}?\b(?:gui|bao cao|phan anh)\b"
)
SHARED_REPORT = re.compile(
    r"(?<=[.;] )(?=(?:cac )?(?:bao cao|ket qua|van ban|y kien|ho so|tai lieu|noi dung)\b[a-z ]{0,40}?\bgui\b)"
)
LISTS_GUESTS = re.compile(r"\bmoi\s*:|kinh moi|trinh trong moi|co mat|thanh phan|xin y kien")
# No duty is longer than some pages; a text that is one endless paragraph holds none.
LONGEST = 12_000
QUOTED = re.compile(r"[\"“][^\"”]{20,}[\"”]")
