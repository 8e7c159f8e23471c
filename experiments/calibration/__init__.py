"""Calibration: the model fitted to a community's own past, and judged on time that it has not seen."""
