/* Meneer Derks, 70: complex care at home. Life goals in his words, six care goals with five levels, two pieces of
 * advice that clash, a strained tie, a first agreed plan, a look back after half a year, and a revised plan that waits
 * for his yes. */
#include "cli/demo/demo.h"

typedef struct Derks {
	Demo *d;
	const Cast *c;
	Str id, ref;
	Str els, pieter, roger, lotte;
	Str garden, grandchild, home, sea;
	Str walk, stairs, sugar, strict, exercise, pain, pills, grief;
} Derks;

enum { CATS_CARE = 1u << CAT_GOALS | 1u << CAT_NOTES | 1u << CAT_NETWORK | 1u << CAT_STORY };

static void begin(Derks *k)
{
	Demo *d = k->d;
	demo_at(d, 212, 9, 30, S("mia"));
	NewPerson in = {
		.person = { .given = S("Jean"),
		            .family = S("Derks"),
		            .call_name = S("meneer Derks"),
		            .gender = S("male"),
		            .language = S("nl"),
		            .phone = S("09 221 40 18"),
		            .address = S("Lindestraat 14, 9000 Gent") },
		.role_text = S("zorgcoördinator"),
		.coordinator = true,
		.secrecy = true,
		.organisation = S("Thuiszorg De Linde"),
		.why = S("De huisarts vroeg hulp: meneer Derks komt vaak, met telkens andere klachten, en wil niet dat "
		         "er over zijn hoofd beslist wordt."),
	};
	in.person.birth_date =
	    arena_printf(d->arena, "%d-04-17", time_civil(d->today).year - 70 - (time_civil(d->today).month < 4));
	k->id = demo_person(d, &in);
	k->ref = arena_join(d->arena, S("Patient/"), k->id, STR_END);
	demo_account(d, S("derks"), S("Jean Derks"), ROLE_PERSON, k->ref);
}

static void team(Derks *k)
{
	const Cast *c = k->c;
	Demo *d = k->d;
	Str from = demo_date(d, -210);
	const MemberInput members[] = {
		{ .ref = c->an,
		  .name = S("An Peeters"),
		  .role_text = S("thuisverpleegkundige"),
		  .organisation = S("Thuiszorg De Linde"),
		  .secrecy = true,
		  .from = from,
		  .tasks = S("Komt elke ochtend: wassen, medicatie, kijken hoe het gaat"),
		  .reach = S("09 330 12 12, elke dag van 7 tot 20 uur") },
		{ .ref = c->leen,
		  .name = S("Leen Vermeulen"),
		  .role_text = S("huisarts"),
		  .organisation = S("Groepspraktijk Het Plein"),
		  .secrecy = true,
		  .from = from,
		  .tasks = S("Volgt het geheel van de gezondheid en de medicatie"),
		  .reach = S("09 224 10 10, op werkdagen") },
		{ .ref = c->sofie,
		  .name = S("Sofie Maes"),
		  .role_text = S("diabetesverpleegkundige"),
		  .organisation = S("Thuiszorg De Linde"),
		  .secrecy = true,
		  .from = from,
		  .tasks = S("Volgt de suiker en let ook op hoe het verder gaat"),
		  .reach = S("09 330 12 14") },
		{ .ref = c->tom,
		  .name = S("Tom Willems"),
		  .role_text = S("kinesitherapeut"),
		  .organisation = S("Kinepraktijk Beweeg"),
		  .secrecy = true,
		  .from = from,
		  .tasks = S("Oefent stappen en de trap"),
		  .reach = S("0470 11 22 33") },
		{ .ref = c->bart,
		  .name = S("Bart Goossens"),
		  .role_text = S("consulent wonen van de gemeente"),
		  .organisation = S("Stad Gent"),
		  .secrecy = false,
		  .from = from,
		  .tasks = S("Zoekt wat er aan het huis kan veranderen en regelt de premie"),
		  .reach = S("09 266 70 00") },
		{ .ref = c->karim,
		  .name = S("Karim Haddad"),
		  .role_text = S("podoloog"),
		  .organisation = S("Voetzorg Haddad"),
		  .secrecy = true,
		  .from = from,
		  .tasks = S("Verzorgt de voeten, elke zes weken") },
		{ .ref = c->ingrid,
		  .name = S("Ingrid De Smet"),
		  .role_text = S("internist"),
		  .organisation = S("Ziekenhuis Sint-Anna"),
		  .secrecy = true,
		  .from = from,
		  .tasks = S("Kijkt twee keer per jaar de nieren na") },
		{ .ref = c->griet,
		  .name = S("Griet Lammens"),
		  .role_text = S("begeleider zorgboerderij"),
		  .organisation = S("Zorgboerderij De Meers"),
		  .secrecy = false,
		  .from = from,
		  .tasks = S("Ontvangt meneer Derks op dinsdag en donderdag"),
		  .reach = S("0498 55 66 77") },
	};
	for (size_t i = 0; i < COUNT_OF(members); i++)
		demo_member(d, k->id, &members[i]);
	demo_tie(d, k->id, c->an, (Tie){ .circle = CIRCLE_Z, .closeness = 1, .support = { true, true, false, true } });
	demo_tie(d, k->id, c->leen,
	         (Tie){ .circle = CIRCLE_Z, .closeness = 2, .support = { false, false, true, false } });
	demo_tie(d, k->id, c->griet,
	         (Tie){ .circle = CIRCLE_Z, .closeness = 2, .support = { true, true, false, false } });
	demo_tie(d, k->id, c->sofie,
	         (Tie){ .circle = CIRCLE_Z, .closeness = 3, .support = { false, false, true, false } });
}

