# Two commands matter: make demo (the main job on a simulated city) and make test (everything). Both set up what they need.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed-$(shell sha256sum requirements.lock pyproject.toml flows/blank_stores.py | sha256sum | cut -c1-12)
RUN := demo/run
export POLARS_SKIP_CPU_CHECK := 1

.PHONY: demo test check format bench serve setup clean docs lock

setup: $(STAMP)

$(STAMP): requirements.lock pyproject.toml flows/blank_stores.py
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Huoyan needs Python 3.11 or later; set PYTHON=python3.11")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing the pinned packages into $(VENV) (once; later runs skip this) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock 2> >(grep -v '^WARNING: Location' >&2)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e . 2> >(grep -v '^WARNING: Location' >&2)
	@$(BIN)/python -m flows.blank_stores || echo "Blank databases could not be laid out; every first run lays out its own, which takes longer."
	@rm -f $(VENV)/.installed-*; touch $@

demo: setup
	$(BIN)/huoyan simulate --persons 10000 --months 12 --seed 7 --out demo/delivery --truth demo/truth
	$(BIN)/huoyan run demo/delivery --out $(RUN)
	@echo "See it in a browser:  $(BIN)/huoyan user add auditor --role auditor --counties all   (asks for a password)   then   make serve"

test: setup
	@PATH="$(CURDIR)/$(BIN):$$PATH" bash tests/run.sh

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# the main job on a simulated delivery, 10 M fee lines by default: make bench PERSONS=10000 for a small one
PERSONS ?= 250000
bench: setup
	$(BIN)/python -m bench.main_job --persons $(PERSONS)

serve: setup
	$(BIN)/huoyan serve --runs $(RUN)

docs: setup
	$(BIN)/huoyan docs

lock: setup
	$(BIN)/uv pip compile --quiet --extra dev --generate-hashes --no-header --no-emit-index-url --python-version 3.11 --universal -o requirements.lock pyproject.toml

clean:
	rm -rf demo build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
