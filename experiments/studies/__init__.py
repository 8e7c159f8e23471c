"""Studies: a file that names levers and designs, its planned runs, their execution and their store."""