static void relatives(Derks *k)
{
	Demo *d = k->d;
	Tie els = { .circle = CIRCLE_G, .closeness = 1, .support = { true, true, true, true } };
	Tie pieter = { .circle = CIRCLE_G,
		       .closeness = 3,
		       .support = { false, false, true, false },
		       .strain = true,
		       .strain_why = S("Sinds de begrafenis botst het: Pieter wil dat zijn vader verhuist, zijn vader "
		                       "wil dat niet horen.") };
	Tie roger = { .circle = CIRCLE_B, .closeness = 2, .support = { true, true, false, false } };
	Tie lotte = { .circle = CIRCLE_F, .closeness = 1, .support = { false, true, false, true } };
	Tie marc = { .circle = CIRCLE_V, .closeness = 3, .support = { false, true, false, false } };
	k->els = demo_relative(d, k->id,
	                       &(RelativeInput){ .name = S("Els Derks"),
	                                         .relationship = S("dochter"),
	                                         .phone = S("0475 20 30 40"),
	                                         .email = S("els.derks@example.org"),
	                                         .carer = true,
	                                         .confidant = true,
	                                         .tie = &els });
	k->pieter = demo_relative(
	    d, k->id,
	    &(RelativeInput){
	        .name = S("Pieter Derks"), .relationship = S("zoon"), .phone = S("0476 21 31 41"), .tie = &pieter });
	k->lotte = demo_relative(
	    d, k->id, &(RelativeInput){ .name = S("Lotte"), .relationship = S("kleindochter, 6 jaar"), .tie = &lotte });
	k->roger = demo_relative(
	    d, k->id,
	    &(RelativeInput){
	        .name = S("Roger Baert"), .relationship = S("buurman"), .phone = S("09 221 40 20"), .tie = &roger });
	demo_relative(
	    d, k->id,
	    &(RelativeInput){ .name = S("Marc Dhondt"), .relationship = S("vriend van de duivenclub"), .tie = &marc });
	demo_account(d, S("els"), S("Els Derks"), ROLE_CARER, k->els);
}

