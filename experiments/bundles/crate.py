"""The manifest of a bundle: an RO-Crate 1.1, which says of each file what it is.

The terms that it uses, and what they mean, are in `crate_context.json`; SHA-256 is one that RO-Crate 1.1 lacks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kith.experiments.bundles.inputs import sha256
from kith.experiments.files import MANIFEST

CONTEXT = ("https://w3id.org/ro/crate/1.1/context", {"sha256": "http://schema.org/sha256"})
PROFILE = "https://w3id.org/ro/crate/1.1"
FORMATS = {
    ".csv": "text/csv",
    ".parquet": "application/vnd.apache.parquet",
    ".json": "application/json",
    ".html": "text/html",
    ".svg": "image/svg+xml",
    ".pdf": "application/pdf",
    ".tex": "application/x-tex",
    ".toml": "application/toml",
    ".md": "text/markdown",
    ".npz": "application/zip",
    ".bib": "application/x-bibtex",
    ".nc": "application/netcdf",
}
LICENCE = "Not licensed: kith claims no rights in its output; whoever made these results may add terms here."
SOFTWARE, COMPUTATION = "#kith", "#computation"


@dataclass(frozen=True)
class Described:
    """What a file is: a name, and a sentence; of a figure the sentence is its text alternative."""

    name: str
    description: str = ""


def manifest(
    folder: Path,
    title: str,
    description: str,
    described: Mapping[str, Described],
    versions: Mapping[str, str],
    command: str,
) -> dict[str, Any]:
    """The RO-Crate of a folder whose files are written."""
    files = [
        path.relative_to(folder).as_posix()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != MANIFEST
    ]
    now = datetime.now(UTC).replace(microsecond=0).isoformat()
    inputs = [name for name in files if name.startswith("inputs/")]
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": title,
        "description": description or title,
        "datePublished": now,
        "license": LICENCE,
        "hasPart": _links(files),
        "mentions": {"@id": COMPUTATION},
    }
    head = {
        "@id": MANIFEST,
        "@type": "CreativeWork",
        "conformsTo": {"@id": PROFILE},
        "about": {"@id": "./"},
    }
    action: dict[str, Any] = {
        "@id": COMPUTATION,
        "@type": "CreateAction",
        "name": command or "made in Python",
        "description": "the command that repeats it, from this folder",
        "endTime": now,
        "instrument": {"@id": SOFTWARE},
        "result": _links([name for name in files if name not in inputs]),
    }
    if inputs:
        action["object"] = _links(inputs)
    software = {
        "@id": SOFTWARE,
        "@type": "SoftwareApplication",
        "name": "kith",
        "version": versions["kith"] or versions["code"][:12],
        "softwareVersion": f"model {versions['model']}, code {versions['code'][:12]}",
    }
    entries = [_entry(folder, name, described.get(name, Described(name))) for name in files]
    return {"@context": list(CONTEXT), "@graph": [head, root, action, software, *entries]}


def checksums(crate: Mapping[str, Any]) -> dict[str, str]:
    """File -> SHA-256, as a manifest has them."""
    return {
        entry["@id"]: entry["sha256"]
        for entry in crate["@graph"]
        if isinstance(entry, dict) and isinstance(entry.get("sha256"), str)
    }


def _entry(folder: Path, name: str, what: Described) -> dict[str, Any]:
    path = folder / name
    kind: Any = ["File", "ImageObject"] if path.suffix in (".svg", ".pdf") else "File"
    return {
        "@id": name,
        "@type": kind,
        "name": what.name,
        **({"description": what.description} if what.description else {}),
        "encodingFormat": FORMATS.get(path.suffix, "application/octet-stream"),
        "contentSize": str(path.stat().st_size),
        "sha256": sha256(path),
    }


def _links(names: Sequence[str]) -> list[dict[str, str]]:
    return [{"@id": name} for name in names]
