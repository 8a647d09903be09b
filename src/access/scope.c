#include "access/scope.h"

static const Str role_names[ROLE_COUNT + 1] = {
	[ROLE_PERSON] = S_INIT("person"),
	[ROLE_CARER] = S_INIT("carer"),
	[ROLE_PROFESSIONAL] = S_INIT("professional"),
	[ROLE_COORDINATOR] = S_INIT("coordinator"),
	[ROLE_ADMIN] = S_INIT("admin"),
	[ROLE_SYSTEM] = S_INIT("system"),
};

static const Str lang_codes[LANG_COUNT] = {
	[LANG_NL] = S_INIT("nl"),
	[LANG_FR] = S_INIT("fr"),
	[LANG_DE] = S_INIT("de"),
	[LANG_EN] = S_INIT("en"),
};

Scope scope_system(Str job)
{
	return (Scope){
		.role = ROLE_SYSTEM, .lang = LANG_NL, .login = job, .name = job, .purpose = S("HOPERAT"), .route = job
	};
}

Str role_name(Role r)
{
	return role_names[r];
}

bool role_parse(Str s, Role *out)
{
	for (Role r = ROLE_PERSON; r <= ROLE_SYSTEM; r++) {
		if (str_eq(s, role_names[r])) {
			*out = r;
			return true;
		}
	}
	return false;
}

Str lang_code(Lang l)
{
	return lang_codes[l];
}

bool lang_parse(Str s, Lang *out)
{
	for (Lang l = LANG_NL; l <= LANG_EN; l++) {
		if (str_eq(s, lang_codes[l])) {
			*out = l;
			return true;
		}
	}
	return false;
}
