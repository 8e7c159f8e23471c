"""A study: its question, levers, design and number of runs; read from a TOML file.

A study file defines the scenarios, the levers and the design; everything
else comes from the scenarios. See `docs/how-to/studies.md`.
"""

import os
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from kith.experiments.errors import RequestError, StudyError
from kith.experiments.files import user_path
from kith.experiments.run_limits import MOST_RUNS, check_runs, counted
from kith.experiments.runs.own import OwnCode
from kith.experiments.statistics.tables import OUTCOMES, check_outcomes
from kith.experiments.studies.designs import AnyDesign, Listed, most_points
from kith.experiments.studies.formulas import Formula
from kith.experiments.studies.levers import Lever, check_levers, flat
from kith.experiments.studies.searches import BreakEven, Discover, Optimise
from kith.scenarios.errors import ScenarioError
from kith.scenarios.overrides import settings_of
from kith.scenarios.toml_file import read_toml
from kith.sim.schema.fields import nearest
from kith.sim.schema.parameter_set import field_of
from kith.sim.schema.plan import MAX_DAYS

DRAFT = "https://json-schema.org/draft/2020-12/schema"
KINDS = ("list", "grid", "random", "latin_hypercube", "sobol", "morris", "fast")
LARGEST = 10**9
"What `most_runs` can be raised to."
LONGEST_NAME = 100
"Characters of a study's name, which is that of a folder."
QUICK = "-quick"
QUICK_DAYS, QUICK_RUNS, QUICK_STEPS = 40, 2, 2


