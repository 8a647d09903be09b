#include "cli/generate/population.h"

#include "care/urls.h"
#include "cli/generate/words.h"
#include "json/json.h"

enum { TEACHER = 11 }; /* from here on in `roles`: not bound by professional secrecy */

uint64_t dice_next(Dice *d)
{
	uint64_t z = d->state += UINT64_C(0x9E3779B97F4A7C15);
	z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
	return z ^ z >> 31;
}

uint32_t dice(Dice *d, uint32_t n)
{
	return (uint32_t)((dice_next(d) >> 32) * n >> 32);
}

bool dice_chance(Dice *d, uint32_t percent)
{
	return dice(d, 100) < percent;
}

Dice dice_of(uint64_t seed, uint64_t i)
{
	Dice d = { seed * UINT64_C(0xD1342543DE82EF95) + i };
	d.state = dice_next(&d);
	return d;
}

static Str pick(Dice *d, Words w)
{
	return str_c(w.w[dice(d, w.n)]);
}

/* What one person's making needs at hand. */
typedef struct Made {
	Visit *v;
	Arena *a;
	Dice dice;
	Millis now;
	const Staff *staff;
	uint64_t number, count;
	Err err;
	Str patient, me, name; /* id, "Patient/…", display */
	Str team_refs[20], team_names[20];
	size_t n_team;
	Str relative_refs[6], relative_names[6];
	size_t n_relatives;
	Str life[6], care[12], tasks[40];
	size_t n_life, n_care, n_tasks;
	Str conversation, care_team;
	Buf buf;
	JWriter w;
} Made;

static JWriter *begin(Made *m, Str type)
{
	m->buf = buf_new(m->a, 1024, 0);
	m->w = jw_new(&m->buf);
	jw_object(&m->w);
	JW_STR(&m->w, "resourceType", type);
	return &m->w;
}

static Str end(Made *m)
{
	Str id = { NULL, 0 };
	jw_end_object(&m->w);
	if (m->err == OK)
		m->err = visit_create(m->v, buf_str(&m->buf), &id);
	m->count++;
	return id;
}

static void reference(JWriter *w, Str key, Str ref, Str display)
{
	jw_key(w, key);
	jw_object(w);
	JW_STR(w, "reference", ref);
	jw_str_opt(w, S("display"), display);
	jw_end_object(w);
}

static void coding(JWriter *w, Str key, Str system, Str code)
{
	jw_key(w, key);
	jw_object(w);
	JW_ARRAY(w, "coding");
	jw_object(w);
	JW_STR(w, "system", system);
	JW_STR(w, "code", code);
	jw_end_object(w);
	jw_end_array(w);
	jw_end_object(w);
}

static void ext_begin(JWriter *w, Str url)
{
	jw_object(w);
	JW_STR(w, "url", url);
}

static void ext_str(JWriter *w, Str url, Str kind, Str value)
{
	ext_begin(w, url);
	jw_key(w, kind);
	jw_str(w, value);
	jw_end_object(w);
}

static Str day(Made *m, int64_t ago)
{
	return time_date(m->a, m->now - ago * DAY_MS);
}

static Str ref_of(Made *m, Str type, Str id)
{
	return id.p ? arena_join(m->a, type, S("/"), id, STR_END) : type;
}

static void patient(Made *m)
{
	bool female = dice_chance(&m->dice, 52);
	Str given = pick(&m->dice, female ? given_female : given_male), family = pick(&m->dice, families);
	m->name = arena_join(m->a, given, S(" "), family, STR_END);
	JWriter *w = begin(m, S("Patient"));
	JW_ARRAY(w, "identifier");
	jw_object(w);
	JW_STR(w, "system", S("https://samendoel.org/fhir/NamingSystem/test-population"));
	JW_STR(w, "value", arena_printf(m->a, "P%09llu", (unsigned long long)m->number));
	jw_end_object(w);
	jw_end_array(w);
	JW_BOOL(w, "active", true);
	JW_ARRAY(w, "name");
	jw_object(w);
	JW_STR(w, "family", family);
	JW_ARRAY(w, "given");
	jw_str(w, given);
	jw_end_array(w);
	jw_end_object(w);
	jw_end_array(w);
	JW_STR(w, "gender", female ? S("female") : S("male"));
	JW_STR(w, "birthDate", day(m, 2000 + dice(&m->dice, 32000)));
	JW_ARRAY(w, "address");
	jw_object(w);
	JW_ARRAY(w, "line");
	jw_str(w, arena_printf(m->a, "%s %u", pick(&m->dice, streets).p, 1 + dice(&m->dice, 180)));
	jw_end_array(w);
	JW_STR(w, "city", pick(&m->dice, towns));
	jw_end_object(w);
	jw_end_array(w);
	m->patient = end(m);
	m->me = ref_of(m, S("Patient"), m->patient);
}

