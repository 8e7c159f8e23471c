"""The measured effects that the pages show: `python docs/measures/levers_on_pages.py docs/reference/levers`.

The folder is what `kith levers web hub pool --out docs/reference/levers` wrote; the result is `experiments/analyses/levers/measured.json`.
"""

import json
import sys
from pathlib import Path

from kith.experiments.analyses.levers import shipped, stored

if __name__ == "__main__":
    audits = stored.read(Path(sys.argv[1]))
    missing = set(shipped.TYPES) - set(audits)
    if missing:
        sys.exit(
            f"{sys.argv[1]} has no {', '.join(sorted(missing))}; run kith levers pool hub web --out {sys.argv[1]}"
        )
    kept = shipped.compact({kind: audits[kind] for kind in shipped.TYPES})
    text = json.dumps(kept, ensure_ascii=False, separators=(",", ":")).replace("],[", "],\n[")
    shipped.FILE.write_text(text + "\n", encoding="utf-8")
