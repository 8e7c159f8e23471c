"""Charts as SVG: the theme, the axes, and one file per subject; they compute no statistic."""
