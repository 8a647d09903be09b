# Bench programs: bench/NAME.c or bench/NAME_what.c is linked with room NAME and those below. Each prints JSON lines
# {"name":…,"value":…,"unit":…,"goal":…,"spread":…}. make bench-NAME runs one.
BENCHES := $(basename $(notdir $(wildcard bench/*.c)))
define BENCH_RULE
$(O)/bin/bench-$(1): $(O)/bench/$(1).o $(call link,$(word 1,$(subst _, ,$(1))))
	@mkdir -p $$(@D)
	@$(CC) $(CFLAGS) $$< -Wl,--start-group $$(filter %.a,$$^) -Wl,--end-group $(LDFLAGS) $(LDLIBS) -o $$@
.PHONY: bench-$(1)
bench-$(1): $(O)/bin/bench-$(1)
	@$$< $(BENCH_ARGS)
endef
$(foreach b,$(BENCHES),$(eval $(call BENCH_RULE,$(b))))

# All figures: builds what is measured, prepares a store of 100 000 persons under build/bench (kept), measures for about
# half an hour. BENCH='read plan' measures some: read plan create start import crud ingest everything export search json fhir store care.
bench: build $(addprefix $(O)/bin/bench-,json fhir store care mhd_baseline)
	@tools/apt wrk util-linux
	@node tools/bench/run.mjs $(B) $(O)/bin $(BENCH)