/* Professionals who work near each other: a window of the staff that slides with the person's number, so that each has
 * 5 to 200 persons. */
static size_t colleague(Made *m, size_t i)
{
	uint64_t home = m->number * m->staff->n / (m->number + 1 > 1000000 ? m->number + 1 : 1000000);
	uint64_t hash = (m->number / 24 + home) * UINT64_C(0x9E3779B97F4A7C15);
	size_t window = 12, base = (size_t)(hash % m->staff->n),
	       reach = dice_chance(&m->dice, 85) ? window : m->staff->n;
	return (base + i * 7 + dice(&m->dice, (uint32_t)reach)) % m->staff->n;
}

static void team(Made *m, size_t members)
{
	JWriter *w = begin(m, S("CareTeam"));
	JW_STR(w, "status", S("active"));
	JW_STR(w, "name", S("Team"));
	reference(w, S("subject"), m->me, m->name);
	JW_ARRAY(w, "participant");
	for (size_t i = 0; i < members; i++) {
		size_t who = colleague(m, i);
		bool twice = false;
		for (size_t j = 0; j < m->n_team; j++)
			twice |= str_eq(m->team_refs[j], m->staff->refs[who]);
		if (twice)
			continue;
		jw_object(w);
		JW_ARRAY(w, "extension");
		ext_begin(w, S(SD_ "secrecy-bound"));
		JW_BOOL(w, "valueBoolean", m->staff->roles[who] < TEACHER);
		jw_end_object(w);
		if (m->n_team == 0) {
			ext_begin(w, S(SD_ "coordinator"));
			JW_BOOL(w, "valueBoolean", true);
			jw_end_object(w);
		}
		jw_end_array(w);
		JW_ARRAY(w, "role");
		jw_object(w);
		JW_STR(w, "text", str_c(roles.w[m->staff->roles[who]]));
		jw_end_object(w);
		jw_end_array(w);
		reference(w, S("member"), m->staff->refs[who], m->staff->names[who]);
		JW_OBJECT(w, "period");
		JW_STR(w, "start", day(m, 30 + dice(&m->dice, 900)));
		jw_end_object(w);
		jw_end_object(w);
		m->staff->persons[who]++;
		m->team_refs[m->n_team] = m->staff->refs[who];
		m->team_names[m->n_team++] = m->staff->names[who];
	}
	jw_end_array(w);
	m->care_team = ref_of(m, S("CareTeam"), end(m));
}

static void episode(Made *m)
{
	static const char *const phases[] = { "assessment", "planning",  "execution",
		                              "execution",  "execution", "evaluation" };
	JWriter *w = begin(m, S("EpisodeOfCare"));
	JW_ARRAY(w, "extension");
	ext_str(w, S(SD_ "phase"), S("valueCode"), str_c(phases[dice(&m->dice, 6)]));
	ext_str(w, S(SD_ "phase-reason"), S("valueString"), S("Zoals afgesproken in het team."));
	ext_str(w, S(SD_ "phase-since"), S("valueDateTime"), day(m, dice(&m->dice, 300)));
	jw_end_array(w);
	JW_STR(w, "status", S("active"));
	reference(w, S("patient"), m->me, m->name);
	JW_OBJECT(w, "period");
	JW_STR(w, "start", day(m, 300 + dice(&m->dice, 900)));
	jw_end_object(w);
	end(m);
}

