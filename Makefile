# make demo   install, prepare the model, ingest the samples, ask twice
# make test   lint, types, import contract, all tests
# make bench  measure, and write docs/benchmarks/DATE.md
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
export HF_HUB_OFFLINE ?= 1

.PHONY: demo test bench samples clean

$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade pip
	$(BIN)/pip install --quiet --constraint constraints.txt torch==2.13.0
	$(BIN)/pip install --quiet --constraint constraints.txt --editable .
	touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $@

demo: $(VENV)/.installed
	$(BIN)/sanad model prepare
	$(BIN)/sanad --home .demo ingest samples/pdf
	$(BIN)/sanad --home .demo ask "What is the target INR with a mechanical mitral valve?"
	$(BIN)/sanad --home .demo ask "ما الجرعة القصوى من أملوديبين في اليوم؟"

test: $(VENV)/.installed-dev
	tests/system_packages.sh
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/sanad model prepare
	$(BIN)/pytest

bench: $(VENV)/.installed-dev
	$(BIN)/python -m evaluation.bench

samples: $(VENV)/.installed-dev
	$(BIN)/python samples/build.py

clean:
	rm -rf $(VENV) .demo build