static void consents(Derks *k)
{
	Demo *d = k->d;
	demo_at(d, 209, 15, 0, S("derks"));
	demo_consent(d, k->id, k->els, S("Els Derks"), CATS_CARE | 1u << CAT_MEDICAL, true, false, false);
	demo_consent(d, k->id, k->c->bart, S("Bart Goossens"), 1u << CAT_GOALS, false, false, false);
	demo_consent(d, k->id, k->c->griet, S("Griet Lammens"), 1u << CAT_GOALS | 1u << CAT_NOTES, false, false, false);
}

static Str talk(Derks *k)
{
	Demo *d = k->d;
	demo_at(d, 205, 10, 0, S("an"));
	const Answer story[] = {
		{ S("past"),
		  S("Ik was lasser bij de scheepswerf, veertig jaar. Met Maria heb ik dit huis gekocht en de tuin "
		    "gemaakt uit een stuk braakland."),
		  NULL, 0 },
		{ S("present"),
		  S("Sinds Maria er niet meer is, is het stil. De dagen dat de kleine komt zijn goed. De boerderij "
		    "doet deugd, daar zijn dieren."),
		  NULL, 0 },
		{ S("future"), S("Ik wil hier blijven. En de rozen van Maria zien bloeien."), NULL, 0 },
		{ S("talents"), S("Alles met mijn handen. Lassen, snoeien, duiven verzorgen."), NULL, 0 },
		{ S("good-day"), S("Opstaan zonder haast, koffie aan het raam, een uur in de tuin, iemand aan tafel."),
		  NULL, 0 },
		{ S("helps"), S("Korte zinnen. Eerst vragen, dan doen. Een briefje op de koelkast."), NULL, 0 },
		{ S("helps-not"), S("Met drie tegelijk over mij praten. De suiker als eerste onderwerp."), NULL, 0 },
		{ S("rhythm"), S("Op om zeven uur, middageten om twaalf, dutje, om tien uur slapen."), NULL, 0 },
		{ S("address-me"), S("Zeg maar meneer Derks."), NULL, 0 },
	};
	demo_story(d, k->id, story, COUNT_OF(story));
	const Said said[] = {
		{ S("good-day"),
		  S("Als het droog is en ik kan buiten. Een uur in de tuin, met de koffie op de bank die ik zelf "
		    "gelast heb."),
		  S("Een uur in de tuin") },
		{ S("happy"),
		  S("Van Lotte. Die komt binnen en de stilte is weg. En van de rozen, dat zijn die van Maria."),
		  STR_END },
		{ S("proud"),
		  S("Op het huis en op de tuin. Alles zelf gedaan. En op mijn kinderen, al zeg ik dat te weinig."),
		  STR_END },
		{ S("past"),
		  S("Maria is twee jaar dood. Ze was ziek, ik heb haar hier verzorgd tot het einde. Daarna is het "
		    "misgegaan met eten en pillen."),
		  STR_END },
		{ S("people"),
		  S("Els belt elke dag. Pieter zie ik weinig, dat is ruzie geworden. Roger van hiernaast doet de "
		    "vuilbak."),
		  STR_END },
		{ S("matters-most"),
		  S("Ik wil elke dag naar de tuin kunnen die mijn vrouw heeft aangelegd. En later wil ik hier thuis "
		    "sterven, maar ik wil nu niet al in een bed beneden liggen."),
		  S("Ik wil elke dag naar de tuin kunnen die mijn vrouw heeft aangelegd.") },
		{ S("worry"),
		  S("Dat ik dingen vergeet. De dokter zegt dat het begint. En dat ze mij ergens binnensteken zonder te "
		    "vragen."),
		  STR_END },
		{ S("different"),
		  S("Ik wil mijn kleindochter zien zonder dat het weer over mijn suiker gaat. Elke keer aan tafel is "
		    "het van: dat moogt ge niet."),
		  S("Ik wil mijn kleindochter zien zonder dat het weer over mijn suiker gaat.") },
		{ S("self"), S("Ik stap nog elke dag tot aan het hek. En ik neem de trap, al is het traag."), STR_END },
		{ S("help"), S("An is goed, die praat eerst. Maar niet elke week iemand anders."), STR_END },
		{ S("teach-back"),
		  S("Dus: de tuin, de kleine, en thuis blijven. Dat zijn de drie. De rest is bijzaak."),
		  S("de tuin, de kleine, en thuis blijven") },
	};
	return demo_conversation(d, k->id, CONV_TOGETHER, said, COUNT_OF(said));
}