static void relative(Made *m)
{
	static const char *const circles[] = { "G", "F", "V", "K", "B" };
	Str name = arena_join(m->a, pick(&m->dice, dice_chance(&m->dice, 50) ? given_female : given_male), S(" "),
	                      pick(&m->dice, families), STR_END);
	JWriter *w = begin(m, S("RelatedPerson"));
	JW_ARRAY(w, "extension");
	ext_begin(w, S(SD_ "ecogram"));
	JW_ARRAY(w, "extension");
	ext_str(w, S("circle"), S("valueCode"), str_c(circles[dice(&m->dice, 5)]));
	ext_begin(w, S("closeness"));
	JW_INT(w, "valueInteger", 1 + dice(&m->dice, 3));
	jw_end_object(w);
	ext_str(w, S("support"), S("valueCode"), arena_printf(m->a, "%u", 1 + dice(&m->dice, 4)));
	jw_end_array(w);
	jw_end_object(w);
	jw_end_array(w);
	JW_BOOL(w, "active", true);
	reference(w, S("patient"), m->me, m->name);
	JW_ARRAY(w, "relationship");
	jw_object(w);
	if (dice_chance(&m->dice, 40)) {
		JW_ARRAY(w, "coding");
		jw_object(w);
		JW_STR(w, "system", S(CS_RELATIONSHIP));
		JW_STR(w, "code", S("carer"));
		jw_end_object(w);
		jw_end_array(w);
	}
	JW_STR(w, "text", pick(&m->dice, relations));
	jw_end_object(w);
	jw_end_array(w);
	JW_ARRAY(w, "name");
	jw_object(w);
	JW_STR(w, "text", name);
	jw_end_object(w);
	jw_end_array(w);
	Str id = end(m);
	m->relative_names[m->n_relatives] = name;
	m->relative_refs[m->n_relatives++] = ref_of(m, S("RelatedPerson"), id);
}

static void consent(Made *m, Str who, Str name)
{
	static const char *const categories[] = { "goals", "notes", "network", "story" };
	JWriter *w = begin(m, S("Consent"));
	JW_STR(w, "status", S("active"));
	coding(w, S("scope"), S("http://terminology.hl7.org/CodeSystem/consentscope"), S("patient-privacy"));
	JW_ARRAY(w, "category");
	jw_object(w);
	JW_ARRAY(w, "coding");
	jw_object(w);
	JW_STR(w, "system", S("http://loinc.org"));
	JW_STR(w, "code", S("59284-0"));
	jw_end_object(w);
	jw_end_array(w);
	jw_end_object(w);
	jw_end_array(w);
	reference(w, S("patient"), m->me, m->name);
	JW_STR(w, "dateTime", day(m, 10 + dice(&m->dice, 400)));
	coding(w, S("policyRule"), S("http://terminology.hl7.org/CodeSystem/v3-ActCode"), S("OPTIN"));
	JW_OBJECT(w, "provision");
	JW_STR(w, "type", S("permit"));
	JW_ARRAY(w, "actor");
	jw_object(w);
	coding(w, S("role"), S("http://terminology.hl7.org/CodeSystem/v3-ParticipationType"), S("IRCP"));
	reference(w, S("reference"), who, name);
	jw_end_object(w);
	jw_end_array(w);
	JW_ARRAY(w, "class");
	for (size_t i = 0; i < 1 + dice(&m->dice, 4); i++) {
		jw_object(w);
		JW_STR(w, "system", S(CS_CATEGORY));
		JW_STR(w, "code", str_c(categories[i & 3]));
		jw_end_object(w);
	}
	jw_end_array(w);
	jw_end_object(w);
	end(m);
}

static void answer(JWriter *w, Str id, Str text)
{
	jw_object(w);
	JW_STR(w, "linkId", id);
	JW_ARRAY(w, "answer");
	jw_object(w);
	JW_STR(w, "valueString", text);
	jw_end_object(w);
	jw_end_array(w);
	jw_end_object(w);
}

static void conversation(Made *m)
{
	Str when = time_instant(m->a, m->now - (Millis)(60 + dice(&m->dice, 600)) * DAY_MS);
	JWriter *w = begin(m, S("Encounter"));
	JW_STR(w, "status", S("finished"));
	JW_OBJECT(w, "class");
	JW_STR(w, "system", S("http://terminology.hl7.org/CodeSystem/v3-ActCode"));
	JW_STR(w, "code", S("HH"));
	jw_end_object(w);
	reference(w, S("subject"), m->me, m->name);
	JW_OBJECT(w, "period");
	JW_STR(w, "start", when);
	JW_STR(w, "end", when);
	jw_end_object(w);
	Str encounter = ref_of(m, S("Encounter"), end(m));
	w = begin(m, S("QuestionnaireResponse"));
	JW_STR(w, "questionnaire", S(Q_CONVERSATION));
	JW_STR(w, "status", S("completed"));
	reference(w, S("subject"), m->me, m->name);
	reference(w, S("encounter"), encounter, (Str){ NULL, 0 });
	JW_STR(w, "authored", when);
	reference(w, S("source"), m->me, m->name);
	JW_ARRAY(w, "item");
	answer(w, S("good-day"), pick(&m->dice, answers_day));
	answer(w, S("matters-most"), pick(&m->dice, answers_matter));
	answer(w, S("teach-back"), pick(&m->dice, life_wishes));
	jw_end_array(w);
	m->conversation = ref_of(m, S("QuestionnaireResponse"), end(m));
}

