"""Pages of the neighbours, below /lang-gieng/. A neighbour's node stands below nut/, so that no name hides a page."""

from __future__ import annotations

from django.urls import URLPattern, path

from giapranh.exchange.views import agreement, bundles, ledger, meeting, neighbours, records, succession

app_name = "exchange"
urlpatterns: list[URLPattern] = [
    path("", neighbours.neighbours, name="neighbours"),
    path("the/", meeting.card, name="card"),
    path("the/tao-khoa/", meeting.make_keys, name="make_keys"),
    path("the/tai-ve/", meeting.card_file, name="card_file"),
    path("the/doi-khoa/", meeting.rotate, name="rotate"),
    path("the/khoi-phuc/", meeting.recover, name="recover"),
    path("the/ke-thua/", succession.succession, name="succession"),
    path("the/ke-thua/<slug:name>/", succession.succession_step, name="succession_step"),
    path("gap/", meeting.meet, name="meet"),
    path("ho-so/", records.received, name="received"),
    path("viec/", records.notices, name="notices"),
    path("cach-ly/", ledger.quarantine, name="quarantine"),
    path("cach-ly/<str:stream>/<int:seq>/xet-lai/", ledger.judge_again, name="judge_again"),
    path("goi/", bundles.bundles, name="bundles"),
    path("goi/lap/", bundles.make, name="make_bundle"),
    path("goi/nhan/", bundles.take, name="take_bundle"),
    path("kiem-tra/", neighbours.checks, name="checks"),
    path("kiem-tra/giapranh_verify.py", ledger.verifier_file, name="verifier"),
    path("nut/<slug:peer>/", neighbours.neighbour, name="neighbour"),
    path("nut/<slug:peer>/goi-ngay/", neighbours.ask_now, name="ask_now"),
    path("nut/<slug:peer>/da-biet/", neighbours.know, name="know"),
    path("nut/<slug:peer>/duong-truyen/", neighbours.line, name="line"),
    path("nut/<slug:peer>/dau-so/", neighbours.heads, name="heads"),
    path("nut/<slug:peer>/thoa-thuan/", agreement.agreement, name="agreement"),
    path("nut/<slug:peer>/thoa-thuan/rut/", agreement.withdraw, name="withdraw"),
    path("nut/<slug:peer>/thoa-thuan/<int:number>/", agreement.version, name="version"),
    path("nut/<slug:peer>/thoa-thuan/<int:number>/ky/", agreement.countersign, name="countersign"),
    path("nut/<slug:peer>/thoa-thuan/<int:number>/khong-ky/", agreement.decline, name="decline"),
    path("nut/<slug:peer>/soan/", agreement.draft, name="draft"),
    path("nut/<slug:peer>/soan/ky/", agreement.propose, name="propose"),
    path("nut/<slug:peer>/soan/bo/", agreement.drop_draft, name="drop_draft"),
    path("nut/<slug:peer>/soan/dieu-khoan/", agreement.clause, name="new_clause"),
    path("nut/<slug:peer>/soan/dieu-khoan/<slug:clause_id>/", agreement.clause, name="clause"),
    path("nut/<slug:peer>/soan/dieu-khoan/<slug:clause_id>/bo/", agreement.drop_clause, name="drop_clause"),
    path("nut/<slug:peer>/se-di/", agreement.will_leave, name="will_leave"),
    path("nut/<slug:peer>/da-di/", agreement.left, name="left"),
    path("nut/<slug:peer>/so/", ledger.ledger, name="ledger"),
    path("nut/<slug:peer>/so/<str:stream>/<int:seq>/", ledger.entry, name="entry"),
    path("nut/<slug:peer>/chung-minh/<path:subject>/", ledger.proof, name="proof"),
    path("nut/<slug:peer>/viec/<slug:name>/", records.step, name="record_step"),
    path("nut/<slug:peer>/tra-loi/<uuid:event>/", records.answer, name="answer"),
    path("nut/<slug:peer>/ho-so/<path:subject>/", records.record, name="record"),
]
