/* The engine of the import: parts, what is done with each resource, refusals. */
#include "api/import_part.h"

#include "fhir/validate.h"

/* ---- saying ---- */

static ImportCounts *counts_of(Importer *im, FhirType t)
{
	return &im->result->types[t];
}

void import_refuse(Importer *im, const ImportFile *f, const ImportItem *item, const Issue *issue)
{
	Arena *a = im->arena;
	ImportRefusal r = { .file = f->path,
		            .is_line = f->is_lines,
		            .reason = issue->details,
		            .expression = issue->expression,
		            .line = issue->line,
		            .col = issue->col };
	if (item) {
		r.place = item->place;
		r.type = item->type != FT_NONE ? fhir_type_name(item->type) : STR_END;
		r.id = JSTR(item->resource, "id", a);
		counts_of(im, item->type)->refused++;
	} else {
		im->result->files_refused++;
	}
	im->refusals++;
	if (im->options->refused)
		im->options->refused(im->options->ctx, &r);
}

static void refuse_file(Importer *im, const ImportFile *f, Str why)
{
	import_refuse(im, f, NULL, &(Issue){ .details = why });
}

/* The first error of an outcome, or a sentence for `e`. */
static Issue first_issue(const Outcome *o, Err e)
{
	for (size_t i = 0; i < o->count; i++)
		if (o->issues[i].severity <= SEV_ERROR)
			return o->issues[i];
	switch (e) {
	case ERR_NOT_FOUND:
		return (Issue){ .details = S("The person it belongs to, or something else it needs, is not there.") };
	case ERR_CONFLICT:
		return (Issue){ .details = S("Its id is in use, or stands twice in this file.") };
	case ERR_VERSION:
		return (Issue){ .details = S("It was changed by someone else at the same time.") };
	case ERR_TOO_LARGE:
		return (Issue){ .details = S("It is larger than can be kept.") };
	case OK:
	case ERR_SYNTAX:
	case ERR_BAD_REQUEST:
	case ERR_INVALID:
	case ERR_SIGN_IN:
	case ERR_FORBIDDEN:
	case ERR_METHOD:
	case ERR_NOT_ACCEPTABLE:
	case ERR_GONE:
	case ERR_MEDIA_TYPE:
	case ERR_TOO_MANY:
	case ERR_INTERNAL:
	case ERR_NOT_SUPPORTED:
	case ERR_BUSY:
	case ERR_AGAIN:
	case ERR_IO:
		break;
	}
	return (Issue){ .details = err_name(e) };
}

/* ---- one resource ---- */

/* What counts as content: everything but type, id and the version in meta, wherever they stand. */
static Str content_of(Arena *a, JVal v)
{
	static const JChange bare_meta[] = { { S_INIT("versionId"), STR_END }, { S_INIT("lastUpdated"), STR_END } };
	static const JChange bare[] = { { S_INIT("resourceType"), STR_END },
		                        { S_INIT("id"), STR_END },
		                        { S_INIT("meta"), STR_END } };
	JVal meta = JGET(v, "meta");
	Str body = json_change(a, v, bare, COUNT_OF(bare));
	Str rest = meta.node ? json_change(a, meta, bare_meta, COUNT_OF(bare_meta)) : S("{}");
	return str_eq(rest, S("{}")) ? body : arena_join(a, body, rest, STR_END);
}

static bool same_content(Arena *a, Str stored, Str fresh)
{
	const Json *x, *y;
	if (json_parse(a, stored, &x, NULL) != OK || json_parse(a, fresh, &y, NULL) != OK)
		return false;
	return str_eq(content_of(a, json_root(x)), content_of(a, json_root(y)));
}

