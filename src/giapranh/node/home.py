"""Where a node lives on disk. ``GIAPRANH_HOME`` names the folder; without it, ``var`` beside the checkout, else the
user's data folder of the operating system (Windows: ``%LOCALAPPDATA%``)."""

from __future__ import annotations

import os
import secrets
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import platformdirs

CHECKOUT = Path(__file__).resolve().parents[3]
CERTIFICATE_SUFFIXES = frozenset({".pem", ".crt", ".cer", ".der"})


@cache
def home() -> Path:
    """The node's folder, made on first use."""
    named = os.environ.get("GIAPRANH_HOME")
    if named:
        folder = Path(named).expanduser().resolve()
    elif (CHECKOUT / "pyproject.toml").exists():
        folder = CHECKOUT / "var"
    else:
        folder = platformdirs.user_data_path("GiapRanh", appauthor=False)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def setting(name: str, default: str = "") -> str:
    """A setting: ``GIAPRANH_<NAME>`` in the environment, else ``name`` in ``giapranh.toml`` of the node's folder."""
    value = os.environ.get(f"GIAPRANH_{name.upper()}")
    if value is not None:
        return value
    found = _file().get(name.lower(), default)
    return str(found).lower() if isinstance(found, bool) else str(found)


def switch(name: str, default: bool = False) -> bool:
    """A setting that is on or off."""
    return setting(name, "true" if default else "false").strip().lower() in {"1", "true", "yes", "on"}


@cache
def _file() -> dict[str, Any]:
    path = home() / "giapranh.toml"
    return tomllib.loads(path.read_text("utf-8")) if path.exists() else {}


def signature_roots() -> tuple[bytes, ...]:
    """The certificates (PEM or DER) an electronic signature must lead back to. No folder, no judgement."""
    named = setting("signature_roots")
    folder = Path(named).expanduser() if named else home() / "signature-roots"
    if not folder.is_dir():
        return ()
    return tuple(p.read_bytes() for p in sorted(folder.iterdir()) if p.suffix.lower() in CERTIFICATE_SUFFIXES)


def secret(name: str) -> str:
    """A secret of this node, made once and kept in a file only the owner may read."""
    path = home() / "secrets" / name
    if not path.exists():
        path.parent.mkdir(mode=0o700, exist_ok=True)
        fresh = path.with_name(f"{name}.{os.getpid()}.tmp")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(48), encoding="ascii")
        try:
            os.link(fresh, path)  # the first of two processes wins
        except FileExistsError:
            pass
        except OSError:  # a file system without links
            if not path.exists():
                fresh.replace(path)
        fresh.unlink(missing_ok=True)
    return path.read_text("ascii").strip()
