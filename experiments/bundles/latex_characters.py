"""Characters that LaTeX's standard fonts lack, with the command that prints each: the same in pdfLaTeX, LuaLaTeX and XeLaTeX."""

from collections.abc import Iterable

GREEK = {
    letter: rf"\{name}"
    for letter, name in zip(
        "αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΥΦΨΩ",
        (
            *[
                "alpha",
                "beta",
                "gamma",
                "delta",
                "varepsilon",
                "zeta",
                "eta",
                "theta",
                "iota",
                "kappa",
                "lambda",
                "mu",
                "nu",
                "xi",
                "pi",
                "rho",
            ],
            *["sigma", "tau", "upsilon", "varphi", "chi", "psi", "omega"],
            *["Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Upsilon", "Phi", "Psi", "Omega"],
        ),
        strict=True,
    )
}
MATHS = {
    **GREEK,
    "·": r"\cdot",
    "×": r"\times",
    "÷": r"\div",
    "−": "-",
    "±": r"\pm",
    "√": r"\surd",
    "∞": r"\infty",
    "∑": r"\sum",
    "≈": r"\approx",
    "≡": r"\equiv",
    "≠": r"\neq",
    "≤": r"\leq",
    "≥": r"\geq",
    "∈": r"\in",
    "←": r"\leftarrow",
    "→": r"\rightarrow",
    "↔": r"\leftrightarrow",
    "⌊": r"\lfloor",
    "⌋": r"\rfloor",
    "⌈": r"\lceil",
    "⌉": r"\rceil",
    "ℓ": r"\ell",
    "½": r"\frac{1}{2}",
    "¼": r"\frac{1}{4}",
    "¾": r"\frac{3}{4}",
    "⁺": "^{+}",
    "⁻": "^{-}",
    "ₖ": "_{k}",
    "ᵢ": "_{i}",
    "ⱼ": "_{j}",
    "\u0304": r"\bar{\ }",
    **{digit: f"^{{{value}}}" for value, digit in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")},
    **{digit: f"_{{{value}}}" for value, digit in enumerate("₀₁₂₃₄₅₆₇₈₉")},
}
WORDS = {
    "€": "EUR",
    "†": r"\dag{}",
    "‡": r"\ddag{}",
    "ũ": r"\~u",
    "\u202f": r"\,",
    "●": r"$\bullet$",
    "○": r"$\circ$",
}
ACCENTED = frozenset(
    "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝßàáâãäåæçèéêëìíîïñòóôõöøùúûüýÿŁłŒœŠšŽžĆćČčĘęĄąŃńŚśŹźŻż§–—‘’“”…"
)
"what the standard fonts print"


def declared(texts: Iterable[str]) -> list[str]:
    """The lines of a preamble that declare the characters of some texts; they need the package newunicodechar."""
    used = sorted({letter for text in texts for letter in text if not letter.isascii()} - ACCENTED)
    lines = []
    for letter in used:
        command = rf"\ensuremath{{{MATHS[letter]}}}" if letter in MATHS else WORDS.get(letter)
        if command is not None:
            lines.append(rf"\newunicodechar{{{letter}}}{{{command}}}")
    return lines
