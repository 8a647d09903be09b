/* One notification as one HTTP request of libcurl. Private to deliver.c. */
#ifndef SERVER_DELIVER_HTTP_H
#define SERVER_DELIVER_HTTP_H

#include <curl/curl.h>

#include "api/notify.h"

typedef struct Post {
	CURL *easy;
	struct curl_slist *headers;
	size_t answer; /* bytes of the answer so far */
	bool inside;   /* was on its way to an address that it may not go to */
	bool named;    /* any address will do */
} Post;

/* Ready to be added to a multi; body and plan live until post_end. False: no memory. */
NODISCARD bool post_begin(Post *p, const SubPlan *plan, Str body);
/* Why it was not received ("HTTP 503"), in a; absent: it was. */
Str post_result(const Post *p, CURLcode code, Arena *a);
/* Frees. The easy handle must be out of the multi. */
void post_end(Post *p);

#endif
