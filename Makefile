# Every target does its own set-up: `make inventory` and `make test` work on a fresh machine with Python 3.11 to 3.13.
VENV ?= .venv
HOME_DIR ?= $(or $(CLUSTER_INVENTORY_HOME),home)
# The first interpreter of a supported version; name another one with `make PYTHON=/path/to/python3.12 ...`.
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' && echo $$p && break; done)
BIN := $(VENV)/bin
PACKAGES := assets expectations inventory pipelines sources warehouse

.PHONY: inventory report test lint types contracts units dev lock audit clean help

help: ## Show the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 12

inventory: $(VENV)/.runtime ## Build and release the inventory from the shipped archive, and print where it lies
	@$(BIN)/cluster-inventory refresh --home "$(HOME_DIR)"

report: inventory ## Write the yearly report of the latest release in all languages and formats
	@$(BIN)/cluster-inventory report --home "$(HOME_DIR)"

test: lint types contracts units ## Lint, types, import contracts, tests

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev
	$(BIN)/mypy

contracts: $(VENV)/.dev
	$(BIN)/lint-imports

units: $(VENV)/.dev
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile

dev: $(VENV)/.dev ## Open Dagster's UI on loopback, with the home's own run history
	@$(BIN)/python -c "import sys, pathlib, pipelines.running as r; r.prepare_home(pathlib.Path(sys.argv[1]))" "$(abspath $(HOME_DIR))"
	CLUSTER_INVENTORY_HOME="$(abspath $(HOME_DIR))" DAGSTER_HOME="$(abspath $(HOME_DIR))/dagster" $(BIN)/dg dev --host 127.0.0.1

lock: ## Write the lock files again (needs uv)
	requirements/lock.sh

audit: $(VENV)/.dev ## Ask the vulnerability service about every locked package (needs the network)
	$(BIN)/pip-audit --disable-pip --require-hashes --progress-spinner off $(foreach lock,runtime deploy dev,-r requirements/$(lock).txt)

clean: ## Remove the environment and what was built; releases and archives in the home stay
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache

# Stamps: nothing is installed again until the lock or pyproject.toml changes.
$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "No Python 3.11 to 3.13 was found. Install one (Debian, Ubuntu: apt install python3 python3-venv) or name it: make PYTHON=/path/to/python3.12 ..."; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "The venv module is missing: apt install python3-venv (Debian, Ubuntu)."; rm -rf $(VENV); exit 1; }

$(VENV)/.runtime: requirements/runtime.txt pyproject.toml | $(VENV)/bin/python
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/runtime.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index -e .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.runtime
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@
