/* The generated tables (build/gen/fhir_tables.c, made by tools/gen-fhir.mjs). Private to the fhir room.
 * Everything is an index or an offset, so that the tables are constant data without relocations. */
#ifndef FHIR_TABLES_H
#define FHIR_TABLES_H

#include "fhir/types.h"

typedef enum DefKind { DEF_NONE, DEF_RESOURCE, DEF_PRIMITIVE, DEF_COMPLEX, DEF_BACKBONE, DEF_ANY_RESOURCE } DefKind;

typedef enum Primitive {
	PRIM_NONE,
	PRIM_BASE64BINARY,
	PRIM_BOOLEAN,
	PRIM_CANONICAL,
	PRIM_CODE,
	PRIM_DATE,
	PRIM_DATETIME,
	PRIM_DECIMAL,
	PRIM_ID,
	PRIM_INSTANT,
	PRIM_INTEGER,
	PRIM_MARKDOWN,
	PRIM_OID,
	PRIM_POSITIVEINT,
	PRIM_STRING,
	PRIM_TIME,
	PRIM_UNSIGNEDINT,
	PRIM_URI,
	PRIM_URL,
	PRIM_UUID,
	PRIM_XHTML,
} Primitive;

/* Types with rules of their own, in checks or in search. */
typedef enum Special {
	SPECIAL_NONE,
	SPECIAL_ADDRESS,
	SPECIAL_ATTACHMENT,
	SPECIAL_CODEABLECONCEPT,
	SPECIAL_CODING,
	SPECIAL_CONTACTPOINT,
	SPECIAL_EXTENSION,
	SPECIAL_HUMANNAME,
	SPECIAL_IDENTIFIER,
	SPECIAL_MONEY,
	SPECIAL_PERIOD,
	SPECIAL_QUANTITY, /* and what specialises it: Age, Duration, … */
	SPECIAL_RANGE,
	SPECIAL_REFERENCE,
	SPECIAL_SAMPLEDDATA,
	SPECIAL_TIMING,
} Special;

/* A hash table over `mask + 1` slots from fhir_slot[first] on; a slot holds index + 1, 0 is free; linear probing. */
typedef struct FhirHash {
	uint32_t first;
	uint32_t mask;
} FhirHash;

/* A resource type, data type or backbone element. Definition n of a resource type is FhirType n. */
typedef struct FhirDef {
	uint64_t required; /* bits of element slots that must be there */
	FhirHash hash;     /* over its elements by JSON name */
	uint16_t name;     /* "Patient", "Patient.contact", "HumanName", "date" */
	uint16_t first, count;
	uint8_t kind;      /* DefKind */
	uint8_t primitive; /* Primitive */
	uint8_t special;   /* Special */
	uint16_t rules;    /* its invariants: a list in fhir_rule_lists; 0: none */
} FhirDef;

enum { EL_ARRAY = 1, EL_CHOICE = 2, EL_SUMMARY = 4, EL_MODIFIER = 8 };

/* One JSON member; a choice has one for every type, which share a slot. */
typedef struct FhirElement {
	uint16_t name; /* "valueQuantity" */
	uint16_t base; /* "value[x]" */
	uint16_t def;
	uint16_t binding;    /* required binding; 0: none */
	uint16_t targets;    /* of a Reference: set of types; 0: any */
	uint8_t slot;        /* bit in FhirDef.required */
	uint8_t flags;       /* EL_… */
	uint16_t rules;      /* invariants of its values here: a list in fhir_rule_lists; 0: none */
	uint32_t extensible; /* value set of an extensible binding, in fhir_texts; 0: none */
} FhirElement;

/* An invariant of the definitions. Those that the walk over the structure proves are not here (PROVED in the
 * generator). */
typedef struct FhirRule {
	uint32_t key, human, expression; /* in fhir_texts */
	bool error;                      /* else a warning */
} FhirRule;

/* How the codes of a required binding are checked. */
typedef enum BindKind { BIND_CODES, BIND_MIME, BIND_LANGUAGE, BIND_CURRENCY, BIND_UCUM } BindKind;

