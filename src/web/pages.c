/* The list of all pages, made from pages.def. */
#include "web/page.h"

#define PAGE(name) extern const Page page_##name;
#include "web/pages.def"
#undef PAGE

const Page *const pages[] = {
#define PAGE(name) &page_##name,
#include "web/pages.def"
#undef PAGE
};
const size_t pages_count = COUNT_OF(pages);