class Study(BaseModel):
    """A study: many runs that together answer a question."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[
        str,
        Field(
            pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$",
            max_length=LONGEST_NAME,
            description="a short name; by default the file's",
        ),
    ] = "study"
    title: Annotated[str, Field(description="title in reports")] = ""
    question: Annotated[str, Field(description="the question that the study answers")] = ""
    text: Annotated[str, Field(description="what to look for, and what the levers mean")] = ""
    tags: Annotated[tuple[str, ...], Field(description="tags")] = ()
    sources: Annotated[tuple[str, ...], Field(description="sources of the idea and of the ranges")] = ()
    scenarios: Annotated[
        tuple[str, ...],
        Field(min_length=1, description="names of the library, or paths from the study file's folder"),
    ]
    days: Annotated[
        int | None, Field(ge=1, le=MAX_DAYS, description="length of every run; by default the scenario's")
    ] = None
    runs: Annotated[int, Field(ge=1, le=1_000_000, description="runs of each point, on common seeds")] = 1
    most_runs: Annotated[int, Field(ge=1, le=LARGEST, description="maximum total number of runs")] = MOST_RUNS
    first_seed: Annotated[int, Field(ge=0, le=2**62, description="the first of these seeds")] = 0
    set: Annotated[dict[str, Any], Field(description="settings of every point")] = {}
    shock: Annotated[tuple[dict[str, Any], ...], Field(description="shocks at every point")] = ()
    lever: Annotated[tuple[Lever, ...], Field(description="the levers")] = ()
    derive: Annotated[
        dict[str, str], Field(description="parameter -> formula over levers, such as 'budget * part / 40'")
    ] = {}
    constraints: Annotated[
        tuple[str, ...], Field(description="formulas that every point must satisfy, such as 'a + b <= 1'")
    ] = ()
    design: Annotated[AnyDesign, Field(description="the points of the study")]
    outcomes: Annotated[
        tuple[str, ...], Field(min_length=1, description="indicators to report, the main one first")
    ] = OUTCOMES
    optimise: Annotated[Optimise | None, Field(description="the search of `kith study optimise`")] = None
    break_even: Annotated[BreakEven | None, Field(description="the search of `kith study break-even`")] = None
    discover: Annotated[
        Discover | None,
        Field(description="the definition of failure for `kith study discover`"),
    ] = None
    own: Annotated[OwnCode | None, Field(description="steps, shocks and indicators of one's own")] = None
    series: Annotated[
        bool, Field(description="also store daily series, thinned to about 200 days per run")
    ] = False

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        for what, names in (("scenario", self.scenarios), ("outcome", self.outcomes)):
            twice = next((name for name in names if names.count(name) > 1), None)
            if twice:
                raise ValueError(f"{what} {twice} is given twice; keep one")
        return self

    @property
    def seeds(self) -> range:
        """The seeds on which every point is run."""
        return range(self.first_seed, self.first_seed + self.runs)

    @property
    def size(self) -> tuple[int, int]:
        """Points and runs at most, by arithmetic: constraints, and points that are alike, may leave fewer."""
        count = most_points(self.design, self.lever) * len(self.scenarios)
        return count, count * self.runs

    def check_design(self) -> None:
        """Raise `StudyError` if the design needs more runs than `most_runs`; no point is drawn."""
        points, runs = self.size
        what = f"{counted(points)} points with runs = {self.runs:,} of each"
        self._check_runs(what, runs, "fewer points or runs")

    def check_size(self) -> None:
        """Raise `StudyError` if the design or a search needs more runs than `most_runs`."""
        self.check_design()
        if self.optimise is not None:
            self._check_runs("optimise", self.optimise.most_runs(self.runs), "fewer trials or runs")
        if self.break_even is not None:
            self._check_runs("break_even", self.break_even.most_runs(self.runs), "fewer runs")

    def _check_runs(self, what: str, runs: int, fewer: str) -> None:
        way_out = f"ask for {fewer}"
        if runs <= LARGEST:
            way_out += f", or allow it with most_runs = {runs} in the study file"
        try:
            check_runs(what, runs, way_out, self.most_runs)
        except RequestError as error:
            raise StudyError(str(error)) from None

    @property
    def formulas(self) -> tuple[Formula, ...]:
        """The constraints, ready to be evaluated."""
        return tuple(Formula(text) for text in self.constraints)

    @property
    def derived(self) -> dict[str, Formula]:
        """Parameters that follow from levers, with their formulas."""
        return {name: Formula(text) for name, text in flat(self.derive).items()}

    def with_changes(self, **changes: Any) -> "Study":
        """The same study with other values, validated anew."""
        return study_from(self.model_dump() | changes)

    def reduced(self) -> "Study":
        """A study of the same shape that takes seconds: to try it, not to learn from it."""
        levers = [lever.model_copy(update={"steps": QUICK_STEPS}) for lever in self.lever]
        return self.with_changes(
            name=f"{self.name[: LONGEST_NAME - len(QUICK)]}{QUICK}",
            days=min(self.days or QUICK_DAYS, QUICK_DAYS),
            runs=min(self.runs, QUICK_RUNS),
            shock=[_earlier(shock) for shock in self.shock],
            lever=[lever.model_dump() for lever in levers],
            design=self.design.reduced().model_dump(),
            optimise=self.optimise and self.optimise.reduced().model_dump(),
            break_even=self.break_even and self.break_even.reduced().model_dump(),
        )

    def check(self) -> None:
        """Raise `StudyError` for whatever no point could be run with."""
        try:
            check_levers(self.lever)
            self.check_size()
            if self.own is not None:
                self.own.found().check()
            check_outcomes(self.outcomes)
            settings_of(flat(self.set))
            for name in self.derived:
                field_of(name)
            if isinstance(self.design, Listed):
                self._check_list(self.design)
            for goal in (self.optimise, self.break_even):
                if goal is not None:
                    goal.check(self.lever)
                    self._check_one_scenario()
            if self.discover is not None:
                self.discover.check([Path(scenario).stem for scenario in self.scenarios])
        except StudyError:
            raise
        except ValueError as error:
            raise StudyError(str(error)) from None

    def _check_one_scenario(self) -> None:
        if len(self.scenarios) > 1:
            raise StudyError(
                f"scenarios = {', '.join(self.scenarios)}: optimise and break_even need exactly one scenario; keep one"
            )

    def _check_list(self, design: Listed) -> None:
        """Every point names the same levers or parameters, each with a value that it can take."""
        known = {lever.name: lever for lever in self.lever}
        first = set(design.points[0])
        for number, point in enumerate(design.points):
            if set(point) != first:
                odd = sorted(set(point) ^ first)[0]
                raise StudyError(f"point {number}: {odd} is in some points only; give it in all")
            for name, value in point.items():
                lever = known.get(name) or Lever(name=name, values=(value,))
                if lever.options is not None and value not in lever.options:
                    raise StudyError(
                        f"point {number}: {name} = {value}: must be {' or '.join(lever.options)}"
                    )
                settings_of(lever.settings(value))
        unused = next((name for name in known if name not in first), None)
        if unused:
            raise StudyError(f"lever {unused} has no value in any point; give it one in each, or remove it")


def read_study(name_or_path: str | os.PathLike[str], run_code: bool = True) -> Study:
    """The study of a file, or of the library by name, checked; a table `own` imports the modules that it names.

    Without `run_code`, a study with such a table is refused before anything is imported.

    Raises
    ------
    StudyError, ScenarioError
        The file or what it says cannot be used.
    """
    path = _path_of(name_or_path)
    label = path.name
    given = read_toml(path, str(name_or_path))
    try:
        study = study_from({"name": path.stem} | _with_paths(given, path.parent))
        if study.own is not None and not run_code:
            raise StudyError(
                f"runs code of its own ({', '.join(study.own.modules)}); read it, and allow it with --run-code"
            )
        study.check()
    except StudyError as error:
        raise StudyError(f"{label}: {error}") from None
    return study


def study_from(given: Mapping[str, Any]) -> Study:
    """A study from plain tables; one clear `StudyError` for whatever is wrong."""
    try:
        return Study.model_validate(dict(given))
    except ValidationError as error:
        wrong = error.errors(include_url=False)
        unknown = [
            problem for problem in wrong if problem["type"] == "extra_forbidden"
        ]  # why another may be missing
        raise StudyError(_explained((unknown or wrong)[0])) from None


def studies() -> dict[str, Path]:
    """The study files that come with kith, by name."""
    folder = Path(str(files("kith.experiments.studies") / "library"))
    return {path.stem: path for path in sorted(folder.glob("*.toml"))}


def study_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a study file."""
    return {"$schema": DRAFT, **Study.model_json_schema(), "title": "kith study"}