static Str map_reference(void *ctx, Str text)
{
	PartWork *p = ctx;
	Reference ref;
	Str to = strmap_get(&p->bundle->targets, text);
	if (to.p)
		return to;
	Str seed = p->importer->options->renew_ids;
	if (!reference_parse(text, &ref))
		return STR_END;
	if (ref.kind == REF_CONDITIONAL)
		return import_conditional(p, text, &ref);
	if (!seed.p || ref.kind != REF_RELATIVE || ref.type == FT_NONE)
		return STR_END;
	Str id = import_renewed(p->arena, seed, p->bundle->copy, ref.type, ref.id);
	return arena_join(p->arena, fhir_type_name(ref.type), S("/"), id, STR_END);
}

/* The text that goes in: references filled in, under the item's id. */
static Str text_of(PartWork *p, const ImportItem *item)
{
	const Json *doc;
	Str text = reference_rewrite(p->arena, item->resource, map_reference, p);
	if (json_str_is(JGET(item->resource, "id"), item->id) || !text.p)
		return text;
	JChange id = { S("id"), json_quote(p->arena, item->id) };
	if (json_parse(p->arena, text, &doc, NULL) != OK)
		return text;
	return json_change(p->arena, json_root(doc), &id, 1);
}

static Err put_in(PartWork *p, ImportItem *item, Str text)
{
	Rec rec;
	int32_t version;
	Visit *v = p->visit;
	Err e = visit_written(v, item->type, item->id, &rec);
	if (e == OK) {
		item->done = ITEM_UNCHANGED;
		return same_content(p->arena, rec.body, text) ? OK : ERR_CONFLICT;
	}
	e = visit_read(v, item->type, item->id, &rec);
	if (e == ERR_NOT_FOUND) {
		item->done = ITEM_CREATED;
		return visit_create_as(v, item->type, item->id, text);
	}
	if (e != OK && e != ERR_GONE)
		return e;
	item->done = ITEM_UPDATED;
	if (e == OK && same_content(p->arena, rec.body, text)) {
		item->done = ITEM_UNCHANGED;
		return OK;
	}
	return visit_update(v, item->type, item->id, 0, text, &version);
}

Err import_item(PartWork *p, ImportItem *item)
{
	Outcome *o = visit_outcome(p->visit);
	Importer *im = p->importer;
	o->count = o->errors = 0;
	p->why = STR_END;
	Str text = text_of(p, item);
	Err e = p->why.p ? ERR_VERSION : put_in(p, item, text);
	/* What it needs may be on its way to the disk. */
	if (e != OK && importer_in_flight(im)) {
		importer_drain(im);
		o->count = o->errors = 0;
		p->why = STR_END;
		text = text_of(p, item);
		e = p->why.p ? ERR_VERSION : put_in(p, item, text);
	}
	if (e == OK)
		return OK;
	if (p->quiet) {
		item->done = ITEM_TODO;
		return e;
	}
	if (im->options->scope && e == ERR_CONFLICT) {
		e = ERR_NOT_FOUND; /* an id of what this user cannot see: that does not exist for them */
		o->count = 0;
	}
	Issue issue = p->why.p ? (Issue){ .details = p->why } : first_issue(o, e);
	item->done = ITEM_REFUSED;
	import_refuse(im, p->file, item, &issue);
	return e;
}

/* ---- a set of items ---- */

static void name_items(Importer *im, Bundle *b)
{
	Arena *a = b->arena;
	b->targets = strmap_new(a);
	for (size_t i = 0; i < b->n; i++) {
		ImportItem *item = &b->items[i];
		item->id = import_id(a, item, im->options->renew_ids, b->copy);
		strmap_put(&b->targets, item->full_url,
		           arena_join(a, fhir_type_name(item->type), S("/"), item->id, STR_END));
	}
}

/* Patients first, else in order. */
static void persons_first(Arena *a, ImportItem *items, size_t n)
{
	ImportItem *sorted = ARENA_ARRAY(a, ImportItem, n + 1);
	size_t k = 0;
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < n; i++)
			if ((items[i].type == FT_PATIENT) == (pass == 0))
				sorted[k++] = items[i];
	memcpy(items, sorted, n * sizeof(ImportItem));
}

