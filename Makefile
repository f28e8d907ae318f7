SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
COMMIT ?= $(shell git rev-parse --short=12 HEAD 2>/dev/null || echo unknown)
FUZZTIME ?= 3s

# The image that is built and run, and the settings of the compose set. deploy/.env.local is the operator's own: it is
# read before an environment's file, which may ask for what is in it, and after, since it counts more.
IMAGE ?= messenger-api
own = $(if $(wildcard deploy/.env.local),--env-file deploy/.env.local)
env-files = --env-file deploy/.env $(own) --env-file deploy/.env.$(1) $(own)
compose = VERSION='$(VERSION)' COMMIT='$(COMMIT)' docker compose $(call env-files,$(1))

# The race detector needs cgo, hence a C compiler that works. Left out is what takes longer to watch than all of our code
# does, and shares nothing: SQLite itself, which is C translated into Go and locks by itself, the hashing of passwords, and
# the tool that makes the dictionaries, in one goroutine.
unwatched = modernc.org/sqlite/lib golang.org/x/crypto/argon2 golang.org/x/crypto/blake2b messenger-api/tools/dictionary
RACE ?= $(shell [ "$$(go env CGO_ENABLED)" = 1 ] && echo 'int main(void) { return 0; }' | $$(go env CC) -x c -o /dev/null - -lpthread 2>/dev/null \
	&& echo -race $(unwatched:%=-gcflags=%=-race=false))

# Every file of the project of these names, whether committed yet or not, each ended by a NUL.
files = git ls-files -z --cached --others --exclude-standard $(1) | \
	while IFS= read -r -d '' file; do [ ! -f "$$file" ] || printf '%s\0' "$$file"; done

.PHONY: help
help: ## List the targets
	@awk -F ':.*## |##@ ' '/^##@ / { print $$2 } /^[a-z-]+:.*## / { printf "  %-28s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

##@ Running

.PHONY: build
build: ## Build bin/messenger-api, static and without paths of this machine
	CGO_ENABLED=0 go build -trimpath -buildvcs=false \
		-ldflags '-s -w -X main.version=$(VERSION) -X main.commit=$(COMMIT)' -o bin/messenger-api ./cmd/messenger-api

.PHONY: run
run: build ## Serve the API on port 8080 from the embedded database in ./data
	@exec bin/messenger-api serve

.PHONY: dev
dev: ## Serve the API with sample data
	@exec scripts/dev

##@ Checking

.PHONY: test
test: test-go fuzz ## Run all tests, against services of their own, then each fuzz target for FUZZTIME

.PHONY: test-go
# The packages are not vetted once more: `make lint` does that.
test-go:
	@echo 'race detector: $(if $(RACE),on,off: no C compiler that works was found)'
	scripts/services run postgres redis rabbitmq -- go test $(RACE) -vet=off -count=1 -timeout 20m ./...

.PHONY: fuzz
fuzz: ## Run each fuzz target for FUZZTIME (3s)
	@scripts/services run postgres -- $(MAKE) --no-print-directory fuzz-each

# One build serves all targets of a package. Inputs are hardly made smaller: servers in the background make every input
# look new. There is no race detector: it would have everything compiled once more, and make each input slower.
.PHONY: fuzz-each
fuzz-each:
	@built=$$(mktemp -d); trap 'rm -rf "$$built"' EXIT; \
	packages=$$(git grep -l --untracked '^func Fuzz' -- '*_test.go' | xargs -n 1 dirname | sort -u); \
	[ -n "$$packages" ] || { echo 'no fuzz target found' >&2; exit 1; }; \
	for package in $$packages; do \
		go test -vet=off -c -fuzz . -o "$$built/fuzz.test" "./$$package"; \
		cd "$$package"; \
		targets=$$("$$built/fuzz.test" -test.list '^Fuzz'); \
		[ -n "$$targets" ] || { echo "no fuzz target found in $$package" >&2; exit 1; }; \
		for target in $$targets; do \
			echo "fuzz ./$$package $$target"; \
			"$$built/fuzz.test" -test.run '^$$' -test.fuzz "^$$target\$$" -test.fuzztime $(FUZZTIME) \
				-test.fuzzminimizetime 10x -test.fuzzcachedir "$$(go env GOCACHE)/fuzz/messenger-api/$$package" </dev/null; \
		done; \
		cd "$$OLDPWD"; \
	done

.PHONY: bench
bench: ## Measure sends, pages, start time and memory
	scripts/services run postgres redis -- go run ./bench

.PHONY: bench-search
bench-search: ## Measure searching among a million messages (takes about 20 minutes)
	scripts/services run postgres redis rabbitmq -- go run ./bench search -compare

.PHONY: bench-growth
bench-growth: ## Measure each kind of request at 10 thousand, one million and ten million messages (about an hour)
	scripts/services run postgres -- go run ./bench growth -searches
	go run ./bench growth -searches -database embedded

.PHONY: bench-reindex
bench-reindex: ## Measure sends and pages while a million messages are indexed anew (about 10 minutes)
	scripts/services run postgres -- go run ./bench reindex
	go run ./bench reindex -database embedded