static void goal_category(JWriter *w, Str code)
{
	JW_ARRAY(w, "category");
	jw_object(w);
	JW_ARRAY(w, "coding");
	jw_object(w);
	JW_STR(w, "system", S(CS_GOAL_CATEGORY));
	JW_STR(w, "code", code);
	jw_end_object(w);
	jw_end_array(w);
	jw_end_object(w);
	jw_end_array(w);
}

static void described(JWriter *w, Str text)
{
	JW_OBJECT(w, "description");
	JW_STR(w, "text", text);
	jw_end_object(w);
}

static void life_goal(Made *m)
{
	static const char *const domains[] = {
		"home", "body", "mind", "people", "doing", "meaning", "safety", "money"
	};
	JWriter *w = begin(m, S("Goal"));
	JW_ARRAY(w, "extension");
	ext_str(w, S(SD_ "life-goal-state"), S("valueCode"), S("active"));
	ext_str(w, S(SD_ "life-domain"), S("valueCode"), str_c(domains[dice(&m->dice, 8)]));
	ext_begin(w, S(SD_ "importance-rank"));
	JW_INT(w, "valuePositiveInt", (int64_t)m->n_life + 1);
	jw_end_object(w);
	if (m->conversation.p) {
		ext_begin(w, S(SD_ "conversation"));
		reference(w, S("valueReference"), m->conversation, (Str){ NULL, 0 });
		jw_end_object(w);
	}
	if (!m->n_life) {
		ext_begin(w, S(SD_ "pinned"));
		JW_BOOL(w, "valueBoolean", true);
		jw_end_object(w);
	}
	jw_end_array(w);
	JW_STR(w, "lifecycleStatus", S("active"));
	goal_category(w, S("life-goal"));
	described(w, pick(&m->dice, life_wishes));
	reference(w, S("subject"), m->me, m->name);
	JW_STR(w, "startDate", day(m, 60 + dice(&m->dice, 600)));
	reference(w, S("expressedBy"), m->me, m->name);
	Str id = end(m);
	m->life[m->n_life++] = ref_of(m, S("Goal"), id);
}

static void care_goal_extensions(Made *m, JWriter *w)
{
	static const char *const levels[] = { "Lukt niet", "Lukt soms", "Lukt meestal", "Lukt bijna altijd",
		                              "Lukt altijd, zonder hulp" };
	JW_ARRAY(w, "extension");
	ext_begin(w, S(EXT_GOAL_RELATION));
	JW_ARRAY(w, "extension");
	ext_begin(w, S("type"));
	JW_RAW(w, "valueCodeableConcept",
	       S("{\"coding\":[{\"system\":\"" CS_GOAL_RELATION
	         "\",\"code\":\"serves\"},{\"system\":\"" CS_GOAL_RELATION_HL7
	         "\",\"code\":\"other\"}],\"text\":\"serves\"}"));
	jw_end_object(w);
	ext_begin(w, S("target"));
	reference(w, S("valueReference"), m->life[m->n_care % m->n_life], (Str){ NULL, 0 });
	jw_end_object(w);
	jw_end_array(w);
	jw_end_object(w);
	ext_begin(w, S(EXT_GOAL_ACCEPTANCE));
	JW_ARRAY(w, "extension");
	ext_begin(w, S("individual"));
	reference(w, S("valueReference"), m->me, m->name);
	jw_end_object(w);
	ext_str(w, S("status"), S("valueCode"), dice_chance(&m->dice, 85) ? S("agree") : S("pending"));
	jw_end_array(w);
	jw_end_object(w);
	for (int i = 0; i < 5; i++) {
		ext_begin(w, S(SD_ "attainment-level"));
		JW_ARRAY(w, "extension");
		ext_begin(w, S("level"));
		JW_INT(w, "valueInteger", i - 2);
		jw_end_object(w);
		ext_str(w, S("text"), S("valueString"), str_c(levels[i]));
		jw_end_array(w);
		jw_end_object(w);
	}
	ext_str(w, S(SD_ "evaluate-on"), S("valueDate"), day(m, (int64_t)dice(&m->dice, 300) - 200));
	jw_end_array(w);
}

