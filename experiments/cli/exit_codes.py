"""Exit codes: 0 done, 1 the work failed, 2 the request was wrong, 130 stopped by Ctrl+C."""

DONE, FAILED, WRONG, STOPPED = 0, 1, 2, 130
