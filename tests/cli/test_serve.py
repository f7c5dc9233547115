"""``giapranh serve`` as an officer starts and stops it: pages, worker and database come and go together."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from urllib.error import URLError
from urllib.request import urlopen

import psutil
import pytest


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(address: str, process: subprocess.Popen[str]) -> int:
    for _attempt in range(240):
        if process.poll() is not None:
            raise AssertionError(process.communicate()[0])
        try:
            with urlopen(address, timeout=5) as answer:
                return int(answer.status)
        except (URLError, OSError):
            time.sleep(0.5)
    raise AssertionError("the server did not answer")


@pytest.mark.skipif(os.name == "nt", reason="Windows stops programs in another way")
def test_it_answers_and_leaves_nothing_running_when_stopped(tmp_path):
    home, port = tmp_path / "nút", free_port()
    environment = {**os.environ, "GIAPRANH_HOME": str(home), "GIAPRANH_LANGUAGE": "vi", "GIAPRANH_WEB_WORKERS": "1"}
    command = [sys.executable, "-m", "giapranh"]
    subprocess.run([*command, "init", "--password", "mat-khau-dai-2026"], env=environment, check=True, timeout=170)
    process = subprocess.Popen(
        [*command, "serve", "--port", str(port)],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8",
    )  # fmt: skip
    try:
        assert wait_for(f"http://127.0.0.1:{port}/tai-khoan/login/", process) == 200
        family = [process.pid, *(child.pid for child in psutil.Process(process.pid).children(recursive=True))]
        assert len(family) > 2  # the server, its web process, the worker
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    finally:
        process.kill()
        process.communicate()
    assert [pid for pid in family if psutil.pid_exists(pid) and psutil.Process(pid).status() != "zombie"] == []
    assert not (home / "postgres" / "data" / "postmaster.pid").exists()
