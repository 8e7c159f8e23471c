"""How far rules of retention are off when a log is cut: `python docs/measures/retention_rules.py`.

Each log that ships is cut after 60 days to four years. For each rule and age, what it says of the cut log is compared
with the share, in the whole log, of those members who could reach the age before the cut. Prints the numbers of
docs/explanation/evidence.md, conventions.
"""

import numpy as np

from kith.experiments.escaping import say
from kith.experiments.evidence.observation import DAY, Floats, Observed, of_table
from kith.experiments.evidence.survival import follow_up, kaplan_meier
from kith.scenarios.catalogue import logs
from kith.scenarios.logs.founding import read_log_table

CUTS = (60, 120, 180, 365, 545, 730, 1095, 1460)
AGES = (7, 30, 90, 180, 365)
RULES = ("followed for n days", "followed for 2n days", "rule of r_n", "Kaplan–Meier")


def said(first: Floats, last: Floats, cut: int, age: int) -> dict[str, float]:
    """What each rule says; NaN where it has fewer than ten members or the log is too short."""
    lasted, followed = last - first, cut - first
    needed = dict(zip(RULES, (age, 2 * age, follow_up(age, cut)), strict=False))
    out = {
        rule: float((lasted[followed >= days] >= age).mean()) if (followed >= days).sum() >= 10 else np.nan
        for rule, days in needed.items()
    }
    known = cut >= 2 * age
    survived = kaplan_meier(lasted, cut - last >= age, age)
    return out | {RULES[3]: survived(np.ones(len(lasted))) if known else np.nan}


def errors(observed: Observed) -> list[tuple[bool, dict[str, float]]]:
    """Of each cut and age: whether the cut log is shorter than three times the age, and the error of each rule."""
    day = (observed.time - observed.start) / DAY
    out = []
    for cut in (cut for cut in CUTS if cut < 0.8 * observed.days):
        first, last = np.full(observed.members, np.nan), np.full(observed.members, np.nan)
        before = day < cut
        first[observed.member[before][::-1]] = day[before][::-1]
        last[observed.member[before]] = day[before]
        seen = ~np.isnan(first)
        for age in (age for age in AGES if age < cut and age <= observed.days - cut):
            could = first[seen] <= cut - age
            if could.sum() >= 30:
                truth = float((observed.lasted[seen][could] >= age).mean())
                values = said(first[seen], last[seen], cut, age)
                out.append((cut < 3 * age, {rule: value - truth for rule, value in values.items()}))
    return out


def main() -> None:
    """Print bias and mean error of the rules, in cuts of at least three times the age and in shorter ones."""
    every = [row for name in logs() for row in errors(of_table(read_log_table(name)))]
    for short in (False, True):
        rows = [row for is_short, row in every if is_short == short]
        say(f"{'shorter than' if short else 'at least'} 3n days, {len(rows)} cuts")
        for rule in RULES:
            off = np.array([row[rule] for row in rows])
            off = off[np.isfinite(off)]
            say(f"  {rule:22} {len(off):3} told, bias {off.mean():+.3f}, mean error {np.abs(off).mean():.3f}")


if __name__ == "__main__":
    main()
