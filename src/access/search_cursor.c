/* Where the next page begins, as text that says nothing: encrypted under a key of the installation, and only good for
 * the search it was made for. The same place gives the same text. */
#include <sodium.h>

#include "access/search.h"

enum { KEY_MOST = 256, CURSOR_MOST = 4096, NONCE = crypto_secretbox_NONCEBYTES, MAC = crypto_secretbox_MACBYTES };

static void put_text(Buf *b, Str s)
{
	buf_byte(b, s.p ? 1 : 0);
	buf_byte(b, (char)(s.n >> 8));
	buf_byte(b, (char)s.n);
	buf_add(b, s);
}

static bool get_text(Str *in, Str *out)
{
	if (in->n < 3)
		return false;
	const uint8_t *p = (const uint8_t *)in->p;
	size_t n = (size_t)p[1] << 8 | p[2];
	bool there = p[0] == 1;
	*in = str_from(*in, 3);
	if (n > in->n)
		return false;
	*out = there ? str_n(in->p, n) : STR_END;
	*in = str_from(*in, n);
	return true;
}

/* The nonce is made of what it hides, so that it needs no counter and vouches for the search. */
static void nonce_of(const Search *s, Str plain, const uint8_t key[32], uint8_t out[NONCE])
{
	crypto_generichash_state st;
	crypto_generichash_init(&st, key, 32, NONCE);
	crypto_generichash_update(&st, (const uint8_t *)s->q->words.p, s->q->words.n);
	crypto_generichash_update(&st, (const uint8_t *)"", 1);
	crypto_generichash_update(&st, (const uint8_t *)plain.p, plain.n);
	crypto_generichash_final(&st, out, NONCE);
}

Str cursor_write(Search *s, const Place *at)
{
	Buf b = buf_new(s->v->arena, 64, CURSOR_MOST);
	uint8_t key[32];
	buf_byte(&b, (char)at->back);
	for (int i = 56; i >= 0; i -= 8)
		buf_byte(&b, (char)(at->rid >> i));
	for (size_t i = 0; i < at->n; i++)
		put_text(&b, at->keys[i]);
	Str plain = buf_str(&b);
	size_t n = NONCE + MAC + plain.n,
	       text_n = sodium_base64_ENCODED_LEN(n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	uint8_t *out = arena_raw(s->v->arena, n);
	char *text = arena_raw(s->v->arena, text_n);
	store_key(s->store, S("search cursor"), key);
	nonce_of(s, plain, key, out);
	crypto_secretbox_easy(out + NONCE, (const uint8_t *)plain.p, plain.n, out, key);
	sodium_bin2base64(text, text_n, out, n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	sodium_memzero(key, sizeof key);
	return str_c(text);
}

static bool unwrap(Search *s, Str text, Str *plain)
{
	uint8_t key[32], nonce[NONCE], *in = arena_raw(s->v->arena, CURSOR_MOST);
	size_t n;
	if (text.n > CURSOR_MOST ||
	    sodium_base642bin(in, CURSOR_MOST, text.p, text.n, NULL, &n, NULL,
	                      sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
	    n < NONCE + MAC + 9)
		return false;
	uint8_t *out = arena_raw(s->v->arena, n);
	store_key(s->store, S("search cursor"), key);
	bool good = crypto_secretbox_open_easy(out, in + NONCE, n - NONCE, in, key) == 0;
	*plain = str_n((const char *)out, n - NONCE - MAC);
	if (good) {
		nonce_of(s, *plain, key, nonce);
		good = sodium_memcmp(nonce, in, NONCE) == 0;
	}
	sodium_memzero(key, sizeof key);
	return good;
}

Err cursor_read(Search *s, Str text, Place *out)
{
	Str in;
	if (!unwrap(s, text, &in))
		return ERR_BAD_REQUEST;
	*out = (Place){ .back = in.p[0] == 1, .n = s->n_sort, .keys = ARENA_ARRAY(s->v->arena, Str, s->n_sort + 1) };
	for (size_t i = 1; i <= 8; i++)
		out->rid = out->rid << 8 | (uint8_t)in.p[i];
	in = str_from(in, 9);
	for (size_t i = 0; i < s->n_sort; i++)
		if (!get_text(&in, &out->keys[i]))
			return ERR_BAD_REQUEST;
	return in.n ? ERR_BAD_REQUEST : OK;
}
