# `make demo` shows the whole job on made-up mails, `make test` is the gate. Both set themselves up in .venv and need
# nothing but make and Python 3.11 or newer. Another interpreter: make PYTHON=python3.12 demo

VENV   := .venv
STAMP  := $(VENV)/.installed
BIN    := $(VENV)/bin
OUT    ?= demo
TESTS  ?=
SECONDS ?= 60
JOBS   ?= auto
ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for one in python3 python3.13 python3.12 python3.11 python3.14 python; do \
	"$$one" -c '$(ENOUGH)' >/dev/null 2>&1 && echo "$$one" && break; done)

.DEFAULT_GOAL := help
.PHONY: help demo test lint fuzz accuracy bench docs lock clean

help:
	@echo 'make demo    the whole job on made-up mails, with its own mail servers; the result is in demo/'
	@echo 'make test    lint, format, types and all tests (TESTS=tests/unit/judge: only those)'
	@echo 'make lint    only what can be told without running anything'
	@echo 'make fuzz    new broken mails and archives for a minute (SECONDS=3600: for an hour)'
	@echo 'make bench   how fast: mails a second, memory (needs dovecot and postfix)'
	@echo 'make accuracy how well pictures and scanned forms are read: writes docs/accuracy.md (minutes)'
	@echo 'make docs    write the generated tables of docs/ again'
	@echo 'make lock    resolve the dependencies again (needs uv)'
	@echo 'make clean   remove what make made, except demo/ and data/'

demo: $(STAMP)
	@$(BIN)/mailflow demo --out "$(OUT)"

# Everything is run even where something failed before, so that one go tells all; the tests come last.
test: $(STAMP)
	@failed=; \
	echo 'make: ruff check';          $(BIN)/ruff check --quiet .          || failed="$$failed ruff-check"; \
	echo 'make: ruff format --check'; $(BIN)/ruff format --quiet --check . || failed="$$failed ruff-format"; \
	echo 'make: mypy';                $(BIN)/mypy                          || failed="$$failed mypy"; \
	[ -z "$$failed" ] || echo "make: FAILED:$$failed"; \
	echo 'make: tests';               $(BIN)/python -m pytest --numprocesses $(JOBS) --dist loadfile --no-loadscope-reorder $(TESTS) || failed="$$failed tests"; \
	[ -z "$$failed" ]

lint: $(STAMP)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest tests/unit/house/test_architecture.py

fuzz: $(STAMP)
	@$(BIN)/python -m tests.fuzz $(SECONDS) $(SEED)

accuracy: $(STAMP)
	@$(BIN)/python -m bench.accuracy $(ARGS)

bench: $(STAMP)
	@$(BIN)/python -m bench.intake $(ARGS)

docs: $(STAMP)
	@$(BIN)/python tests/unit/house/test_docs.py

lock:
	@command -v uv >/dev/null || { echo 'make: uv is needed for this: https://docs.astral.sh/uv/' >&2; exit 1; }
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --all-extras --group dev \
		--no-header --no-emit-index-url --output-file requirements.lock pyproject.toml
	@grep -c == requirements.lock | sed 's/$$/ packages locked/'

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage htmlcov
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(STAMP): requirements.lock pyproject.toml tools/venv.py
	@[ -n "$(PYTHON)" ] || { echo 'make: no Python 3.11 or newer found: apt-get install python3 python3-venv,' \
		'or name one: make PYTHON=/path/to/python3.12 demo' >&2; exit 1; }
	@$(PYTHON) tools/venv.py $(STAMP)
