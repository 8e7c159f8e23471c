# Two commands: `make demo` shows what kith does, `make test` shows that it works.
# Both make the environment .venv if need be; the second time neither needs a network.

MAKEFLAGS += --no-print-directory
BIN := .venv/bin
OUT ?= out/demo
RUNS ?= 16
DAYS ?= 365
LOG := scenarios/library/examples/chat_docker.csv.gz

.DEFAULT_GOAL := help
.PHONY: help demo test slow full format environment clean

help: ## this list
	@echo 'kith: an agent-based simulator of community growth'
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

demo: environment ## a real chat room, organised as a pool, as a hub or as a web: a table and a report
	@$(BIN)/kith compare pool hub web --from-log $(LOG) --runs $(RUNS) --days $(DAYS) --out $(OUT)

test: environment ## the tests, the linter, the types and the layers; some minutes
	@$(BIN)/python -m pytest

slow: environment ## what is too slow for `make test`, and what needs a browser
	@$(BIN)/python -m pytest -m 'slow or browser'

full: environment ## the benchmarks at full size, as `kith verify` runs them; a quarter of an hour or more
	@$(BIN)/python -m pytest -m full

format: environment ## rewrite the code in the house's format
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

environment: ## the environment .venv, pinned by constraints.txt (PYTHON=... chooses the interpreter)
	@.ci/environment

clean: ## remove the environment, the caches and the output
	rm -rf .venv out build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find sim scenarios experiments dashboard tests -name __pycache__ -type d -prune -exec rm -rf {} +
