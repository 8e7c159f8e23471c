"""What a result leaves behind is complete, says what it is, reveals nobody, and comes out the same again."""

import getpass
import json
import platform
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest

from kith.experiments import bundles
from kith.experiments.bundles.crate import CONTEXT, MANIFEST, checksums
from kith.experiments.bundles.inputs import request_from, sha256
from kith.experiments.bundles.verify import opened
from kith.experiments.cli.app import exit_code
from kith.scenarios.logs.reading import read_events

TERMS = json.loads((Path(bundles.__file__).parent / "crate_context.json").read_text("utf-8"))["@context"]
TINY = ["--days", "12", "--set", "market.size=300", "--set", "market.founders=60", "--workers", "1"]
STUDY = """
title = "Price & take"
scenarios = ["own/mine.toml"]
days = 10
runs = 2
series = true
outcomes = ["margin", "active"]
[set]
market.size = 300
market.founders = 40
[[lever]]
name = "monetisation.price"
values = [5.0, 10.0]
[design]
kind = "grid"
"""
Kith = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Bundles of a comparison of own scenarios, of a run, a robustness analysis and a study, made in one folder."""
    folder = tmp_path_factory.mktemp("secret-place")
    (folder / "own").mkdir()
    (folder / "own" / "base.toml").write_text('extends = "web"\n[value]\npeers = 0.4\n', "utf-8")
    (folder / "own" / "mine.toml").write_text('extends = "base.toml"\n[churn]\ncontagion = 0.2\n', "utf-8")
    (folder / "study.toml").write_text(STUDY, "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr("kith.sim.kernels.cache.is_compiled", lambda: True)
        mine = str(folder / "own" / "mine.toml")
        for words in (
            ["compare", "web", mine, "--runs", "4", "--out", "comparison", *TINY],
            ["run", mine, "--out", "run", *TINY[:-2]],
            ["robust", "pool", "web", "--worlds", "2", "--out", "robust", *TINY],
            ["study", "run", "study.toml", "--workers", "1", "--store", "store"],
            ["study", "export", str(folder / "study.toml"), "--store", "store", "--out", "study"],
        ):
            assert exit_code([*words, "--quiet"]) == 0, words
    return folder


ALL = ("comparison", "run", "robust", "study")


@pytest.mark.parametrize("name", ALL)
def test_the_manifest_is_an_ro_crate_in_the_terms_of_its_context(made: Path, name: str) -> None:
    crate = json.loads((made / name / MANIFEST).read_text("utf-8"))
    assert tuple(crate["@context"]) == CONTEXT
    by_id = {entry["@id"]: entry for entry in crate["@graph"]}
    assert len(by_id) == len(crate["@graph"])
    assert by_id[MANIFEST]["about"] == {"@id": "./"}
    assert by_id[MANIFEST]["conformsTo"]["@id"].startswith("https://w3id.org/ro/crate/")
    assert {"name", "description", "datePublished", "license"} <= set(by_id["./"])
    for entry in crate["@graph"]:
        kinds = entry["@type"] if isinstance(entry["@type"], list) else [entry["@type"]]
        assert set(kinds) <= set(TERMS)
        assert set(entry) - {"@id", "@type"} <= set(TERMS)
        for value in entry.values():
            for link in value if isinstance(value, list) else [value]:
                if isinstance(link, dict) and entry["@id"] != MANIFEST:
                    assert link["@id"] in by_id


@pytest.mark.parametrize("name", ALL)
def test_every_file_is_in_the_manifest_with_its_checksum(made: Path, name: str) -> None:
    listed = checksums(json.loads((made / name / MANIFEST).read_text("utf-8")))
    there = {p.relative_to(made / name).as_posix() for p in (made / name).rglob("*") if p.is_file()}
    assert set(listed) == there - {MANIFEST}
    assert all(sha256(made / name / file) == digest for file, digest in listed.items())


@pytest.mark.parametrize("name", ALL)
def test_every_figure_is_there_for_screens_and_for_print_with_words_for_who_does_not_see_it(
    made: Path, name: str
) -> None:
    crate = json.loads((made / name / MANIFEST).read_text("utf-8"))
    figures = {e["@id"]: e for e in crate["@graph"] if "ImageObject" in e["@type"]}
    drawn = sorted((made / name / "figures").glob("*.svg"))
    assert drawn
    for svg in drawn:
        assert svg.with_suffix(".pdf").read_bytes().startswith(b"%PDF")
        text = svg.read_text("utf-8")
        assert "<title" in text
        assert "<desc" in text
        assert len(figures[f"figures/{svg.name}"]["description"]) > 20


@pytest.mark.parametrize("name", ALL)
def test_no_file_tells_the_user_the_machine_or_a_folder(made: Path, name: str) -> None:
    secret = [str(made), "secret-place", str(Path.home()), platform.node(), str(Path.cwd())]
    secret += [f"/{getpass.getuser()}/"]
    for path in (made / name).rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not [word for word in secret if len(word) > 3 and word.encode() in content], path


def test_scenarios_that_were_given_are_copied_with_what_they_extend(made: Path) -> None:
    inputs = made / "comparison" / "inputs"
    assert sorted(path.name for path in inputs.iterdir()) == ["base.toml", "mine.toml"]
    assert opened(made / "comparison").words[:3] == ("compare", "web", "inputs/mine.toml")
    assert (made / "study" / "inputs" / "own" / "base.toml").is_file()


@pytest.mark.parametrize(
    "name",
    ["study", "run", *(pytest.param(name, marks=pytest.mark.slow) for name in ("comparison", "robust"))],
)
def test_a_bundle_comes_out_the_same_again(made: Path, name: str, kith: Kith) -> None:
    code, out, err = kith("verify-bundle", str(made / name))
    assert (code, err) == (0, "")
    assert "compared by bytes: nothing differs" in out


def test_a_changed_file_is_named_and_nothing_is_repeated(made: Path, kith: Kith, tmp_path: Path) -> None:
    import shutil

    copy = tmp_path / "copy"
    shutil.copytree(made / "comparison", copy)
    (copy / "table.csv").write_text("nonsense", "utf-8")
    code, out, err = kith("verify-bundle", str(copy), "--json")
    assert code == 1
    assert json.loads(out)["changed"] == ["table.csv"]
    assert "table.csv differ from the manifest" in err


def test_a_bundle_cannot_order_what_is_no_repetition(made: Path, kith: Kith, tmp_path: Path) -> None:
    import shutil

    copy = tmp_path / "copy"
    shutil.copytree(made / "run", copy)
    for words in (
        ["dashboard"],
        ["run", "web", "--save", "x"],
        ["run", "web", "--out=elsewhere"],
        ["compare", "web", "pool", "--story", "x.html"],
    ):
        told = json.loads((copy / "provenance.json").read_text("utf-8")) | {"words": words}
        (copy / "provenance.json").write_text(json.dumps(told), "utf-8")
        crate = json.loads((copy / MANIFEST).read_text("utf-8"))
        for entry in crate["@graph"]:
            if entry["@id"] == "provenance.json":
                entry["sha256"] = sha256(copy / "provenance.json")
        (copy / MANIFEST).write_text(json.dumps(crate), "utf-8")
        code, _, err = kith("verify-bundle", str(copy))
        assert code == 2
        assert "is no command that a bundle can be repeated with" in err


@pytest.mark.slow
def test_a_run_that_was_saved_halfway_and_a_comparison_with_a_story_are_repeated(
    kith: Kith, tmp_path: Path
) -> None:
    small = ["--set", "market.size=300", "--set", "market.founders=60"]
    assert kith("run", "web", "--days", "6", "--save", "x", "--until", "3", *small, "--out", "half")[0] == 0
    told = ["--story", "s.html", "--sweep", "web value.product=0.2,0.8"]
    assert (
        kith(
            "compare",
            "web",
            "pool",
            "--runs",
            "1",
            "--days",
            "3",
            "--workers",
            "1",
            *small,
            *told,
            "--out",
            "both",
        )[0]
        == 0
    )
    (tmp_path / "x").unlink()
    (tmp_path / "s.html").unlink()
    for name in ("half", "both"):
        code, out, err = kith("verify-bundle", name)
        assert (code, err) == (0, ""), out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["both", "half"]


def test_a_result_is_replaced_only_where_that_was_asked(made: Path, kith: Kith) -> None:
    words = ["run", "web", "--days", "3", "--set", "market.size=300", "--set", "market.founders=60"]
    assert kith(*words, "--out", "here")[0] == 0
    code, _, err = kith(*words, "--out", "here")
    assert code == 2
    assert "holds a result already; name a new folder, or add --overwrite" in err
    assert kith(*words, "--out", "here", "--overwrite")[0] == 0
    Path("here/inputs").mkdir()
    Path("here/inputs/diary.txt").write_text("dear diary", "utf-8")
    code, _, err = kith(*words, "--out", "here", "--overwrite")
    assert code == 2
    assert "which kith did not write" in err
    assert Path("here/inputs/diary.txt").exists()


def test_columns_have_types_and_units(made: Path) -> None:
    runs = pq.read_schema(made / "study" / "runs.parquet")
    assert str(runs.field("error").type) == "string"
    assert runs.field("margin").metadata == {b"unit": b"EUR"}
    points = pd.read_csv(made / "study" / "points.csv")
    assert {"margin_sd", "margin_se", "margin_defined"} <= set(points)
    assert (points["margin_defined"] == 2).all()


def test_anybody_can_compute_the_table_again_from_the_runs(made: Path) -> None:
    runs = pd.read_parquet(made / "comparison" / "runs.parquet")
    table = pd.read_parquet(made / "comparison" / "table.parquet").set_index(["outcome", "scenario"])
    means = runs.groupby("scenario")["active"].mean()
    for scenario, mean in means.items():
        assert table.loc[("active", scenario), "mean"] == pytest.approx(mean)


def test_a_table_for_a_paper_has_the_rules_of_booktabs_and_no_character_acts(made: Path) -> None:
    text = (made / "study" / "points.tex").read_text("utf-8")
    assert r"Price \& take" in text
    assert [text.index(rule) for rule in (r"\toprule", r"\midrule", r"\bottomrule")]
    rows = text[text.index(r"\midrule") : text.index(r"\bottomrule")].count(r"\\")
    assert rows == 2


def test_a_log_is_identified_and_not_copied(tmp_path: Path) -> None:
    log = tmp_path / "chat.csv"
    log.write_text("a,b\n", "utf-8")
    request = request_from(["compare", "web", "pool", f"--from-log={log}", "--workers", "3", "--json"])
    assert request.words == ("compare", "web", "pool", "--from-log=chat.csv")
    assert request.left_out == {"chat.csv": sha256(log)}
    assert not request.copied


def test_an_arm_keeps_its_settings(tmp_path: Path) -> None:
    mine: Any = tmp_path / "mine.toml"
    mine.write_text('extends = "web"\n', "utf-8")
    request = request_from(
        ["compare", "--arm", f"{mine} monetisation.price=12", "--arm", "web", "--out", "x"]
    )
    assert request.words == ("compare", "--arm", "inputs/mine.toml monetisation.price=12", "--arm", "web")


def test_a_runs_bundle_is_read_as_the_log_of_that_run(made: Path) -> None:
    events = pd.read_parquet(made / "run" / "events.parquet")
    assert len(read_events(str(made / "run"))) == len(events)
