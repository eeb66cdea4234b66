# Nocturna: `make run` serves, `make test` tests. Both make what they need in .venv, once.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

# The service of docker compose whose container holds the server.
COMPOSE_SERVICE ?= nocturna
DAYS ?= 30
# Of tests: one a core, and one more, for many of them wait.
PROCESSES ?= $(shell expr $$(nproc) + 1)

# $(call command,ARGUMENTS): run.py in that container when it is up, else here. Nothing but what
# run.py prints goes to standard output.
define command
@if [ -n "$$(docker compose ps --quiet --status running '$(COMPOSE_SERVICE)' 2>/dev/null)" ]; then \
  exec docker compose exec $$({ [ -t 0 ] && [ -t 1 ]; } || echo --no-TTY) '$(COMPOSE_SERVICE)' python run.py $(1); \
fi; \
$(MAKE) --silent --no-print-directory $(VENV)/installed >&2 && exec $(BIN)/python run.py $(1)
endef
one = $(if $($(1)),'$($(1))',$(error say which: make $@ $(1)=...))

.PHONY: run test coverage check format bench soak zone-history places clean
.PHONY: service-token-create service-token-create-custom service-token-create-eternal
.PHONY: service-token-list service-token-revoke service-token-check
.PHONY: docker-token-check docker-token-renew docker-token-force-renew docker-token-eternal
.PHONY: docker-token-custom admin-create admin-promote admin-list

run: $(VENV)/installed
	@exec $(BIN)/python run.py

test: $(VENV)/installed-for-tests
	$(BIN)/python -m pytest --numprocesses $(PROCESSES) --dist worksteal $(ARGS)

# Apart, because to watch every line costs the tests nearly as much again as they take.
coverage: $(VENV)/installed-for-tests
	$(BIN)/python -m pytest --numprocesses $(PROCESSES) --dist worksteal --cov --cov-report=term $(ARGS)

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

service-token-create:
	$(call command,token create)

service-token-create-custom:
	$(call command,token create --days '$(DAYS)')

service-token-create-eternal:
	$(call command,token create --eternal)

service-token-list:
	$(call command,token list)

service-token-revoke:
	$(call command,token revoke $(call one,TOKEN_ID))

service-token-check:
	$(call command,token check $(call one,TOKEN))

docker-token-check:
	$(call command,token renew --check-only)

docker-token-renew:
	$(call command,token renew $(if $(TOKEN_ID),'$(TOKEN_ID)',--expiring))

docker-token-force-renew:
	$(call command,token renew --force $(if $(TOKEN_ID),'$(TOKEN_ID)'))

docker-token-eternal:
	$(call command,token renew --force --eternal $(if $(TOKEN_ID),'$(TOKEN_ID)'))

docker-token-custom:
	$(call command,token renew --force --days '$(DAYS)' $(if $(TOKEN_ID),'$(TOKEN_ID)'))

admin-create:
	$(call command,user create --admin $(call one,EMAIL))

admin-promote:
	$(call command,user promote $(call one,NAME))

admin-list:
	$(call command,user list)

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
