"""G3: a community manager pays or does not pay, depending on what a member brings in.

Two years with and without one full-time manager for 500 and for 1,000 founders. *Break-even* is the revenue
a month per active member at which the cost of the manager equals that of the active members gained, averaged
over the second year.
"""

import math
from collections.abc import Mapping

from kith.experiments.credibility.patterns.pattern import Arm, Pattern, Quantity, Records, Size, arm
from kith.sim.results.record import Record
from kith.sim.schema.parameters import Organisation

DAYS, YEAR, MONTHS = 730, 365, 12.0
SIZES = (500, 1_000)


def arms(size: Size) -> Mapping[str, Arm]:
    """Each size with no manager and with one."""
    return {
        f"{staff} for {n}": arm(
            "baseline",
            DAYS,
            size,
            market__founders=n,
            market__size=20 * n,
            organisation__staff=float(staff),
        )
        for n in SIZES
        for staff in (0, 1)
    }


def measure(records: Records) -> Mapping[str, float]:
    """Relative gain in active members of the second year, and the break-even revenue."""
    out = {}
    for n in SIZES:
        without, with_one = (_second_year(records[f"{staff} for {n}"][-1]) for staff in (0, 1))
        gained = with_one - without
        cost = Organisation().staff_cost / MONTHS
        out[f"gain from one for {n}"] = gained / without
        out[f"break-even for {n}, EUR a month"] = cost / gained if gained > 0.0 else math.inf
    return out


def _second_year(record: Record) -> float:
    return float(record.series["active"].iloc[YEAR:].mean())


TOO_DEAR = (
    "a manager adds members, but each would have to bring in some two hundred euros a month: the cost is that of "
    "a full-time employee, and what answers, welcomes and introductions keep is a tenth of the members; for 500 the two "
    "bands exclude each other, as to pay at 50 euros a manager would have to add 57 %"
)
PATTERN = Pattern(
    "G3",
    "a community manager",
    "A manager for 500 to 1,000 members adds active members, and pays where a member brings in enough.",
    "COST-span, COST-cm; bands assumed: revenue per active member in the scenarios is below 50 EUR a month",
    arms,
    measure,
    (
        *(Quantity(f"gain from one for {n}", 0.03, 0.5) for n in SIZES),
        *(Quantity(f"break-even for {n}, EUR a month", 1.0, 50.0, unmet=TOO_DEAR, far=True) for n in SIZES),
    ),
)
