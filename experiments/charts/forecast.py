"""The chart of a forecast as SVG text: actives of the past, and ahead with their 90 % band."""

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
    ahead = len(seen) + np.arange(len(table))
    colour = theme.SCENARIOS[0]
    with themed():
        figure, (axes,) = canvas(
            "Active members",
            f"members who act per {past.window} days: seen, and forecast with a 90 % band",
            height=3.2,
        )
        axes.plot(np.arange(len(seen)) * past.window, seen, color=colour)
        axes.plot(ahead * past.window, table["actives"].to_numpy(float), color=colour, linestyle=":")
        low, high = (table[f"actives_{end}"].to_numpy(float) for end in ("low", "high"))
        axes.fill_between(ahead * past.window, low, high, color=colour, alpha=0.25, linewidth=0)
        axes.set_xlabel("day", loc="right")
        value_axis(axes, "")
        from_zero(axes)
        last = table.iloc[-1]
        words = (
            f"{seen[-1]:,.0f} at the end of the log; {last['actives']:,.0f} forecast from {last['from']}, "
            f"90 % band {last['actives_low']:,.0f} to {last['actives_high']:,.0f}."
        )
        return exported(figure, name, "Active members", words)