static void life_goals(Derks *k, Str talk)
{
	Demo *d = k->d;
	demo_at(d, 205, 11, 10, S("an"));
	k->garden =
	    demo_life_goal(d, k->id, talk, S("Ik wil elke dag naar de tuin kunnen die mijn vrouw heeft aangelegd."),
	                   DOM_DOING, LG_ACTIVE);
	k->grandchild = demo_life_goal(d, k->id, talk,
	                               S("Ik wil mijn kleindochter zien zonder dat het weer over mijn suiker gaat."),
	                               DOM_PEOPLE, LG_ACTIVE);
	k->home = demo_life_goal(d, k->id, talk,
	                         S("Ik wil later hier thuis sterven, maar nu niet al in een bed beneden liggen."),
	                         DOM_HOME, LG_ACTIVE);
	k->sea = demo_life_goal(d, k->id, talk, S("Nog één keer met heel de familie naar zee, Pieter ook."), DOM_PEOPLE,
	                        LG_DREAM);
	demo_at(d, 204, 19, 0, S("derks"));
	demo_pin(d, k->id, k->garden);
	demo_at(d, 203, 9, 0, S("mia"));
	demo_phase(d, k->id, PHASE_ASSESSMENT,
	           S("Het gesprek is geweest. Nu kijken we wat helpt en wat in de weg zit."));
}

static void first_goals(Derks *k)
{
	Demo *d = k->d;
	const Cast *c = k->c;
	demo_at(d, 195, 14, 0, S("mia"));
	k->walk = demo_care_goal(
	    d, k->id,
	    (CareGoalInput){ .text = S("Elke droge dag tien minuten in de tuin stappen, tot aan de rozen en terug"),
	                     .scale = { S("Komt niet buiten"), S("Af en toe tot aan de achterdeur"),
	                                S("De meeste droge dagen tien minuten tot aan de rozen"),
	                                S("Elke droge dag een kwartier"), S("Werkt opnieuw een half uur in de tuin") },
	                     .needed = S("Een leuning aan de twee tuintreden en goede schoenen"),
	                     .start = demo_date(d, -190),
	                     .due = demo_date(d, 10),
	                     .evaluate_on = demo_date(d, 14),
	                     .owner = c->tom,
	                     .weight = 2 },
	    k->garden, STR_END);
	k->stairs = demo_care_goal(
	    d, k->id,
	    (CareGoalInput){ .text = S("Veilig de trap op en af, zodat meneer Derks boven blijft slapen"),
	                     .scale = { S("Slaapt beneden"), S("Neemt de trap alleen met iemand erbij"),
	                                S("Neemt de trap zelf, één keer per dag, met twee leuningen"),
	                                S("Neemt de trap zelf, meer keren per dag"),
	                                S("Neemt de trap zonder erbij na te denken") },
	                     .needed = S("Tweede trapleuning, nachtlicht"),
	                     .start = demo_date(d, -190),
	                     .due = demo_date(d, 20),
	                     .evaluate_on = demo_date(d, 14),
	                     .owner = c->tom },
	    k->home, STR_END);
	k->sugar = demo_care_goal(
	    d, k->id,
	    (CareGoalInput){ .text = S("Aan tafel met Els en Lotte gewoon mee-eten, zonder gesprek over suiker"),
	                     .scale = { S("Elke maaltijd met ruzie over eten"), S("Meestal een opmerking"),
	                                S("Drie van de vier keer rustig aan tafel"), S("Altijd rustig aan tafel"),
	                                S("Meneer Derks kookt zelf voor zijn kleindochter") },
	                     .needed =
	                         S("Afspraak met Els en Sofie: over de suiker praten we op donderdag, niet aan tafel"),
	                     .start = demo_date(d, -190),
	                     .due = demo_date(d, 5),
	                     .evaluate_on = demo_date(d, 14),
	                     .owner = k->els },
	    k->grandchild, STR_END);
	k->strict =
	    demo_care_goal(d, k->id,
	                   (CareGoalInput){ .text = S("Elke dag het strikte suikerdieet volgen, ook op familiedagen"),
	                                    .measure = S("Langdurige suiker in het bloed (HbA1c)"),
	                                    .start_value = S("8,9 %"),
	                                    .target_value = S("7,5 %"),
	                                    .needed = S("Weekmenu en hulp bij de boodschappen"),
	                                    .start = demo_date(d, -190),
	                                    .due = demo_date(d, 30),
	                                    .evaluate_on = demo_date(d, 14),
	                                    .owner = c->ingrid },
	                   k->home, STR_END);
	k->pills = demo_care_goal(
	    d, k->id,
	    (CareGoalInput){ .text = S("De pillen elke dag juist innemen, zonder dat iemand het moet vragen"),
	                     .scale = { S("Meer dan drie dagen per week gemist"),
	                                S("Eén tot drie dagen per week gemist"),
	                                S("Hoogstens één keer per week vergeten"), S("Geen enkele keer vergeten"),
	                                S("Vult zelf de weekdoos") },
	                     .needed = S("Weekdoos van de apotheek, briefje op de koelkast"),
	                     .start = demo_date(d, -190),
	                     .due = demo_date(d, 10),
	                     .evaluate_on = demo_date(d, 14),
	                     .owner = c->an },
	    k->home, k->garden);
}

