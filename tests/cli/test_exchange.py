"""``giapranh exchange``: what it prints, what it writes, what it refuses in one line."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
import typer
from tests.factories import neighbour_house
from tests.factories.neighbour_house import TASK, THEM

from giapranh.cli import exchange as command
from giapranh.cli import setting_up
from giapranh.exchange import seeds
from giapranh.exchange.house import now_ms
from giapranh.exchange.ledger import bundle
from giapranh.exchange.models import Line, Record
from giapranh.exchange.services import rounds
from giapranh.exchange.services.rounds import Round
from giapranh.kernel.errors import NotFound, Refused

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_second_set_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(setting_up, "set_up", lambda: None)
    monkeypatch.setattr(seeds, "_path", lambda: tmp_path / "secrets" / "exchange-keys.json")


@pytest.mark.parametrize("name", [each.name for each in command.app.registered_commands])
def test_every_command_shows_an_example(name: str) -> None:
    found = next(each for each in command.app.registered_commands if each.name == name)
    assert found.callback is not None
    assert f"giapranh exchange {name}" in (found.callback.__doc__ or "") or name == "agreement"


def test_keys_are_made_once_and_shown_as_words_and_qr(node: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(NotFound, match="--make"):
        command.keys()
    command.keys(make=True)
    first = capsys.readouterr().out
    assert "Khóa khôi phục, chỉ hiện một lần" in first
    command.keys()
    later = capsys.readouterr().out
    assert "Khóa khôi phục" not in later
    words = next(line for line in later.splitlines() if len(line.split()) == 12)
    assert words in first
    assert any(mark in later for mark in "█▀▄")
    with pytest.raises(Refused, match="đã có khóa"):
        command.keys(make=True)


def test_status_tells_each_direction(node: Any, capsys: pytest.CaptureFixture[str]) -> None:
    command.status()
    assert "Chưa gặp láng giềng nào" in capsys.readouterr().out
    neighbour_house.met_and_agreed()
    command.status()
    said = capsys.readouterr().out
    assert "Bắc Ninh (bac-ninh)" in said
    assert "Đi:" in said
    assert "Đến:" in said
    assert "chờ 0 mục" in said
    assert "phiên bản 1" in said
    with pytest.raises(command.NoSuchNeighbour, match="Láng giềng đã gặp: bac-ninh"):
        command.status("ha-noi")


def test_pull_runs_a_round_and_fails_when_one_fails(
    node: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    neighbour_house.met_and_agreed()
    monkeypatch.setattr(rounds, "run", lambda line: Round(line.peer, {"applied": 3}))
    with pytest.raises(typer.Exit) as ended:
        command.pull(THEM)
    assert ended.value.exit_code == 0
    assert "bac-ninh: đã áp dụng 3" in capsys.readouterr().out
    monkeypatch.setattr(rounds, "run", lambda line: Round(line.peer, error="không nối được"))
    with pytest.raises(typer.Exit) as ended:
        command.pull()
    assert ended.value.exit_code == 1
    assert "bac-ninh: không nối được" in capsys.readouterr().out
    Line.objects.update(address="")
    with pytest.raises(typer.Exit):
        command.pull()
    assert "chỉ trao đổi bằng tệp" in capsys.readouterr().out


def test_a_bundle_is_written_and_one_applied(node: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    them = neighbour_house.met_and_agreed()
    them.share(TASK, **neighbour_house.task())
    command.bundle(THEM, tmp_path / "usb")
    (file,) = (tmp_path / "usb").iterdir()
    assert str(file) in capsys.readouterr().out
    with file.open("rb") as source:
        assert bundle.read(them.engine, them.store, source, now_ms()).peer == them.me
    back = io.BytesIO()
    bundle.write(them.engine, them.store, them.me, back, now_ms())
    came = tmp_path / "về.giapranh"
    came.write_bytes(back.getvalue())
    command.apply(came)
    assert "bac-ninh: " in capsys.readouterr().out
    assert Record.objects.get(subject=TASK).state == "live"


@pytest.mark.parametrize("given", [b"", b"PK nothing of the kind" * 100])
def test_what_is_no_bundle_is_one_line(given: bytes, node: Any, tmp_path: Path) -> None:
    neighbour_house.met_and_agreed()
    file = tmp_path / "x.giapranh"
    file.write_bytes(given)
    with pytest.raises(Refused) as refusal:
        command.apply(file)
    assert "\n" not in str(refusal.value)
    with pytest.raises(command.WrongBundle, match="Không có tệp"):
        command.apply(tmp_path / "không có.giapranh")
    with pytest.raises(command.WrongBundle, match="không phải thư mục"):
        command.bundle(THEM, file)


def test_the_agreement_is_told_in_sentences(node: Any, capsys: pytest.CaptureFixture[str]) -> None:
    neighbour_house.make_keys()
    neighbour_house.meet(neighbour_house.stranger())
    command.agreement(THEM)
    assert "Chưa có thỏa thuận" in capsys.readouterr().out
    them = neighbour_house.stranger("Hà Nội", "ha-noi")
    neighbour_house.meet(them)
    neighbour_house.agree(them, [neighbour_house.clause("lang-son", "ha-noi", "task")])
    command.agreement("ha-noi")
    assert "Lạng Sơn chia sẻ “Việc phối hợp" in capsys.readouterr().out
