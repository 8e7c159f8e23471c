"""Execute the notebooks of this folder; `make notebooks` writes them back, with small outputs.

    python docs/notebooks/execute.py [FOLDER [NAME ...]]

FOLDER is where the executed notebooks go, by default where they are; NAME one of them, by default
all. The first cell that fails ends it. What depends on the machine (times, versions, paths) is not kept.
"""

import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

HERE = Path(__file__).parent
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def executed(path: Path) -> NotebookNode:
    """The notebook with fresh outputs; runs in an empty folder."""
    notebook = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory() as folder:
        NotebookClient(
            notebook,
            timeout=600,
            kernel_name="python3",
            record_timing=False,
            resources={"metadata": {"path": folder}},
        ).execute()
    notebook.metadata = nbformat.from_dict(METADATA)
    for k, cell in enumerate(notebook.cells):
        cell.id, cell.metadata = f"cell-{k}", {}
    return notebook


def main() -> None:
    """Execute notebooks, in order of their names."""
    out, names = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE, sys.argv[2:]
    for path in sorted(HERE.glob("*.ipynb")):
        if names and path.stem not in names:
            continue
        nbformat.write(executed(path), out / path.name)


if __name__ == "__main__":
    main()
