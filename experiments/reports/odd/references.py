"""The works that sources of parameters name, as BibTeX: as much of each as a source says."""

import re
from collections.abc import Iterable, Mapping

from kith.experiments.bundles.latex import for_latex

NAME = r"[A-ZÀ-Ž][\w'’-]+(?: (?:den|van|der|de) [A-ZÀ-Ž][\w'’-]+)?"
WORK = re.compile(
    rf"(?P<authors>(?:Van den )?{NAME}(?:(?:, | & ){NAME})*(?: et al\.)?) (?P<year>(?:19|20)\d\d)"
)
IDENTIFIER = re.compile(r"(doi:10\.[^\s†|)\";,]+|arXiv:\d{4}\.\d{4,5})")
CODE = re.compile(r"\b([A-Z]{2,5}-[A-Za-z0-9']+)")
NOBODY = ("Dropbox", "Pew", "Gartner", "Model", "In", "By")
"capitalised words before a year that are no authors with a publication of their own"


HEAD = "% References of an ODD protocol, written by kith odd."
"the first line of the file, by which a later call knows that it may replace it"


def bibtex(sources: Iterable[str], science: str = "") -> str:
    """An entry for each work that the sources name; identifiers are looked up in the rows of docs/explanation/science.md."""
    rows = _rows(science)
    entries: dict[str, str] = {}
    for source in sources:
        for match in WORK.finditer(source):
            authors, year = match["authors"], match["year"]
            if authors.split()[0].rstrip(",") in NOBODY:
                continue
            key = re.sub(r"[^a-z]", "", _authors(authors)[0].lower()) + year
            entries.setdefault(key, _entry(key, authors, year, _identifier(source, authors, year, rows)))
    return "\n\n".join([HEAD, *(entries[key] for key in sorted(entries))]) + "\n"


def _entry(key: str, authors: str, year: str, identifier: str) -> str:
    fields = {"author": " and ".join(_authors(authors)), "year": year}
    if identifier.startswith("doi:"):
        fields |= {
            "doi": identifier.removeprefix("doi:"),
            "url": f"https://doi.org/{identifier.removeprefix('doi:')}",
        }
    elif identifier:
        fields |= {"eprint": identifier.removeprefix("arXiv:"), "archiveprefix": "arXiv"}
    else:
        fields["note"] = "as cited in the sources of parameters"
    lines = [
        f"  {name} = {{{value if name in ('doi', 'url') else for_latex(value)}}}"
        for name, value in fields.items()
    ]
    return "@misc{" + key + ",\n" + ",\n".join(lines) + "\n}"


def _authors(text: str) -> list[str]:
    names = re.split(r", | & ", text.replace(" et al.", ""))
    return [*names, "others"] if "et al." in text else names


def _identifier(source: str, authors: str, year: str, rows: Mapping[str, str]) -> str:
    """The work's DOI or arXiv number: behind it in the source, or in the row that the source's code leads to."""
    for text in (source, *(rows[code] for code in CODE.findall(source) if code in rows), *rows.values()):
        place = text.find(f"{_authors(authors)[0]}")
        while place >= 0:
            rest = text[place : place + 400]
            named = re.search(rf"\b{year}\b", rest[:160])
            found = IDENTIFIER.search(rest[named.end() :] if named else "")
            following = WORK.search(rest[named.end() :]) if named else None
            if found and (following is None or found.start() < following.start()):
                return found[1].rstrip(".")
            place = text.find(_authors(authors)[0], place + 1)
    return ""


def _rows(science: str) -> dict[str, str]:
    rows = {}
    for line in science.splitlines():
        match = re.match(r"\| ([A-Z]{2,5}-[A-Za-z0-9']+)", line)
        if match:
            rows[match[1]] = line
    return rows
