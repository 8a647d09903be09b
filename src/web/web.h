/* The web face: from a request to a page. Thread-safe. */
#ifndef WEB_WEB_H
#define WEB_WEB_H

#include "access/records.h"
#include "http/http.h"

/* Password of every demonstration account; the sign-in page shows it when WebOptions.demo is set. One sentence about
 * who someone is: message key demo.who.<login>. */
#define DEMO_PASSWORD "samen-op-weg-2026"

typedef struct Web Web;
typedef struct WebOptions {
	Records *records;
	Str assets_dir;      /* build/web: hashed files and assets.txt */
	Str base_url;        /* "http://127.0.0.1:8080": for absolute links */
	bool secure_cookie;  /* behind TLS */
	bool demo;           /* the sign-in page lists the demonstration accounts */
	Str api_description; /* OpenAPI document of the FHIR face, shown at /fhir; lives as long as the Web */
} WebOptions;
NODISCARD Err web_new(const WebOptions *o, Web **out, char *why, size_t why_n);
void web_free(Web *w);
/* Is this request under /fhir for a person: a browser that asks for a page? */
bool web_wants_fhir_page(const Request *r);
/* Must this request run on the slow pool (password hashing, PDF)? Cheap. */
bool web_slow(const Web *w, const Request *r);
/* Never fails: errors are pages. */
Reply web_handle(Web *w, Request *r);

#endif
