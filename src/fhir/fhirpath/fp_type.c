/* Types: names, and which is a kind of which. Source: https://hl7.org/fhir/R4/fhirpath.html#types */
#include "fhir/fhirpath/fp.h"

static const Str kind_names[] = {
	[FP_NODE] = S_INIT(""),
	[FP_BOOLEAN] = S_INIT("Boolean"),
	[FP_INTEGER] = S_INIT("Integer"),
	[FP_DECIMAL] = S_INIT("Decimal"),
	[FP_STRING] = S_INIT("String"),
	[FP_DATE] = S_INIT("Date"),
	[FP_DATETIME] = S_INIT("DateTime"),
	[FP_TIME] = S_INIT("Time"),
	[FP_QUANTITY] = S_INIT("Quantity"),
	[FP_TYPE] = S_INIT("SimpleTypeInfo"),
};

Str fp_kind_name(FpKind kind)
{
	return kind_names[kind];
}

/* What a type specialises; everything else is an Element, a backbone or a DomainResource. */
static const struct {
	Str type, parent;
} parents[] = {
	{ S_INIT("code"), S_INIT("string") },
	{ S_INIT("id"), S_INIT("string") },
	{ S_INIT("markdown"), S_INIT("string") },
	{ S_INIT("url"), S_INIT("uri") },
	{ S_INIT("canonical"), S_INIT("uri") },
	{ S_INIT("uuid"), S_INIT("uri") },
	{ S_INIT("oid"), S_INIT("uri") },
	{ S_INIT("positiveInt"), S_INIT("integer") },
	{ S_INIT("unsignedInt"), S_INIT("integer") },
	{ S_INIT("Age"), S_INIT("Quantity") },
	{ S_INIT("Count"), S_INIT("Quantity") },
	{ S_INIT("Distance"), S_INIT("Quantity") },
	{ S_INIT("Duration"), S_INIT("Quantity") },
	{ S_INIT("MoneyQuantity"), S_INIT("Quantity") },
	{ S_INIT("SimpleQuantity"), S_INIT("Quantity") },
	{ S_INIT("Timing"), S_INIT("BackboneElement") },
	{ S_INIT("Dosage"), S_INIT("BackboneElement") },
	{ S_INIT("ElementDefinition"), S_INIT("BackboneElement") },
	{ S_INIT("DataRequirement"), S_INIT("Element") },
	{ S_INIT("MarketingStatus"), S_INIT("BackboneElement") },
	{ S_INIT("Population"), S_INIT("BackboneElement") },
	{ S_INIT("ProdCharacteristic"), S_INIT("BackboneElement") },
	{ S_INIT("ProductShelfLife"), S_INIT("BackboneElement") },
	{ S_INIT("SubstanceAmount"), S_INIT("BackboneElement") },
	{ S_INIT("Bundle"), S_INIT("Resource") },
	{ S_INIT("Binary"), S_INIT("Resource") },
	{ S_INIT("Parameters"), S_INIT("Resource") },
	{ S_INIT("DomainResource"), S_INIT("Resource") },
	{ S_INIT("BackboneElement"), S_INIT("Element") },
};

static Str parent_of(Str name, DefKind kind)
{
	for (size_t i = 0; i < COUNT_OF(parents); i++)
		if (str_eq(parents[i].type, name))
			return parents[i].parent;
	switch (kind) {
	case DEF_RESOURCE:
		return S("DomainResource");
	case DEF_BACKBONE:
		return S("BackboneElement");
	case DEF_PRIMITIVE:
	case DEF_COMPLEX:
		return str_eq(name, S("Element")) ? (Str){ NULL, 0 } : S("Element");
	case DEF_NONE:
	case DEF_ANY_RESOURCE:
		break;
	}
	return (Str){ NULL, 0 };
}

bool fp_def_is(uint16_t def, Str name)
{
	const FhirDef *d = &fhir_defs[def];
	Str at = str_c(fhir_names + d->name);
	DefKind kind = (DefKind)d->kind;
	while (at.p && !str_eq(at, name)) {
		at = parent_of(at, kind);
		if (str_eq(at, S("Element")) || str_eq(at, S("Resource")))
			return str_eq(at, name);
		if (str_eq(at, S("DomainResource")) || str_eq(at, S("BackboneElement")))
			kind = str_eq(at, S("DomainResource")) ? DEF_NONE : DEF_COMPLEX;
	}
	return at.p != NULL;
}

FpType fp_type_named(Str space, Str name)
{
	static const Str abstract[] = { S_INIT("Resource"), S_INIT("DomainResource"), S_INIT("Element"),
		                        S_INIT("BackboneElement") };
	FpType t = { .name = name };
	bool fhir = !space.p || str_eq(space, S("FHIR")), system = !space.p || str_eq(space, S("System"));
	t.def = fhir ? fhir_def(name) : 0;
	t.fhir = t.def != 0;
	for (size_t i = 0; fhir && i < COUNT_OF(abstract); i++)
		t.fhir = t.fhir || str_eq(abstract[i], name);
	for (size_t k = FP_BOOLEAN; system && k <= FP_QUANTITY; k++)
		if (str_eq(kind_names[k], name)) {
			t.system = true;
			t.kind = (uint8_t)k;
		}
	t.known = t.fhir || t.system;
	return t;
}

bool fp_is(const FpItem *item, const FpType *t)
{
	if (item->kind != FP_NODE)
		return t->system && item->kind == t->kind;
	if (!t->fhir || !item->def)
		return false;
	return (t->def && t->def == item->def) || fp_def_is(item->def, t->name);
}

bool fp_as(const FpItem *item, const FpType *t)
{
	if (item->kind == FP_NODE && item->def && fhir_defs[item->def].kind == DEF_PRIMITIVE)
		return t->fhir && t->def == item->def;
	return fp_is(item, t);
}

Str fhirpath_type(const FpItem *item)
{
	if (item->kind != FP_NODE)
		return kind_names[item->kind];
	const FhirDef *d = &fhir_defs[item->def];
	return d->kind == DEF_BACKBONE ? S("BackboneElement") : str_c(fhir_names + d->name);
}

bool fhirpath_is(const FpItem *item, Str type)
{
	FpType t = fp_type_named(S("FHIR"), type);
	return fp_is(item, &t);
}
