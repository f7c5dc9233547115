"""How long a command takes to start, against ``python -c pass``.

python benchmarks/startup.py
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from harness import milliseconds, tell


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="giapranh-bench-") as folder:
        from tests.bad_input.files import paper_text

        paper = Path(folder) / "van-ban.txt"
        paper.write_bytes(paper_text())
        commands = {
            "python -c pass": ["-c", "pass"],
            "giapranh --help": ["-m", "giapranh", "--help"],
            "giapranh read van-ban.txt": ["-m", "giapranh", "read", str(paper)],
            "giapranh read --json van-ban.txt": ["-m", "giapranh", "read", "--json", str(paper)],
        }
        took = {name: milliseconds(lambda words=words: _run(words), times=5) for name, words in commands.items()}
        print("starting a command; python itself is 1")
        for name, each in took.items():
            tell(name, each, took["python -c pass"])


def _run(words: list[str]) -> None:
    subprocess.run([sys.executable, *words], check=True, capture_output=True)


if __name__ == "__main__":
    main()
