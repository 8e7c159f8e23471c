"""Expectations: differences that a scenario's answer is based on, testable with paired runs.

A scenario's `answer` states in words what the model predicts; each `[[expected]]` table below it gives a
comparison and its direction, so that `kith answers` can test whether the statement still holds.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from kith.scenarios.errors import ScenarioError
from kith.sim.results.definitions import DEFINITIONS, describe
from kith.sim.schema.fields import nearest
from kith.sim.schema.plan import MAX_DAYS, MEASURED

COUNTS = {
    "contributions": "contributions in the last 30 days",
    "exchanges": "exchanges between peers in the last 30 days",
    "joins": "joins in the last 30 days",
    "rejections": "posts wrongly rejected in the last 30 days",
    "replies": "replies in the last 30 days",
    "visits": "visits in the last 30 days",
}
"""Outcomes in addition to indicators: columns of the series, summed over the last 30 days."""
OF_MEMBERSHIPS = (*MEASURED, "stays")
"""Outcomes of an experiment within a community, see `kith.experiments.analyses.experiment_effects`."""

Sign = Literal["+", "-", "0"]
Role = Literal["effect", "symptom", "fix", "cost"]


class Expected(BaseModel):
    """One difference: this scenario minus another, or the true effect of an experiment in it."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    indicator: Annotated[
        str, Field(min_length=1, description="outcome that is compared: an indicator or a count")
    ]
    against: Annotated[str | None, Field(min_length=1, description="scenario to compare with")] = None
    but: Annotated[dict[str, Any], Field(description="parameters changed in the scenario compared with")] = {}
    experiment: Annotated[
        str | None,
        Field(
            min_length=1,
            description="instead of `against`: the experiment whose treated people are compared with the same people untreated",
        ),
    ] = None
    sign: Annotated[Sign, Field(description="sign of the difference: more (+), less (-) or the same (0)")]
    within: Annotated[
        float,
        Field(
            gt=0,
            le=1,
            description="for sign 0: largest difference that counts as the same, relative to the scenario compared with",
        ),
    ] = 0.1
    day: Annotated[
        int | None, Field(ge=1, le=MAX_DAYS, description="day of the comparison; default: the last day")
    ] = None
    runs: Annotated[
        int | None, Field(ge=2, le=10_000, description="number of paired runs, if more than usual are needed")
    ] = None
    role: Annotated[
        Role,
        Field(
            description="role in the text: symptom of a pitfall, its fix, cost of the fix, or plain effect"
        ),
    ] = "effect"

    @field_validator("indicator")
    @classmethod
    def _is_known(cls, name: str) -> str:
        if name in COUNTS or name in OF_MEMBERSHIPS:
            return name
        try:
            describe(name)
        except KeyError:
            close = nearest(name, [*DEFINITIONS, *COUNTS])
            raise ValueError(
                f"is no indicator; did you mean {close}?"
                if close
                else "is no indicator; see section 7.13 of the model's documentation"
            ) from None
        return name

    @model_validator(mode="after")
    def _compares_one_thing(self) -> "Expected":
        if (self.against is None) == (self.experiment is None):
            raise ValueError(
                "needs either against (a scenario) or experiment (an experiment of this scenario)"
            )
        if self.experiment is not None and (self.but or self.indicator not in OF_MEMBERSHIPS):
            raise ValueError(f"an experiment allows the outcomes {', '.join(OF_MEMBERSHIPS)} and no `but`")
        if (
            self.experiment is None
            and self.indicator not in COUNTS
            and self.indicator in OF_MEMBERSHIPS
            and self.indicator not in DEFINITIONS
        ):
            raise ValueError(
                f'{self.indicator} is an outcome of experiments only; add experiment = "..." or name another outcome'
            )
        return self

    @property
    def unit(self) -> str:
        """The unit of the difference."""
        if self.experiment is not None:
            return "per membership"
        return "1/month" if self.indicator in COUNTS else describe(self.indicator)[0]


def expected_from(table: dict[str, Any]) -> Expected:
    """The expectation in a table; raises `ScenarioError` if it is invalid."""
    try:
        return Expected.model_validate(table)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        message = first["msg"].removeprefix("Value error, ")
        value = f" = {first['input']!r}" if where and first["type"] != "missing" else ""
        raise ScenarioError(f"expected: {where}{value}: {message}".replace(": :", ":")) from None