static void second_goals(Derks *k)
{
	Demo *d = k->d;
	const Cast *c = k->c;
	demo_at(d, 195, 14, 30, S("mia"));
	k->exercise = demo_care_goal(
	    d, k->id,
	    (CareGoalInput){ .text = S("Drie keer per week oefenen met de kinesist om sterk te blijven"),
	                     .scale = { S("Oefent niet"), S("Eén keer per week"), S("Twee tot drie keer per week"),
	                                S("Drie keer per week en zelf oefenen"), S("Oefent elke dag zelf") },
	                     .needed = S("Vervoer is niet nodig, Tom komt aan huis"),
	                     .start = demo_date(d, -190),
	                     .due = demo_date(d, 10),
	                     .evaluate_on = demo_date(d, 14),
	                     .owner = c->tom },
	    k->home, STR_END);
	k->pain = demo_care_goal(
	    d, k->id,
	    (CareGoalInput){ .text = S("Zo weinig kniepijn dat stappen plezant blijft"),
	                     .scale = { S("Pijn houdt hem binnen"), S("Pijn bij elke stap"),
	                                S("Pijn alleen na lang stappen"), S("Zelden pijn"), S("Geen pijn") },
	                     .needed = S("Rustdagen, warmte, pijnstiller volgens afspraak"),
	                     .start = demo_date(d, -190),
	                     .due = demo_date(d, 10),
	                     .evaluate_on = demo_date(d, 14),
	                     .owner = c->leen },
	    k->garden, STR_END);
	demo_clash(d, k->id, k->strict, k->sugar,
	           S("De internist wil elke dag een strikt dieet. Meneer Derks wil op familiedagen gewoon mee-eten. "
	             "Allebei tegelijk kan niet."));
	demo_clash(d, k->id, k->exercise, k->pain,
	           S("Vaker oefenen maakt sterker, maar na drie keer per week zwelt de knie op en blijft hij binnen."));
	demo_at(d, 194, 16, 0, S("derks"));
	demo_accept(d, k->id, k->walk, STR_END, STR_END, ACC_AGREE, S("Dat is waar ik het voor doe."), false);
	demo_accept(d, k->id, k->stairs, STR_END, STR_END, ACC_AGREE, STR_END, false);
	demo_accept(d, k->id, k->sugar, STR_END, STR_END, ACC_AGREE, S("Eindelijk."), false);
	demo_accept(d, k->id, k->pills, STR_END, STR_END, ACC_AGREE, STR_END, false);
	demo_accept(d, k->id, k->pain, STR_END, STR_END, ACC_AGREE, STR_END, false);
	demo_at(d, 193, 9, 0, S("leen"));
	demo_accept(d, k->id, k->sugar, STR_END, STR_END, ACC_AGREE, S("Eén rustige maaltijd is ook gezondheid."),
	            false);
}

