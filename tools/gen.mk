# Sources made at build time: FHIR tables from the official package, message catalogues, style sheet.
GEN_HEADERS := $(GEN)/fhir_types.h $(GEN)/messages.h
FHIR_PACKAGE := node_modules/hl7.fhir.r4.examples
$(GEN)/fhir_types.h: tools/gen-fhir.mjs node_modules/.stamp
	@mkdir -p $(GEN)
	@node tools/gen-fhir.mjs $(FHIR_PACKAGE) $(GEN)
$(GEN)/fhir_tables.c: $(GEN)/fhir_types.h ;
$(GEN)/published_tables.c: tools/gen-profiles.mjs tools/snapshot.mjs $(wildcard profiles/*.json) $(GEN)/fhir_types.h
	@node tools/gen-profiles.mjs profiles $(FHIR_PACKAGE) $(GEN)
GENOBJ_fhir := $(O)/gen/fhir_tables.o $(O)/gen/published_tables.o $(O)/gen/definitions.o

# The definitions of the official package, compressed.
$(GEN)/definitions.c: tools/gen-definitions.mjs node_modules/.stamp
	@mkdir -p $(GEN)
	@node tools/gen-definitions.mjs $(GEN) $(FHIR_PACKAGE)

$(GEN)/messages.h: tools/gen-messages.mjs $(wildcard i18n/*.msg)
	@mkdir -p $(GEN)
	@node tools/gen-messages.mjs i18n $(GEN)
$(GEN)/messages.c: $(GEN)/messages.h ;
GENOBJ_web := $(O)/gen/messages.o

# Style sheet, script, icon: build/web, with names that change with the content.
WEB_ASSETS := $(B)/web/assets.txt
$(WEB_ASSETS): tools/gen-web.mjs $(wildcard web/*) node_modules/.stamp
	@node tools/gen-web.mjs web $(B)/web
