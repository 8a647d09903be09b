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
	X(search_compartment) \
	X(search_compartment_all) \
	X(search_system) \
	X(search_system_get) \
	X(search_system_post) \
	X(bundle) \
	X(import) \
	X(meta_system) \
	X(meta_type) \
	X(meta_instance) \
	X(meta_add) \
	X(meta_delete) \
	X(document) \
	X(document_post) \
	X(export_system) \
	X(export_system_post) \
	X(export_patients) \
	X(export_patients_post) \
	X(export_group) \
	X(export_group_post) \
	X(export_person) \
	X(export_person_post) \
	X(bulk_status) \
	X(bulk_delete) \
	X(bulk_file) \
	X(everything_patient) \
	X(everything_patient_post) \
	X(everything_patients) \
	X(everything_patients_post) \
	X(everything_encounter) \
	X(everything_encounter_post) \
	X(expand) \
	X(expand_post) \
	X(expand_one) \
	X(expand_one_post) \
	X(validate_in_set) \
	X(validate_in_set_post) \
	X(validate_in_one_set) \
	X(validate_in_one_set_post) \
	X(validate_in_system) \
	X(validate_in_system_post) \
	X(validate_in_one_system) \
	X(validate_in_one_system_post) \
	X(lookup) \
	X(lookup_post) \
	X(subsumes) \
	X(subsumes_post) \
	X(subsumes_one) \
	X(subsumes_one_post) \
	X(translate) \
	X(translate_post) \
	X(translate_one) \
	X(translate_one_post) \
	X(subscription_status) \
	X(subscription_status_post) \
	X(subscription_statuses) \
	X(subscription_statuses_post) \
	X(subscription_events) \
	X(subscription_events_post) \
	X(subscription_stream) \
	X(validate) \
	X(validate_type) \
	X(validate_instance) \
	X(validate_instance_post)
/* clang-format on */

#define X(name) extern const Operation operation_##name;
OPERATIONS(X)
#undef X

#define X(name) &operation_##name,
const Operation *const operations[] = { OPERATIONS(X) };
#undef X
const size_t operations_count = COUNT_OF(operations);
