# Every target is one Python script; Python 3.11 or newer and make are all that is needed.
PYTHON ?= python3
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help run manage reset test journey screenshots nightly crawl axe chaos payout-drill mutants fuzz lint messages lock

help: ## list these targets
	@$(PYTHON) config/bootstrap.py help

run: ## install what is missing and start everything on http://localhost:8000
	@$(PYTHON) config/bootstrap.py run

manage: ## a management command beside a running `make run`: make manage ARGS=selftest
	@$(PYTHON) config/bootstrap.py manage $(ARGS)

reset: ## delete the embedded databases under var/
	@$(PYTHON) config/bootstrap.py reset

test: ## all tests but the nightly ones: make test ARGS=tests/ledger
	@$(PYTHON) config/bootstrap.py test $(ARGS)

journey: ## start everything apart and walk one sale from click to paid through it
	@$(PYTHON) config/bootstrap.py journey $(ARGS)

screenshots: ## every page of a demo apart, in each look, into screenshots/
	@$(PYTHON) config/bootstrap.py screenshots $(ARGS)

nightly: ## every test in full, the slow ones too
	@$(PYTHON) config/bootstrap.py nightly $(ARGS)

crawl: ## every address as everybody with the ids of another brand, in full
	@$(PYTHON) config/bootstrap.py crawl

axe: ## every page and state, as each role, in both themes and directions, under axe
	@$(PYTHON) config/bootstrap.py axe $(ARGS)

mutants: ## plant small mistakes in what reckons money; a test must find each
	@$(PYTHON) config/bootstrap.py mutants $(ARGS)

fuzz: ## post 1,000,000 hostile deliveries: make fuzz ARGS="--inputs 20000"
	@$(PYTHON) config/bootstrap.py fuzz $(ARGS)

chaos: ## kill the running program for 60 s, then count: make chaos ARGS="--seconds 600"
	@$(PYTHON) config/bootstrap.py chaos $(ARGS)

payout-drill: ## pay 10,000 while what pays is killed 100 times: make payout-drill ARGS="--payouts 500"
	@$(PYTHON) config/bootstrap.py payout-drill $(ARGS)

lint: ## format, lint, types, layers, migrations, deployment check
	@$(PYTHON) config/bootstrap.py lint

messages: ## collect the strings of all pages into locale/, and compile
	@$(PYTHON) config/bootstrap.py messages

lock: ## write the lock files again: make lock ARGS=--upgrade
	@$(PYTHON) config/bootstrap.py lock $(ARGS)
