/* `samendoel demo`: builds the demonstration world. */
#include "cli/demo/demo.h"

#include <stdio.h>

#include "cli/cli.h"

static Cast shared_cast(Demo *d)
{
	const Professional people[] = {
		{ S("mia"), S("Mia"), S("Claes"), S("zorgcoördinator"), S("Thuiszorg De Linde"), S("09 330 12 00"),
		  ROLE_COORDINATOR },
		{ S("an"), S("An"), S("Peeters"), S("thuisverpleegkundige"), S("Thuiszorg De Linde"), S("09 330 12 12"),
		  ROLE_PROFESSIONAL },
		{ S("leen"), S("Leen"), S("Vermeulen"), S("huisarts"), S("Groepspraktijk Het Plein"), S("09 224 10 10"),
		  ROLE_PROFESSIONAL },
		{ STR_END, S("Sofie"), S("Maes"), S("diabetesverpleegkundige"), S("Thuiszorg De Linde"),
		  S("09 330 12 14"), ROLE_PROFESSIONAL },
		{ S("tom"), S("Tom"), S("Willems"), S("kinesitherapeut"), S("Kinepraktijk Beweeg"), S("0470 11 22 33"),
		  ROLE_PROFESSIONAL },
		{ STR_END, S("Bart"), S("Goossens"), S("consulent wonen"), S("Stad Gent"), S("09 266 70 00"),
		  ROLE_PROFESSIONAL },
		{ STR_END, S("Karim"), S("Haddad"), S("podoloog"), S("Voetzorg Haddad"), STR_END, ROLE_PROFESSIONAL },
		{ STR_END, S("Ingrid"), S("De Smet"), S("internist"), S("Ziekenhuis Sint-Anna"), STR_END,
		  ROLE_PROFESSIONAL },
		{ STR_END, S("Griet"), S("Lammens"), S("begeleider zorgboerderij"), S("Zorgboerderij De Meers"),
		  S("0498 55 66 77"), ROLE_PROFESSIONAL },
		{ STR_END, S("Nora"), S("Aerts"), S("psycholoog"), S("Mobiel Team Zuid"), STR_END, ROLE_PROFESSIONAL },
	};
	Str r[COUNT_OF(people)];
	demo_at(d, 220, 8, 0, STR_END);
	for (size_t i = 0; i < COUNT_OF(people); i++)
		r[i] = demo_professional(d, &people[i]);
	return (Cast){ r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7], r[8], r[9] };
}

static int run(const Args *a)
{
	RecordsOptions o = { .dir = opt_text(a, S("data")), .must_be_new = true };
	Records *records;
	char why[256] = "";
	if (records_open(&o, &records, why, sizeof why) != OK)
		return cli_fail("%s", why);
	Demo d = { .records = records, .arena = a->arena, .today = time_now() / DAY_MS * DAY_MS };
	Cast cast = shared_cast(&d);
	demo_derks(&d, &cast);
	demo_wesley(&d, &cast);
	demo_karel(&d, &cast);
	time_set_offset(0);
	demo_account(&d, S("beheer"), S("Beheerder"), ROLE_ADMIN, STR_END);
	records_close(records);
	puts("The demonstration world is ready: meneer Derks, Wesley and Karel.\nSign in as derks, els, mia, an, "
	     "karel, leraar, … with password " DEMO_PASSWORD ".");
	return EXIT_DONE;
}

const Command cmd_demo = {
	.name = S_INIT("demo"),
	.summary = S_INIT("fill a new store with the demonstration world"),
	.help = S_INIT("Fictional persons with plans, teams and accounts, built by the operations that users use. "
	               "Dates are relative to today."),
	.run = run,
};
