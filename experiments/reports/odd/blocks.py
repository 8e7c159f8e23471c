"""Text in blocks (headings, paragraphs, lists, tables, formulas), read from Markdown and written as Markdown, HTML or LaTeX."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kith.experiments.bundles.latex import for_latex
from kith.experiments.bundles.latex_characters import declared
from kith.experiments.escaping import for_html

INLINE = re.compile(
    r"\*\*(?P<bold>[^*]+)\*\*|`(?P<code>[^`]+)`|\[(?P<link>[^\]]+)\]\([^)]*\)|\*(?P<slant>[^*]+)\*"
)
LEVELS = ("section", "subsection", "subsubsection")


@dataclass(frozen=True)
class Block:
    """A part of a text."""

    kind: str
    "heading, text, list, table or code"
    text: str = ""
    rows: tuple[tuple[str, ...], ...] = ()
    "of a table, its head first; of a list, one cell each"
    level: int = 1

    @property
    def words(self) -> str:
        """All that it says."""
        return "\n".join([self.text, *(" ".join(row) for row in self.rows)])


def heading(text: str, level: int = 1) -> Block:
    """A heading; 1 is the highest below the title."""
    return Block("heading", text, level=level)


def parsed(text: str) -> Iterator[Block]:
    """The blocks of a Markdown text."""
    code = False
    for part in re.split(r"\n\s*\n", text.strip("\n")):
        lines = part.strip("\n").splitlines()
        if not lines:
            continue
        if lines[0].startswith("```"):
            code = not lines[-1].startswith("```") or len(lines) == 1
            yield Block("code", "\n".join(line for line in lines if not line.startswith("```")))
        elif code or all(line.startswith("    ") for line in lines):
            code = code and not lines[-1].startswith("```")
            yield Block("code", "\n".join(line.removeprefix("    ") for line in lines if line != "```"))
        elif lines[0].startswith("#"):
            marks, _, words = lines[0].partition(" ")
            yield Block("heading", words, level=len(marks) - 1)
            if len(lines) > 1:
                yield from parsed("\n".join(lines[1:]))
        elif lines[0].startswith("|"):
            rows = [tuple(cell.strip() for cell in line.strip().strip("|").split("|")) for line in lines]
            yield Block("table", rows=tuple(row for row in rows if not set("".join(row)) <= set("-: ")))
        elif re.match(r"([-*]|\d+\.) ", lines[0]):
            items = re.split(r"^(?:[-*]|\d+\.) ", part.strip(), flags=re.MULTILINE)
            yield Block("list", rows=tuple((" ".join(item.split()),) for item in items if item.strip()))
        else:
            yield Block("text", " ".join(line.strip() for line in lines))


def as_markdown(title: str, blocks: Sequence[Block]) -> str:
    """The text as Markdown."""
    out = [f"# {title}"]
    for block in blocks:
        if block.kind == "heading":
            out.append(f"{'#' * (block.level + 1)} {block.text}")
        elif block.kind == "code":
            out.append(f"```text\n{block.text}\n```")
        elif block.kind == "list":
            out.append("\n".join(f"- {row[0]}" for row in block.rows))
        elif block.kind == "table":
            lines = [f"| {' | '.join(row)} |" for row in block.rows]
            out.append("\n".join([lines[0], "|" + "---|" * len(block.rows[0]), *lines[1:]]))
        else:
            out.append(block.text)
    return "\n\n".join(out) + "\n"


def as_html(title: str, blocks: Sequence[Block]) -> str:
    """The text as one page that needs nothing else."""
    style = (
        "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
        "table{border-collapse:collapse;font-size:.85rem}td,th{border-bottom:1px solid #ccd;padding:.2rem .5rem;"
        "text-align:left;vertical-align:top}pre{overflow:auto;background:#f4f5f7;padding:.5rem}"
    )
    out = [
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{for_html(title)}</title>',
        f"<style>{style}</style></head><body><h1>{for_html(title)}</h1>",
    ]
    for block in blocks:
        if block.kind == "heading":
            out.append(f"<h{block.level + 1}>{_html(block.text)}</h{block.level + 1}>")
        elif block.kind == "code":
            out.append(f"<pre>{for_html(block.text)}</pre>")
        elif block.kind == "list":
            out.append("<ul>" + "".join(f"<li>{_html(row[0])}</li>" for row in block.rows) + "</ul>")
        elif block.kind == "table":
            head, *rows = block.rows
            cells = "".join(f'<th scope="col">{_html(cell)}</th>' for cell in head)
            body = "".join(
                "<tr>" + "".join(f"<td>{_html(cell)}</td>" for cell in row) + "</tr>" for row in rows
            )
            out.append(f"<table><thead><tr>{cells}</tr></thead><tbody>{body}</tbody></table>")
        else:
            out.append(f"<p>{_html(block.text)}</p>")
    return "\n".join([*out, "</body></html>"]) + "\n"


def as_latex(title: str, blocks: Sequence[Block], bibliography: str = "") -> str:
    """The text as a LaTeX article with long tables and the rules of booktabs, for pdfLaTeX, LuaLaTeX and XeLaTeX."""
    out = [
        r"\documentclass[a4paper]{article}",
        r"\usepackage{booktabs,longtable,array,newunicodechar}",
        *declared([title, *(block.words for block in blocks)]),
        r"\usepackage[margin=2.2cm]{geometry}",
        rf"\title{{{for_latex(title)}}}\date{{}}",
        r"\begin{document}\maketitle\sloppy",
    ]
    for block in blocks:
        if block.kind == "heading":
            out.append(rf"\{LEVELS[min(block.level, 3) - 1]}*{{{_latex(block.text)}}}")
        elif block.kind == "code":
            safe = block.text.replace(r"\end{verbatim}", "")
            out.append(
                f"\\begin{{scriptsize}}\\begin{{verbatim}}\n{safe}\n\\end{{verbatim}}\\end{{scriptsize}}"
            )
        elif block.kind == "list":
            items = "\n".join(rf"\item {_latex(row[0])}" for row in block.rows)
            out.append(f"\\begin{{itemize}}\n{items}\n\\end{{itemize}}")
        elif block.kind == "table":
            out.append(_long_table(block.rows))
        else:
            out.append(_latex(block.text))
    if bibliography:
        out.append(rf"\nocite{{*}}\bibliographystyle{{plain}}\bibliography{{{bibliography}}}")
    return "\n\n".join([*out, r"\end{document}"]) + "\n"


def _long_table(rows: Sequence[Sequence[str]]) -> str:
    head, *body = rows
    share = 0.94 / len(head)
    columns = f"p{{{share:.3f}\\linewidth}}" * len(head)
    lines = [" & ".join(_latex(cell) for cell in row) + r" \\" for row in body]
    return "\n".join(
        [
            rf"{{\footnotesize\begin{{longtable}}{{{columns}}}",
            r"\toprule",
            " & ".join(_latex(cell) for cell in head) + r" \\ \midrule \endhead",
            *lines,
            r"\bottomrule\end{longtable}}",
        ]
    )


def _html(text: str) -> str:
    return _inline(text, for_html, {"bold": "<b>{}</b>", "code": "<code>{}</code>", "slant": "<i>{}</i>"})


def _latex(text: str) -> str:
    return _inline(
        text, _breaking, {"bold": r"\textbf{{{}}}", "code": r"\texttt{{{}}}", "slant": r"\emph{{{}}}"}
    )


def _breaking(text: str) -> str:
    """Text for LaTeX in which a parameter's long name may be broken after its dots and underscores."""
    return re.sub(r"(?<=[a-z0-9])(\.|\\_)(?=[a-z])", r"\1\\allowbreak{}", for_latex(text))


def _inline(text: str, escape: "object", marks: dict[str, str]) -> str:
    assert callable(escape)
    out, end = [], 0
    for match in INLINE.finditer(text):
        out.append(escape(text[end : match.start()]))
        kind = match.lastgroup or "link"
        out.append(marks.get(kind, "{}").format(escape(match[kind])))
        end = match.end()
    return "".join([*out, escape(text[end:])])
