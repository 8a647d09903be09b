/* TerminologyCapabilities: what the terminology operations can do, and which code systems are built in. Those that are
 * stored are not in it, because it is open to everyone. Source: https://hl7.org/fhir/R4/terminologycapabilities.html */
#include "api/metadata.h"
#include "fhir/builtin.h"

static const Str parameters[] = { S_INIT("activeOnly"),          S_INIT("count"),          S_INIT("designation"),
	                          S_INIT("displayLanguage"),     S_INIT("exclude-system"), S_INIT("excludeNested"),
	                          S_INIT("excludeNotForUI"),     S_INIT("filter"),         S_INIT("includeDefinition"),
	                          S_INIT("includeDesignations"), S_INIT("offset"),         S_INIT("valueSetVersion") };

static void write_systems(JWriter *w)
{
	uint32_t first;
	size_t n = builtin_of_type(FT_CODESYSTEM, &first);
	JW_ARRAY(w, "codeSystem");
	for (uint32_t i = first; i < first + n; i++) {
		Builtin b = builtin_at(i);
		jw_object(w);
		JW_STR(w, "uri", b.url);
		if (b.version.n) {
			JW_ARRAY(w, "version");
			jw_object(w);
			JW_STR(w, "code", b.version);
			jw_end_object(w);
			jw_end_array(w);
		}
		JW_BOOL(w, "subsumption", true);
		jw_end_object(w);
	}
	jw_end_array(w);
}

static void write_expansion(JWriter *w)
{
	JW_OBJECT(w, "expansion");
	JW_BOOL(w, "hierarchical", true);
	JW_BOOL(w, "paging", true);
	JW_BOOL(w, "incomplete", true);
	JW_ARRAY(w, "parameter");
	for (size_t i = 0; i < COUNT_OF(parameters); i++) {
		jw_object(w);
		JW_STR(w, "name", parameters[i]);
		jw_end_object(w);
	}
	jw_end_array(w);
	JW_STR(w, "textFilter",
	       S("Each word must be the start of a word of the code, the display or a designation; case and accents do "
	         "not "
	         "matter."));
	jw_end_object(w);
}

static void write_flag(JWriter *w, Str of, Str name, bool on)
{
	jw_key(w, of);
	jw_object(w);
	jw_key(w, name);
	jw_bool(w, on);
	jw_end_object(w);
}

Str terminology_capabilities(const Api *api, Arena *a)
{
	Buf b = buf_new(a, 128 * 1024, 0);
	JWriter w = jw_new(&b);
	jw_object(&w);
	JW_STR(&w, "resourceType", S("TerminologyCapabilities"));
	JW_STR(&w, "name", S("Samendoel"));
	JW_STR(&w, "status", S("active"));
	JW_STR(&w, "date", time_date(a, time_now()));
	JW_STR(&w, "description",
	       S("Terminology of what is stored here and of the official FHIR R4 package: $expand, $lookup, "
	         "$validate-code, "
	         "$subsumes, $translate."));
	JW_STR(&w, "kind", S("instance"));
	JW_OBJECT(&w, "software");
	JW_STR(&w, "name", S("Samendoel"));
	jw_end_object(&w);
	JW_OBJECT(&w, "implementation");
	JW_STR(&w, "description", S("Samendoel: goal-oriented care as FHIR R4"));
	JW_STR(&w, "url", api->base);
	jw_end_object(&w);
	write_systems(&w);
	write_expansion(&w);
	JW_STR(&w, "codeSearch", S("all"));
	write_flag(&w, S("validateCode"), S("translations"), true);
	write_flag(&w, S("translation"), S("needsMap"), false);
	write_flag(&w, S("closure"), S("translation"), false);
	jw_end_object(&w);
	return buf_str(&b);
}
