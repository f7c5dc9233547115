"""Pin requirements/*.in: exact versions for every platform, hashes, no registry address."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "requirements"

for name in ("base", "build", "frontend", "dev"):
    subprocess.run(
        [
            sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--generate-hashes", "--no-emit-index-url",
            "--no-annotate", "--no-header", "--universal", "--python-version", "3.11",
            "--output-file", f"{name}.txt", f"{name}.in", *sys.argv[1:],
        ],
        check=True,
        cwd=FOLDER,
    )  # fmt: skip
