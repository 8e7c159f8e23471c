"""Charts as SVG: the theme, the axes, one file per subject, and the list of charts of a comparison; they compute no statistic."""
