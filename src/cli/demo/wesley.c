/* Wesley, 8: youth care across sectors. What the teacher sees and does not see, mother and father, and what Wesley
 * himself says. */
#include "cli/demo/demo.h"

enum { PEOPLE = 6 };
typedef struct Wesley {
	Demo *d;
	Str id, me, sara, calm, stay;
	Str refs[PEOPLE];
} Wesley;

static const Professional people[PEOPLE] = {
	{ S_INIT("hanne"), S_INIT("Hanne"), S_INIT("Verstraete"), S_INIT("trajectbegeleider"),
	  S_INIT("Centrum voor Welzijn De Brug"), S_INIT("09 265 11 00"), ROLE_COORDINATOR },
	{ S_INIT("leraar"), S_INIT("Katrien"), S_INIT("Moens"), S_INIT("leerkracht buitengewoon onderwijs"),
	  S_INIT("School De Regenboog"), S_INIT("09 240 33 00"), ROLE_PROFESSIONAL },
	{ { NULL, 0 },
	  S_INIT("Dirk"),
	  S_INIT("Coppens"),
	  S_INIT("leerlingenbegeleider"),
	  S_INIT("Centrum voor Leerlingenbegeleiding"),
	  { NULL, 0 },
	  ROLE_PROFESSIONAL },
	{ { NULL, 0 },
	  S_INIT("Imane"),
	  S_INIT("Benali"),
	  S_INIT("zorgleerkracht"),
	  S_INIT("School De Regenboog"),
	  { NULL, 0 },
	  ROLE_PROFESSIONAL },
	{ { NULL, 0 },
	  S_INIT("Joke"),
	  S_INIT("Lippens"),
	  S_INIT("individuele begeleider"),
	  S_INIT("Dienst Thuisbegeleiding"),
	  S_INIT("0478 90 10 20"),
	  ROLE_PROFESSIONAL },
	{ { NULL, 0 },
	  S_INIT("Femke"),
	  S_INIT("De Backer"),
	  S_INIT("kinderpsycholoog"),
	  S_INIT("Centrum Geestelijke Gezondheidszorg"),
	  { NULL, 0 },
	  ROLE_PROFESSIONAL },
};

static void begin(Wesley *w)
{
	Demo *d = w->d;
	demo_at(d, 160, 8, 0, STR_END);
	for (size_t i = 0; i < COUNT_OF(people); i++)
		w->refs[i] = demo_professional(d, &people[i]);
	demo_at(d, 158, 10, 0, S("hanne"));
	NewPerson in = { .person = { .given = S("Wesley"),
		                     .family = S("Vandamme"),
		                     .gender = S("male"),
		                     .language = S("nl"),
		                     .address = S("Kerkstraat 3, 9050 Gentbrugge") },
		         .role_text = S("trajectbegeleider"),
		         .coordinator = true,
		         .secrecy = true,
		         .organisation = S("Centrum voor Welzijn De Brug"),
		         .why = S("Wesley woont weer bij zijn mama en zijn broertje. Iedereen rond hem werkt apart.") };
	in.person.birth_date =
	    arena_printf(d->arena, "%d-02-11", time_civil(d->today).year - 8 - (time_civil(d->today).month < 2));
	w->id = demo_person(d, &in);
	w->me = arena_join(d->arena, S("Patient/"), w->id, STR_END);
}

