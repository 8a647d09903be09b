# Fuzz targets: tests/fuzz/ROOM_what.c is one target, linked with its room and those below, built by clang under
# CONFIG=fuzz. Beside it, where useful: ROOM_what.dict, seeds/ROOM_what/ and ROOM_what.seeds (more folders, one a line).
# make fuzz runs all of them, make fuzz ROOM=json one room's; what was found stays in $(B)/fuzz.
FUZZ_SECONDS ?= 60
FUZZ    := $(basename $(notdir $(wildcard tests/fuzz/$(ROOM)_*.c)))

.PHONY: fuzz fuzz-run
fuzz:
	@tools/apt clang libclang-rt-dev
	@$(MAKE) --no-print-directory CONFIG=fuzz CC=clang fuzz-run

define FUZZ_RULE
$(O)/fuzz/$(1): $(O)/tests/fuzz/$(1).o $(call link,$(word 1,$(subst _, ,$(1))))
	@mkdir -p $$(@D)
	@$(CC) $(CFLAGS) -fsanitize=fuzzer $$< -Wl,--start-group $$(filter %.a,$$^) -Wl,--end-group $(LDFLAGS) $(LDLIBS) -o $$@
endef
ifeq ($(CONFIG),fuzz)
$(foreach t,$(FUZZ),$(eval $(call FUZZ_RULE,$(t))))
endif
fuzz-run: $(FUZZ:%=$(O)/fuzz/%)
	@FUZZ_SECONDS=$(FUZZ_SECONDS) tools/run-fuzz $(B)/fuzz $^

# Fault programs: tests/fault/ROOM_what.c. make crash kills a writing process CRASH_ROUNDS times and looks for what it lost.
CRASH_ROUNDS ?= 200
FAULT   := $(basename $(notdir $(wildcard tests/fault/*.c)))
define FAULT_RULE
$(O)/fault/$(1): $(O)/tests/fault/$(1).o $(call link,$(word 1,$(subst _, ,$(1))))
	@mkdir -p $$(@D)
	@$(CC) $(CFLAGS) $$< -Wl,--start-group $$(filter %.a,$$^) -Wl,--end-group $(LDFLAGS) $(LDLIBS) -o $$@
endef
$(foreach t,$(FAULT),$(eval $(call FAULT_RULE,$(t))))
.PHONY: crash
crash: $(O)/fault/store_crash $(B)/samendoel
	@$< $(CRASH_ROUNDS)
	@node tests/fault/serve-crash.mjs $(B)/samendoel $(B)/serve-crash $(CRASH_ROUNDS)

# make race lets many clients race with conditional requests over few keys and looks for two where one may be.
RACE_REQUESTS ?= 200000
RACE_CLIENTS  ?= 64
.PHONY: race
race: $(O)/fault/server_race $(B)/samendoel
	@node tests/fault/server-race.mjs $(B)/samendoel $< $(B)/race $(RACE_REQUESTS) $(RACE_CLIENTS)

# make test: everything that proves the project, in some minutes. Longer campaigns: make fuzz, make crash, make bench.
TEST_TOOLS := clang clang-format clang-tidy libclang-rt-dev python3 chromium sqlite3 poppler-utils openssl curl
.PHONY: test test-tools
test-tools: setup
	@tools/apt $(TEST_TOOLS)
test: test-tools
	@tools/run-all check "unit" "unit CONFIG=asan" "crash CRASH_ROUNDS=20" "race RACE_REQUESTS=10000" "fuzz FUZZ_SECONDS=5" browser suites

# Browser tests: tests/browser/*.test.mjs, each with its own server on a copy of the demonstration world and one Chromium.
# make browser ONLY=journey runs the files whose name has that; UPDATE=1 writes the golden pages again.
ONLY    ?=
BROWSER  = $(wildcard tests/browser/*$(ONLY)*.test.mjs)
.PHONY: browser
browser: build
	@tools/apt chromium sqlite3
	@rm -rf $(B)/browser/world && mkdir -p $(B)/browser
	@$(B)/samendoel demo --data $(B)/browser/world
	@B=$(B) node --test --test-reporter=spec --test-concurrency=2 $(BROWSER)

# The suites that need a started server, in their short form: other people's clients, the guide, the CapabilityStatement, bulk data,
# subscriptions. make suites ONLY=clients runs the files whose name has that.
.PHONY: suites
suites: build tests/conformance/node_modules/.stamp
	@B=$(B) node --test --test-reporter=spec --test-concurrency=1 $(wildcard tests/conformance/*$(ONLY)*.test.mjs)

# Conformance: every suite that reports counts, also the long ones (tests/conformance/*.test.mjs, each with its own server);
# build/conformance.json. make conformance ONLY=clients runs the long ones whose name has that.
SUITES  := $(wildcard tests/unit/fhir_*.c tests/unit/api_*.c)
tests/conformance/node_modules/.stamp: tests/conformance/package.json tests/conformance/package-lock.json | $(B)/.apt
	@cd tests/conformance && flock ../../.npm.lock npm ci --ignore-scripts --no-audit --no-fund && touch node_modules/.stamp
.PHONY: conformance
conformance: build tests/conformance/node_modules/.stamp $(SUITES:%.c=$(O)/%)
	@rm -rf $(B)/conformance && mkdir -p $(B)/conformance
	@CONFORMANCE_DIR=$(B)/conformance tools/run-unit $(SUITES:%.c=$(O)/%)
	@set -- $(wildcard tests/conformance/*$(ONLY)*.test.mjs); [ $$# = 0 ] || B=$(B) CONFORMANCE_DIR=$(B)/conformance CONFORMANCE_LONG=1 \
		node --test --test-reporter=spec --test-concurrency=1 "$$@"
	@node tools/conformance.mjs $(B)/conformance $(B)/conformance.json
