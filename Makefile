.DEFAULT_GOAL := help

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

node_modules/.package-lock.json: package.json package-lock.json web/package.json
	npm ci --no-audit --no-fund
	@touch $@

.PHONY: install
install: node_modules/.package-lock.json ## Install the dependencies from the lock file

.PHONY: run
run: install ## Build and start the shop on embedded defaults
	npm run --silent build
	npm run --silent start

.PHONY: dev
dev: install ## API and shop with hot reload, the shop at http://localhost:5173
	npm run --silent dev

.PHONY: check
check: install ## Lint, types and the module rule
	npm run --silent lint
	npm run --silent types
	npm run --silent modules

.PHONY: test
test: install ## Everything that CI runs, with a sum at the end
	npm test --silent

.PHONY: lab
lab: install ## Load-test a disposable drop and print the verdict
	npm run --silent build:api
	npm run --silent lab -- run --shape rush --buyers 2000 --stock 100

.PHONY: clean
clean: ## Delete what was built; the data in .data stays
	rm -rf dist web/dist coverage
