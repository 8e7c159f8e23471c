"""What an answer rests on: differences that paired runs are expected to show.

A scenario's `answer` says in words what the model gives; each `[[expected]]` table below it names a
comparison and its direction, so that `kith answers` can find out whether the words are still true.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from kith.scenarios.errors import ScenarioError
from kith.sim.results.indicators import INDICATORS, describe
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
"""What can be expected of beside indicators: columns of the series, over the last 30 days."""
OF_MEMBERSHIPS = (*MEASURED, "stays")
"""What can be expected of an experiment inside a community, see `kith.experiments.analyses.experiment_effects`."""

Sign = Literal["+", "-", "0"]
Role = Literal["effect", "symptom", "fix", "cost"]


class Expected(BaseModel):
    """One difference: this scenario minus another one, or the true effect of an experiment in it."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    indicator: Annotated[str, Field(min_length=1, description="what is compared: an indicator or a count")]
    against: Annotated[
        str | None, Field(min_length=1, description="the scenario with which it is compared")
    ] = None
    but: Annotated[
        dict[str, Any], Field(description="parameters that the other side has instead of its own")
    ] = {}
    experiment: Annotated[
        str | None, Field(min_length=1, description="instead of `against`: treated against their twins")
    ] = None
    sign: Annotated[Sign, Field(description="more, less, or the same (0) as the other side")]
    within: Annotated[
        float, Field(gt=0, le=1, description="sign 0: how near is the same, as a share of the other side")
    ] = 0.1
    day: Annotated[
        int | None, Field(ge=1, le=MAX_DAYS, description="after how many days; by default at the end")
    ] = None
    runs: Annotated[
        int | None, Field(ge=2, le=10_000, description="paired runs that it takes, where others take fewer")
    ] = None
    role: Annotated[
        Role, Field(description="symptom of a pitfall, fix of it, cost of the fix, or plain effect")
    ] = "effect"

    @field_validator("indicator")
    @classmethod
    def _is_known(cls, name: str) -> str:
        if name in COUNTS or name in OF_MEMBERSHIPS:
            return name
        try:
            describe(name)
        except KeyError:
            close = nearest(name, [*INDICATORS, *COUNTS])
            raise ValueError(
                f"is no indicator; did you mean {close}?" if close else "is no indicator"
            ) from None
        return name

    @model_validator(mode="after")
    def _compares_one_thing(self) -> "Expected":
        if (self.against is None) == (self.experiment is None):
            raise ValueError("needs either against, a scenario, or experiment, one of its own")
        if self.experiment is not None and (self.but or self.indicator not in OF_MEMBERSHIPS):
            raise ValueError(f"of an experiment one can expect {', '.join(OF_MEMBERSHIPS)}, and no but")
        if (
            self.experiment is None
            and self.indicator not in COUNTS
            and self.indicator in OF_MEMBERSHIPS
            and self.indicator not in INDICATORS
        ):
            raise ValueError(f"{self.indicator} can be expected of an experiment only")
        return self

    @property
    def unit(self) -> str:
        """The unit of the difference."""
        if self.experiment is not None:
            return "per membership"
        return "1/month" if self.indicator in COUNTS else describe(self.indicator)[0]


def expected_from(table: dict[str, Any]) -> Expected:
    """What a table expects; raises `ScenarioError` in one sentence."""
    try:
        return Expected.model_validate(table)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        message = first["msg"].removeprefix("Value error, ")
        value = f" = {first['input']!r}" if where and first["type"] != "missing" else ""
        raise ScenarioError(f"expected: {where}{value}: {message}".replace(": :", ":")) from None
