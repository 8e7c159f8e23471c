# Two commands: `make demo` shows what kith does, `make test` shows that it works.
# Both make the environment .venv if need be; the second time neither needs a network.

MAKEFLAGS += --no-print-directory
BIN := .venv/bin
# Tests on every core (a handful at most: each worker compiles and holds its own), a file on one of them,
# in the order that tests/conftest.py gives them.
TESTS := -m pytest -n logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder
OUT ?= out/demo
RUNS ?= 16
DAYS ?= 365
LOG := scenarios/library/examples/chat_docker.csv.gz

.DEFAULT_GOAL := help
.PHONY: help demo test slow full baselines answers format notebooks environment clean

help: ## this list
	@echo 'kith: an agent-based simulator of community growth'
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

demo: environment ## a real chat room, organised as a pool, as a hub or as a web: a table and a report
	@$(BIN)/kith compare pool hub web --from-log $(LOG) --runs $(RUNS) --days $(DAYS) --out $(OUT)

test: environment ## the tests, the linter, the types and the layers, and the pages where there is a Chromium; some minutes
	@$(BIN)/python $(TESTS)

slow: environment ## what is too slow for `make test`
	@$(BIN)/python $(TESTS) -m slow

full: environment ## the benchmarks at full size, as `kith verify` runs them, and plans drawn at random; half an hour
	@$(BIN)/python -m pytest -m full

baselines: environment ## pin the numbers of the library's scenarios anew: a decision, see tests/baselines
	@$(BIN)/python -m tests.baselines.pin

answers: environment ## live every scenario of the library and write its answers anew; a quarter of an hour or more
	@$(BIN)/kith answers --out docs/answers.md

format: environment ## rewrite the code in the house's format
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

notebooks: environment ## execute the notebooks of the documentation anew, and keep what they show
	@$(BIN)/python docs/notebooks/execute.py

environment: ## the environment .venv, pinned by constraints.txt (PYTHON=... chooses the interpreter)
	@.ci/environment

clean: ## remove the environment, the caches and the output
	rm -rf .venv out build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find sim scenarios experiments dashboard tests -name __pycache__ -type d -prune -exec rm -rf {} +
