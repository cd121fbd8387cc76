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

.PHONY: run test test-all check figures paper clean

run: .venv/.run
	@$(BIN)/errorflow run

test: .venv/.dev
	@$(BIN)/python -m pytest -q

test-all: .venv/.dev
	@$(BIN)/python -m pytest -q --slow

figures: .venv/.run
	@$(BIN)/python -m figures

paper: .venv/.run
	@$(BIN)/python paper/build.py

check: .venv/.dev
	@echo "ruff";  $(BIN)/ruff check --quiet . && $(BIN)/ruff format --check --quiet .
	@echo "mypy";  $(BIN)/mypy
	@echo "pins";  $(BIN)/python tests/packaging/check_tree.py
	@echo "wheel"; $(BIN)/python tests/packaging/check_wheel.py

.venv/.run: pyproject.toml requirements.txt
	@echo "setting up .venv (about half a minute)"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/.dev: .venv/.run requirements-dev.txt
	@echo "adding the test tools to .venv"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

clean:
	rm -rf .venv figures/out paper/build paper/generated dist build .pytest_cache .hypothesis .mypy_cache .ruff_cache
