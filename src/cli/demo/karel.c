/* Karel, 57: psychotic episodes. A meeting full of jargon, rewritten in words that Karel and the job coach understand;
 * Karel agreed. */
#include "cli/demo/demo.h"

typedef struct Karel {
	Demo *d;
	const Cast *c;
	Str id, me, peter, greet, wood, plain;
} Karel;

static void begin(Karel *k)
{
	Demo *d = k->d;
	const Cast *cast = k->c;
	const Professional people[] = {
		{ S("jan"), S("Jan"), S("Hermans"), S("maatschappelijk werker"), S("Mobiel Team Zuid"),
		  S("09 268 40 40"), ROLE_COORDINATOR },
		{ S("peter"), S("Peter"), S("Lauwers"), S("jobcoach"), S("Werkplaats De Schakel"), S("0473 60 70 80"),
		  ROLE_PROFESSIONAL },
	};
	demo_at(d, 120, 8, 0, STR_END);
	demo_professional(d, &people[0]);
	Str peter = k->peter = demo_professional(d, &people[1]);
	demo_at(d, 118, 13, 0, S("jan"));
	NewPerson in = {
		.person = { .given = S("Karel"),
		            .family = S("Wouters"),
		            .gender = S("male"),
		            .language = S("nl"),
		            .phone = S("0468 33 22 11"),
		            .address = S("Tolpoort 8, 9000 Gent") },
		.role_text = S("maatschappelijk werker"),
		.coordinator = true,
		.secrecy = true,
		.organisation = S("Mobiel Team Zuid"),
		.why = S("Na een moeilijke winter wil Karel opnieuw werken. Het overleg over hem verstond hij niet.")
	};
	in.person.birth_date = arena_printf(d->arena, "%d-01-30", time_civil(d->today).year - 57);
	Str id = k->id = demo_person(d, &in);
	k->me = arena_join(d->arena, S("Patient/"), id, STR_END);
	demo_account(d, S("karel"), S("Karel Wouters"), ROLE_PERSON, k->me);
	const MemberInput members[] = {
		{ .ref = cast->leen,
		  .name = S("Leen Vermeulen"),
		  .role_text = S("huisarts"),
		  .organisation = S("Groepspraktijk Het Plein"),
		  .secrecy = true,
		  .tasks = S("Gewicht, suiker en bloeddruk volgen, en de nieuwe medicatie") },
		{ .ref = cast->nora,
		  .name = S("Nora Aerts"),
		  .role_text = S("psycholoog"),
		  .organisation = S("Mobiel Team Zuid"),
		  .secrecy = true,
		  .tasks = S("Helpen met onthouden, plannen en sterke gevoelens") },
		{ .ref = peter,
		  .name = S("Peter Lauwers"),
		  .role_text = S("jobcoach"),
		  .organisation = S("Werkplaats De Schakel"),
		  .secrecy = false,
		  .tasks = S("Werk dat past bij Karel, stap voor stap") },
	};
	for (size_t i = 0; i < COUNT_OF(members); i++)
		demo_member(d, id, &members[i]);
	Tie zus = { .circle = CIRCLE_G, .closeness = 2, .support = { true, true, false, true } };
	Tie louis = { .circle = CIRCLE_V, .closeness = 2, .support = { false, true, false, false } };
	k->greet = demo_relative(d, id,
	                         &(RelativeInput){ .name = S("Greet Wouters"),
	                                           .relationship = S("zus"),
	                                           .phone = S("0486 45 56 67"),
	                                           .carer = true,
	                                           .tie = &zus });
	demo_relative(d, id, &(RelativeInput){ .name = S("Louis"), .relationship = S("schaakvriend"), .tie = &louis });
	demo_at(d, 117, 17, 0, S("karel"));
	demo_consent(d, id, peter, S("Peter Lauwers"), 1u << CAT_GOALS, true, false, false);
}

static void says(Karel *k)
{
	Demo *d = k->d;
	Str id = k->id;
	demo_at(d, 112, 14, 0, S("jan"));
	const Said said[] = {
		{ S("good-day"), S("Een dag met iets te doen. Opstaan, iets maken, en dan schaken met Louis."),
		  S("Een dag met iets te doen.") },
		{ S("proud"), S("Ik was meubelmaker. Mijn kasten staan nog in huizen."), STR_END },
		{ S("worry"), S("Dat de stemmen terugkomen als het te druk is. Dat ze op het werk bang zijn van mij."),
		  STR_END },
		{ S("matters-most"), S("Ik wil weer iets maken met hout, waar iemand iets aan heeft."),
		  S("Ik wil weer iets maken met hout, waar iemand iets aan heeft.") },
		{ S("help"), S("Zeg het gewoon. Geen woorden die ik moet opzoeken."), S("Zeg het gewoon.") },
		{ S("teach-back"), S("Werken met hout, rustig beginnen, en iedereen zegt het gewoon."), STR_END },
	};
	Str talk = demo_conversation(d, id, CONV_TOGETHER, said, COUNT_OF(said));
	k->wood = demo_life_goal(d, id, talk, S("Ik wil weer iets maken met hout, waar iemand iets aan heeft."),
	                         DOM_DOING, LG_ACTIVE);
	k->plain = demo_life_goal(d, id, talk, S("Zeg het gewoon. Ik wil verstaan wat er over mij gezegd wordt."),
	                          DOM_MIND, LG_ACTIVE);
	demo_pin(d, id, k->wood);
}

