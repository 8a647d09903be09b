/* Bundles and single resources through the whole FHIR face, in a store of its own: whatever comes in, an answer that is
 * JSON goes out, nothing crashes, and a transaction that was refused has written nothing. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "access/authn.h"
#include "api/api.h"
#include "base/log.h"
#include "base/random.h"
#include "json/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerInitialize(int *argc, char ***argv);

static Records *records;
static Api *api;
static Str bearer;
static Arena *forever;

static void fill(void)
{
	static const char patient[] =
	    "{\"resourceType\":\"Patient\",\"id\":\"nel\",\"identifier\":[{\"system\":\"urn:x\",\"value\":\"1\"}]}";
	static const char goal[] = "{\"resourceType\":\"Goal\",\"id\":\"tuin\",\"lifecycleStatus\":\"active\","
	                           "\"description\":{\"text\":\"x\"},"
	                           "\"subject\":{\"reference\":\"Patient/nel\"}}";
	Scope scope = scope_system(S("demo"));
	Visit *v = visit_new(records, &scope, forever);
	Str ref = S("Patient/nel"), token;
	int64_t account;
	NewAccount who = { .login = S("nel"), .name = S("Nel"), .role = ROLE_PERSON, .refs = &ref, .n_refs = 1 };
	if (visit_create_as(v, FT_PATIENT, S("nel"), str_c(patient)) != OK ||
	    visit_create_as(v, FT_GOAL, S("tuin"), str_c(goal)) != OK || visit_commit(v) != OK ||
	    account_create(records, &who, &account) != OK || token_create(records, account, forever, &token) != OK)
		die("the store of the fuzz target could not be filled");
	bearer = arena_join(forever, S("Bearer "), token, STR_END);
}

static char dir[] = "/dev/shm/samendoel-fuzz-XXXXXX";

static void clean_up(void)
{
	char path[512];
	DIR *d = opendir(dir);
	for (struct dirent *e; d && (e = readdir(d));) {
		(void)snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
		unlink(path);
	}
	if (d)
		closedir(d);
	rmdir(dir);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	char why[200] = "";
	random_init();
	log_level(LOG_ERROR);
	forever = arena_new();
	if (!mkdtemp(dir) || records_open(&(RecordsOptions){ .dir = str_c(dir) }, &records, why, sizeof why) != OK)
		die("no store for the fuzz target: %s", why);
	atexit(clean_up);
	fill();
	if (api_new(records, S("http://fuzz.test"), &api) != OK)
		die("no face");
	return 0;
}

/* The first byte chooses where it goes. */
static Str address(uint8_t b, Method *m)
{
	*m = b & 4 ? M_PUT : M_POST;
	switch (b & 3) {
	case 0:
		return S("/fhir");
	case 1:
		return b & 4 ? S("/fhir/Goal/tuin") : S("/fhir/Goal");
	case 2:
		return b & 4 ? S("/fhir/Patient/nel") : S("/fhir/Patient/_search");
	case 3:
		return b & 4 ? S("/fhir/Observation/0b7a4a8e-6a4d-4c8e-9f55-0d6f2f1c7a10") : S("/fhir/Observation");
	}
	return S("/fhir");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	if (n < 2)
		return 0;
	Arena *a = arena_new();
	const Json *doc;
	Request r = { .arena = a,
		      .query = S(""),
		      .body = str_n((const char *)data + 1, n - 1),
		      .remote = S("192.0.2.1"),
		      .id = S("f") };
	Pair headers[] = { { S("Authorization"), bearer } };
	r.headers = headers;
	r.n_headers = 1;
	r.path = address(data[0], &r.method);
	Reply reply = api_handle(api, &r);
	if (reply.body.n && json_parse(a, reply.body, &doc, NULL) != OK)
		die("the answer is not JSON: %.*s", STR_ARG(str_upto(reply.body, 500)));
	if (reply.status >= 400 && reply.visit && visit_has_writes(reply.visit))
		die("a refused request leaves writes behind (status %d)", reply.status);
	arena_free(a);
	return 0;
}