static void around(Wesley *w)
{
	Demo *d = w->d;
	Str id = w->id;
	const bool secrecy[] = { true, false, true, false, true, true };
	const Str adds[] = { STR_END,
		             S("Rust en structuur in de klas"),
		             S("Overleg tussen school en hulp"),
		             S("Leren in kleine stappen"),
		             S("Zes uur per week thuis: samen spelen, samen regelen"),
		             S("Praten en spelen over wat moeilijk is") };
	for (size_t i = 1; i < COUNT_OF(people); i++)
		demo_member(
		    d, id,
		    &(MemberInput){ .ref = w->refs[i],
		                    .name = arena_join(d->arena, people[i].given, S(" "), people[i].family, STR_END),
		                    .role_text = people[i].profession,
		                    .organisation = people[i].organisation,
		                    .secrecy = secrecy[i],
		                    .tasks = adds[i] });
	Tie mama = { .circle = CIRCLE_G, .closeness = 1, .support = { true, true, false, true } };
	Tie papa = {
		.circle = CIRCLE_G, .closeness = 3, .strain = true, .strain_why = S("Geen contact zonder begeleiding.")
	};
	Tie broer = { .circle = CIRCLE_G, .closeness = 1, .support = { false, true, false, false } };
	Tie oma = { .circle = CIRCLE_F, .closeness = 2, .support = { false, true, false, true } };
	w->sara = demo_relative(d, id,
	                        &(RelativeInput){ .name = S("Sara Vandamme"),
	                                          .relationship = S("mama"),
	                                          .phone = S("0479 12 13 14"),
	                                          .carer = true,
	                                          .representative = true,
	                                          .tie = &mama });
	demo_relative(
	    d, id,
	    &(RelativeInput){ .name = S("Kevin Maes"), .relationship = S("papa, zonder hoederecht"), .tie = &papa });
	demo_relative(d, id,
	              &(RelativeInput){ .name = S("Milan"), .relationship = S("broertje, 4 jaar"), .tie = &broer });
	demo_relative(d, id, &(RelativeInput){ .name = S("oma Rita"), .relationship = S("pleegoma"), .tie = &oma });
	demo_account(d, S("sara"), S("Sara Vandamme"), ROLE_CARER, w->sara);
	demo_at(d, 157, 16, 0, S("sara"));
	demo_consent(d, id, w->refs[1], S("Katrien Moens"), 1u << CAT_GOALS, false, false, false);
}

static void says(Wesley *w)
{
	Demo *d = w->d;
	Str id = w->id;
	demo_at(d, 150, 15, 0, S("hanne"));
	const Said said[] = {
		{ S("good-day"), S("Als er niemand roept. En als juf Katrien er is, en niet iemand anders."),
		  S("Als er niemand roept.") },
		{ S("happy"), S("Van buiten spelen met Milan. En van dieren tekenen."), STR_END },
		{ S("worry"), S("Huis van de zorgen: dat papa voor de deur staat. Dat ik weer weg moet."), STR_END },
		{ S("proud"), S("Huis van de goede dingen: ik kan al bijna lezen. Mama lacht weer."), STR_END },
		{ S("different"), S("Huis van de dromen: een eigen kamer met een deur die op slot kan. En een hond."),
		  S("een eigen kamer met een deur die op slot kan") },
		{ S("teach-back"), S("Jullie gaan zorgen dat het stil is en dat ik mag blijven."),
		  S("dat ik mag blijven") },
	};
	Str talk = demo_conversation(d, id, CONV_TOGETHER, said, COUNT_OF(said));
	w->calm = demo_life_goal(d, id, talk, S("Dat er niemand roept."), DOM_SAFETY, LG_ACTIVE);
	w->stay = demo_life_goal(d, id, talk, S("Dat ik bij mama en Milan mag blijven."), DOM_HOME, LG_ACTIVE);
	demo_life_goal(d, id, talk, S("Een eigen kamer met een deur die op slot kan. En een hond."), DOM_HOME,
	               LG_DREAM);
	demo_pin(d, id, w->stay);
}

