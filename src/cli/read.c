#include "cli/read.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "cli/cli.h"

static bool read_all(int fd, Buf *b)
{
	for (;;) {
		char *room = buf_room(b, 64 * 1024);
		if (!room) {
			errno = EFBIG;
			return false;
		}
		ssize_t n = read(fd, room, 64 * 1024);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0;
		b->n += (size_t)n;
	}
}

bool read_text(Arena *a, Str path, Str *out)
{
	bool standard = str_eq(path, S("-"));
	int fd = standard ? STDIN_FILENO : open(arena_cstr(a, path), O_RDONLY | O_CLOEXEC);
	Buf b = buf_new(a, 128 * 1024, READ_MAX);
	bool good = fd >= 0 && read_all(fd, &b);
	if (!good)
		(void)cli_fail("cannot read %.*s: %s", STR_ARG(path), strerror(errno));
	if (fd >= 0 && !standard)
		close(fd);
	*out = buf_str(&b);
	return good;
}

bool read_json(Arena *a, Str path, JVal *out)
{
	const Json *doc = NULL;
	JError e = { .message = "the file is too large" };
	Str text;
	if (!read_text(a, path, &text))
		return false;
	if (json_parse(a, text, &doc, &e) != OK) {
		(void)cli_fail("%.*s, line %u, column %u: %s", STR_ARG(path), e.line, e.col, e.message);
		return false;
	}
	*out = json_root(doc);
	return true;
}
