#include "cli/generate/words.h"

#define WORDS(name, ...)                                          \
	static const char *const name##_list[] = { __VA_ARGS__ }; \
	const Words name = { name##_list, COUNT_OF(name##_list) };

WORDS(given_female, "Maria", "Anna", "Julia", "Emma", "Louise", "Rita", "Godelieve", "Nicole", "Monique", "Christine",
      "Martine", "Ann", "Katrien", "Sofie", "Fatima", "Aisha", "Elif", "Yasmina", "Hilde", "Greet", "Lieve", "Marleen",
      "Nele", "Ine", "Lotte", "Hannah", "Nora", "Olivia", "Mila", "Zeynep")
WORDS(given_male, "Jan", "Jozef", "Marc", "Luc", "Paul", "Dirk", "Johan", "Patrick", "Peter", "Koen", "Bart", "Tom",
      "Mohamed", "Ahmed", "Mehmet", "Youssef", "Willy", "Roger", "André", "Guido", "Etienne", "Wim", "Stijn", "Lars",
      "Noah", "Arthur", "Louis", "Adam", "Karel", "Frans")
WORDS(families, "Peeters", "Janssens", "Maes", "Jacobs", "Mertens", "Willems", "Claes", "Goossens", "Wouters",
      "De Smet", "Dubois", "Lambert", "Martens", "Vermeulen", "Van Damme", "De Clercq", "Hermans", "Aerts", "Michiels",
      "Segers", "Lemmens", "Bogaert", "Coppens", "Declercq", "Verhoeven", "Yilmaz", "El Amrani", "Benali", "Öztürk",
      "Nguyen", "Van den Broeck", "De Backer", "Smets", "Thys", "Bauwens", "Lippens", "Haddad", "Demir", "Baert",
      "Dhondt")
WORDS(streets, "Kerkstraat", "Dorpsstraat", "Lindelaan", "Molenweg", "Stationsstraat", "Schoolstraat", "Veldstraat",
      "Nieuwstraat", "Beukenlaan", "Kapelstraat")
WORDS(towns, "Gent", "Kortrijk", "Roeselare", "Tielt", "Deinze", "Aalst", "Brugge", "Oostende", "Waregem", "Izegem",
      "Antwerpen", "Leuven", "Hasselt", "Mechelen")
WORDS(roles, "huisarts", "thuisverpleegkundige", "kinesitherapeut", "maatschappelijk werker", "psycholoog", "apotheker",
      "ergotherapeut", "diëtist", "gezinszorgmedewerker", "podoloog", "logopedist", "leerkracht", "jobcoach",
      "consulent wonen")
WORDS(relations, "dochter", "zoon", "partner", "zus", "broer", "buur", "vriend", "nicht", "mama", "vrijwilliger")
WORDS(life_wishes, "Ik wil zelf naar de winkel kunnen gaan.", "Ik wil mijn kleinkinderen zien opgroeien.",
      "Ik wil in mijn eigen huis blijven wonen.", "Ik wil weer slapen zonder zorgen.",
      "Ik wil nog muziek maken met de fanfare.", "Ik wil mijn hond kunnen houden.", "Ik wil niet altijd moeten vragen.",
      "Ik wil werk waar ik mij goed bij voel.", "Ik wil elke week mijn vrienden zien.", "Ik wil mijn tuin zelf doen.",
      "Ik wil weer durven buitenkomen.", "Ik wil dat de kinderen zich geen zorgen maken.",
      "Ik wil naar school zonder buikpijn.", "Ik wil mijn geloof kunnen beleven.", "Ik wil met de trein op reis.")
WORDS(care_wishes, "Drie keer per week een kwartier buiten stappen", "De pillen elke dag juist innemen",
      "Elke nacht minstens zes uur slapen", "Veilig uit bed en uit bad komen", "Eén keer per week samen koken",
      "Minder pijn bij het opstaan", "Elke week iemand zien die geen hulpverlener is", "De rekeningen op tijd betalen",
      "Een vast ritme in de week", "Zelf de maaltijd klaarmaken", "Twee halve dagen naar het werk",
      "Elke avond rustig eindigen", "Weten wie te bellen als het moeilijk wordt", "Een gewicht dat goed voelt",
      "De trap veilig nemen")
WORDS(deeds, "Samen wandelen", "De weekdoos vullen", "Bellen om te horen hoe het gaat", "Oefenen met opstaan",
      "Boodschappen doen", "Koken met iemand erbij", "De papieren samen bekijken", "Bloeddruk meten",
      "Naar de dagbesteding gaan", "Met de hond naar het park", "De badkamer aanpassen", "Een gesprek aan huis",
      "Medicatie nakijken", "Een lijstje maken voor de week", "Meegaan naar de dokter", "Verhaaltje lezen",
      "De woning opruimen", "Kaarten op vrijdag")
WORDS(whens, "elke ochtend", "elke avond", "op maandag", "op dinsdag en donderdag", "in het weekend",
      "één keer per week", "om de twee weken", "elke maand", "als het droog is", "na het eten")
WORDS(notes, "Rustig onthaald, goed gegeten.", "Wat kortademig na de trap, na vijf minuten beter.",
      "Vertelde over vroeger, lachte veel.", "Pillen van gisterenavond lagen er nog.",
      "Samen tot aan het park gestapt.", "Wilde vandaag niet buiten, moe.", "Dochter was er, samen koffie gedronken.",
      "Wonde ziet er goed uit, verband vervangen.", "Vraagt wanneer de kine komt.",
      "Goed geslapen, zegt zelf dat het beter gaat.", "Bezoek van de buur, dat deed deugd.",
      "Afspraak bij de specialist volgende week.", "Rekening van het ziekenhuis samen bekeken.", "Heeft zelf gekookt.",
      "Spanning in huis, apart gesproken.")
WORDS(answers_day, "Rustig opstaan, koffie, de krant, en iemand die langskomt.", "Buiten zijn, liefst met de hond.",
      "Als er geen pijn is en ik kan doen wat ik wil.", "Met de kinderen aan tafel.",
      "Werken, eten, slapen, en daartussen muziek.")
WORDS(answers_matter, "Dat ik zelf beslis.", "Mijn familie, en dat er geen ruzie is.", "Dat ik hier mag blijven.",
      "Dat ze mij serieus nemen.", "Dat ik iets kan betekenen voor een ander.")