void demo_wesley(Demo *d, const Cast *cast)
{
	Wesley w = { .d = d };
	(void)cast;
	begin(&w);
	around(&w);
	says(&w);
	Str id = w.id, me = w.me, sara = w.sara, calm = w.calm, stay = w.stay;
	const Str *refs = w.refs;
	demo_at(d, 140, 10, 0, S("hanne"));
	Str quiet = demo_care_goal(
	    d, id,
	    (CareGoalInput){ .text = S("Elke schooldag een vaste rustplek en een vast teken als het te druk wordt"),
	                     .scale = { S("Loopt elke dag weg uit de klas"), S("Loopt een paar keer per week weg"),
	                                S("Gebruikt het teken en de rustplek"),
	                                S("Heeft de rustplek nog maar zelden nodig"),
	                                S("Helpt een ander kind om rustig te worden") },
	                     .needed = S("Een hoekje in de klas, afspraak met alle leerkrachten"),
	                     .start = demo_date(d, -135),
	                     .due = demo_date(d, 45),
	                     .evaluate_on = demo_date(d, 45),
	                     .owner = refs[1] },
	    calm, STR_END);
	Str evening = demo_care_goal(
	    d, id,
	    (CareGoalInput){ .text = S("De avond thuis loopt elke dag op dezelfde manier, tot het slapengaan"),
	                     .scale = { S("Elke avond ruzie"), S("De meeste avonden onrustig"),
	                                S("Vier rustige avonden per week"), S("Bijna elke avond rustig"),
	                                S("Wesley leest Milan voor") },
	                     .needed = S("Joke komt de eerste weken op het moeilijkste uur"),
	                     .start = demo_date(d, -135),
	                     .due = demo_date(d, 45),
	                     .evaluate_on = demo_date(d, 45),
	                     .owner = sara },
	    stay, calm);
	Str talkabout =
	    demo_care_goal(d, id,
	                   (CareGoalInput){ .text = S("Wesley heeft iemand bij wie hij alles kwijt kan over vroeger"),
	                                    .needed = S("Wekelijks hetzelfde uur, dezelfde persoon"),
	                                    .start = demo_date(d, -130),
	                                    .due = demo_date(d, 90),
	                                    .evaluate_on = demo_date(d, 45),
	                                    .owner = refs[5] },
	                   stay, STR_END);
	demo_action(d, id, quiet,
	            &(Doing){ S("Kaartje omhoog als het te druk wordt"), me, S("Wesley"), S("op school"),
	                      S("in de klas"), S("rood kaartje"), demo_date(d, 45) });
	demo_action(d, id, quiet,
	            &(Doing){ S("De rustplek klaarmaken en met Wesley oefenen"), refs[1], S("Katrien Moens"),
	                      S("elke maandagochtend"), S("in de klas"), S("tent en kussen"), demo_date(d, 45) });
	demo_action(d, id, evening,
	            &(Doing){ S("Samen eten, bad, verhaaltje, lamp uit"), sara, S("Sara Vandamme"), S("elke avond"),
	                      S("thuis"), S("pictoborden"), demo_date(d, 45) });
	demo_action(d, id, evening,
	            &(Doing){ S("Meekomen op het moeilijke uur"), refs[4], S("Joke Lippens"),
	                      S("maandag, woensdag en vrijdag om 17 uur"), S("thuis"), STR_END, demo_date(d, 45) });
	demo_action(d, id, talkabout,
	            &(Doing){ S("Speluur"), refs[5], S("Femke De Backer"), S("dinsdag om 16 uur"), S("centrum"),
	                      STR_END, demo_date(d, 90) });
	const Agreement agreements[] = {
		{ AGR_URGENT, S("Staat papa aan de school of het huis: bel 101, dan Hanne (09 265 11 00).") },
		{ AGR_CHANNEL, S("School en thuis schrijven op vrijdag één zin over wat goed ging.") },
	};
	demo_at(d, 138, 11, 0, S("hanne"));
	demo_plan(d, id, S("Stil, samen en veilig"), agreements, COUNT_OF(agreements), demo_date(d, 45));
	demo_discuss(d, id);
	demo_at(d, 136, 19, 0, S("sara"));
	demo_agree(d, id, S("Wesley heeft het plan gezien met de prenten. Hij wil dat de hond er ook op staat."),
	           false);
	demo_at(d, 135, 9, 0, S("hanne"));
	demo_phase(d, id, PHASE_EXECUTION, S("Mama is akkoord en Wesley weet wat er gebeurt."));
	demo_at(d, 40, 16, 0, S("leraar"));
	demo_look(d, id);
	demo_at(d, 20, 16, 0, S("hanne"));
	demo_level(d, id, quiet, true, 1, S("Ik heb het kaartje al drie dagen niet gebruikt."), true);
	demo_level(d, id, quiet, false, 0, STR_END, false);
	demo_level(d, id, evening, false, -1, S("In het weekend is het nog moeilijk."), false);
}
