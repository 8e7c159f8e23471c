"""Compare: what is asked for is run, what is changed is in the address, what is wrong is said."""

import json
import os
import re
import subprocess
import sys
from base64 import b64encode
from collections import deque
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pandas as pd
import pytest
from solara.widgets import HTML

from kith.dashboard.comparing import other_worlds
from kith.dashboard.comparing.controls import DESIGN, IMPORTANT, groups, important, value_from
from kith.dashboard.comparing.scale import size_notes
from kith.dashboard.content import comparison as views
from kith.dashboard.content.run_status import status_line
from kith.dashboard.content.uploaded_logs import upload
from kith.dashboard.live.live_comparison import LiveComparison, jobs_for, labelled_plans
from kith.dashboard.live.shared_workers import Request
from kith.dashboard.pages import compare
from kith.dashboard.state.compare_state import VIEWS, CompareState
from kith.dashboard.state.scenario_choice import ScenarioChoice, plan_of
from kith.experiments.analyses.levers.shipped import most_effective
from kith.experiments.charts import comparison_sections, theme
from kith.experiments.cli.app import exit_code
from kith.experiments.cli.printed_results import show_comparison
from kith.experiments.comparison.comparison import Comparison, gathered
from kith.experiments.reports.comparison import comparison_page
from kith.experiments.runs.runner import RunResult, execute
from kith.experiments.statistics.conclusions import conclusion
from kith.experiments.statistics.intervals import described, no_interval
from kith.experiments.statistics.tables import OUTCOMES, outcome_table
from kith.experiments.words.assumptions import settings
from kith.sim.schema.parameter_set import SECTIONS
from tests.dashboard.looking import button, handler, texts, until, vue_widgets

PATH = "/?a=pool&a=web&people=300&days=60&runs=4"


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    plans = labelled_plans([plan_of(ScenarioChoice((name,)), 300, 90) for name in ("hub", "web")])
    jobs = jobs_for(plans, 90, 4)
    return gathered(
        plans,
        90,
        (0, 1, 2, 3),
        (*OUTCOMES, "member_surplus", "member_surplus_share"),
        [execute(j, 1) for j in jobs],
    )


def test_the_page_runs_what_the_address_says_and_shows_charts(here: Any, shown: Any) -> None:
    rc = shown(compare.Page, PATH)
    until(lambda: len(vue_widgets(rc, "chart.vue")) >= 2)
    assert {(job.key, job.seed) for job in here.asked[-1]} == {
        (a, s) for a in ("pool", "web") for s in range(4)
    }
    assert all(job.plan.parameters.market.size == 300 for job in here.asked[-1])
    chart = vue_widgets(rc, "chart.vue")[0]
    assert chart.svg.startswith("<svg")
    assert "Active members" in chart.title
    assert "pool ends at" in chart.words


def test_no_share_is_shown_of_what_the_members_of_only_some_runs_gained(comparison: Comparison) -> None:
    whole = comparison.table.copy()
    whole.loc[whole["outcome"] == "member_surplus_share", ["mean", "n"]] = 0.4321, comparison.runs
    some = whole.copy()
    some.loc[some["outcome"] == "member_surplus_share", "n"] -= 1
    colours = theme.colours(comparison.labels)
    assert "43.2 %" in views._value_table(replace(comparison, table=whole), colours)
    assert "43.2 %" not in views._value_table(replace(comparison, table=some), colours)


def test_a_changed_control_stands_in_the_address_and_is_run(here: Any, shown: Any) -> None:
    rc = shown(compare.Page, PATH)
    until(lambda: len(here.asked) == 1)
    [controls] = vue_widgets(rc, "controls.vue")
    controls.vue_set({"name": "monetisation.price", "value": "7"})
    assert "monetisation.price=7" in unquote(rc.paths[-1])
    until(lambda: len(here.asked) == 2)
    priced = {job.key: job.plan.parameters.monetisation.price for job in here.asked[-1]}
    assert priced["pool (price 7)"] == 7
    assert priced["web"] != 7
    state = CompareState.strict(rc.paths[-1].partition("?")[2])
    assert state.choices[0].settings == (("monetisation.price", 7),)