static void care_goal(Made *m)
{
	JWriter *w = begin(m, S("Goal"));
	care_goal_extensions(m, w);
	JW_STR(w, "lifecycleStatus", S("active"));
	goal_category(w, S("care-goal"));
	described(w, pick(&m->dice, care_wishes));
	reference(w, S("subject"), m->me, m->name);
	JW_STR(w, "startDate", day(m, 30 + dice(&m->dice, 300)));
	JW_ARRAY(w, "target");
	jw_object(w);
	JW_STR(w, "dueDate", day(m, (int64_t)dice(&m->dice, 200) - 180));
	jw_end_object(w);
	jw_end_array(w);
	Str id = end(m);
	m->care[m->n_care++] = ref_of(m, S("Goal"), id);
}

static void task(Made *m)
{
	static const char *const states[] = { "requested", "in-progress", "in-progress", "completed", "failed" };
	uint32_t who = dice(&m->dice, 10);
	Str owner = m->me, name = m->name;
	if (who > 5 && m->n_team) {
		size_t i = dice(&m->dice, (uint32_t)m->n_team);
		owner = m->team_refs[i];
		name = m->team_names[i];
	} else if (who > 2 && m->n_relatives) {
		size_t i = dice(&m->dice, (uint32_t)m->n_relatives);
		owner = m->relative_refs[i];
		name = m->relative_names[i];
	}
	JWriter *w = begin(m, S("Task"));
	JW_ARRAY(w, "extension");
	ext_begin(w, S(EXT_PERTAINS));
	reference(w, S("valueReference"), m->care[dice(&m->dice, (uint32_t)m->n_care)], (Str){ NULL, 0 });
	jw_end_object(w);
	ext_str(w, S(SD_ "when"), S("valueString"), pick(&m->dice, whens));
	jw_end_array(w);
	JW_STR(w, "status", str_c(states[dice(&m->dice, 5)]));
	JW_STR(w, "intent", S("plan"));
	JW_STR(w, "description", pick(&m->dice, deeds));
	reference(w, S("for"), m->me, m->name);
	JW_OBJECT(w, "executionPeriod");
	JW_STR(w, "start", day(m, 20 + dice(&m->dice, 200)));
	JW_STR(w, "end", day(m, (int64_t)dice(&m->dice, 100) - 150));
	jw_end_object(w);
	reference(w, S("owner"), owner, name);
	Str id = end(m);
	m->tasks[m->n_tasks++] = ref_of(m, S("Task"), id);
}

static void plan(Made *m)
{
	JWriter *w = begin(m, S("CarePlan"));
	JW_ARRAY(w, "extension");
	ext_str(w, S(SD_ "plan-state"), S("valueCode"), S("agreed"));
	ext_str(w, S(SD_ "next-evaluation"), S("valueDate"), day(m, -(int64_t)dice(&m->dice, 180)));
	ext_begin(w, S(SD_ "evaluate-every-months"));
	JW_INT(w, "valuePositiveInt", 6);
	jw_end_object(w);
	jw_end_array(w);
	JW_STR(w, "status", S("active"));
	JW_STR(w, "intent", S("plan"));
	JW_STR(w, "title", S("Mijn plan"));
	reference(w, S("subject"), m->me, m->name);
	JW_OBJECT(w, "period");
	JW_STR(w, "start", day(m, 20 + dice(&m->dice, 200)));
	jw_end_object(w);
	JW_ARRAY(w, "careTeam");
	jw_object(w);
	JW_STR(w, "reference", m->care_team);
	jw_end_object(w);
	jw_end_array(w);
	JW_ARRAY(w, "goal");
	for (size_t i = 0; i < m->n_care; i++) {
		jw_object(w);
		JW_STR(w, "reference", m->care[i]);
		jw_end_object(w);
	}
	jw_end_array(w);
	JW_ARRAY(w, "activity");
	for (size_t i = 0; i < m->n_tasks; i++) {
		jw_object(w);
		JW_OBJECT(w, "reference");
		JW_STR(w, "reference", m->tasks[i]);
		jw_end_object(w);
		jw_end_object(w);
	}
	jw_end_array(w);
	end(m);
}

static void attainment(Made *m, Str goal)
{
	JWriter *w = begin(m, S("Observation"));
	JW_STR(w, "status", S("final"));
	coding(w, S("code"), S(CS_OBSERVATION),
	       dice_chance(&m->dice, 50) ? S("goal-attainment") : S("goal-attainment-own"));
	reference(w, S("subject"), m->me, m->name);
	JW_ARRAY(w, "focus");
	jw_object(w);
	JW_STR(w, "reference", goal);
	jw_end_object(w);
	jw_end_array(w);
	JW_STR(w, "effectiveDateTime", time_instant(m->a, m->now - (Millis)dice(&m->dice, 150) * DAY_MS));
	JW_INT(w, "valueInteger", (int64_t)dice(&m->dice, 5) - 2);
	end(m);
}

