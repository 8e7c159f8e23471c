"""The chart of a forecast as SVG text: actives of the past, and ahead with their 90 % band."""

from itertools import cycle
from typing import TYPE_CHECKING

import numpy as np

from kith.experiments.charts import theme
from kith.experiments.charts.axes import from_zero, value_axis
from kith.experiments.charts.theme import canvas, exported, themed

if TYPE_CHECKING:
    from kith.experiments.calibration.forecast.ahead import Forecast


def forecast_chart(forecast: "Forecast", name: str = "forecast") -> str:
    """Members who act in each window: seen, and ahead."""
    past, table = forecast.fit.past, forecast.table
    if past is None:
        return ""
    seen = past.actives / past.part
    arms = {arm: table[table["arm"] == arm] for arm in forecast.arms} or {"": table}
    with themed():
        figure, (axes,) = canvas(
            "Active members",
            f"members who act per {past.window} days: seen, and forecast with a 90 % band",
            height=3.2,
        )
        axes.plot(np.arange(len(seen)) * past.window, seen, color=theme.SCENARIOS[0])
        for (arm, rows), colour in zip(arms.items(), cycle(theme.SCENARIOS), strict=False):
            days = (len(seen) + np.arange(len(rows))) * past.window
            axes.plot(days, rows["actives"].to_numpy(float), color=colour, linestyle=":", label=arm)
            low, high = (rows[f"actives_{end}"].to_numpy(float) for end in ("low", "high"))
            axes.fill_between(days, low, high, color=colour, alpha=0.25, linewidth=0)
        if forecast.arms:
            axes.legend(loc="upper left", frameon=False, fontsize=8)
        axes.set_xlabel("day", loc="right")
        value_axis(axes, "")
        from_zero(axes)
        lasts = [(f" in {arm}" if arm else "", rows.iloc[-1]) for arm, rows in arms.items()]
        words = f"{seen[-1]:,.0f} at the end of the log; " + "; ".join(
            f"{last['actives']:,.0f} forecast from {last['from']}{arm}, "
            f"90 % band {last['actives_low']:,.0f} to {last['actives_high']:,.0f}"
            for arm, last in lasts
        )
        words += "."
        return exported(figure, name, "Active members", words)
