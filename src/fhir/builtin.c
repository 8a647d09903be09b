/* Built-in definitions: look-up by url and id, unpacking of blocks. */
#include "fhir/builtin.h"

#include <assert.h>
#include <brotli/decode.h>
#include <pthread.h>
#include <stdlib.h>

#include "fhir/builtin_tables.h"

/* Types and their texts sort the same way: both follow the alphabet. */
static int compare(const BuiltinDoc *d, FhirType type, uint32_t text, Str want)
{
	if (d->type != type)
		return d->type < type ? -1 : 1;
	return str_cmp(str_c(builtin_texts + text), want);
}

/* The first document of the type that is not before the url. */
static uint32_t lower(FhirType type, Str url)
{
	uint32_t low = 0, high = builtin_count;
	while (low < high) {
		uint32_t mid = (low + high) / 2;
		if (compare(&builtin_docs[mid], type, builtin_docs[mid].url, url) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

Builtin builtin_at(uint32_t number)
{
	assert(number < builtin_count);
	const BuiltinDoc *d = &builtin_docs[number];
	return (Builtin){ (FhirType)d->type, str_c(builtin_texts + d->url), str_c(builtin_texts + d->version),
		          str_c(builtin_texts + d->id), number };
}

bool builtin_find(FhirType type, Str url, Str version, Builtin *out)
{
	bool found = false;
	for (uint32_t i = lower(type, url); i < builtin_count; i++) {
		if (compare(&builtin_docs[i], type, builtin_docs[i].url, url) != 0)
			break;
		Builtin b = builtin_at(i);
		if (version.n ? !str_eq(version, b.version) : found && version_cmp(b.version, out->version) < 0)
			continue;
		*out = b;
		found = true;
	}
	return found;
}

bool builtin_by_id(FhirType type, Str id, Builtin *out)
{
	uint32_t low = 0, high = builtin_count;
	while (low < high) {
		uint32_t mid = (low + high) / 2;
		const BuiltinDoc *d = &builtin_docs[builtin_by_id_[mid]];
		int c = compare(d, type, d->id, id);
		if (c == 0) {
			*out = builtin_at(builtin_by_id_[mid]);
			return true;
		}
		if (c < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return false;
}

size_t builtin_of_type(FhirType type, uint32_t *first)
{
	*first = lower(type, S(""));
	uint32_t end = *first;
	while (end < builtin_count && builtin_docs[end].type == type)
		end++;
	return end - *first;
}

/* ---- blocks ---- */

enum { KEPT = 4 };
typedef struct Kept {
	uint8_t *bytes;
	uint32_t block;
	uint64_t used;
} Kept;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static Kept kept[KEPT];
static uint64_t now;

/* Under the lock: the block's bytes, unpacked in the place of the one that was longest not used. */
static const uint8_t *unpack(uint32_t block)
{
	Kept *oldest = &kept[0];
	for (Kept *k = kept; k < kept + KEPT; k++) {
		if (k->bytes && k->block == block) {
			k->used = ++now;
			return k->bytes;
		}
		if (k->used < oldest->used)
			oldest = k;
	}
	const BuiltinBlock *b = &builtin_blocks[block];
	size_t size = b->size;
	free(oldest->bytes);
	oldest->bytes = malloc(b->size);
	if (!oldest->bytes)
		abort();
	BrotliDecoderResult r = BrotliDecoderDecompress(b->packed, builtin_blob + b->at, &size, oldest->bytes);
	if (r != BROTLI_DECODER_RESULT_SUCCESS || size != b->size)
		abort(); /* constant data of the program: cannot be otherwise */
	oldest->block = block;
	oldest->used = ++now;
	return oldest->bytes;
}

Str builtin_text(uint32_t number, Arena *a)
{
	assert(number < builtin_count);
	const BuiltinDoc *d = &builtin_docs[number];
	char *p = arena_raw(a, d->size + 1U);
	pthread_mutex_lock(&lock);
	memcpy(p, unpack(d->block) + d->at, d->size);
	pthread_mutex_unlock(&lock);
	p[d->size] = 0;
	return str_n(p, d->size);
}

/* ---- versions ---- */

static bool digit(Str s, size_t i)
{
	return i < s.n && s.p[i] >= '0' && s.p[i] <= '9';
}

/* The digits at *i without leading zeros; *i moves behind them. */
static Str number_at(Str s, size_t *i)
{
	while (*i < s.n && s.p[*i] == '0')
		++*i;
	size_t from = *i;
	while (digit(s, *i))
		++*i;
	return str_n(s.p + from, *i - from);
}

int version_cmp(Str a, Str b)
{
	size_t i = 0, k = 0;
	while (i < a.n && k < b.n) {
		if (digit(a, i) && digit(b, k)) {
			Str x = number_at(a, &i), y = number_at(b, &k);
			int c = x.n != y.n ? (x.n < y.n ? -1 : 1) : str_cmp(x, y);
			if (c)
				return c;
		} else if (a.p[i] != b.p[k]) {
			return (uint8_t)a.p[i] < (uint8_t)b.p[k] ? -1 : 1;
		} else {
			i++;
			k++;
		}
	}
	return i < a.n ? 1 : k < b.n ? -1 : 0;
}
