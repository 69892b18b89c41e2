# `make run` is all a newcomer needs. `make check` is what must be green before anything lands.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run test drill mutate bench check tidy format lint templates imports types migrations deploy-check lock install install-dev

# The system's own Python first: it is patched with the system, and built to be a fifth faster than one compiled by hand often is.
BASE_PYTHON ?= $(shell for v in /usr/bin/python3 python3.13 python3.12 python3.11 python3; do \
	"$$v" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$v"; break; }; done)
PYTHON := .venv/bin/python
BIN := .venv/bin
# Named after the content of the lists, so an unchanged list is never installed twice.
RUN_STAMP := .venv/.run-$(shell cksum < requirements.txt | cut -d' ' -f1)
DEV_STAMP := .venv/.dev-$(shell cat requirements.txt requirements-dev.txt | cksum | cut -d' ' -f1)
INSTALL := $(PYTHON) -m pip install --quiet --disable-pip-version-check --no-input --require-hashes --no-deps
APPS := stakeholders measures followup
TEMPLATES = $(shell git ls-files -co --exclude-standard 'templates/*.html' '*/templates/*.html' ':!tests')
ARGS ?=

help:  ## What can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1 \t/' | expand -t 22

$(PYTHON):
	@test -n "$(BASE_PYTHON)" || { echo "Samspel behöver Python 3.11 eller senare med venv (på Debian: apt install python3-venv)."; exit 1; }
	@$(BASE_PYTHON) -m venv .venv

$(RUN_STAMP): | $(PYTHON)
	@echo "Installerar …"
	@$(INSTALL) -r requirements.txt
	@touch $@

$(DEV_STAMP): $(RUN_STAMP)
	@$(INSTALL) -r requirements-dev.txt
	@touch $@

.env:
	@umask 077; $(PYTHON) -c 'import secrets; print("SECRET_KEY=" + secrets.token_urlsafe(50))' > $@

install: $(RUN_STAMP)

install-dev: $(DEV_STAMP)

run: $(RUN_STAMP) .env  ## Install, migrate, load the example and serve it on http://127.0.0.1:8000
	@$(PYTHON) -m config.serve

test: $(DEV_STAMP)  ## Every test with small counts; ARGS="-k report" chooses, DATABASE_URL moves it to PostgreSQL
	@$(PYTHON) -m pytest $(ARGS)

check: $(DEV_STAMP) format lint templates imports types migrations deploy-check test  ## All that must be green

drill: $(DEV_STAMP)  ## The tests with the large counts: many kills, many plans, many rows
	@DRILL=1 $(PYTHON) -m pytest $(ARGS)

mutate: $(DEV_STAMP)  ## Break one rule of the figures at a time and see a test fail; ONLY=stock chooses by name
	@$(PYTHON) -m tests.mutations

bench: $(DEV_STAMP)  ## The roll-up against the raw SQL that reads the same rows, the year over HTTP, small numbers, and 10 000 mails (PostgreSQL); SIZE=380 is ten million figures
	@$(PYTHON) -m bench
	@$(PYTHON) -m bench.year
	@$(PYTHON) -m bench.small_numbers
	@$(PYTHON) -m bench.mails

tidy: $(DEV_STAMP)  ## Format everything and mend what can be mended by machine
	@$(BIN)/ruff check --quiet --fix . ; $(BIN)/ruff format --quiet . ; $(BIN)/djade --target-version 5.2 $(TEMPLATES) 2>/dev/null || true

format: $(DEV_STAMP)
	@$(BIN)/ruff format --check --quiet . || { echo "Kör: make tidy"; exit 1; }

lint: $(DEV_STAMP)
	@$(BIN)/ruff check --quiet .

templates: $(DEV_STAMP)
	@test -z "$(TEMPLATES)" || { $(BIN)/djade --target-version 5.2 --check $(TEMPLATES) || { echo "Kör: make tidy"; exit 1; }; } && $(BIN)/djlint --quiet --lint $(TEMPLATES)

imports: $(DEV_STAMP)
	@$(BIN)/lint-imports --no-logo --cache-dir .import_linter_cache

types: $(DEV_STAMP)
	@$(BIN)/mypy $(APPS) config

migrations: $(DEV_STAMP)
	@DJANGO_SETTINGS_MODULE=config.test_settings $(PYTHON) manage.py makemigrations --check --dry-run

deploy-check: $(DEV_STAMP)
	@env -u DEBUG SECRET_KEY=$$($(PYTHON) -c 'import secrets; print(secrets.token_urlsafe(60))') DEBUG=off \
		BASE_URL=https://samspel.example.se LOG_LEVEL=WARNING $(PYTHON) manage.py check --deploy --fail-level WARNING

lock: $(DEV_STAMP)  ## Pin what requirements*.in ask for, with hashes (LOCK=--upgrade takes newer versions)
	@for list in requirements requirements-dev; do \
		$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes $(LOCK) \
			--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" $$list.in -o $$list.txt; done
