/* Scanning 16 bytes at a time and one by one end at the same place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#undef __SSE2__
#define scan_space plain_space
#define scan_text plain_text
#define scan_plain plain_plain
#include "json/scan.h"
#undef JSON_SCAN_H
#undef scan_space
#undef scan_text
#undef scan_plain
#ifdef __x86_64__
#define __SSE2__ 1
#endif
#include "json/scan.h"

/* Every byte at every place of a short text, among bytes that are skipped. */
static void same_place(void **state)
{
	(void)state;
	for (size_t n = 0; n < 36; n++) {
		char *text = malloc(n ? n : 1), *end = text + n;
		for (size_t at = 0; at < (n ? n : 1); at++)
			for (int c = 0; c < 256; c++) {
				memset(text, 'x', n);
				if (n)
					text[at] = (char)c;
				assert_ptr_equal(scan_text(text, end), plain_text(text, end));
				memset(text, ' ', n);
				if (n)
					text[at] = (char)c;
				const char *p = plain_space(text, end);
				assert_ptr_equal(scan_space(text, end), p);
				assert_ptr_equal(p, n && !strchr(" \t\r\n", c | (c == 0 ? 'x' : 0)) ? text + at : end);
			}
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(same_place) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