void demo_karel(Demo *d, const Cast *cast)
{
	Karel k = { .d = d, .c = cast };
	begin(&k);
	says(&k);
	Str id = k.id, me = k.me, peter = k.peter, greet = k.greet, wood = k.wood, plain = k.plain;
	demo_at(d, 100, 10, 0, S("jan"));
	Str work = demo_care_goal(
	    d, id,
	    (CareGoalInput){ .text = S("Twee halve dagen per week in de houtwerkplaats, op een rustige plek"),
	                     .scale = { S("Geraakt niet in de werkplaats"), S("Komt af en toe, blijft kort"),
	                                S("Twee halve dagen, de meeste weken"), S("Drie halve dagen"),
	                                S("Maakt zelf een meubel voor een klant") },
	                     .needed =
	                         S("Een werkbank achteraan, dezelfde collega, weten wat te doen als het te druk wordt"),
	                     .start = demo_date(d, -95),
	                     .due = demo_date(d, 85),
	                     .evaluate_on = demo_date(d, 30),
	                     .owner = peter },
	    wood, STR_END);
	Str calm = demo_care_goal(
	    d, id,
	    (CareGoalInput){ .text = S("Zelf merken wanneer het te veel wordt, en dan vijf minuten buiten gaan"),
	                     .scale = { S("Merkt het pas als het misloopt"), S("Een ander moet het zeggen"),
	                                S("Merkt het meestal zelf"), S("Merkt het altijd en gaat even buiten"),
	                                S("Legt aan anderen uit wat helpt") },
	                     .needed = S("Een kaart met drie tekens die Karel zelf kiest"),
	                     .start = demo_date(d, -95),
	                     .due = demo_date(d, 85),
	                     .evaluate_on = demo_date(d, 30),
	                     .owner = me },
	    wood, plain);
	Str body = demo_care_goal(d, id,
	                          (CareGoalInput){ .text = S("De nieuwe pillen maken minder moe en minder zwaar"),
	                                           .measure = S("Gewicht"),
	                                           .start_value = S("104 kg"),
	                                           .target_value = S("98 kg"),
	                                           .needed = S("Om de twee weken wegen bij de huisarts"),
	                                           .start = demo_date(d, -95),
	                                           .due = demo_date(d, 85),
	                                           .evaluate_on = demo_date(d, 30),
	                                           .owner = cast->leen },
	                          wood, STR_END);
	demo_action(d, id, work,
	            &(Doing){ S("Dinsdag en donderdag naar de werkplaats"), me, S("Karel Wouters"),
	                      S("van 9 tot 12 uur"), S("De Schakel"), S("fiets"), demo_date(d, 85) });
	demo_action(d, id, work,
	            &(Doing){ S("De eerste weken meewerken aan de werkbank"), peter, S("Peter Lauwers"), S("dinsdag"),
	                      S("De Schakel"), STR_END, demo_date(d, 20) });
	demo_action(d, id, calm,
	            &(Doing){ S("Samen de kaart met drie tekens maken"), cast->nora, S("Nora Aerts"),
	                      S("elke woensdag"), STR_END, S("kaart"), demo_date(d, 30) });
	demo_action(d, id, calm,
	            &(Doing){ S("Bellen op zondagavond: hoe was de week?"), greet, S("Greet Wouters"),
	                      S("zondag om 19 uur"), STR_END, STR_END, demo_date(d, 85) });
	demo_action(d, id, body,
	            &(Doing){ S("Wegen en de pillen bespreken"), cast->leen, S("Leen Vermeulen"), S("om de twee weken"),
	                      S("praktijk"), STR_END, demo_date(d, 85) });
	const Agreement agreements[] = {
		{ AGR_OTHER, S("We gebruiken gewone woorden. Wie een vakwoord zegt, legt het uit.") },
		{ AGR_IF, S("Als Karel drie dagen niet slaapt, belt hij of Greet naar Jan (09 268 40 40).") },
		{ AGR_URGENT, S("Bij gevaar: 112. Anders buiten de uren: Mobiel Team, 09 268 40 44.") },
	};
	demo_plan(d, id, S("Weer met hout werken"), agreements, COUNT_OF(agreements), demo_date(d, 30));
	demo_discuss(d, id);
	demo_at(d, 99, 11, 0, S("peter"));
	demo_remark(d, id, STR_END,
	            S("In het overleg hoorde ik ‘activering’ en ‘cognitieve disfunctie’. Nu staat er wat we doen. Zo "
	              "kan ik meewerken."));
	demo_at(d, 97, 18, 0, S("karel"));
	demo_agree(d, id, S("Nu versta ik het. Het is mijn plan."), false);
	demo_at(d, 96, 9, 0, S("jan"));
	demo_phase(d, id, PHASE_EXECUTION, S("Karel leest het plan en zegt ja."));
	demo_at(d, 15, 12, 0, S("peter"));
	demo_level(d, id, work, false, 0, S("Komt trouw, en de planken zijn recht."), false);
	demo_at(d, 14, 18, 0, S("karel"));
	demo_level(d, id, work, true, 1, S("Ik heb een bankje gemaakt voor de school."), false);
	demo_level(d, id, calm, true, 0, S("Twee keer buiten gegaan. Dat was genoeg."), false);
}
