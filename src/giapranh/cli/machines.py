"""``giapranh mqtt``: the MQTT side of the SensorThings interface."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from giapranh.cli import setting_up
from giapranh.cli.language import _
from giapranh.node import home


def mqtt() -> None:
    """Nối giao diện SensorThings với máy chủ MQTT đã đặt ở mqtt_broker. Ví dụ: giapranh mqtt"""
    setting_up.set_up()
    from giapranh.water.sta.mqtt import Bridge

    bridge = Bridge.from_settings()
    print(_("Đang nối với MQTT ở %(host)s:%(port)d · Ctrl+C để dừng.") % {"host": bridge.host, "port": bridge.port},
          flush=True)  # fmt: skip
    bridge.run()


@contextmanager
def mqtt_beside() -> Iterator[None]:
    """A bridge process that lives as long as the block, when a broker is set."""
    if not home.setting("mqtt_broker"):
        yield
        return
    process = subprocess.Popen([sys.executable, "-m", "giapranh", "mqtt"], stdin=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