static void actions(Derks *k)
{
	Demo *d = k->d;
	const Cast *c = k->c;
	Str end = demo_date(d, 60);
	demo_at(d, 192, 11, 0, S("mia"));
	const struct {
		Str *goal;
		Doing x;
	} rows[] = {
		{ &k->walk,
		  { S("Elke dag een toertje in de tuin, tot aan de rozen"), k->ref, S("Jean Derks"),
		    S("na de koffie, als het droog is"), S("in de tuin"), S("wandelstok"), end } },
		{ &k->walk,
		  { S("Een leuning zetten aan de twee treden naar de tuin"), k->roger, S("Roger Baert"),
		    S("op een zaterdag"), S("achterdeur"), S("leuning van de doe-het-zelfzaak"), demo_date(d, -150) } },
		{ &k->walk,
		  { S("Zaterdag samen snoeien"), k->els, S("Els Derks"), S("zaterdagvoormiddag"), S("in de tuin"),
		    STR_END, end } },
		{ &k->stairs,
		  { S("De trap oefenen"), c->tom, S("Tom Willems"), S("maandag en vrijdag om 10 uur"), S("thuis"),
		    STR_END, end } },
		{ &k->stairs,
		  { S("Premie aanvragen voor een tweede trapleuning"), c->bart, S("Bart Goossens"), S("deze maand"),
		    STR_END, S("aanvraagformulier"), demo_date(d, -120) } },
		{ &k->sugar,
		  { S("Zondag samen eten, de suiker blijft buiten"), k->els, S("Els Derks"), S("zondag om 12 uur"),
		    S("bij Els of thuis"), STR_END, end } },
		{ &k->sugar,
		  { S("Op donderdag rustig de suikerwaarden bespreken"), c->sofie, S("Sofie Maes"),
		    S("donderdag om 9 uur"), S("thuis"), S("boekje"), end } },
		{ &k->strict,
		  { S("Een weekmenu maken"), c->sofie, S("Sofie Maes"), S("elke donderdag"), STR_END, STR_END, end } },
		{ &k->pills,
		  { S("De weekdoos klaarzetten en kijken of alles ingenomen is"), c->an, S("An Peeters"),
		    S("elke ochtend rond 7 uur"), S("thuis"), S("weekdoos"), end } },
		{ &k->pills,
		  { S("Zelf de pillen nemen bij het ontbijt en het avondeten"), k->ref, S("Jean Derks"),
		    S("ochtend en avond"), S("aan tafel"), S("weekdoos"), end } },
		{ &k->exercise,
		  { S("Oefenen voor sterke benen"), c->tom, S("Tom Willems"), S("maandag, woensdag en vrijdag"),
		    S("thuis"), S("elastiek"), end } },
		{ &k->pain,
		  { S("De voeten verzorgen"), c->karim, S("Karim Haddad"), S("elke zes weken"), S("thuis"), STR_END,
		    end } },
		{ &k->pain,
		  { S("De pijnstillers nakijken"), c->leen, S("Leen Vermeulen"), S("elke maand"), STR_END, STR_END,
		    end } },
		{ &k->garden,
		  { S("Twee dagen per week naar de zorgboerderij"), c->griet, S("Griet Lammens"),
		    S("dinsdag en donderdag"), S("De Meers"), S("busje van de boerderij"), end } },
	};
	Str ids[COUNT_OF(rows)];
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		ids[i] = demo_action(d, k->id, rows[i].goal == &k->garden ? k->walk : *rows[i].goal, &rows[i].x);
	/* Nobody asked for this one: it serves no goal, and the thread says so. */
	demo_action(d, k->id, STR_END,
	            &(Doing){ S("Elke dag de bloeddruk meten"), c->an, S("An Peeters"), S("elke ochtend"), S("thuis"),
	                      STR_END, end });
	demo_at(d, 148, 17, 0, S("mia"));
	demo_action_state(d, k->id, ids[1], ACT_DONE, STR_END);
	demo_at(d, 118, 10, 0, S("mia"));
	demo_action_state(d, k->id, ids[4], ACT_DONE, STR_END);
}

