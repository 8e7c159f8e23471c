"""A network for other tools, and a protocol that has what acts in a scenario and nothing else."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

from kith.experiments.reports.graph import graph_of_record, write_graph
from kith.experiments.reports.odd.blocks import as_latex, parsed
from kith.experiments.reports.odd.protocol import protocol, references_of, rendered
from kith.experiments.reports.odd.references import bibtex
from kith.scenarios.load import load

Kith = Callable[..., tuple[int, str, str]]


def test_a_graph_has_names_euros_and_no_numbers_that_stand_for_nothing(record: Any) -> None:
    graph = graph_of_record(record)
    members = record.members.set_index("person")
    assert len(graph) == int(members["awake"].sum())
    for person, data in graph.nodes(data=True):
        row = members.loc[person]
        assert data["revenue"] == pytest.approx(row["revenue"])
        assert data["channel"] in ("founder", "external", "imitation", "hub", "search", "referral", "paid")
        assert "left_day" not in data
        assert ("first_contribution" in data) == (row["first_contribution"] == row["first_contribution"])
        assert all(value == value and value != "" for value in data.values())


@pytest.mark.parametrize(("ending", "read"), [("graphml", nx.read_graphml), ("gexf", nx.read_gexf)])
def test_other_tools_read_it(record: Any, tmp_path: Path, ending: str, read: Any) -> None:
    path = tmp_path / f"net.{ending}"
    made = write_graph(record, path)
    again = read(path)
    assert (len(again), again.number_of_edges()) == (len(made), made.number_of_edges())


def test_the_command_writes_it_and_refuses_other_endings(kith: Kith) -> None:
    small = ["--days", "5", "--set", "market.size=300", "--set", "market.founders=60"]
    code, out, _ = kith("graph", "web", "--out", "net.csv", *small)
    assert code == 0
    assert re.match(r"net\.csv: \d+ members and \d+ ties on day 5", out)
    code, _, err = kith("graph", "web", "--out", "net.png")
    assert code == 2
    assert ".graphml, .gexf or .csv" in err
    assert kith("graph", "web")[0] == 2


def test_a_protocol_has_seven_elements_and_only_what_acts() -> None:
    free, paid = load("web"), load("web", overrides={"monetisation.model": "fee", "monetisation.price": 5})
    texts = [rendered(plan, ".md") for plan in (free, paid)]
    for text in texts:
        assert re.findall(r"^## (\d)\.", text, re.MULTILINE) == list("1234567")
    acting = [text[: text.index("## Parameters without effect here")] for text in texts]
    assert "| `monetisation.price` |" not in acting[0]
    assert "| `monetisation.price` | 5 | EUR/month |" in acting[1]
    assert "### 7.14" not in texts[0]


def test_its_references_are_entries_with_identifiers_where_they_are_known() -> None:
    entries = references_of(load("web"))
    assert "@misc{centola2010," in entries
    assert "doi = {10.1126/science.1185231}" in entries
    keys = re.findall(r"@misc\{(\w+),", entries)
    assert len(keys) == len(set(keys)) > 10
    assert "@" not in bibtex(["assumed: half"])


def test_it_is_written_with_its_references_beside_it(kith: Kith, tmp_path: Path) -> None:
    for ending, begins in (("md", "# ODD"), ("html", "<!doctype html>"), ("tex", r"\documentclass")):
        assert kith("odd", "web", "--out", f"web.{ending}")[0] == 0
        assert (tmp_path / f"web.{ending}").read_text("utf-8").startswith(begins)
    assert (tmp_path / "web.bib").is_file()
    assert kith("odd", "web", "--out", "web.docx")[0] == 2


def test_references_that_somebody_else_wrote_are_kept(kith: Kith, tmp_path: Path) -> None:
    (tmp_path / "paper.bib").write_text("@article{mine2026}\n", "utf-8")
    code, _, err = kith("odd", "web", "--out", "paper.md")
    assert code == 2
    assert "would replace paper.bib" in err
    assert (tmp_path / "paper.bib").read_text("utf-8") == "@article{mine2026}\n"
    assert not (tmp_path / "paper.md").exists()
    (tmp_path / "paper.bib").unlink()
    assert [kith("odd", "web", "--out", f"paper.{ending}")[0] for ending in ("md", "tex")] == [0, 0]


def test_latex_of_a_protocol_closes_what_it_opens_and_escapes_the_rest() -> None:
    title, blocks = protocol(load("web", overrides={"monetisation.model": "fee"}))
    text = as_latex(title, blocks)
    for name in ("longtable", "itemize", "verbatim", "document"):
        assert text.count(rf"\begin{{{name}}}") == text.count(rf"\end{{{name}}}")
    plain = re.sub(r"\\begin\{verbatim\}.*?\\end\{verbatim\}", "", text, flags=re.DOTALL)
    assert not re.search(r"(?<!\\)[#%]", plain)


def test_markdown_is_read_into_blocks() -> None:
    text = "## One\n\nWords `a.b`.\n\n- first\n- second\n\n| x | y |\n|---|---|\n| 1 | 2 |\n\n    f(x) = 1\n"
    kinds = [(block.kind, block.rows[-1:] or block.text) for block in parsed(text)]
    assert kinds == [
        ("heading", "One"),
        ("text", "Words `a.b`."),
        ("list", (("second",),)),
        ("table", (("1", "2"),)),
        ("code", "f(x) = 1"),
    ]
