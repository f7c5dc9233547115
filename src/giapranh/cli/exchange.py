"""``giapranh exchange``: how it stands with the neighbours, a round now, bundles as files, the keys of this node."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from giapranh.cli import setting_up
from giapranh.cli.language import _
from giapranh.kernel.clock import now
from giapranh.kernel.errors import N_, BadInput, NotFound

if TYPE_CHECKING:
    from giapranh.exchange.queries.agreement import Version
    from giapranh.exchange.queries.neighbours import Direction, Neighbour
    from giapranh.exchange.services.rounds import Round

app = typer.Typer(
    name="exchange", help=_("Trao đổi với láng giềng: tình hình, gọi ngay, gói tệp, khóa."), no_args_is_help=True
)


class NoSuchNeighbour(NotFound):
    code = "no_such_neighbour"


class WrongBundle(BadInput):
    code = "wrong_bundle"


def _begin() -> None:
    setting_up.set_up()
    from django.utils import translation

    translation.activate(os.environ.get("GIAPRANH_LANGUAGE", "vi"))


@app.command("status")
def status(peer: Annotated[str, typer.Argument(help=_("Chỉ láng giềng này (mã nút)."))] = "") -> None:
    """Mỗi chiều: nghe, áp dụng lần cuối, chờ, lâu nhất, cách ly. Ví dụ: giapranh exchange status"""
    _begin()
    from giapranh.exchange.queries import neighbours as queries

    for node in _peers(peer):
        _tell(queries.neighbour(node))


def _peers(peer: str) -> list[str]:
    from giapranh.exchange.queries import neighbours as queries

    names = queries.names()
    if peer and peer not in names:
        known = ", ".join(names) or "–"
        raise NoSuchNeighbour(N_("Chưa gặp “%(peer)s”. Láng giềng đã gặp: %(known)s."), peer=peer, known=known)
    if not names:
        print(_("Chưa gặp láng giềng nào. Mở trang Láng giềng để gặp."))
    return [peer] if peer else list(names)


def _tell(found: Neighbour) -> None:
    print(f"{found.name} ({found.node})")
    _tell_line(found)
    out, into = found.out, found.into
    print("  " + _("Đi:") + f"  {out.verdict}")
    print("      " + _direction(out, _("biên nhận mới nhất"), out.last_heard))
    print("  " + _("Đến:") + f" {into.verdict}")
    print("      " + _direction(into, _("nghe"), into.last_heard))
    print("      " + _("áp dụng lần cuối %(when)s · còn ở bên kia %(n)s") % {
        "when": _ago(into.last_applied), "n": into.there,
    })  # fmt: skip
    agreed = _("phiên bản %(v)s") % {"v": found.agreement} if found.agreement else _("chưa có, chưa gì được đi")
    print("  " + _("Thỏa thuận:") + f" {agreed}")
    for alarm in found.alarms[:5]:
        print(f"  ! {alarm.text} {alarm.what_to_do}")


def _tell_line(found: Neighbour) -> None:
    line = found.line
    if line is None or not line.address:
        print("  " + _("Chỉ trao đổi bằng tệp."))
    elif not line.enabled:
        print("  " + _("Đường truyền đang tắt: %(address)s") % {"address": line.address})
    elif line.failures:
        print("  " + _("Không gọi được %(address)s: %(why)s") % {"address": line.address, "why": line.last_error})
    else:
        print(f"  {line.address}")


def _direction(way: Direction, heard: str, at: object) -> str:
    from giapranh.exchange import words

    return _("%(heard)s %(when)s · chờ %(n)s mục (%(size)s) · lâu nhất %(oldest)s · cách ly %(aside)s") % {
        "heard": heard, "when": _ago(at), "n": way.waiting, "size": words.size(way.waiting_bytes),
        "oldest": _ago(way.oldest) if way.oldest else "–", "aside": way.quarantined,
    }  # fmt: skip


def _ago(at: object) -> str:
    from giapranh.exchange import words

    return words.ago(at)  # type: ignore[arg-type]


@app.command("pull")
def pull(peer: Annotated[str, typer.Argument(help=_("Chỉ láng giềng này (mã nút)."))] = "") -> None:
    """Gọi láng giềng ngay, không chờ phút sau. Ví dụ: giapranh exchange pull bac-ninh"""
    _begin()
    from giapranh.exchange.services import lines, rounds

    failed = False
    for node in _peers(peer):
        line = lines.of(node)
        if line is None or not line.address:
            print(_("%(peer)s: chỉ trao đổi bằng tệp.") % {"peer": node})
        elif not line.enabled:
            print(_("%(peer)s: đường truyền đang tắt.") % {"peer": node})
        else:
            done = rounds.run(line)
            failed = failed or bool(done.error)
            print(_round_words(done))
    raise typer.Exit(1 if failed else 0)


def _round_words(done: Round) -> str:
    if done.error:
        return f"{done.peer}: {done.error}"
    counted = ", ".join(f"{_outcome(state)} {number}" for state, number in sorted(done.outcomes.items()))
    parts = [counted or _("không có gì mới")]
    if done.given_back:
        parts.append(_("trả lại bên kia %(n)s mục") % {"n": done.given_back})
    if done.blobs:
        parts.append(_("%(n)s tệp") % {"n": done.blobs})
    return f"{done.peer}: " + "; ".join(parts)


def _outcome(state: str) -> str:
    from giapranh.exchange import words

    return words.outcome(state)


@app.command("bundle")
def bundle(
    peer: Annotated[str, typer.Argument(help=_("Mã nút của láng giềng."))],
    folder: Annotated[Path, typer.Argument(help=_("Thư mục sẽ ghi gói, như ổ USB."))],
) -> None:
    """Ghi gói niêm phong cho láng giềng. Ví dụ: giapranh exchange bundle bac-ninh E:/"""
    _begin()
    from giapranh.exchange.services import bundles

    _peers(peer)
    if folder.exists() and not folder.is_dir():
        raise WrongBundle(N_("%(folder)s không phải thư mục."), folder=folder)
    path, made = bundles.write_to(folder, peer, by=None, at=now())
    print(_("Đã ghi %(path)s: %(n)s mục, %(files)s tệp gốc, %(mb)s MB.") % {
        "path": path, "n": made.entries, "files": made.blobs, "mb": round(path.stat().st_size / 1e6, 2),
    })  # fmt: skip


@app.command("apply")
def apply(file: Annotated[Path, typer.Argument(help=_("Gói nhận được (.giapranh)."))]) -> None:
    """Nhận gói của láng giềng; nhận lại không làm gì thêm. Ví dụ: giapranh exchange apply E:/goi.giapranh"""
    _begin()
    from giapranh.exchange import words
    from giapranh.exchange.services import bundles

    if not file.is_file():
        raise WrongBundle(N_("Không có tệp %(file)s."), file=file)
    with file.open("rb") as source:
        taken = bundles.apply(source, by=None, at=now())
    counted = ", ".join(f"{_outcome(state)} {number}" for state, number in taken.states.most_common())
    print(f"{taken.peer}: {counted or _('không có gì mới')}")
    for name, number in taken.reasons.most_common():
        print(f"  {number} × {words.reason(name)} {words.what_to_do(name)}")
    if taken.blobs:
        print("  " + _("%(n)s tệp") % {"n": taken.blobs})


@app.command("keys")
def keys(
    make: Annotated[
        bool, typer.Option("--make", help=_("Tạo khóa của nút này (một lần) và in khóa khôi phục."))
    ] = False,
) -> None:
    """Mười hai từ và mã QR của nút này, để láng giềng nhận ra. Ví dụ: giapranh exchange keys"""
    _begin()
    import segno

    from giapranh.exchange.queries import neighbours as queries
    from giapranh.exchange.services import meeting

    if make:
        made = meeting.make_keys(by=None, at=now())
        print(_("Khóa khôi phục, chỉ hiện một lần. Chép ra giấy, cất vào két:"))
        print(f"  {made.recovery}\n")
    card = queries.my_card()
    if card is None:
        raise NotFound(N_("Nút này chưa có khóa trao đổi: gõ giapranh exchange keys --make, hoặc mở trang Láng giềng."))
    print(f"{card.name} ({card.node})")
    print("  " + " ".join(card.words))
    segno.make(card.raw, error="l", micro=False).terminal(compact=True)


@app.command("agreement")
def agreement(peer: Annotated[str, typer.Argument(help=_("Mã nút của láng giềng."))]) -> None:
    """Thỏa thuận với láng giềng thành câu. Ví dụ: giapranh exchange agreement bac-ninh"""
    _begin()
    from giapranh.exchange.queries import agreement as queries

    _peers(peer)
    found = [one for one in queries.versions(peer) if one.state in ("in-force", "offered", "proposed")]
    if not found:
        print(_("Chưa có thỏa thuận nào; chưa gì được đi."))
    for one in found:
        _tell_version(one)


def _tell_version(one: Version) -> None:
    print(_("Phiên bản %(v)s, %(state)s") % {"v": one.version, "state": one.word})
    for sentence in one.sentences:
        print(f"  - {sentence.text}" + (f" [{sentence.ended}]" if sentence.ended else ""))
