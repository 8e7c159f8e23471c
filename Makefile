# `make demo` shows what kith does, `make test` shows that it works.
# Both create the environment .venv if it does not exist; after that neither needs a network.

MAKEFLAGS += --no-print-directory
# Hundreds of processes begin during the tests: they read bytecode instead of compiling our sources anew.
unexport PYTHONDONTWRITEBYTECODE
BIN := .venv/bin
# Tests on every core (a handful at most: each worker compiles and holds its own), a file on one of them,
# in the order that tests/conftest.py gives them.
TESTS := -m pytest -n logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder
OUT ?= out/demo
RUNS ?= 16
DAYS ?= 365
LOG := scenarios/library/examples/chat_docker.csv.gz

.DEFAULT_GOAL := help
.PHONY: help demo test slow full search baselines answers claims format notebooks docs environment tools clean

help: ## show this list
	@echo 'kith: an agent-based simulator of community growth'
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

demo: environment ## compare a real chat room organised as a pool, a hub or a web: a table and a report
	@$(BIN)/kith compare pool hub web --from-log $(LOG) --runs $(RUNS) --days $(DAYS) --stress --out $(OUT) --overwrite

test: tools ## run the tests, linter, type checks and layer contracts, and the browser tests if Chromium is installed; a few minutes
	@$(BIN)/python $(TESTS)

slow: tools ## run the tests that are too slow for `make test`
	@$(BIN)/python $(TESTS) -m slow

full: tools ## run the benchmarks of `kith verify` at full size, and randomly drawn plans; half an hour
	@$(BIN)/python -m pytest -m full

search: tools ## run the tests over random plans with examples that nobody has drawn yet; every fault found is a test to add
	@NEW_EXAMPLES=1 $(BIN)/python -m pytest -m "not full" tests/sim/test_conservation.py tests/sim/test_random_plans.py

baselines: tools ## pin new baselines for the scenarios of the library: a deliberate decision, see tests/baselines
	@$(BIN)/python -m tests.baselines.pin

answers: tools ## run every library scenario and rewrite docs/reference/answers; a quarter of an hour or more
	@$(BIN)/kith answers --out docs/reference/answers --overwrite

claims: tools ## hold practitioners' claims against pairs of runs and rewrite docs/reference/claims.md; ten minutes or more
	@$(BIN)/kith claims --out docs/reference/claims.md --overwrite

format: tools ## format the code
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

notebooks: tools ## execute the notebooks of the documentation again, with their output
	@$(BIN)/python docs/notebooks/execute.py

docs: tools ## build the documentation as a site, in out/docs/index.html
	@$(BIN)/python -m sphinx -q -W --keep-going -b html -c docs/site -d out/doctrees . out/docs
	@echo 'out/docs/docs/index.html'

environment: ## create the environment .venv, pinned by constraints.txt (PYTHON=... chooses the interpreter)
	@.ci/environment

tools: ## create it with the tools for development as well, or add them
	@.ci/environment dev

clean: ## remove the environment, the caches and all output
	rm -rf .venv out build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find sim scenarios experiments dashboard src tests -name __pycache__ -type d -prune -exec rm -rf {} +
