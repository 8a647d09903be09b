# make build   set up what is missing, then build/samendoel          make run     the demonstration world on :8080
# make test    set up, then all tests                                make check   format, lint, rooms, banned functions
# make bench   the figures, build/bench.json                         make fuzz    each fuzz target for FUZZ_SECONDS
# make conformance  all suites against official cases and other software, build/conformance.json
# make unit ROOM=json   one room's unit tests                        CONFIG=release|debug|asan|tsan|fuzz   CC=gcc|clang
B       ?= build
CONFIG  ?= release
CC      := $(if $(filter default,$(origin CC)),gcc,$(CC))
O       := $(B)/$(CONFIG)-$(CC)
GEN     := $(B)/gen
ROOMS   := base json http fhir store access care api web server cli

PKGS    := sqlite3 libmicrohttpd libsodium libcrypto zlib cairo pangocairo cairo-pdf libbrotlidec icu-uc icu-i18n libcurl
WARN    := -Wall -Wextra -Wconversion -Wswitch-enum -Wmissing-prototypes -Wstrict-prototypes -Wvla -Wformat=2 -Wno-sign-conversion -Werror
CFLAGS_release := -O2 -g1 -DNDEBUG_SLOW -fno-plt
CFLAGS_debug   := -O0 -g -DARENA_DEBUG
CFLAGS_asan    := -O1 -g -DARENA_DEBUG -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
CFLAGS_tsan    := -O1 -g -fsanitize=thread
CFLAGS_fuzz    := -O1 -g -DARENA_DEBUG -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
CFLAGS  += -std=gnu17 -D_GNU_SOURCE -fstack-protector-strong -D_FORTIFY_SOURCE=2 $(WARN) $(CFLAGS_$(CONFIG)) \
	-Isrc -I$(B) $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
ifneq ($(filter asan tsan debug fuzz,$(CONFIG)),)
CFLAGS  := $(filter-out -D_FORTIFY_SOURCE=2,$(CFLAGS))
endif
LDFLAGS += $(filter -fsanitize%,$(CFLAGS_$(CONFIG))) -Wl,--as-needed
LDLIBS  += $(shell pkg-config --libs $(PKGS) 2>/dev/null) -lm -lpthread

# What room $(1) is linked with: itself and everything below it, in link order.
ORDER   := cli server web api care access store fhir http json base
below    = $(shell awk -v r=$(1) 'BEGIN{FS=":"} !/^\#/{split($$1,a," "); d[a[1]]=$$2} \
	function go(x,  i,n,p){ if(s[x]++) return; n=split(d[x],p," "); for(i=1;i<=n;i++) go(p[i]) } \
	END{ go(r); for(x in s) print x }' src/ROOMS)
link     = $(foreach r,$(filter $(call below,$(1)),$(ORDER)),$(O)/lib$(r).a)

.PHONY: build run test check bench fuzz unit clean setup
build: setup
	@$(MAKE) --no-print-directory $(B)/samendoel

include tools/setup.mk

# --- generated sources -------------------------------------------------------------------------------------------
include tools/gen.mk

# --- rooms -------------------------------------------------------------------------------------------------------
define ROOM_RULES
SRC_$(1) := $(wildcard src/$(1)/*.c src/$(1)/*/*.c)
OBJ_$(1) := $$(SRC_$(1):%.c=$(O)/%.o)
$(O)/lib$(1).a: $$(OBJ_$(1)) $$(GENOBJ_$(1)) ; @rm -f $$@ && ar rcs $$@ $$^
endef
$(foreach r,$(ROOMS),$(eval $(call ROOM_RULES,$(r))))

$(O)/%.o: %.c | $(GEN_HEADERS)
	@mkdir -p $(@D)
	@echo "  cc $<"
	@$(CC) $(CFLAGS) -MMD -MP -c $< -o $@
$(O)/gen/%.o: $(GEN)/%.c | $(GEN_HEADERS)
	@mkdir -p $(@D)
	@echo "  cc $<"
	@$(CC) $(CFLAGS) -MMD -MP -c $< -o $@
-include $(shell find $(O) -name '*.d' 2>/dev/null)

$(O)/samendoel: $(call link,cli)
	@echo "  ld $@"
	@$(CC) $(CFLAGS) -Wl,--start-group $^ -Wl,--end-group $(LDFLAGS) $(LDLIBS) -o $@
$(B)/samendoel: $(O)/samendoel $(WEB_ASSETS)
	@cp $< $@.new && mv $@.new $@

# --- run: the demonstration world -----------------------------------------------------------------------------------
LISTEN  ?= 127.0.0.1:8080
run: build $(B)/demo/samendoel.db
	@echo "Sign in as mia, an, derks, els, karel, leraar or beheer, password samen-op-weg-2026 (README.md says who they are)."
	@$(B)/samendoel serve --data $(B)/demo --listen $(LISTEN) --demo
$(B)/demo/samendoel.db: | build
	@rm -rf $(B)/demo $(B)/demo.new
	@$(B)/samendoel demo --data $(B)/demo.new
	@mv $(B)/demo.new $(B)/demo

# --- unit tests: tests/unit/ROOM_what.c -----------------------------------------------------------------------------
ROOM    ?= *
UNIT    := $(wildcard tests/unit/$(ROOM)_*.c)
define UNIT_RULE
$(O)/$(1): $(O)/$(1).o $(call link,$(word 1,$(subst _, ,$(notdir $(1)))))
	@$(CC) $(CFLAGS) $$< -Wl,--start-group $$(filter %.a,$$^) -Wl,--end-group $(LDFLAGS) $(LDLIBS) -lcmocka -o $$@
endef
$(foreach t,$(UNIT:.c=),$(eval $(call UNIT_RULE,$(t))))
unit: $(UNIT:%.c=$(O)/%)
	@tools/run-unit $^

# --- check: format, lint, rooms, banned functions, sizes ---------------------------------------------------------------
check: setup $(GEN_HEADERS)
	@tools/apt clang clang-format clang-tidy python3
	@tools/check-rooms && tools/check-banned && tools/check-size
	@clang-format --dry-run --Werror $$(find src tests bench -name '*.[ch]')
	@tools/lint $(B)/lint.txt $(CFLAGS)

# --- fuzz targets: tests/fuzz/ROOM_what.c, clang + libFuzzer ----------------------------------------------------------
include tests/tests.mk

# --- bench programs: bench/ROOM.c, make bench-ROOM -------------------------------------------------------------------
include bench/bench.mk

clean:
	rm -rf $(B)