/* Looks at all items without writing: for files too large for one transaction. */
static Err check_items(Importer *im, ImportFile *f, const ImportItem *items, size_t n)
{
	Arena *a = arena_new();
	Err e = OK;
	for (size_t i = 0; i < n && e == OK; i++) {
		arena_reset(a);
		Outcome o = outcome_new(a);
		e = fhir_validate(items[i].resource, &o);
		Issue issue = first_issue(&o, e);
		if (e != OK)
			import_refuse(im, f, &items[i], &issue);
	}
	arena_free(a);
	return e;
}

static Err import_items(Importer *im, ImportFile *f, ImportItem *items, size_t n, size_t copy)
{
	bool whole = (!im->options->keep_going || im->options->scope) && n <= IMPORT_WHOLE;
	Bundle *b = ARENA_NEW(f->arena, Bundle);
	*b = (Bundle){ .arena = f->arena, .items = items, .n = n, .copy = copy };
	for (size_t i = 0; i < n; i++)
		items[i].done = ITEM_TODO;
	name_items(im, b);
	if (!whole && !im->options->keep_going)
		TRY(check_items(im, f, items, n));
	for (size_t at = 0; at < n;) {
		size_t part = whole ? n : IMPORT_PART;
		if (part > n - at)
			part = n - at;
		TRY(importer_part(im, f, b, items + at, part, NULL));
		at += part;
	}
	return OK;
}

/* ---- kinds of files ---- */

static bool set_of_resources(Str type)
{
	return str_eq(type, S("transaction")) || str_eq(type, S("batch")) || str_eq(type, S("collection")) ||
	       str_eq(type, S("searchset")) || str_eq(type, S("document")) || str_eq(type, S("message"));
}

/* Fills an item from an entry; false: it was refused or is nothing to keep. */
static bool entry_item(Importer *im, ImportFile *f, JVal entry, size_t place, ImportItem *item)
{
	*item = (ImportItem){ .resource = JGET(entry, "resource"), .place = place };
	item->full_url = JSTR(entry, "fullUrl", f->arena);
	item->type = fhir_type(JSTR(item->resource, "resourceType", f->arena));
	if (json_str_is(json_path(entry, "search", "mode", NULL), S("outcome")))
		return false;
	counts_of(im, item->type)->read++;
	if (item->type != FT_NONE)
		return true;
	Str why = !item->resource.node ? S("The entry has no resource.")
	                               : S("The resourceType is missing or is no FHIR R4 resource type.");
	import_refuse(im, f, item, &(Issue){ .details = why, .expression = S("Bundle.entry.resource") });
	return false;
}

static Err bundle_file(Importer *im, ImportFile *f, JVal bundle, size_t copy)
{
	JVal entries = JGET(bundle, "entry");
	Str type = JSTR(bundle, "type", f->arena);
	uint64_t before = im->refusals;
	size_t n = 0;
	if (!set_of_resources(type)) {
		refuse_file(im, f,
		            arena_printf(f->arena, "A Bundle of type '%.*s' is not a set of resources to keep.",
		                         STR_ARG(str_upto(type, 40))));
		return ERR_INVALID;
	}
	ImportItem *items = ARENA_ARRAY(f->arena, ImportItem, json_count(entries) + 1);
	for (JIter it = json_iter(entries); json_next(&it);)
		n += entry_item(im, f, it.value, it.index + 1, &items[n]);
	if (im->refusals > before && !im->options->keep_going)
		return ERR_INVALID;
	persons_first(f->arena, items, n);
	return import_items(im, f, items, n, copy);
}

