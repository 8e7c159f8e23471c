"""Forecasts: of a fitted community and of declared rivals, scored on time that none of them has seen."""