.PHONY: lint
lint: ## Check formatting, vet, golangci-lint with the import rules, shellcheck
	@unformatted=$$($(call files,'*.go') | xargs -0 gofmt -l); \
	[ -z "$$unformatted" ] || { echo "not formatted by gofmt:"; echo "$$unformatted"; exit 1; }
	go vet ./...
	go tool -modfile=tools/golangci-lint/go.mod golangci-lint run
	@if command -v shellcheck >/dev/null; then \
		echo 'shellcheck'; $(call files) | xargs -0 grep -lE '^#!.*\<(ba)?sh$$' | xargs shellcheck -x -a; \
	else \
		echo 'NOTE: shellcheck is not installed, the scripts were not checked'; \
	fi

.PHONY: generate
generate: ## Generate code and documents
	go generate ./...

# Compared with what was there before, not with what is committed, so that it also works amid changes.
.PHONY: verify
verify: ## Fail when generated code or documents, or go.mod, are out of date
	@sums() { $(call files) | xargs -0 cksum | sort -k 3; }; \
	before=$$(sums); go generate ./...; after=$$(sums); \
	[ "$$before" = "$$after" ] || { echo 'were out of date, and are generated anew now:'; \
		diff <(echo "$$before") <(echo "$$after") | sed -n 's/^[<>] [0-9]* [0-9]* /  /p' | sort -u; exit 1; }
	go mod tidy -diff

.PHONY: profile
profile:
	@mkdir -p coverage
	scripts/services run postgres redis rabbitmq -- go test -count=1 -timeout 20m -coverpkg=./... -coverprofile=coverage/all.out ./...
	@grep -v '\.gen\.go:' coverage/all.out >coverage/cover.out

.PHONY: tests-coverage-report
tests-coverage-report: profile ## Print how much of the code the tests reach
	@go tool cover -func=coverage/cover.out | tail -n 1

.PHONY: tests-html-coverage-report
tests-html-coverage-report: profile ## Write what the tests reach into coverage/index.html
	go tool cover -html=coverage/cover.out -o coverage/index.html

##@ Deploying

.PHONY: run-prod
run-prod: ## Run the whole system for others: nginx on port 8080; says which passwords to set
	@$(call compose,prod) up --detach --build --wait

.PHONY: run-dev
run-dev: ## Run the whole system on this machine alone
	@$(call compose,dev) up --detach --build --wait

.PHONY: update-prod
update-prod: docker-build ## Build the image, and replace what run-prod runs by it, without a failed request
	deploy/rolling-update $(call env-files,prod)

.PHONY: docker-build
docker-build: ## Build the image messenger-api
	docker build --build-arg VERSION='$(VERSION)' --build-arg COMMIT='$(COMMIT)' --tag '$(IMAGE)' .

.PHONY: docker-run
docker-run: ## Run the image alone, on port 8080, with its data in a volume
	docker run --detach --name messenger-api --publish 127.0.0.1:8080:8080 --volume messenger-api:/data \
		--memory 256m --env GOMEMLIMIT=190MiB \
		--read-only --tmpfs /tmp --cap-drop ALL --restart unless-stopped '$(IMAGE)'

.PHONY: docker-start docker-stop docker-logs
docker-start docker-stop: docker-%: ## Start, or stop, the image that docker-run runs
	docker $* messenger-api

docker-logs: ## Follow its log
	docker logs --follow --tail 100 messenger-api

.PHONY: docker-push
docker-push: docker-build ## Build the image and push it, as IMAGE names it; logs in where CI gives a password
	@[ -z "$${CI_REGISTRY_PASSWORD:-}" ] || \
		docker login --username "$$CI_REGISTRY_USER" --password-stdin "$$CI_REGISTRY" <<<"$$CI_REGISTRY_PASSWORD"
	docker push '$(IMAGE)'

.PHONY: deploy
deploy: ## Run playbook.yml on this machine
	ansible-playbook -c local -i localhost, playbook.yml

.PHONY: deploy-check
deploy-check: ## Check the Dockerfile, each variant of the compose set, and the playbook, without running them
	docker build --check .
	@for environment in dev test prod; do \
		for variant in '' '--file deploy/docker-compose.tls.yaml'; do \
			echo "docker compose config: $$environment $$variant"; \
			POSTGRES_PWD=x REDIS_PWD=x RMQ_PASSWORD=x NGINX_TLS_CERTIFICATE=/x NGINX_TLS_KEY=/x \
			docker compose --file docker-compose.yaml $$variant \
				--env-file deploy/.env --env-file deploy/.env.$$environment config --quiet; \
		done; \
	done
	@if ansible-doc community.docker.docker_container >/dev/null 2>&1; then \
		ansible-playbook -i localhost, --syntax-check playbook.yml; \
	else \
		echo 'NOTE: ansible with community.docker is not installed, the playbook was not checked'; \
	fi

.PHONY: deploy-test
deploy-test: deploy-check ## Build and run the whole system, break and replace its parts under load, and upgrade it
	@exec deploy/test/run

##@ Services

.PHONY: services-up
services-up: ## Start private PostgreSQL, Redis and RabbitMQ; their addresses are in .services/env
	scripts/services up

.PHONY: services-down
services-down: ## Stop them and delete their data
	scripts/services down

##@ Housekeeping

.PHONY: clean
clean: ## Delete what was built and measured (not ./data)
	rm -rf bin coverage