static Err json_file(Importer *im, ImportFile *f, size_t copy)
{
	const Json *doc;
	JError where = { 0 };
	Err e = json_parse(f->arena, f->text, &doc, &where);
	if (e != OK) {
		Str why = e == ERR_SYNTAX ? arena_printf(f->arena, "This is not JSON: %s.", where.message)
		                          : S("The file is too large for one JSON text; use NDJSON.");
		import_refuse(im, f, NULL, &(Issue){ .details = why, .line = where.line, .col = where.col });
		return ERR_INVALID;
	}
	JVal root = json_root(doc);
	Str type = JSTR(root, "resourceType", f->arena);
	if (str_eq(type, S("Bundle")))
		return bundle_file(im, f, root, copy);
	ImportItem *item = ARENA_NEW(f->arena, ImportItem);
	*item = (ImportItem){ .resource = root, .type = fhir_type(type) };
	if (item->type == FT_NONE) {
		refuse_file(
		    im, f,
		    type.n ? arena_printf(f->arena, "'%.*s' is no FHIR R4 resource type.", STR_ARG(str_upto(type, 64)))
		           : S("This is no FHIR resource: it has no resourceType."));
		return ERR_INVALID;
	}
	counts_of(im, item->type)->read++;
	return import_items(im, f, item, 1, copy);
}

/* ---- NDJSON ---- */

typedef struct Lines {
	size_t at, line;
	bool persons; /* this pass takes the Patients, the other the rest */
	bool check;   /* look only */
} Lines;

static bool line_item(Importer *im, ImportFile *f, Arena *a, Lines *l, Str text, ImportItem *item)
{
	const Json *doc;
	JError where = { 0 };
	*item = (ImportItem){ .place = l->line };
	if (l->persons && str_find(text, S("\"Patient\"")) < 0)
		return false;
	Err e = json_parse(a, text, &doc, &where);
	if (e == OK) {
		item->resource = json_root(doc);
		item->type = fhir_type(JSTR(item->resource, "resourceType", a));
	}
	if (l->persons != (item->type == FT_PATIENT))
		return false;
	if (!l->check)
		counts_of(im, item->type)->read++;
	if (item->type != FT_NONE)
		return true;
	Issue issue = { .details = S("The resourceType is missing or is no FHIR R4 resource type.") };
	if (e != OK)
		issue = (Issue){ .details = arena_printf(a, "This is not JSON: %s.",
			                                 where.message ? where.message : "too large"),
			         .line = (unsigned)l->line,
			         .col = where.col };
	import_refuse(im, f, item, &issue);
	return false;
}

/* One pass in parts; each part is a Bundle of its own in the arena of its slot. */
static Err lines_pass(Importer *im, ImportFile *f, Lines l, size_t copy, size_t limit)
{
	Str text;
	bool more = true;
	while (more) {
		uint64_t before = im->refusals;
		Slot *slot = importer_slot(im);
		Bundle *b = ARENA_NEW(slot->arena, Bundle);
		size_t bytes = 0, cap = 0;
		*b = (Bundle){ .arena = slot->arena, .copy = copy };
		while (b->n < limit && (bytes < IMPORT_BYTES || limit > IMPORT_PART) &&
		       (more = import_next_line(f->text, &l.at, &l.line, &text))) {
			if (b->n == cap) {
				size_t next = cap ? cap * 2 : 256;
				b->items = arena_grow(slot->arena, b->items, cap * sizeof(ImportItem),
				                      next * sizeof(ImportItem));
				cap = next;
			}
			bytes += text.n;
			b->n += line_item(im, f, slot->arena, &l, text, &b->items[b->n]);
		}
		if (im->refusals > before && !im->options->keep_going)
			return ERR_INVALID;
		if (l.check) {
			TRY(check_items(im, f, b->items, b->n));
			arena_reset(slot->arena);
			continue;
		}
		name_items(im, b);
		TRY(importer_part(im, f, b, b->items, b->n, slot));
		if (l.persons)
			importer_drain(im);
	}
	return OK;
}