static void note(Made *m)
{
	Str when = time_instant(m->a, m->now - (Millis)dice(&m->dice, 700) * DAY_MS - (Millis)dice(&m->dice, DAY_MS));
	JWriter *w = begin(m, S("Communication"));
	JW_STR(w, "status", S("completed"));
	reference(w, S("subject"), m->me, m->name);
	JW_STR(w, "sent", when);
	if (m->n_team) {
		size_t i = dice(&m->dice, (uint32_t)m->n_team);
		reference(w, S("sender"), m->team_refs[i], m->team_names[i]);
	}
	JW_ARRAY(w, "payload");
	jw_object(w);
	JW_STR(w, "contentString", arena_join(m->a, pick(&m->dice, notes), S(" "), pick(&m->dice, notes), STR_END));
	jw_end_object(w);
	jw_end_array(w);
	end(m);
}

size_t staff_size(uint64_t persons)
{
	uint64_t n = persons / 15;
	return n < 40 ? 40 : (size_t)n;
}

Str staff_json(Arena *a, uint64_t seed, size_t i, Str *name, uint8_t *role)
{
	Dice d = dice_of(seed ^ UINT64_C(0x5741FF), i);
	Buf b = buf_new(a, 512, 0);
	JWriter w = jw_new(&b);
	Str given = pick(&d, dice_chance(&d, 60) ? given_female : given_male), family = pick(&d, families);
	*name = arena_join(a, given, S(" "), family, STR_END);
	*role = (uint8_t)dice(&d, roles.n);
	jw_object(&w);
	JW_STR(&w, "resourceType", S("Practitioner"));
	JW_ARRAY(&w, "identifier");
	jw_object(&w);
	JW_STR(&w, "system", S("https://samendoel.org/fhir/NamingSystem/test-staff"));
	JW_STR(&w, "value", arena_printf(a, "Z%07zu", i));
	jw_end_object(&w);
	jw_end_array(&w);
	JW_ARRAY(&w, "name");
	jw_object(&w);
	JW_STR(&w, "family", family);
	JW_ARRAY(&w, "given");
	jw_str(&w, given);
	jw_end_array(&w);
	jw_end_object(&w);
	jw_end_array(&w);
	JW_ARRAY(&w, "qualification");
	jw_object(&w);
	JW_OBJECT(&w, "code");
	JW_STR(&w, "text", str_c(roles.w[*role]));
	jw_end_object(&w);
	jw_end_object(&w);
	jw_end_array(&w);
	jw_end_object(&w);
	return buf_str(&b);
}

Err population_person(Visit *v, const Staff *staff, uint64_t seed, uint64_t i, Millis now, uint64_t *resources)
{
	Made *m = ARENA_NEW(visit_arena(v), Made);
	*m = (Made){ .v = v, .a = visit_arena(v), .dice = dice_of(seed, i), .now = now, .staff = staff, .number = i };
	uint32_t size = dice(&m->dice, 100);
	uint32_t scale = size < 80 ? 1 : size < 98 ? 2 : 4; /* small, middling, large */
	patient(m);
	team(m, scale == 4 ? 10 + dice(&m->dice, 11) : scale + 1 + dice(&m->dice, 3 * scale));
	episode(m);
	for (uint32_t n = dice(&m->dice, 2 + scale); n; n--)
		relative(m);
	if (m->n_relatives)
		consent(m, m->relative_refs[0], m->relative_names[0]);
	if (dice_chance(&m->dice, 80))
		conversation(m);
	for (uint32_t n = 1 + dice(&m->dice, scale + 1); n; n--)
		life_goal(m);
	for (uint32_t n = 1 + dice(&m->dice, 2 * scale + 1); n; n--)
		care_goal(m);
	for (uint32_t n = 1 + dice(&m->dice, 5 * scale); n; n--)
		task(m);
	plan(m);
	for (size_t g = 0; g < m->n_care; g++)
		if (dice_chance(&m->dice, 50))
			attainment(m, m->care[g]);
	for (uint32_t n = scale == 4 ? 60 + dice(&m->dice, 240) : dice(&m->dice, 4 * scale * scale); n; n--)
		note(m);
	*resources = m->count;
	return m->err;
}
