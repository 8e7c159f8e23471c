"""Scripts that run in a process of their own."""

import os
import subprocess
import sys
from pathlib import Path


def run_script(code: str, root: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run code as a script in a folder, with kith of this checkout."""
    script = folder / "script.py"
    script.write_text(code, "utf-8")
    return subprocess.run(
        [sys.executable, str(script), *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(root / "src")},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