def _path_of(name_or_path: str | os.PathLike[str]) -> Path:
    text = os.fspath(name_or_path)
    library = studies()
    if text in library:
        return library[text]
    path = user_path(text)
    if path.suffix != ".toml" and not path.exists():
        close = nearest(text, library)
        hint = f"did you mean {close}?" if close else f"the studies are {', '.join(library)}."
        raise StudyError(f"unknown study {text}; {hint} A path ends in .toml")
    if not path.exists():
        raise StudyError(f"{text} does not exist; `kith study list` shows the studies that come with kith")
    return path


def _with_paths(given: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Paths of scenarios are meant from the folder of the study file."""
    names = given.get("scenarios")
    if not isinstance(names, list):
        return given
    return given | {
        "scenarios": [
            str(folder / n) if isinstance(n, str) and n.endswith(".toml") and not Path(n).is_absolute() else n
            for n in names
        ]
    }


def _earlier(shock: dict[str, Any]) -> dict[str, Any]:
    """The same shock early enough for a reduced study; a day that is no number is refused with the plan."""
    day = shock.get("day", 0)
    is_late = isinstance(day, int | float) and day > QUICK_DAYS // 2
    return shock | {"day": QUICK_DAYS // 2} if is_late else shock


def _explained(error: Any) -> str:
    """One pydantic error as: the thing, the value, the way out."""
    place = [str(part) for part in error["loc"]]
    message = str(error["msg"]).removeprefix("Value error, ")
    if error["type"] == "value_error":
        return message
    where = ".".join(_readable(place))
    if error["type"] == "extra_forbidden":
        known = _known_keys(place)
        close = nearest(place[-1], known)
        return f"unknown key {where}; " + (
            f"did you mean {close}?" if close else "`kith schema study` lists them"
        )
    if error["type"] == "missing":
        return f"{where} is missing; `kith schema study` describes it"
    if error["type"].startswith("union_tag"):
        return f"{where}: kind must be {', '.join(KINDS[:-1])} or {KINDS[-1]}"
    value = repr(error["input"])
    shown = value if len(value) <= 60 else value[:59] + "…"
    return f"{where} = {shown}: {_must(error) or message[0].lower() + message[1:]}"


def _must(error: Any) -> str:
    """What a value has to be, for what goes wrong most often."""
    context = error.get("ctx", {})
    words = {
        "greater_than_equal": "must be {ge} or more",
        "less_than_equal": "must be {le} or less",
        "less_than": "must be below {lt}",
        "multiple_of": "must be a multiple of {multiple_of}",
        "too_short": "must not be empty",
        "int_from_float": "must be a whole number",
        "int_type": "must be a whole number",
        "int_parsing": "must be a whole number",
        "float_type": "must be a number",
        "float_parsing": "must be a number",
        "bool_type": "must be true or false",
        "bool_parsing": "must be true or false",
        "string_type": "must be text, in quotation marks",
        "tuple_type": "must be a list, in square brackets",
        "list_type": "must be a list, in square brackets",
        "string_too_long": "must have {max_length} characters at most",
        "string_pattern_mismatch": "must be letters, digits, - and _, with a letter or digit first",
    }.get(error["type"], "")
    return words.format(**context)


def _readable(place: list[str]) -> list[str]:
    """The position of an error as a reader of the file would name it, with entries counted from 1."""
    if place[0] == "design":
        place = [part for part in place if part not in KINDS]
    return [f"{int(part) + 1}" if part.isdecimal() else part for part in place]


def _known_keys(place: list[str]) -> list[str]:
    if len(place) == 1:
        return list(Study.model_fields)
    tables: dict[str, type[BaseModel]] = {
        "lever": Lever,
        "optimise": Optimise,
        "break_even": BreakEven,
        "discover": Discover,
        "own": OwnCode,
    }
    if place[0] in tables:
        return list(tables[place[0]].model_fields)
    return sorted(
        {key for design in get_args(get_args(AnyDesign.__value__)[0]) for key in design.model_fields}
    )


__all__ = ["ScenarioError", "Study", "read_study", "studies", "study_from", "study_schema"]
