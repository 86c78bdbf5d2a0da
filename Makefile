# The way in: `make help` lists what there is.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.runtime
READY := $(VENV)/.ready

# Tests and demo start processes by the hundred: Python is to keep its bytecode, even where it is told not to elsewhere.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help venv demo check test chaos bench pictures lint format lock clean

## help: this list
help:
	@sed -n 's/^## //p' $(MAKEFILE_LIST)

# What it takes to run: the pinned packages, each checked against its hash, and the command `qinglian`.
$(RUNTIME): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "qinglian needs Python 3.11 or newer, and \`$(PYTHON)\` is $$($(PYTHON) -V 2>&1). Name another: make PYTHON=python3.11 ..."; \
	  exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# ... and what it takes to work on it.
$(READY): $(RUNTIME) requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

## venv: the environment in .venv, from the lock files
venv: $(READY)

## demo: simulator and assistant with a sample organisation (needs only Python 3.11 and make)
demo: $(RUNTIME)
	$(BIN)/qinglian demo

## check: format, lint, types, imports, tests: what CI runs, word for word
check:
	bash .ci/run

## test: the environment and the whole suite (PYTEST_ARGS="-k signing" for a part)
test: $(READY)
	@$(BIN)/python -m tests.browser.chromium bring
	$(BIN)/python -m pytest -n 2 --dist loadfile $(PYTEST_ARGS)
	@$(BIN)/python -m tests.browser.chromium report

## chaos: 100 kills at random moments (CHAOS_KILLS=500 for more, CHAOS_SEED=… to repeat who does what)
chaos: $(READY)
	CHAOS_KILLS=$${CHAOS_KILLS:-100} $(BIN)/python -m pytest tests/chaos $(PYTEST_ARGS)

## bench: what things cost beside floors and peers (BENCH_ARGS="--quick", "--only G4", "--write docs/benchmarks.md")
bench: $(READY)
	$(BIN)/python -m tests.bench $(BENCH_ARGS)

## pictures: the pictures in docs/pictures, taken anew from the running workbench
pictures: $(READY)
	@$(BIN)/python -m tests.browser.chromium bring
	$(BIN)/python -m tests.browser.pictures

## lint: format, lint, types and imports, without the tests
lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

## format: put the code in order
format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

LOCK := $(BIN)/uv pip compile pyproject.toml --group build --no-config --universal --python-version 3.11 \
  --generate-hashes --no-annotate --custom-compile-command "make lock" --quiet $(UPGRADE)

## lock: remake the lock files from pyproject.toml (UPGRADE=--upgrade takes newer versions too)
lock: $(READY)
	$(LOCK) --output-file requirements.lock
	$(LOCK) --group dev --constraints requirements.lock --output-file requirements-dev.lock
	@! grep -nE '[a-z]+://|^-' requirements.lock requirements-dev.lock || { echo "an address got into the lock"; exit 1; }

## clean: take away everything that can be made again
clean:
	rm -rf $(VENV) .ci/report .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis build *.egg-info
