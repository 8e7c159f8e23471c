"""The way from a measured log to a fitted model, its forecast and what to measure next, on the My community page."""