def test_going_back_to_the_preset_leaves_no_trace(here: Any, shown: Any) -> None:
    rc = shown(compare.Page, "/?a=pool~affiliation.activity=0.5&people=300&days=60&runs=1")
    [controls] = vue_widgets(rc, "controls.vue")
    changed = [c["name"] for g in controls.groups[:1] for c in g["controls"] if c["changed"]]
    assert changed == ["affiliation.activity"]
    controls.vue_set({"name": "affiliation.activity", "value": "1"})
    assert "activity" not in rc.paths[-1]


@pytest.mark.parametrize(
    ("name", "value", "word"),
    [
        ("churn.base_hazard", "-1", "base_hazard"),
        ("churn.base_hazard", "much", "must be a number"),
        ("churn.bas_hazard", "1", "no parameter"),
        ("market.founders", "299999", "founders"),
        ("governance.moderation_hours", "99999", "for each of 300 people"),
        ("acquisition.paid_budget", "1000000", "for each of 300 people"),
    ],
)
def test_a_bad_value_is_refused_and_nothing_runs(
    here: Any, shown: Any, name: str, value: str, word: str
) -> None:
    rc = shown(compare.Page, PATH)
    until(lambda: len(here.asked) == 1)
    vue_widgets(rc, "controls.vue")[0].vue_set({"name": name, "value": value})
    assert rc.paths == []
    assert any(word in text for text in _troubles(rc))
    assert len(here.asked) == 1


def test_a_bad_address_says_what_is_wrong_and_runs_nothing(here: Any, shown: Any) -> None:
    rc = shown(compare.Page, "/?a=wbe")
    assert any("did you mean web" in text for text in _troubles(rc))
    assert all(not asked for asked in here.asked)


def test_a_run_that_fails_is_told_and_is_no_row_of_zeros(here: Any, shown: Any, monkeypatch: Any) -> None:
    def ask(owner: str, jobs: Any) -> Any:
        request = Request(owner, deque(), left=len(jobs))
        for job in jobs:
            request.results.put(
                RunResult(job.key, job.seed, error="Traceback …\n  here\nKeyError: 'it broke'")
            )
        return request

    monkeypatch.setattr(here, "submit", ask)
    rc = shown(compare.Page, PATH)
    until(lambda: any("a run of pool failed: KeyError: &#x27;it broke&#x27;" in t for t in _troubles(rc)))
    assert not vue_widgets(rc, "chart.vue")


def test_text_of_others_is_escaped(here: Any, shown: Any) -> None:
    rc = shown(compare.Page, "/?a=%3Cscript%3Ealert(1)%3C/script%3E")
    assert not any("<script>" in text for text in _troubles(rc))
    assert any("&lt;script&gt;" in text for text in _troubles(rc))


def test_the_shocks_strike_when_they_are_asked_for(here: Any, shown: Any) -> None:
    rc = shown(compare.Page, "/?a=hub&a=web&people=300&days=220&runs=2&view=stress")
    until(lambda: any(w.name == "stress" for w in vue_widgets(rc, "button.vue")))
    assert len(here.asked) == 1
    handler(button(rc, "stress"), "press")(None)
    until(lambda: "a third leaves at once" in texts(rc))
    assert {job.key[0] for job in here.asked[-1]} >= {"centre", "third", "paywall"}
    assert len(here.asked[-1]) == 6 * 2 * 2


