# The two commands of a newcomer are `make certify` and `make test`; both make their own environment in .venv.

PYTHON ?= python3
BIN := .venv/bin

# Pact and Allure's generator report to their makers unless told otherwise.
export PACT_DO_NOT_TRACK := true
export ALLURE_NO_ANALYTICS := true
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help certify test thorough answers bench faults figures house lossy detects reference docs picture mutation spark android model pacts tampering lock lowest wheel clean .venv

help: ## say what can be made
	@sed -n 's/^\([.a-z]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-16s %s\n", $$1, $$2 }'

certify: .venv ## certify the reference MPP over HTTP; the report lands in reports/
	@$(BIN)/mpp-conformance certify --allure

test: .venv ## lint, import floors, types and the harness's own tests
	@echo "== ruff check"
	@$(BIN)/ruff check
	@echo "== ruff format --check"
	@$(BIN)/ruff format --check
	@echo "== lint-imports"
	@$(BIN)/lint-imports --no-logo
	@echo "== mypy"
	@$(BIN)/mypy
	@echo "== pytest"
	@$(BIN)/pytest tests contracts -q -n auto --dist loadfile --no-loadscope-reorder

thorough: .venv ## test over whole extents what `make test` tests over a part of; minutes
	@$(BIN)/pytest tests -q -n auto --dist loadfile --no-loadscope-reorder -m thorough

bench: .venv ## measure speed and print the figures; WRITE=1 writes the ratios into docs/adequacy.md, too
	@$(BIN)/python tools/bench.py $(if $(WRITE),write)

figures: .venv ## write into docs/adequacy.md what its figures are today
	@$(BIN)/python tools/figures.py

house: .venv ## print what a newcomer meets first: README's lines, folders, and the arrows between them
	@$(BIN)/python tools/house.py

mutation: .venv/mutation ## test the tests of the pure floors; long, so MODULES="judging/trace wire/orders" tests these alone
	@nice $(BIN)/python tools/mutation.py $(MODULES)

spark: .venv/spark ## audit with Apache Spark, on this machine and on a cluster of two workers; installs 850 MB, takes Java 17
	@$(BIN)/pytest tests/trials/test_audit_spark.py -q -m spark

android: .venv ## test the Android double on Android's own classes (Robolectric, D8); fetches 400 MB, takes Maven and Java 17
	@echo "fetching Android's classes, and testing on them (a minute or two)"
	@mvn -B -ntp -q -f doubles/android/robolectric/pom.xml clean package
	@$(BIN)/pytest tests/transport/test_android_robolectric.py -q -m robolectric

model: .venv ## write docs/state-model.md anew from the state model's data
	@$(BIN)/python tools/state_model.py

pacts: .venv ## write contracts/pacts/ anew, by driving the consumers that are in the suite
	@$(BIN)/pytest contracts/test_*_consumer.py -q --write-pacts

reference: .venv ## write docs/reference/ anew: commands, wallet.toml, a page for each requirement
	@$(BIN)/python tools/reference.py

docs: .venv ## build the documentation as a site into build/site/, and check its links
	@$(BIN)/zensical build --clean --strict -f mkdocs.yml

picture: .venv ## take the picture of a report that README.md shows; needs Chromium
	@$(BIN)/python tools/picture.py

tampering: .venv ## write docs/tamper-matrix.md anew from what the tests do to bundles
	@$(BIN)/python tools/tampering.py

lossy: .venv ## audit every log of a conforming MPP that lost something, and write the table in docs/audit.md; takes minutes
	@$(BIN)/python tools/lossy_logs.py

detects: .venv ## write into docs/audit.md how many known MPPs an audit names, by what is attested
	@$(BIN)/python tools/lossy_logs.py detects

faults: .venv ## write docs/faults.md anew from the fault profiles' data
	@$(BIN)/python tools/fault_profiles.py

wheel: .venv ## build wheel, source distribution and SBOM into dist/, with the kill matrix; two builds of one tree are equal
	@echo "kill matrix: every known MPP is judged by every case, once for each build; this takes some minutes"
	@$(BIN)/python -c "from mpp_conformance.cli import matrix; matrix.carry()"
	@$(BIN)/hatchling build -t sdist -t wheel -d dist
	@$(BIN)/python tools/sbom.py dist/sbom.cdx.json
	@echo "written:"; ls dist/*

LOCKED := --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url

answers: .venv ## write the generated answers of Alipay+ anew from openapi/alipay-plus.yaml
	@$(BIN)/python tools/answers.py

lock: .venv/locked ## write the lock files anew from pyproject.toml, newest versions in range
	@UV_PYTHON=$(BIN)/python $(BIN)/uv pip compile pyproject.toml --group dev $(LOCKED) -o requirements.lock
	@UV_PYTHON=$(BIN)/python $(BIN)/uv pip compile --group mutation -c requirements.lock $(LOCKED) \
	  -o requirements-mutation.lock
	@UV_PYTHON=$(BIN)/python $(BIN)/uv pip compile --group spark -c requirements.lock $(LOCKED) -o requirements-spark.lock
	@echo "the lock files are written; git diff shows what moved, make test, make mutation and make spark say whether it works"

lowest: .venv ## certify with the oldest release of each direct dependency that pyproject.toml allows
	@$(BIN)/uv venv -q --clear --python $(BIN)/python .venv/lowest
	@$(BIN)/uv pip compile -q pyproject.toml --python $(BIN)/python --resolution lowest-direct -o .venv/lowest.txt
	@$(BIN)/uv pip install -q --python .venv/lowest --only-binary :all: -r .venv/lowest.txt
	@$(BIN)/uv pip install -q --python .venv/lowest --no-deps .
	@.venv/lowest/bin/mpp-conformance certify --reports .venv/lowest

clean: ## remove what was made, the environment too; reports/ stays
	@rm -rf .venv dist build suites/kill-matrix-*.json .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .schemathesis
	@find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +

.venv: .venv/installed ## make the environment

.venv/locked: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Python 3.11 or newer is needed; '$(PYTHON)' is $$($(PYTHON) --version 2>&1 || true)." >&2; \
	  echo "Name another one like this: make PYTHON=/path/to/python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@echo "1/3 making .venv (a few seconds)"
	@$(PYTHON) -m venv --clear .venv
	@echo "2/3 installing what requirements.lock names (about half a minute)"
	@# The lock is complete; without --no-deps older pips trip over extras that newer releases than the locked ones have.
	@$(BIN)/python -m pip install -qq --no-deps --require-hashes -r requirements.lock
	@touch $@

.venv/installed: .venv/locked pyproject.toml
	@echo "3/3 installing mpp-conformance itself (a few seconds)"
	@$(BIN)/python -m pip install -qq --no-deps --no-build-isolation -e .
	@touch $@

# Apart from the rest, since only `make mutation` needs it.
.venv/mutation: .venv/installed requirements-mutation.lock
	@echo "installing what requirements-mutation.lock names (a few seconds)"
	@$(BIN)/python -m pip install -qq --require-hashes -r requirements-mutation.lock
	@touch $@

# Likewise for `make spark`; tests that need it are left out elsewhere, and the summary says so.
.venv/spark: .venv/installed requirements-spark.lock
	@echo "installing what requirements-spark.lock names (a minute or two)"
	@$(BIN)/python -m pip install -qq --no-deps --require-hashes -r requirements-spark.lock
	@touch $@
