# Needs python3 (3.10 or newer, with venv and pip), git and make; everything else goes into .venv.

PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed

# What a shell happens to export must not reach the environment under test.
unexport PYTHONPATH PYTHONHOME

.PHONY: setup test lint types own check demo clean

setup: $(STAMP)

$(STAMP): pyproject.toml Makefile
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { \
	  echo "residency-lint needs Python 3.10 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1 || echo missing)."; \
	  echo "Name another one: make setup PYTHON=python3.12"; \
	  exit 1; \
	} >&2
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --editable '.[dev,proof]'
	@touch $@

test: setup
	$(BIN)/python -m pytest --numprocesses auto --dist loadgroup

lint: setup
	$(BIN)/python -m ruff format --check
	$(BIN)/python -m ruff check

types: setup
	$(BIN)/python -m mypy

# The tool on its own repository.
own: setup
	$(BIN)/residency-lint check

# Tests first: what they say matters most. Recipes and not prerequisites, so that `make -j` keeps the order.
check: setup
	$(MAKE) test
	$(MAKE) lint
	$(MAKE) types
	$(MAKE) own

demo: setup
	PATH="$(CURDIR)/$(BIN):$$PATH" bash examples/demo.sh

clean:
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