static void first_plan(Derks *k)
{
	Demo *d = k->d;
	const Agreement agreements[] = {
		{ AGR_CHANNEL,
		  S("Wie iets verandert, schrijft het in dit dossier en zegt het aan meneer Derks zelf.") },
		{ AGR_URGENT,
		  S("Bij een val of plots ziek: bel 112. Daarna Els (0475 20 30 40) en An (09 330 12 12).") },
		{ AGR_IF, S("Als meneer Derks in de war is, blijft An bij hem tot Els er is.") },
		{ AGR_OTHER, S("Nieuwe mensen stellen zich eerst voor, samen met An.") },
	};
	demo_at(d, 186, 13, 0, S("mia"));
	demo_phase(d, k->id, PHASE_PLANNING, S("De doelen zijn duidelijk. We schrijven samen het plan."));
	demo_plan(d, k->id, S("De tuin, de kleine, en thuis blijven"), agreements, COUNT_OF(agreements),
	          demo_date(d, 14));
	demo_discuss(d, k->id);
	demo_at(d, 185, 20, 0, S("els"));
	demo_remark(d, k->id, STR_END, S("Papa leest dit liever op papier. Ik druk het af en lees het met hem."));
	demo_at(d, 182, 10, 30, S("derks"));
	demo_agree(d, k->id, S("Zo kan het voor mij. Als de tuin maar eerst komt."), false);
	demo_at(d, 181, 9, 0, S("mia"));
	demo_phase(d, k->id, PHASE_EXECUTION, S("Meneer Derks is akkoord met het plan. We beginnen."));
}

static void half_a_year(Derks *k)
{
	Demo *d = k->d;
	demo_at(d, 90, 10, 0, S("tom"));
	demo_level(d, k->id, k->walk, false, -1, S("Komt een paar keer per week tot aan de achterdeur."), false);
	demo_level(d, k->id, k->stairs, false, 0, STR_END, false);
	demo_at(d, 12, 10, 0, S("an"));
	demo_level(d, k->id, k->walk, true, 0, S("Ik kom weer aan de rozen. Met de leuning van Roger gaat het."), true);
	demo_level(d, k->id, k->walk, false, 0, S("De meeste droge dagen tot aan de rozen."), false);
	demo_level(d, k->id, k->stairs, true, 0, S("Traag maar ik slaap boven."), true);
	demo_level(d, k->id, k->stairs, false, 1, STR_END, false);
	demo_level(d, k->id, k->sugar, true, 1,
	           S("Zondag was schoon. Lotte heeft een taart gemaakt en niemand zei iets."), true);
	demo_level(d, k->id, k->sugar, false, 0, STR_END, false);
	demo_level(d, k->id, k->pills, true, 0, S("De doos is goed."), true);
	demo_level(d, k->id, k->pills, false, -1, S("Vergeet soms de avond."), false);
	demo_level(d, k->id, k->pain, true, -1, S("Na woensdag is de knie dik."), true);
	demo_level(d, k->id, k->exercise, false, 0, STR_END, false);
	demo_at(d, 10, 14, 0, S("mia"));
	demo_phase(d, k->id, PHASE_EVALUATION,
	           S("Een half jaar verder: met meneer Derks en Els teruggekeken op elk doel."));
}