typedef struct FhirBinding {
	FhirHash hash; /* over its codes, by code */
	uint32_t name; /* the value set, in fhir_texts */
	uint32_t first, count;
	uint16_t system; /* index of the only system of its codes; 0: several or none */
	uint8_t kind;    /* BindKind */
} FhirBinding;

typedef struct FhirCode {
	uint32_t text;
	uint16_t system;
} FhirCode;

enum { PARAM_FLAG_INDEXED = 1, PARAM_FLAG_TRUTH = 2 /* false when its path yields nothing */ };

/* A search parameter of one type. */
typedef struct FhirParam {
	uint32_t expression; /* in fhir_texts */
	uint32_t program;    /* in fhir_program; 0: yields nothing */
	uint16_t code;
	uint16_t targets;
	uint8_t type;
	uint8_t kind;  /* ParamKind */
	uint8_t flags; /* PARAM_FLAG_… */
} FhirParam;

/* Steps of a compiled path. A program is one or more paths, each ended by PATH_END or PATH_TUPLE, then PATH_STOP. */
typedef enum PathOp {
	PATH_STOP,
	PATH_NAME,  /* name: the member, every item of an array */
	PATH_EQUAL, /* name, text: go on when the member is the string */
	PATH_IS,    /* FhirType: go on when the reference points to the type */
	PATH_TRUTH, /* the whole path: true unless it is false */
	PATH_END,   /* definition, binding: a value */
	PATH_ITEM,  /* name, index: one item of a member */
	PATH_TUPLE, /* count, then for each component: parameter, 1 when it is in the whole resource, program: an
	               element of a composite parameter */
} PathOp;

extern const char fhir_names[]; /* NUL-ended names, by 16-bit offset */
extern const char fhir_texts[]; /* codes, systems, expressions, by 32-bit offset */
extern const uint16_t fhir_slot[];
extern const FhirDef fhir_defs[];
extern const FhirElement fhir_elements[];
extern const FhirBinding fhir_bindings[];
extern const FhirCode fhir_codes[];
extern const uint32_t fhir_systems[]; /* offsets in fhir_texts; 0 is none */
extern const TypeSet fhir_targets[];
extern const FhirParam fhir_params[];     /* sorted by type and code; number of a parameter = index + 1 */
extern const uint16_t fhir_param_first[]; /* by type; FT_COUNT + 1 items */
extern const uint16_t fhir_program[];
extern const uint16_t fhir_compartment[];       /* parameter numbers, primary ones first */
extern const uint16_t fhir_compartment_first[]; /* by type; FT_COUNT + 1 items */
extern const uint16_t fhir_member[];            /* parameter numbers by compartment and type */
extern const uint16_t fhir_member_first[];      /* FT_COUNT + 1 items for each enum Compartment */
extern const uint8_t fhir_homes[];              /* FhirHome by type */
extern const FhirHash fhir_def_hash;            /* resource and data types by name → definition */
extern const FhirRule fhir_rules[];             /* number 0 is none */
extern const uint16_t fhir_rule_lists[];        /* numbers of rules; a list ends with 0 */
extern const uint32_t fhir_index_rules;         /* which parameters are indexed */
extern const uint16_t fhir_param_count, fhir_def_any, fhir_binding_count, fhir_rule_count, fhir_rule_lists_count,
    fhir_def_count;

/* FNV-1a: what the generator hashed with. */
static inline uint32_t fhir_hash(Str s)
{
	uint32_t h = 2166136261U;
	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (uint8_t)s.p[i]) * 16777619U;
	return h ^ h >> 15;
}

static inline bool fhir_is(const char *z, Str s)
{
	return strlen(z) == s.n && memcmp(z, s.p, s.n) == 0;
}

/* The element of a definition by JSON name, or NULL. */
static inline const FhirElement *fhir_element(const FhirDef *d, Str name)
{
	const uint16_t *slots = fhir_slot + d->hash.first;
	for (uint32_t i = fhir_hash(name) & d->hash.mask; slots[i]; i = (i + 1) & d->hash.mask) {
		const FhirElement *e = &fhir_elements[d->first + slots[i] - 1];
		if (fhir_is(fhir_names + e->name, name))
			return e;
	}
	return NULL;
}

/* Definition of a resource or data type by name; 0 when there is none. */
uint16_t fhir_def(Str name);

#endif
