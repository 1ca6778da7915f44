.DEFAULT_GOAL := help
# A build that failed half-way is made again.
.DELETE_ON_ERROR:

API_SOURCES := $(shell find src) nest-cli.json tsconfig.json tsconfig.build.json
SHOP_SOURCES := $(shell find web/src web/public) src/platform/values/currencies.ts web/index.html web/routes.json web/vite.config.ts

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

# Named after what these files say, so that a new date on one of them installs nothing.
INSTALLED := node_modules/.installed-$(shell cat package.json package-lock.json web/package.json | cksum | cut -d' ' -f1)

$(INSTALLED):
	@echo 'Installing the dependencies; the first time takes a minute or more ...'
	@npm ci --no-audit --no-fund --loglevel=error
	@touch $@

dist/main.js: $(INSTALLED) $(API_SOURCES)
	@echo 'Building the API ...'
	@npm run --silent build:api

web/dist/index.html: $(INSTALLED) $(SHOP_SOURCES)
	@echo 'Building the shop ...'
	@npm run --silent build -w web -- --logLevel warn

.PHONY: install
install: $(INSTALLED) ## Install the dependencies from the lock file

.PHONY: run
run: dist/main.js web/dist/index.html ## Build what changed and start the shop on embedded defaults
	@echo 'Starting ...'
	@npm run --silent start

.PHONY: dev
dev: install ## API and shop with hot reload, the shop at http://localhost:5173
	npm run --silent dev

.PHONY: check
check: dist/main.js ## Lint, types, the module rule and the SQL
	npm run --silent lint
	npm run --silent types
	npm run --silent modules
	npm run --silent check:sql

.PHONY: test
test: install ## Everything that CI runs, with a sum at the end
	npm test --silent

.PHONY: lab
lab: dist/main.js ## Load-test a disposable drop and print the verdict
	npm run --silent lab -- run --shape rush --buyers 2000 --stock 100

.PHONY: clean
clean: ## Delete what was built; the data in .data stays
	rm -rf dist web/dist coverage