static void second_plan(Derks *k)
{
	Demo *d = k->d;
	Dossier o;
	FieldIssues is = { 0 };
	demo_at(d, 9, 14, 0, S("mia"));
	demo_revise(
	    d, k->id,
	    S("Na de terugblik: de knie zwelt op van drie keer oefenen, en het verdriet om Maria vraagt een plaats."));
	k->grief = demo_care_goal(
	    d, k->id,
	    (CareGoalInput){
	        .text = S("Over Maria kunnen praten zonder dat het meteen opgelost moet worden"),
	        .scale = { S("Praat er niet over"), S("Praat er over als iemand vraagt"),
	                   S("Praat er af en toe zelf over"), S("Vertelt verhalen over haar"),
	                   S("Maakt met Lotte een boek over oma") },
	        .needed =
	            S("Iemand die tijd heeft. De kinderen vroegen een psychotherapeut, meneer Derks wil eerst An."),
	        .start = demo_date(d, -9),
	        .due = demo_date(d, 170),
	        .evaluate_on = demo_date(d, 175),
	        .owner = k->c->an },
	    k->grandchild, STR_END);
	demo_action(d, k->id, k->grief,
	            &(Doing){ S("Elke week een kwartier zitten en luisteren"), k->c->an, S("An Peeters"),
	                      S("woensdag na de verzorging"), S("aan het raam"), STR_END, demo_date(d, 170) });
	Visit *v = demo_open(d, k->id, &o);
	demo_check(care_goal_conflict_remove(v, &o, k->exercise, k->pain, 0, &is), &is, "clash solved");
	demo_commit(v, "clash solved");
	const CareGoal *g;
	v = demo_open(d, k->id, &o);
	g = dossier_care_goal(&o, k->exercise);
	CareGoalInput in = { .id = k->exercise,
		             .version = g->b.version,
		             .steps = CG_STEP_TEXT,
		             .text = S("Twee keer per week oefenen met de kinesist, met een rustdag ertussen"),
		             .life_goals = g->life_goals,
		             .n_life_goals = g->n_life_goals };
	Str id;
	demo_check(care_goal_save(v, &o, &in, &is, &id), &is, "new wording");
	demo_commit(v, "new wording");
	demo_discuss(d, k->id);
	demo_at(d, 8, 9, 0, S("tom"));
	demo_remark(d, k->id, arena_join(d->arena, S("Goal/"), k->exercise, STR_END),
	            S("Woensdag valt weg. Op die dag doet meneer Derks zijn toertje in de tuin, dat is ook oefenen."));
	demo_at(d, 7, 20, 0, S("els"));
	demo_remark(
	    d, k->id, STR_END,
	    S("Papa vroeg of het over de suiker nog eens besproken wordt met de internist. Dat staat nog open."));
	demo_look(d, k->id);
	demo_at(d, 6, 19, 0, S("derks"));
	demo_look(d, k->id);
	demo_at(d, 3, 7, 5, S("an"));
	demo_look(d, k->id);
	demo_at(d, 1, 9, 0, S("mia"));
	demo_action(d, k->id, k->sugar,
	            &(Doing){ S("De internist bellen over de familiedagen"), k->c->leen, S("Leen Vermeulen"),
	                      S("deze week"), STR_END, STR_END, demo_date(d, 5) });
}

void demo_derks(Demo *d, const Cast *cast)
{
	Derks k = { .d = d, .c = cast };
	begin(&k);
	demo_at(d, 210, 10, 0, S("mia"));
	team(&k);
	relatives(&k);
	consents(&k);
	life_goals(&k, talk(&k));
	first_goals(&k);
	second_goals(&k);
	actions(&k);
	first_plan(&k);
	half_a_year(&k);
	second_plan(&k);
}
