# `make` sets up .venv and runs the main job; `make test` runs the tests. Nothing outside the clone is touched.
.DEFAULT_GOAL := run
.DELETE_ON_ERROR:

# OpenBLAS on two threads is slower than on one for matrices of the sizes that occur here.
export OPENBLAS_NUM_THREADS ?= 1
export OMP_NUM_THREADS ?= 1
export MKL_NUM_THREADS ?= 1
export MPLBACKEND := Agg

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install

.PHONY: run test test-all bench check figures paper docs formal clean

run: .venv/.run
	@$(BIN)/errorflow run

test: .venv/.dev
	@$(BIN)/python -m pytest -q -n auto

test-all: .venv/.dev
	@$(BIN)/python -m pytest -q -n auto --slow

# Against JAX and PyTorch where they are installed; JAX=FILE names another interpreter that has JAX.
bench: .venv/.dev
	@$(BIN)/python -m tests.benchmarks $(if $(JAX),--python $(JAX)) --json build/bench.json --table build/bench.md

figures: .venv/.run
	@$(BIN)/python -m figures

paper: .venv/.run
	@$(BIN)/python paper/build.py

# HTML in build/docs/: pages by hand, those made from the registries, and the reference. Nothing is fetched.
docs: .venv/.docs
	@$(BIN)/python paper/docs/build.py

# Coq proves the theorems again; this needs `coq` and `libcoq-coquelicot` and of Python only itself.
formal:
	@PYTHONPATH=analysis $(PYTHON) -m errorflow.proof.coq

check: .venv/.dev
	@echo "== ruff";  $(BIN)/ruff check --quiet . && $(BIN)/ruff format --check --quiet .
	@echo "== mypy";  $(BIN)/mypy
	@echo "== tree";  $(BIN)/python tests/packaging/check_tree.py
	@echo "== wheel"; $(BIN)/python tests/packaging/check_wheel.py

# A set-up that was interrupted leaves no stamp and is taken up again; an environment without pip is made anew.
.venv/.run: pyproject.toml requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "errorflow needs Python 3.11 or later: make PYTHON=python3.12" >&2; exit 1; }
	@echo "environment 1/3: .venv"
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear .venv
	@echo "environment 2/3: pinned packages (half a minute)"
	@$(PIP) --require-hashes -r requirements.txt
	@echo "environment 3/3: errorflow"
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

.venv/.dev: .venv/.run requirements-dev.txt
	@echo "environment: tools for tests and checks"
	@$(PIP) --require-hashes -r requirements-dev.txt
	@touch $@

.venv/.docs: .venv/.run requirements-docs.txt
	@echo "environment: tools for the documentation"
	@$(PIP) --require-hashes -r requirements-docs.txt
	@touch $@

clean:
	rm -rf .venv figures/out paper/build paper/generated dist build .pytest_cache .hypothesis .mypy_cache .ruff_cache
