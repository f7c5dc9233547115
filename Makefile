# Every chore is one word. The first run sets everything up; the second takes seconds.
# Windows has no make: docs/how-to/windows.md gives the same steps with pip and giapranh.

PYTHON ?= python3
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore
VENV := .venv
BIN := $(VENV)/bin
DIST := src/giapranh/desk/static/dist
PO := $(wildcard src/giapranh/locale/*/LC_MESSAGES/django.po)
MO := $(PO:.po=.mo)
FRONT := $(shell find frontend -type f -not -path '*/.made/*' 2>/dev/null) $(shell find src/giapranh -name '*.html') \
	package.json package-lock.json

.DEFAULT_GOAL := help
.PHONY: help demo serve test check bench soak setup setup-dev frontend messages accuracy lock wheel clean

help: ## what you can type
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/make \1\t\2/' | expand -t 18
	@echo 'make demo ONCE=1  run the demo, print a summary and end'

demo: setup ## set everything up and watch the dispatch become a programme and a report
	$(BIN)/giapranh demo $(if $(ONCE),--once,)

serve: setup ## run one node on http://127.0.0.1:8020
	$(BIN)/giapranh init && $(BIN)/giapranh serve

test: setup-dev ## set everything up and run every test
	@mkdir -p var/test
	GIAPRANH_HOME="$(CURDIR)/var/test" $(BIN)/python -m pytest -n 2 --dist loadscope -q --basetemp="$(CURDIR)/var/test/tmp" $(ARGS)

check: setup-dev ## formatting, lint, types, import contracts
	$(BIN)/ruff format --check . && $(BIN)/ruff check .
	GIAPRANH_DATABASE=off GIAPRANH_HOME="$(CURDIR)/var/check" $(BIN)/mypy
	$(BIN)/lint-imports

bench: setup-dev ## benchmarks, as ratios in one run
	@for b in benchmarks/*.py; do GIAPRANH_HOME="$(CURDIR)/var/bench" $(BIN)/python $$b || exit 1; done

soak: setup-dev ## long run of the exchange between two nodes under faults; prints its seed (RUNS=2000 SEED=…)
	$(BIN)/python -m tests.exchange.ledger.machine --runs $(or $(RUNS),2000) $(if $(SEED),--seed $(SEED),)

accuracy: setup-dev ## read the test papers and write docs/accuracy.md anew
	$(BIN)/giapranh accuracy

setup: $(VENV)/.system $(VENV)/.base $(DIST)/.built messages

setup-dev: setup $(VENV)/.dev

frontend: $(DIST)/.built ## build the front-end bundle

messages: $(VENV)/.base $(MO)

%.mo: %.po tools/messages.py
	$(BIN)/python tools/messages.py compile $<

$(VENV)/.system: tools/system.sh
	@sh tools/system.sh
	@mkdir -p $(VENV) && touch $@

$(VENV)/bin/python: | $(VENV)/.system
	$(PYTHON) -m venv $(VENV)

$(VENV)/.base: requirements/base.txt requirements/build.txt pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/base.txt -r requirements/build.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.base
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/dev.txt
	@touch $@

$(DIST)/.built: $(FRONT) tools/frontend.py | $(VENV)/.base
	$(BIN)/python tools/frontend.py
	@touch $@

lock: setup-dev ## pin requirements/*.in anew, with hashes and without registry addresses
	$(BIN)/python tools/lock.py

wheel: setup-dev ## build the wheel, front-end bundle and translations included
	$(BIN)/python -m build --wheel --no-isolation --outdir dist

clean: ## remove what make made, but no data
	rm -rf $(VENV) $(DIST) node_modules dist build
