#include "api/import_part.h"

#include "api/query.h"

void importer_open(Importer *im)
{
	pthread_mutex_init(&im->lock, NULL);
	pthread_cond_init(&im->changed, NULL);
	for (size_t i = 0; i < IMPORT_IN_FLIGHT; i++) {
		im->slots[i].importer = im;
		im->slots[i].arena = arena_new();
	}
}

void importer_close(Importer *im)
{
	for (size_t i = 0; i < IMPORT_IN_FLIGHT; i++)
		arena_free(im->slots[i].arena);
	pthread_cond_destroy(&im->changed);
	pthread_mutex_destroy(&im->lock);
}

bool importer_in_flight(const Importer *im)
{
	for (size_t i = 0; i < IMPORT_IN_FLIGHT; i++)
		if (im->slots[i].busy)
			return true;
	return false;
}

/* ---- the end of a part ---- */

static void count(Slot *s)
{
	for (size_t i = 0; i < s->n; i++) {
		ImportCounts *c = &s->importer->result->types[s->items[i].type];
		switch ((ItemDone)s->items[i].done) {
		case ITEM_CREATED:
			c->created++;
			break;
		case ITEM_UPDATED:
			c->updated++;
			break;
		case ITEM_UNCHANGED:
			c->unchanged++;
			break;
		case ITEM_TODO:
		case ITEM_REFUSED:
			break;
		}
	}
}

static void empty(Slot *s)
{
	import_file_drop(s->file);
	s->file = NULL;
	s->visit = NULL;
	arena_reset(s->arena);
	s->busy = s->finished = false;
}

enum { PASSES_MAX = 20 };

/* For a user a resource may only refer to what is there: what is refused is tried again when others came in. */
static void prepare_in_order(PartWork *p, ImportItem *items, size_t n)
{
	bool progress = true;
	p->quiet = true;
	for (int pass = 0; progress && pass < PASSES_MAX; pass++) {
		progress = false;
		for (size_t i = 0; i < n; i++)
			if (items[i].done == ITEM_TODO && import_item(p, &items[i]) == OK)
				progress = true;
	}
	p->quiet = false;
}

static Err prepare(Slot *s, ImportItem *items, size_t n)
{
	Err first = OK;
	const ImportOptions *o = s->importer->options;
	Scope scope = o->scope ? *o->scope : scope_system(S("import"));
	s->visit = visit_new(s->importer->records, &scope, s->arena);
	PartWork p = {
		.importer = s->importer, .file = s->file, .bundle = s->bundle, .visit = s->visit, .arena = s->arena
	};
	for (size_t i = 0; i < n; i++)
		if (items[i].done != ITEM_REFUSED)
			items[i].done = ITEM_TODO;
	if (o->scope)
		prepare_in_order(&p, items, n);
	for (size_t i = 0; i < n; i++) {
		if (items[i].done != ITEM_TODO)
			continue;
		Err e = import_item(&p, &items[i]);
		if (e != OK && first == OK)
			first = e;
		if (e != OK && !o->keep_going)
			break;
	}
	return first;
}

/* A part that could not be committed, because something else made or changed the same resources: once more, with
 * nothing else on its way; then resource by resource. */
static void again(Slot *s)
{
	Importer *im = s->importer;
	Err e = prepare(s, s->items, s->n);
	if (e == OK || im->options->keep_going)
		e = visit_commit(s->visit);
	if (e != OK && !im->options->keep_going)
		im->fatal = ERR_INVALID;
	if (e == OK || !im->options->keep_going)
		return;
	for (size_t i = 0; i < s->n; i++) {
		e = prepare(s, &s->items[i], 1);
		if (e == OK)
			e = visit_commit(s->visit);
		if (e != OK && s->items[i].done != ITEM_REFUSED) {
			s->items[i].done = ITEM_REFUSED;
			Issue issue = { .details =
				            S("It could not be written: another resource with its id is there.") };
			import_refuse(im, s->file, &s->items[i], &issue);
		}
	}
}

/* Takes the result of a part that is finished. */
static void collect(Slot *s)
{
	Importer *im = s->importer;
	Err e = s->result;
	if (e == ERR_CONFLICT || e == ERR_VERSION || e == ERR_BUSY) {
		s->busy = false;
		importer_drain(im);
		again(s);
	} else if (e != OK && im->fatal == OK) {
		im->fatal = e;
	}
	if (e == OK || im->fatal == OK)
		count(s);
	empty(s);
}

static void done(void *ctx, Err result)
{
	Slot *s = ctx;
	pthread_mutex_lock(&s->importer->lock);
	s->result = result;
	s->finished = true;
	pthread_cond_signal(&s->importer->changed);
	pthread_mutex_unlock(&s->importer->lock);
}

/* A part that is finished, or NULL when wait is false and none is, or nothing is on its way. */
static Slot *finished_slot(Importer *im, bool wait)
{
	Slot *found = NULL;
	pthread_mutex_lock(&im->lock);
	while (!found && importer_in_flight(im)) {
		for (size_t i = 0; i < IMPORT_IN_FLIGHT && !found; i++)
			if (im->slots[i].busy && im->slots[i].finished)
				found = &im->slots[i];
		if (found || !wait)
			break;
		pthread_cond_wait(&im->changed, &im->lock);
	}
	pthread_mutex_unlock(&im->lock);
	return found;
}

void importer_drain(Importer *im)
{
	for (Slot *s; (s = finished_slot(im, true));)
		collect(s);
}

Slot *importer_slot(Importer *im)
{
	for (Slot *s; (s = finished_slot(im, false));)
		collect(s);
	for (;;) {
		for (size_t i = 0; i < IMPORT_IN_FLIGHT; i++)
			if (!im->slots[i].busy) {
				arena_reset(im->slots[i].arena);
				return &im->slots[i];
			}
		collect(finished_slot(im, true));
	}
}

/* ---- a part ---- */

Err importer_part(Importer *im, ImportFile *f, Bundle *b, ImportItem *items, size_t n, Slot *s)
{
	if (!s)
		s = importer_slot(im);
	f->refs++;
	s->file = f;
	s->bundle = b;
	s->items = items;
	s->n = n;
	Err e = prepare(s, items, n);
	if (e != OK && !im->options->keep_going) {
		empty(s);
		return e;
	}
	s->result = OK;
	s->finished = false;
	s->busy = true;
	visit_finish(s->visit, done, s);
	return im->fatal;
}

void importer_bytes(Importer *im, uint64_t n)
{
	int64_t now = time_mono_us();
	im->bytes_done += n;
	if (!im->options->progress || (now - im->last_progress < 100000 && im->bytes_done < im->bytes_total))
		return;
	im->last_progress = now;
	im->options->progress(im->options->ctx, im->bytes_done, im->bytes_total);
}

Str import_conditional(PartWork *p, Str text, const Reference *ref)
{
	Rec found;
	Str why = STR_END;
	Err e = query_one(p->visit, ref->type, ref->query, &found, &why);
	if (e == OK && found.id.p) {
		Str to = arena_join(p->bundle->arena, fhir_type_name(ref->type), S("/"), found.id, STR_END);
		strmap_put(&p->bundle->targets, arena_str(p->bundle->arena, text), to);
		return to;
	}
	p->why = arena_printf(p->arena, "Reference '%.*s': %.*s", STR_ARG(str_upto(text, 100)),
	                      STR_ARG(e == OK ? S("nothing meets the condition.") : why));
	return STR_END;
}