def test_other_assumptions_are_tried_when_they_are_asked_for(
    here: Any, shown: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(other_worlds, "WORLDS", 6)
    rc = shown(compare.Page, "/?a=pool&a=web&people=300&days=60&runs=1&view=worlds")
    until(lambda: any(w.name == "worlds" for w in vue_widgets(rc, "button.vue")))
    assert len(here.asked) == 1
    handler(button(rc, "worlds"), "press")(None)
    until(lambda: "of 6 worlds" in texts(rc))
    jobs = here.asked[-1]
    assert len(jobs) == 12
    assert {job.plan.parameters.market.size for job in jobs} == {300}
    by_world = {job.key: job.plan.parameters for job in jobs}
    assert len({p.churn.base_hazard for p in by_world.values()}) == 6
    assert all(by_world[w, "pool"].churn == by_world[w, "web"].churn for w in range(6))


def test_the_assumption_that_turns_a_conclusion_around_is_named_only_if_it_stands_out() -> None:
    rows = [
        {"world": w, "scenario": s, "churn.base_hazard": w / 20, "value.product": (7 * w % 20) / 20}
        | {"active": 10.0 + (s == "web") * (5 if w < 12 else -5)}
        for w in range(20)
        for s in ("pool", "web")
    ]
    values = pd.DataFrame(rows)
    found = conclusion(values, "active", ("pool", "web"))
    assert found is not None
    words = other_worlds.turning(values, found)
    assert words.startswith("Active members: more in web than in pool, but not in 8 worlds: there “")
    assert "(churn.base_hazard) is higher" in words
    values["churn.base_hazard"] = values["value.product"]
    assert "no single assumption stands out" in other_worlds.turning(values, found)


def test_shocks_in_runs_that_are_too_short_are_refused(here: Any, shown: Any) -> None:
    rc = shown(compare.Page, "/?a=hub&a=web&people=300&days=90&runs=4&view=stress")
    until(lambda: any(w.name == "stress" for w in vue_widgets(rc, "button.vue")))
    handler(button(rc, "stress"), "press")(None)
    until(lambda: any("needs at least 210" in text for text in _troubles(rc)))
    assert len(here.asked) == 1


@pytest.mark.parametrize("view", [view for view in VIEWS if view not in ("goal", "stress", "worlds")])
def test_every_section_has_something_to_show(comparison: Comparison, view: str) -> None:
    drawn = views.drawn(view, comparison)
    assert drawn
    for part in drawn:
        if isinstance(part, str):
            assert part == "" or part.startswith("<")
        else:
            svg, _, frame, _ = part
            assert svg.startswith("<svg")
            assert "<desc" in svg
            assert not frame.empty


@pytest.mark.parametrize("view", [view for view in VIEWS if view in comparison_sections.SECTIONS])
def test_a_section_shows_the_charts_of_the_report(comparison: Comparison, view: str) -> None:
    charts = comparison_sections.section_charts(comparison, view, theme.colours(comparison.labels))
    charts = [chart for chart in charts if view != "overview" or chart.name != views.LATER]
    shown = [part for part in views.drawn(view, comparison) if not isinstance(part, str)]
    assert [part[:2] for part in shown[: len(charts)]] == [chart[:2] for chart in charts]


def test_the_differences_of_all_outcomes_are_drawn_when_they_are_asked_for(
    here: Any, shown: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[str] = []
    monkeypatch.setattr(
        views, "charts", lambda c, name, colours: drawn.append(name) or charts(c, name, colours)
    )
    charts = comparison_sections.charts
    rc = shown(compare.Page, PATH)
    until(lambda: any(w.name == "more" for w in vue_widgets(rc, "button.vue")))
    assert views.LATER not in drawn
    handler(button(rc, "more"), "press")(None)
    until(lambda: any(w.name == f"kith-{views.LATER}" for w in vue_widgets(rc, "chart.vue")))
    assert drawn.count(views.LATER) == 1


def test_the_report_is_one_page(comparison: Comparison) -> None:
    page = views.report(comparison, "kith compare hub web")
    assert page.lstrip().startswith("<!doctype html>") or "<html" in page
    assert "hub" in page
    assert page.count("<svg") >= 5


def test_the_dozen_levers_shown_first_are_those_with_an_effect_where_they_are_shown() -> None:
    web = important(plan_of(ScenarioChoice(("web",))))
    assert len(web) == 12
    assert web[:6] == list(DESIGN)
    strongest = [lever.name for lever in most_effective(plan_of(ScenarioChoice(("web",))), decisions=True)]
    assert set(strongest[:4]) <= set(web)
    plan = plan_of(ScenarioChoice(("web",)))
    [first] = [group for group in groups(plan, plan) if group["name"] == "important"]
    assert [control["name"] for control in first["controls"]] == web


def test_every_parameter_that_is_a_number_or_a_word_has_a_control() -> None:
    plan = plan_of(ScenarioChoice(("web",)))
    given = {c["name"] for g in groups(plan, plan) for c in g["controls"]}
    names = {f"{s}.{n}" for s, section in SECTIONS.items() for n in section.model_fields}
    missing = names - given
    assert all(
        not isinstance(s.value, int | float | str) or s.value == float("inf")
        for s in settings(plan)
        if s.name in missing
    )
    assert set(IMPORTANT) <= given
    for group in groups(plan, plan):
        for control in group["controls"]:
            assert control["help"]
            assert control["source"] or control["kind"] == "choice"
            if control["kind"] == "slider":
                assert control["from"] <= control["value"] <= control["to"], control


def test_numbers_that_are_whole_stay_whole() -> None:
    by_name = {s.name: s for s in settings(plan_of(ScenarioChoice(("web",))))}
    assert value_from("15", by_name["affiliation.group_size"]) == 15
    assert isinstance(value_from("15.0", by_name["affiliation.group_size"]), int)
    assert value_from("groups", by_name["affiliation.form"]) == "groups"


def test_an_answer_knows_whether_more_is_to_come() -> None:
    assert LiveComparison("a", None, 1, 16).running("a")
    assert LiveComparison("a", None, 16, 16).running("b")
    assert not LiveComparison("a", None, 16, 16).running("a")
    assert not LiveComparison("a", error="broken").running("a")


def test_one_scenario_has_runs_and_several_have_runs_each() -> None:
    pending = LiveComparison("a", None, 1, 16)
    assert "1 of 16 runs</span>" in status_line(pending, True, "a", 16, 1)
    assert "1 of 16 runs per scenario, on the same people and random draws" in status_line(
        pending, True, "a", 16, 2
    )


def test_two_arms_that_say_the_same_are_told_apart() -> None:
    plan = plan_of(ScenarioChoice(("web",)), 300)
    assert list(labelled_plans([plan, plan])) == ["web", "web #2"]


def _troubles(rc: Any) -> list[str]:
    """What the page says is wrong, as the browser gets it."""
    return [
        w.unsafe_innerHTML for w in rc.find(HTML).widgets if "kith-error" in w.attributes.get("class", "")
    ]


def markup_of(comparison: Comparison, view: str) -> str:
    """Everything that a section shows, tables and pictures."""
    parts = views.drawn(view, comparison)
    return " ".join(part if isinstance(part, str) else part[0] + part[3] for part in parts)


def test_page_report_and_screen_say_the_same_of_their_intervals(
    comparison: Comparison, capsys: pytest.CaptureFixture[str]
) -> None:
    show_comparison(comparison)
    sentence = described(comparison.runs)
    assert sentence in " ".join(capsys.readouterr().out.split())
    for text in (markup_of(comparison, "table"), comparison_page(comparison)):
        assert sentence in unescape(text)
    assert comparison.plain()["intervals"] == sentence


def test_intervals_that_are_bootstrapped_are_not_called_students(comparison: Comparison) -> None:
    many = replace(comparison, seeds=tuple(range(8)))
    assert "of a difference by a bootstrap over seeds" in unescape(markup_of(many, "table"))


@pytest.mark.parametrize("runs", [1, 2, 3])
def test_too_few_runs_show_means_without_intervals_and_verdicts(comparison: Comparison, runs: int) -> None:
    values = comparison.values[comparison.values["seed"] < runs]
    table = outcome_table(values, comparison.labels, tuple(range(runs)), comparison.outcomes)
    few = replace(comparison, seeds=tuple(range(runs)), values=values, table=table)
    shown = markup_of(few, "table")
    assert no_interval()[1:] in shown
    assert "yes" not in shown
    assert "runs would" not in shown
    assert not re.search(r"\d to [−+\d]", shown)
    assert no_interval()[1:] in markup_of(few, "overview")
    assert "Differences from" not in markup_of(few, "overview")


FILE = (
    'extends = "web"\ndays = 40\ntitle = "Mine"\n[network]\ngenerator = "gnp_random_graph"\np = 0.2\nn = 30\n'
)


@pytest.mark.slow
def test_a_dropped_file_is_shown_with_what_the_page_cannot_keep(here: Any, shown: Any) -> None:
    rc = shown(compare.Page, PATH)
    [upload] = vue_widgets(rc, "upload.vue")
    upload.vue_files([{"name": "mine.toml", "content": b64encode(FILE.encode()).decode()}])
    until(lambda: rc.paths)  # it is read in another process
    state = CompareState.strict(rc.paths[-1].partition("?")[2])
    assert state.days == 40
    assert [choice.bases for choice in state.choices[:2]] == [("pool",), ("web",)]
    assert dict(state.choices[2].settings)["network.n"] == 30
    until(
        lambda: (
            "Days is now 40 for every scenario. Not kept, because runs do not depend on it: title"
            in texts(rc)
        )
    )
    until(lambda: any(job.plan.network is not None and job.days == 40 for job in here.asked[-1]))
    rc.go(PATH)
    until(lambda: "mine.toml is loaded" not in texts(rc))


@pytest.mark.slow
def test_a_file_that_is_dropped_on_four_scenarios_says_whose_place_it_takes(here: Any, shown: Any) -> None:
    rc = shown(compare.Page, "/?a=pool&a=hub&a=web&a=ugc&people=300&days=20&runs=1&edited=1")
    [upload] = vue_widgets(rc, "upload.vue")
    upload.vue_files([{"name": "mine.toml", "content": b64encode(FILE.encode()).decode()}])
    until(lambda: "It took the place of hub: a page compares at most 4 scenarios" in texts(rc))


COMMANDS = {
    "market and days alone": "a=pool&a=web&people=300&days=40&runs=2",
    "settings, a phase, a shock, two bases": (
        'a=pool~affiliation.activity=0.123456789012345~@20~churn.contagion=0.2~!25 members_leave share=0.3 who="random"'
        "&a=web%2Bsubscription&people=300&days=40&runs=2"
    ),
    "markets of their own, a graph, nothing of a shock": (
        "a=web~market.size=400~market.founders=30&a=small_world~network.k=4&a=hub_leaves~shock=[]&people=300&days=40&runs=2"
    ),
    "the same scenario twice": "a=web&a=web&people=300&days=40&runs=2",
    "payments in proportion, and a length of their own": "a=pool&a=hub&a=pay_and_stop&people=100&runs=1",
    "a price and nothing else": "a=web&a=web~monetisation.model=subscription~monetisation.price=6&people=300&days=40&runs=2",
    "a setting that a phase of the scenario has too": "a=web&a=pay_and_stop~incentives.cash_per_contribution=0.5&people=300&days=200&runs=1",
    "a hub with a pay of its own beside others": "a=hub~organisation.hub_cost=500&a=hub&a=hub~affiliation.peers=0.2&people=300&days=40&runs=1",
    "a log": "a=pool&a=hub&log=chat_docker&days=10&runs=1",
}


def shown_at(query: str) -> tuple[Comparison, str]:
    """What a page at that address shows, and the command of its report."""
    now = compare.resolved_state(query)
    assert now.error == ""
    done = [execute(job, 1) for job in jobs_for(now.plans, now.days, now.state.runs)]
    comparison = gathered(now.plans, now.days, tuple(range(now.state.runs)), OUTCOMES, done)
    command = compare.command_for(now.state.inputs(), comparison)
    assert command in unescape(views.report(comparison, command))
    return comparison, command


def check_the_same(printed: str, comparison: Comparison) -> None:
    again, page = json.loads(printed), comparison.plain()
    assert again["scenarios"] == list(comparison.labels)
    assert again["run_ids"] == page["run_ids"]
    assert again["table"] == page["table"]


ALWAYS = ("settings, a phase, a shock, two bases", "a log")
"which of them every build tries; the others are tried with the slow tests"


@pytest.mark.parametrize(
    "query",
    [
        pytest.param(query, id=name, marks=() if name in ALWAYS else pytest.mark.slow)
        for name, query in COMMANDS.items()
    ],
)
def test_the_command_of_a_report_gives_the_numbers_of_the_page(
    query: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A shell reads it and writes its files; the words that it would start kith with are run here."""
    comparison, command = shown_at(query)
    kith = 'kith() { for word in "$@"; do printf "%s\\0" "$word"; done; }'
    shell = ["sh", "-ec", f"{kith}\n{command}"]
    words = subprocess.run(shell, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    monkeypatch.chdir(tmp_path)
    capsys.readouterr()
    assert exit_code([*words.split("\0")[:-1], "--workers", "1", "--json"]) == 0
    check_the_same(capsys.readouterr().out, comparison)


@pytest.mark.slow
def test_the_command_of_a_report_runs_as_it_is_copied(tmp_path: Path) -> None:
    comparison, command = shown_at(COMMANDS["settings, a phase, a shock, two bases"])
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    process = subprocess.run(
        ["sh", "-ec", f"{command} --workers 1 --json"],
        cwd=tmp_path,
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    check_the_same(process.stdout, comparison)


def test_a_smaller_market_says_what_was_scaled_and_what_was_not() -> None:
    notes = " ".join(size_notes(compare.resolved_state("a=hub&a=channel_only")))
    assert "2,000 people instead of 20,000, 100 founders instead of 1,000" in notes
    assert "the pay of the hub is 100 instead of 1,000 EUR a month" in notes
    assert "Not scaled" in notes and "20 EUR a day of paid acquisition (channel only)" in notes
    assert size_notes(compare.resolved_state("a=hub&people=20000")) == []


def test_a_payment_in_proportion_to_the_market_is_no_change_of_the_scenario() -> None:
    assert list(compare.resolved_state("a=pool&a=hub").plans) == ["pool", "hub"]
    assert list(compare.resolved_state("a=hub~organisation.hub_cost=500").plans) == ["hub (hub_cost 500)"]


def test_runs_are_as_long_as_their_scenarios_say_unless_somebody_chooses() -> None:
    assert compare.resolved_state("a=web&a=pay_and_stop").days == 720
    assert compare.resolved_state("").days == 365
    cut = compare.resolved_state("a=web&a=pay_and_stop&days=365")
    assert cut.days == 365
    assert any("pay and stop is written for 720 days" in note for note in size_notes(cut))


def test_a_page_with_one_scenario_names_the_run_that_it_begins_with() -> None:
    now = compare.resolved_state("a=web~monetisation.price=7&people=300&days=40&runs=4")
    done = [execute(job, 1) for job in jobs_for(now.plans, 40, 1)]
    comparison = gathered(now.plans, 40, (0,), OUTCOMES, done)
    command = compare.command_for(now.state.inputs(), replace(comparison, seeds=(0, 1, 2, 3)))
    assert (
        "kith run './web (price 7).toml' --seed 0 --days 40 --set market.size=300 --set market.founders=15"
        in command
    )
    assert "# the first of 4 runs, whose seeds are 0 to 3" in command


def test_a_dropped_log_is_named_in_the_command() -> None:
    content = "member_id,timestamp,action,target_member\n" + "".join(
        f"m{k % 7},2024-01-{1 + k % 28:02d}T10:00:00,post,m{(k + 1) % 7}\n" for k in range(140)
    )
    key = upload("our club's log.csv", content.encode())
    now = compare.resolved_state(f"a=pool&a=web&log={key}&days=5&runs=1")
    done = [execute(job, 1) for job in jobs_for(now.plans, 5, 1)]
    command = compare.command_for(now.state.inputs(), gathered(now.plans, 5, (0,), OUTCOMES, done))
    assert command.startswith("# with the log uploaded on the page")
    assert "--from-log './our club_s log.csv'" in command
    assert "market.size" not in command
