/* Replies that are files: sent from the file, never whole in memory. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

#include "base/log.h"
#include "server/internal.h"

enum { PIECE = 64 * 1024, FAST = 1 };

/* A file that is compressed while it is sent. */
typedef struct Packed {
	int fd;
	z_stream z;
	bool at_end, done;
	unsigned char in[PIECE];
} Packed;

static void packed_free(void *arg)
{
	Packed *p = arg;
	deflateEnd(&p->z);
	close(p->fd);
	free(p);
}

static bool refill(Packed *p)
{
	ssize_t n;
	do
		n = read(p->fd, p->in, PIECE);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return false;
	p->at_end = n == 0;
	p->z.next_in = p->in;
	p->z.avail_in = (unsigned)n;
	return true;
}

static ssize_t packed_read(void *arg, uint64_t pos, char *out, size_t max)
{
	Packed *p = arg;
	(void)pos;
	if (p->done)
		return MHD_CONTENT_READER_END_OF_STREAM;
	p->z.next_out = (unsigned char *)out;
	p->z.avail_out = max > UINT32_MAX / 2 ? UINT32_MAX / 2 : (unsigned)max;
	unsigned room = p->z.avail_out;
	while (p->z.avail_out == room && !p->done) {
		if (!p->z.avail_in && !p->at_end && !refill(p))
			return MHD_CONTENT_READER_END_WITH_ERROR;
		int rc = deflate(&p->z, p->at_end ? Z_FINISH : Z_NO_FLUSH);
		if (rc == Z_STREAM_ERROR)
			return MHD_CONTENT_READER_END_WITH_ERROR;
		p->done = rc == Z_STREAM_END;
	}
	return p->z.avail_out == room ? MHD_CONTENT_READER_END_OF_STREAM : (ssize_t)(room - p->z.avail_out);
}

static struct MHD_Response *packed_response(int fd)
{
	Packed *p = calloc(1, sizeof *p);
	if (!p || deflateInit2(&p->z, FAST, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		die("out of memory");
	p->fd = fd;
	struct MHD_Response *m =
	    MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, PIECE, packed_read, p, packed_free);
	if (!m)
		packed_free(p);
	return m;
}

struct MHD_Response *file_response(Exchange *x)
{
	Reply *r = &x->reply;
	if (r->status == 200)
		reply_header(r, S("Accept-Ranges"), S("bytes"));
	if (r->status == 200 && r->file_size > GZIP_FROM && x->req.method == M_GET) {
		reply_header(r, S("Vary"), S("Accept-Encoding"));
		if (http_accepts(req_header(&x->req, S("Accept-Encoding")), S("gzip"))) {
			reply_header(r, S("Content-Encoding"), S("gzip"));
			return packed_response(r->file);
		}
	}
	struct MHD_Response *m = MHD_create_response_from_fd_at_offset64(r->file_size, r->file, r->file_from);
	if (!m)
		close(r->file);
	return m;
}
