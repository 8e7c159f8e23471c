"""Tables for papers: LaTeX with the rules of booktabs."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from kith.experiments.bundles.latex_characters import declared
from kith.experiments.escaping import visible

if TYPE_CHECKING:
    import pandas as pd

SPECIAL = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "−": "$-$",
    "±": r"$\pm$",
    "∞": r"$\infty$",
    "μ": r"$\mu$",
    "σ": r"$\sigma$",
    "≥": r"$\geq$",
    "≤": r"$\leq$",
    "–": "--",
    "…": r"\dots{}",
    "\u202f": r"\,",
    "\u00a0": "~",
}


LINE = 70
"characters of a row above which a table is set smaller, and made as wide as the page if it still is wider"
FITTED = r"\resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}{%"


def for_latex(text: object) -> str:
    """Text in which no character acts in LaTeX."""
    return "".join(SPECIAL.get(letter, letter) for letter in visible(str(text)).replace("\n", " "))


def booktabs(frame: "pd.DataFrame", caption: str, label: str, note: str = "") -> str:
    """A frame as a table float with \\toprule, \\midrule and \\bottomrule; numbers stand right, text left.

    Parameters
    ----------
    frame : numbers, or cells that are written already.
    caption, label, note : the caption, its label for `\\ref`, and a line below the table.
    """
    names = [str(name) for name in frame]
    right = [_is_numeric(frame.iloc[:, place].tolist()) for place in range(len(names))]
    head = " & ".join(for_latex(name.replace("_", " ")) for name in names)
    rows = [" & ".join(_cell(value) for value in row) for row in frame.itertuples(index=False)]
    wide = _characters(frame) > LINE
    lines = [
        "% needs \\usepackage{booktabs,graphicx,newunicodechar}",
        *(f"% and {line}" for line in declared([head, *rows, for_latex(caption), for_latex(note)])),
        r"\begin{table}",
        r"\centering",
        rf"\caption{{{for_latex(caption)}}}",
        rf"\label{{tab:{label}}}",
        *([r"\footnotesize", FITTED] if wide else []),
        rf"\begin{{tabular}}{{@{{}}{''.join('r' if r else 'l' for r in right)}@{{}}}}",
        r"\toprule",
        rf"{head} \\",
        r"\midrule",
        *(rf"{row} \\" for row in rows),
        r"\bottomrule",
        r"\end{tabular}" + ("}" if wide else ""),
        *([rf"\par\smallskip\footnotesize {for_latex(note)}"] if note else []),
        r"\end{table}",
    ]
    return "\n".join(lines) + "\n"


def _cell(value: Any) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "--"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return for_latex(f"{value:.4g}".replace("-", "−") if math.isfinite(value) else "∞")
    return for_latex(value)


def _is_numeric(values: Sequence[Any]) -> bool:
    """Whether a column holds numbers, or text that begins as one."""
    texts = [
        str(value).lstrip("+−-≥< ") for value in values if value is not None and str(value) not in ("", "–")
    ]
    return bool(texts) and all(text[:1].isdigit() or text in ("nan", "inf", "∞") for text in texts)


def _characters(frame: "pd.DataFrame") -> int:
    """The width of the table in characters, with two between columns."""
    cells = [
        max([len(str(name)), *(len(_cell(value)) for value in frame.iloc[:, place].tolist())])
        for place, name in enumerate(frame)
    ]
    return sum(cells) + 2 * len(cells)
