# Nocturna: `make run` serves, `make test` tests. Both make what they need in .venv, once.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: run test check format bench soak zone-history places clean

run: $(VENV)/installed
	@exec $(BIN)/python run.py

test: $(VENV)/installed-for-tests
	$(BIN)/python -m pytest --cov --cov-report=term $(ARGS)

check: $(VENV)/installed-for-tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/installed-for-tests
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/installed-for-tests
	$(BIN)/python -m benchmarks

soak: $(VENV)/installed-for-tests
	$(BIN)/python -m pytest -m soak -s $(ARGS)

zone-history: $(VENV)/installed-for-tests
	$(BIN)/python -m tools.zone_history $(ARGS)

places: $(VENV)/installed-for-tests
	$(BIN)/python -m tools.places $(ARGS)

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage *.egg-info

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo 'Nocturna needs Python 3.11 or newer: make PYTHON=/path/to/python3.11'; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
	  { echo 'Python cannot make virtual environments; on Debian: apt-get install python3-venv'; exit 1; }

$(VENV)/installed: pyproject.toml | $(VENV)/bin/python
	@echo 'Installing what Nocturna needs (once)'
	@$(PIP) install --editable .
	@touch $@

$(VENV)/installed-for-tests: pyproject.toml | $(VENV)/bin/python
	@echo 'Installing what the tests need (once)'
	@$(PIP) install --editable '.[test]'
	@touch $(VENV)/installed $@
