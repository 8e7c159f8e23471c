"""Statistics of logs: by hand, by an independent brute force, and the same for a run and for its event log."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from kith.experiments.errors import NothingToMeasure, RequestError
from kith.experiments.evidence.estimates import intervals
from kith.experiments.evidence.measure import Measurement, measure, measured
from kith.experiments.evidence.membership import INDICATORS, KEPT
from kith.experiments.evidence.network import local_clustering
from kith.experiments.evidence.observation import ObservationModel, of_frame, of_record, of_table
from kith.experiments.evidence.statistics import STATISTICS
from kith.experiments.evidence.survival import follow_up, survival_curve
from kith.scenarios.load import load
from kith.scenarios.logs.reading import read_events
from kith.sim.engine import run
from kith.sim.results.record import Record

START = datetime(2020, 1, 1, tzinfo=UTC)
ROOT = Path(__file__).parents[3]
CHAT = ROOT / "scenarios" / "library" / "examples" / "chat_docker.csv.gz"
type Row = tuple[str, float, str, str]


def frame(rows: list[Row]) -> pd.DataFrame:
    """Rows of member, day, action and target as an event log."""
    return pd.DataFrame(
        [(who, START + timedelta(days=day), what, whom) for who, day, what, whom in rows],
        columns=["member_id", "timestamp", "action", "target_member"],
    )


def measure_rows(rows: list[Row], **options: object) -> Measurement:
    return measure(frame(rows), replicates=0, **options)  # type: ignore[arg-type]


def crowd(days: list[list[float]], length: int) -> list[Row]:
    """A log in which member n posts on the days of its list; a bystander marks the length of the log."""
    rows = [(f"m{n}", day, "post", "") for n, moments in enumerate(days) for day in moments]
    return [*rows, ("end", length - 0.5, "post", "")]


@pytest.fixture(scope="module")
def chat() -> Measurement:
    return measure(CHAT)


@pytest.fixture(scope="module")
def record() -> Record:
    plan = load("web", overrides={"market.size": 4000, "market.founders": 200})
    return run(plan, seed=3, days=200, events=True)


def test_the_log_that_ships_gives_the_numbers_of_its_provenance(chat: Measurement) -> None:
    expected = {
        "joins_month": 49,
        "gini": 0.74,
        "top1": 0.32,
        "again_d1_7": 0.17,
        "r30": 0.22,
        "r90": 0.16,
        "survival_26w": 0.11,
        "degree": 3.1,
        "clustering": 0.20,
    }
    digits = {"joins_month": 0, "degree": 1}
    assert {name: round(chat[name], digits.get(name, 2)) for name in expected} == expected


def test_every_statistic_has_one_definition_and_a_value_or_a_reason(chat: Measurement) -> None:
    assert list(chat.table["name"]) == list(STATISTICS)
    assert (chat.table["value"].isna() == (chat.table["reason"] != "")).all()
    assert chat.table[["definition", "unit", "interval"]].astype(bool).all(axis=None)


def test_every_column_has_a_unit(chat: Measurement) -> None:
    for frame in (chat.table, chat.growth, chat.survival, chat.returns):
        assert list(frame.attrs["units"]) == list(frame)
    assert chat.growth.attrs["units"]["active"] == "members"


def test_intervals_hold_their_value_or_say_why_there_is_none(chat: Measurement) -> None:
    resampled = ~chat.table["interval"].str.startswith("none: ") & chat.table["value"].notna()
    rows = chat.table[resampled]
    assert (rows["low"] <= rows["value"]).all()
    assert (rows["value"] <= rows["high"]).all()
    assert chat.table.loc[~resampled, "low"].isna().all()
    assert set(chat.table.loc[resampled, "interval"]) == {
        "bootstrap over members",
        "halves of the tied members",
    }


def test_the_bootstrap_has_the_width_of_a_binomial_share() -> None:
    days = [[0.0, 2.0] if n < 40 else [0.0] for n in range(199)]
    observed = of_frame(frame(crowd(days, 40)))
    low, high = intervals(measured(observed), observed.members, 400)["again_d1_7"]
    expected = 1.96 * np.sqrt(40 / 199 * 159 / 199 / 199)
    assert (high - low) / 2 == pytest.approx(expected, rel=0.2)


def test_growth_by_hand() -> None:
    measurement = measure_rows(
        [("a", 0.5, "post", ""), ("a", 0.6, "post", ""), ("b", 8, "post", ""), ("c", 59, "post", "")]
    )
    assert (measurement["members"], measurement["actions"], measurement["days"]) == (3, 4, 60)
    assert measurement["joins_day"] == 3 / 60
    assert measurement["joins_week"] == 2 / 8
    assert measurement["joins_month"] == 3 / 2  # January and February
    assert measurement["actives_day"] == 3 / 60
    assert measurement["actives_week"] == 2 / 8
    assert measurement["actives_month"] == 3 / 2
    assert measurement["actions_month"] == 4 / 2
    assert measurement.growth.to_dict("list") == {
        "day": [30, 60],
        "joins": [2, 1],
        "active": [2, 1],
        "actions": [3, 1],
    }


def test_newcomers_and_losses_by_hand() -> None:
    days = [[0.5], *[[5.0 + n, 65.0] for n in range(10)], [70.0]]
    measurement = measure_rows(crowd(days, 180))
    assert measurement["newcomers_month"] == 2 * 30 / 150  # the last two came after the first month
    # active months: 11 in month 0, of whom ten come back in month 2; 11 in month 2, followed by three silent ones
    assert measurement["lost_month"] == pytest.approx((1 + 11) / 22)
    assert "60 are needed" in measure_rows(crowd([[1.0]], 50)).cannot_tell["newcomers_month"]


def test_again_on_days_one_to_seven_counts_hours_not_dates() -> None:
    days = [[0.9, 1.1], [0.0, 1.0], [0.0, 7.9], [0.0, 8.1], *[[0.5]] * 6]
    assert measure_rows(crowd(days, 40))["again_d1_7"] == 2 / 10


def test_the_first_tenth_are_held_against_the_later_half() -> None:
    """Of 20 + 180 members: of the first all stay and act three times, of the later half one in nine, once."""
    early = [[0.1 + n / 100, 1.0, 50.0] for n in range(20)]
    late = [[2.0 + n / 100, *([60.0] if n % 9 == 0 else [])] for n in range(180)]
    measurement = measure_rows(crowd(early + late, 300))
    followed = [n for n in range(180) if n >= 81]  # members 101 to 200, counting the 20
    stay = sum(n % 9 == 0 for n in followed) / len(followed)
    assert measurement["early_stay"] == pytest.approx(1.0 / stay, rel=0.02)
    assert measurement["early_actions"] == pytest.approx(3.0 / (1.0 + stay), rel=0.02)
    assert "10 are needed" in measure_rows(crowd(early + late, 150)).cannot_tell["early_stay"]


def test_retention_asks_who_was_followed_long_enough() -> None:
    assert follow_up(30, 1000) == 60
    assert follow_up(90, 194) == 142
    days = [[0.0, 31.0], [0.0, 29.0], *[[1.0]] * 8, [70.0, 101.0]]
    measurement = measure_rows(crowd(days, 120))
    assert measurement["r30"] == 1 / 10  # the last was followed for 50 of 60 days
    assert "the log has 120 days" in measurement.cannot_tell["r365"]


def test_survival_by_hand() -> None:
    """Exits at 0 (eight times), 40 and 100 days; one is censored at 50."""
    days = [*[[0.0]] * 8, [0.0, 40.0], [0.0, 40.0, 100.0], [350.0, 400.0]]
    measurement = measure_rows([*crowd(days, 401)])
    everybody = 12  # with the bystander, censored at 0
    first = 1 - 8 / everybody
    assert measurement["survival_4w"] == pytest.approx(first)
    assert measurement["survival_26w"] == pytest.approx(first * (1 - 1 / 3) * (1 - 1 / 1))
    assert "exits are known up to 311 days" in measurement.cannot_tell["survival_52w"]


def test_a_survival_curve_ends_where_few_are_at_risk_even_after_a_jump_of_the_clock() -> None:
    days = [[0.0, 15.0]] * 12 + [[0.0, 100.0]] * 3
    curve = measure_rows(crowd(days, 500_000)).survival
    assert curve[curve["cohort"] == "all"]["week"].tolist() == [0, 1, 2]
    assert curve["at_risk"].tolist()[:3] == [16, 15, 15]


def test_return_after_silence_by_hand() -> None:
    days = [[0.0, 40.0]] * 4 + [[0.0]] * 6
    measurement = measure_rows(crowd(days, 500))
    # silences of 30 days followed for a year: 10 from day 0, 4 from day 40
    assert measurement["return_30d"] == pytest.approx(4 / 14)
    assert measurement["return_90d"] == 0
    assert measurement["once"] == 6 / 10
    assert measurement["one_day"] == 6 / 10
    late = measure_rows(crowd([[0.0, 120.0]] * 4 + [[0.0]] * 6, 500))
    months = (4 * 30 + 6 * 90 + 4 * 90) / 30
    assert late["return_hazard_90_180"] == pytest.approx(4 / months)


def test_inequality_and_rhythm_by_hand() -> None:
    days = [[float(day) for day in range(0, 22, 2)], *[[5.0]] * 9]
    measurement = measure_rows([row for row in crowd(days, 60) if row[0] != "end"])
    counts = np.array([11, *[1] * 9])
    pairs = np.abs(counts[:, None] - counts).sum() / (2 * 10 * 9 * counts.mean())
    assert measurement["gini"] == pytest.approx(pairs)
    assert measurement["top1"] == measurement["top10"] == 11 / 20
    assert measurement["rest90"] == pytest.approx(9 / 20)
    assert (measurement["gap_median"], measurement["gap_90"]) == (2, 2)
    assert measurement["active_days"] == 2
    assert measurement["actions_per_active_day"] == 1


def test_first_replies_and_their_effect_by_hand() -> None:
    rows: list[Row] = [("old", 0, "post", "")]
    rows += [(f"a{n}", 10, "post", "") for n in range(10)] + [(f"b{n}", 10, "post", "") for n in range(10)]
    rows += [("old", 10.5, "post", f"a{n}") for n in range(10)] + [("old", 13, "post", "b0")]
    rows += [(f"a{n}", 50, "post", "") for n in range(6)] + [("b1", 50, "post", ""), ("old", 99, "post", "")]
    measurement = measure_rows(rows)
    assert measurement["answered_1d"] == 10 / 21
    assert measurement["answered_7d"] == 11 / 21
    assert measurement["stay_answered"] == 6 / 10
    assert measurement["stay_unanswered"] == 2 / 11
    assert measurement["reply_effect"] == pytest.approx(6 / 10 - 2 / 11)


def test_a_network_by_hand() -> None:
    rows: list[Row] = [("a", 1, "post", "b"), ("b", 2, "post", "a"), ("b", 3, "post", "c")]
    rows += [("c", 4, "post", "a"), ("d", 5, "post", "a"), ("e", 6, "post", ""), ("a", 7, "post", "a")]
    measurement = measure_rows(rows)
    assert measurement["members_tied"] == 4
    assert measurement["degree"] == 2  # a 3, b 2, c 2, d 1
    assert measurement["strength"] == 10 / 4
    assert measurement["clustering"] == pytest.approx((1 / 3 + 1 + 1 + 0) / 4)
    assert measurement["reciprocity"] == 2 / 5


def test_clustering_is_that_of_networkx() -> None:
    import networkx as nx

    graph = nx.gnm_random_graph(60, 300, seed=1)
    low, high = (np.array(ends) for ends in zip(*(sorted(edge) for edge in graph.edges), strict=True))
    degree = np.bincount(np.concatenate([low, high]), minlength=60)
    expected = [nx.clustering(graph)[n] for n in range(60)]
    assert local_clustering(low, high, degree) == pytest.approx(expected)


def test_random_logs_agree_with_a_brute_force() -> None:
    generator = np.random.default_rng(5)
    for _ in range(5):
        n = int(generator.integers(40, 400))
        who = generator.integers(0, 30, n)
        when = np.sort(generator.uniform(0, 700, n)) * (1 + (who % 3 == 0))
        measurement = measure_rows([(f"m{w}", float(t), "post", "") for w, t in zip(who, when, strict=True)])
        _compare(measurement, {w: np.sort(when[who == w]) for w in np.unique(who)})


def _compare(measurement: Measurement, times: dict[int, np.ndarray]) -> None:
    start = int(min(moments[0] for moments in times.values()))
    end = int(max(moments[-1] for moments in times.values())) + 1
    expected = {}
    followed = [moments for moments in times.values() if end - moments[0] >= 8]
    expected["again_d1_7"] = np.mean(
        [((moments - moments[0] >= 1) & (moments - moments[0] < 8)).any() for moments in followed]
    )
    followed_longer = [
        moments for moments in times.values() if end - moments[0] >= follow_up(90, end - start)
    ]
    expected["r90"] = np.mean([moments[-1] - moments[0] >= 90 for moments in followed_longer])
    silences, back = 0, 0
    exposed, returns = 0.0, 0
    for moments in times.values():
        for began, until in zip(moments, [*moments[1:], np.inf], strict=True):
            if until - began >= 90 and end - began >= 90 + 365:
                silences, back = silences + 1, back + (until - began < 90 + 365)
            exposed += max(0.0, min(until, end) - began - 180) if min(until, end) - began < 270 else 90
            returns += 180 <= until - began < 270
    if silences >= 10:
        expected["return_90d"] = back / silences
    expected["return_hazard_180_270"] = returns / (exposed / 30)
    alive = 1.0
    lasted = [(moments[-1] - moments[0], end - moments[-1] >= 90) for moments in times.values()]
    for age in sorted({age for age, gone in lasted if gone and age <= 182}):
        alive *= 1 - sum(a == age and gone for a, gone in lasted) / sum(a >= age for a, _ in lasted)
    expected["survival_26w"] = alive
    for name, value in expected.items():
        if not np.isnan(measurement[name]):
            assert measurement[name] == pytest.approx(value, abs=1e-6), name
    curve = survival_curve(*(np.array(column) for column in zip(*lasted, strict=True)), np.array([182]))
    assert curve[0] == pytest.approx(alive)


def test_what_a_poor_log_cannot_tell_has_its_reason() -> None:
    measurement = measure_rows([("a", 0, "post", "")])
    assert measurement["members"] == 1
    assert "toward whom" in measurement.cannot_tell["degree"]
    assert "--registrations" in measurement.cannot_tell["lurkers"]
    assert "no values" in measurement.cannot_tell["value_total"]
    assert "the log has 1 day," in measurement.cannot_tell["r30"]
    assert all(reason for name, reason in measurement.cannot_tell.items() if np.isnan(measurement[name]))


def test_registrations_and_values(tmp_path: Path) -> None:
    log, users = tmp_path / "orders.csv", tmp_path / "users.csv"
    lines = [f"m{n},2020-01-0{1 + n % 2}T10:00:00Z,purchase,{10 + n}" for n in range(12)]
    lines += ["m0,2020-06-01T10:00:00Z,purchase,30"]
    log.write_text("member,time,action,value\n" + "\n".join(lines) + "\n")
    registered = [f"m{n},2020-01-01T00:00:00Z,2020-01-09T00:00:00Z" for n in range(16)]
    users.write_text("member,registered,last_seen\n" + "\n".join(registered) + "\n")
    measurement = measure(log, registrations=users, replicates=20)
    assert measurement["registered"] == 16
    assert measurement["lurkers"] == 4 / 16
    assert measurement["dormant"] == 15 / 16
    assert measurement["value_total"] == sum(10 + n for n in range(12)) + 30
    assert measurement["value_per_purchase"] == pytest.approx(measurement["value_total"] / 13)
    assert measurement["repeat_buyers"] == 1 / 12


def test_a_run_measured_by_arrays_is_its_event_log_measured(record: Record) -> None:
    by_arrays, by_frame = measured(of_record(record)), measured(of_frame(record.events))
    differing = {
        name
        for name, estimate in by_arrays.items()
        if estimate.value != pytest.approx(by_frame[name].value, nan_ok=True, rel=1e-9)
    }
    assert record.days == (of_frame(record.events).days)
    assert differing == set()


def test_a_run_measured_by_its_log_has_the_indicators_of_the_run(record: Record) -> None:
    measurement = measure(record.events, replicates=0)
    same = {name: measurement[name] for name in INDICATORS}
    assert same == pytest.approx({name: float(record.summary[name]) for name in INDICATORS}, nan_ok=True)
    m = record.members[record.members["joined_day"] >= 0]
    stay = m["left_day"].fillna(record.days) - m["joined_day"]
    for name, days in KEPT.items():
        old = m["joined_day"] <= record.days - days
        assert measurement[name] == pytest.approx((stay >= days)[old].mean(), nan_ok=True)
    assert not np.isnan(measurement["membership_90d"])
    assert (
        measurement["membership_90d"] > record.summary["retention_90d"]
    )  # the silent are kept, and not retained


def test_a_record_as_files_is_measured_like_the_record(record: Record, tmp_path: Path) -> None:
    record.to_parquet(tmp_path / "run")
    expected = measured(of_record(record))
    from_files = measured(of_table(read_events(tmp_path / "run")))
    registered = {
        "registered",
        "lurkers",
        "dormant",
    }  # files tell who is a member without acting; events do not
    assert all(np.isnan(expected[name].value) and from_files[name].value > 0 for name in registered)
    acted = [name for name in expected if name not in registered]
    assert [from_files[name].value for name in acted] == pytest.approx(
        [expected[name].value for name in acted], nan_ok=True
    )


def test_an_observation_model_shows_what_the_source_shows(record: Record) -> None:
    posts = measured(of_record(record, ObservationModel(actions=("post",))))
    events = record.events
    assert posts["actions"].value == (events["action"] == "post").sum()
    newcomers = of_record(record, ObservationModel(people="newcomers"))
    joined = set(events.loc[events["action"] == "join", "member_id"])
    acting = set(events.loc[~events["action"].isin(["join", "leave"]), "member_id"])
    assert newcomers.members == len(joined & acting)
    hidden = measured(of_record(record, ObservationModel(targets=False)))
    assert "toward whom" in hidden["degree"].reason


def test_what_cannot_be_measured_is_refused(record: Record) -> None:
    with pytest.raises(RequestError, match="the log has none of them; it has"):
        measure(record, actions=["sing"])
    with pytest.raises(RequestError, match="must be all or newcomers"):
        measure(record, people="founders")
    with pytest.raises(RequestError, match="1 day or more"):
        measure(record, inactivity=0)
    with pytest.raises(
        NothingToMeasure, match="nothing in the log counts as an action; it has 1 × join; name"
    ):
        measure_rows([("a", 0, "join", "")])
    with pytest.raises(NothingToMeasure, match="nobody whose join is in the log acts"):
        measure_rows([("a", 0, "join", ""), ("b", 1, "post", "")], people="newcomers")
    with pytest.raises(NothingToMeasure, match="no events"):
        measure(frame([]))
    with pytest.raises(RequestError, match="lacks timestamp"):
        measure(pd.DataFrame({"member_id": ["a"], "action": ["post"]}))
