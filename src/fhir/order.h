/* Numbers as bytes that compare as the numbers do. Private to the fhir room. */
#ifndef FHIR_ORDER_H
#define FHIR_ORDER_H

#include <stdint.h>
#include <string.h>

static inline void order_put(char *out, uint64_t v)
{
	for (int i = 0; i < 8; i++)
		out[i] = (char)(v >> (56 - 8 * i));
}

static inline uint64_t order_signed(int64_t v)
{
	return (uint64_t)v ^ UINT64_C(1) << 63;
}

static inline uint64_t order_double(double d)
{
	uint64_t bits;
	d = d == 0 ? 0 : d; /* -0 is 0 */
	memcpy(&bits, &d, sizeof bits);
	return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

#endif
