"""How well a community founded from its own log goes on as it would have: `python docs/measures/founding_round_trip.py`.

Rewrites the table in docs/explanation/evidence/3-founding.md between its markers. Twenty communities of the scenario web (2,000
people, 150 founders) live for 200 days; each is then founded anew from its full log and from its posts and
answers alone, and goes on for 60 days beside the original. Takes about a minute.
"""

from tables_on_pages import put

from kith.experiments.evidence.round_trip import TABLES, agreement, round_trip

PAGES = {"round trip": "evidence/3-founding.md"}
"which table is on which page"
SEEDS = 20


def table() -> str:
    """Statistics down, original and founded across, as Markdown."""
    agreements = agreement([round_trip(seed) for seed in range(SEEDS)])
    lines = [
        "| founded from | | original | spread over seeds | founded | difference ± its standard error | agrees |",
        "|---|---|---|---|---|---|---|",
    ]
    for log, names in TABLES.items():
        for name in names:
            result = agreements[log][name]
            digits = 2 if result.original < 1 else 1
            numbers = " | ".join(f"{v:.{digits}f}" for v in (result.original, result.spread, result.founded))
            off = f"{result.difference:+.{digits}f} ± {result.error:.{digits}f}".replace("-", "−")
            lines.append(f"| {log} | {name} | {numbers} | {off} | {'yes' if result.agrees else 'no'} |")
    return "\n".join(lines)


if __name__ == "__main__":
    put(PAGES["round trip"], "round trip", table())