static size_t count_lines(Str text, size_t most)
{
	size_t n = 0;
	for (const char *p = text.p; n < most && p && (p = memchr(p, '\n', (size_t)(text.p + text.n - p)));) {
		p++;
		n++;
	}
	return n;
}

static Err lines_file(Importer *im, ImportFile *f, size_t copy)
{
	bool small = count_lines(f->text, IMPORT_WHOLE) < IMPORT_WHOLE;
	size_t limit = IMPORT_PART;
	/* A user's new dossier needs its care team in the same visit. */
	if ((!im->options->keep_going || im->options->scope) && small)
		return import_lines_whole(im, f, copy);
	if (!im->options->keep_going) {
		TRY(lines_pass(im, f, (Lines){ .check = true, .persons = true }, copy, limit));
		TRY(lines_pass(im, f, (Lines){ .check = true }, copy, limit));
	}
	TRY(lines_pass(im, f, (Lines){ .persons = true }, copy, limit));
	return lines_pass(im, f, (Lines){ 0 }, copy, limit);
}

/* All lines as one set, in the arena of the file. */
Err import_lines_whole(Importer *im, ImportFile *f, size_t copy)
{
	Lines l = { 0 };
	Str text;
	size_t n = 0;
	uint64_t before = im->refusals;
	ImportItem *items = ARENA_ARRAY(f->arena, ImportItem, IMPORT_WHOLE + 1);
	for (int pass = 0; pass < 2; pass++) {
		l = (Lines){ .persons = pass == 0 };
		while (import_next_line(f->text, &l.at, &l.line, &text))
			n += line_item(im, f, f->arena, &l, text, &items[n]);
	}
	return im->refusals > before && !im->options->keep_going ? ERR_INVALID : import_items(im, f, items, n, copy);
}

/* ---- files ---- */

static Err one_file(Importer *im, Str path, size_t copy)
{
	ImportFile *f;
	Err e = import_file_open(path, &f);
	if (e != OK) {
		ImportFile named = { .path = path };
		refuse_file(im, &named,
		            e == ERR_TOO_LARGE ? S("The file is too large for one JSON text; use NDJSON.")
		                               : S("The file cannot be read."));
		return ERR_INVALID;
	}
	im->result->files++;
	im->result->bytes += f->text.n;
	bool known = f->is_lines || str_ends(path, S(".json"));
	if (known)
		e = f->is_lines ? lines_file(im, f, copy) : json_file(im, f, copy);
	else {
		refuse_file(im, f, S("Only files named .json, .ndjson or .jsonl are taken."));
		e = ERR_INVALID;
	}
	importer_bytes(im, f->text.n);
	import_file_drop(f);
	arena_reset(im->arena);
	if (im->fatal != OK || e == OK || im->options->keep_going)
		return im->fatal;
	return e == ERR_IO || e == ERR_BUSY || e == ERR_INTERNAL ? e : ERR_INVALID;
}

Err import_run(Records *r, const ImportOptions *o, const Str *paths, size_t n, ImportResult *out)
{
	Str *files, missing;
	size_t n_files;
	Arena *a = arena_new();
	*out = (ImportResult){ 0 };
	Importer im = { .records = r, .options = o, .result = out, .arena = arena_new() };
	size_t copies = o->renew_ids.p && o->repeat ? o->repeat : 1;
	Err e = import_find(a, paths, n, &files, &n_files, &im.bytes_total, &missing);
	if (e != OK) {
		ImportFile named = { .path = missing };
		refuse_file(&im, &named, S("There is no such file or folder."));
		e = ERR_INVALID;
		n_files = 0;
	}
	im.bytes_total *= copies;
	importer_open(&im);
	for (size_t copy = 0; copy < copies; copy++)
		for (size_t i = 0; i < n_files && e == OK; i++)
			e = one_file(&im, files[i], copy);
	importer_drain(&im);
	importer_close(&im);
	if (e == OK)
		e = im.fatal;
	arena_free(im.arena);
	arena_free(a);
	return e;
}
