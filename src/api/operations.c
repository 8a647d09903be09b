/* The list of operations. A new operation is a new file and a line here. */
#include "api/call.h"

/* clang-format off */
#define OPERATIONS(X) \
	X(capabilities) \
	X(openapi) \
	X(read) \
	X(vread) \
	X(create) \
	X(update) \
	X(update_where) \
	X(patch) \
	X(patch_where) \
	X(delete) \
	X(delete_where) \
	X(history) \
	X(history_type) \
	X(history_system) \
	X(search) \
	X(search_post) \
	X(search_person) \
	X(bundle) \
	X(everything_patient) \
	X(everything_patient_post) \
	X(everything_patients) \
	X(everything_patients_post) \
	X(everything_encounter) \
	X(everything_encounter_post)
/* clang-format on */

#define X(name) extern const Operation operation_##name;
OPERATIONS(X)
#undef X

#define X(name) &operation_##name,
const Operation *const operations[] = { OPERATIONS(X) };
#undef X
const size_t operations_count = COUNT_OF(operations);
