"""The plans of a comparison on the page: what an address asks for, and the command line that repeats it."""

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from kith.dashboard.comparing.controls import check_plausible
from kith.dashboard.content.uploaded_logs import founding_of, log_option
from kith.dashboard.live.live_comparison import labelled_plans
from kith.dashboard.state.compare_state import FIRST, LONGEST, CompareState
from kith.dashboard.state.scenario_choice import ScenarioChoice, choice_from_text, command_of, plan_of
from kith.experiments.comparison.comparison import Comparison
from kith.sim.schema.founding import Founding
from kith.sim.schema.plan import Plan


@dataclass(frozen=True)
class ResolvedState:
    """The state of an address with its plans, and what is wrong with the address."""

    state: CompareState
    plans: dict[str, Plan]
    presets: tuple[Plan, ...] = ()
    founding: Founding | None = None
    error: str = ""

    @property
    def days(self) -> int:
        """How long the runs are: as chosen, or the longest of the scenarios' own lengths, as on the command line."""
        own = max((plan.days for plan in self.presets), default=365)
        return self.state.days or min(own, LONGEST)


def resolved_state(query: str | None) -> ResolvedState:
    """The state of an address and its plans; parts that cannot be used are left out and reported."""
    state, errors = CompareState.read(query)
    founding = errors.value_or(lambda: founding_of(state.log, state.at), None)
    state = state if founding is not None else replace(state, log="", at="")
    pairs = [
        (choice, errors.value_or(partial(_plan_and_preset, choice, state, founding), None))
        for choice in state.choices
    ]
    valid = [(choice, *plans) for choice, plans in pairs if plans is not None]
    if not valid:
        return ResolvedState(
            replace(state, choices=state.choices or FIRST), {}, founding=founding, error=str(errors)
        )
    choices, plans, presets = zip(*valid, strict=True)
    state = replace(state, choices=choices, edited=min(state.edited, len(choices) - 1))
    return ResolvedState(state, labelled_plans(plans), presets, founding, str(errors))


def _plan_and_preset(
    choice: ScenarioChoice, state: CompareState, founding: Founding | None
) -> tuple[Plan, Plan]:
    """The plan of a scenario, and the plan without the changes to the library."""
    preset = ScenarioChoice(choice.bases)
    days = state.days or None
    plan = plan_of(choice, state.people, days, founding)
    check_plausible(plan)
    return plan, plan_of(preset, state.people, days, founding)


def command_for(inputs: Any, comparison: Comparison) -> str:
    """The command line that repeats the comparison of these inputs."""
    texts, people, _, _, key, at = inputs
    choices = dict(zip(comparison.labels, map(choice_from_text, texts), strict=True))
    log, day = log_option(key, at)
    command = command_of(choices, people, comparison.days, comparison.runs, log, day)
    if isinstance(log, str):
        return command
    return f"# with the log uploaded on the page, saved under its name in this folder\n{command}"
