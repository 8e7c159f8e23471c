"""Fetch the browser's part of Solara from npm into `cdn/`, in the versions that Solara uses.

For maintainers, when Solara's pin in constraints.txt changes: `python dashboard/assets/fetch.py`. Needs npm.
Users need neither npm nor a network: what this writes is part of the repository and of the wheel.
"""

import base64
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

CDN = Path(__file__).parent / "cdn"

PACKAGES = {
    "@widgetti/solara-vuetify3-app@5.2.0": (
        "MIT",
        ("dist/main8.css", "dist/fonts.css", "dist/*solara-vuetify-app8.min.js", "dist/*.woff2"),
    ),
    "requirejs@2.3.6": ("MIT", ("require.js",)),
}
"""package@version -> its licence, and the files that a page requests."""


def main() -> None:
    """Fetch every package anew; stop if its content or its licence is not as expected."""
    shutil.rmtree(CDN, ignore_errors=True)
    for package, (licence, patterns) in PACKAGES.items():
        with tempfile.TemporaryDirectory() as folder:
            unpacked = _unpacked(package, Path(folder))
            found_licence = json.loads((unpacked / "package.json").read_text()).get("license")
            if found_licence != licence:
                sys.exit(
                    f"{package}: the licence is {found_licence}, not {licence}; check it before you continue"
                )
            _copy(
                unpacked,
                CDN / package,
                ("package.json", "LICENSE*", "*LICENSE.txt", "dist/*LICENSE.txt", *patterns),
            )


def _unpacked(package: str, folder: Path) -> Path:
    packed = json.loads(_npm("pack", package, "--json", "--pack-destination", str(folder)))[0]
    archive = folder / packed["filename"]
    algorithm, _, digest = packed["integrity"].partition("-")
    if base64.b64encode(hashlib.new(algorithm, archive.read_bytes()).digest()).decode() != digest:
        sys.exit(f"{package}: the file does not have the checksum that npm gives")
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    return folder / "package"


def _copy(source: Path, target: Path, patterns: tuple[str, ...]) -> None:
    for file in {path for pattern in patterns for path in source.glob(pattern)}:
        place = target / file.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, place)


def _npm(*words: str) -> str:
    return subprocess.run(["npm", *words], check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    main()
