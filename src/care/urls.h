/* The canonical URLs of the care nouns (docs/data-model.md). Literals only. */
#ifndef CARE_URLS_H
#define CARE_URLS_H

#define SD_ "https://samendoel.org/fhir/StructureDefinition/"
#define CS_ "https://samendoel.org/fhir/CodeSystem/"
#define Q_ "https://samendoel.org/fhir/Questionnaire/"
#define HL7_SD_ "http://hl7.org/fhir/StructureDefinition/"

#define EXT_GOAL_RELATION HL7_SD_ "goal-relationship"
#define EXT_GOAL_ACCEPTANCE HL7_SD_ "goal-acceptance"
#define EXT_PERTAINS HL7_SD_ "resource-pertainsToGoal"
#define EXT_CANDIDATE HL7_SD_ "task-candidateList"
#define CS_GOAL_CATEGORY CS_ "goal-category"
#define CS_GOAL_RELATION CS_ "goal-relation"
#define CS_GOAL_RELATION_HL7 "http://terminology.hl7.org/CodeSystem/goal-relationship-type"
#define CS_SNOMED "http://snomed.info/sct"
#define CS_OBSERVATION CS_ "observation"
#define CS_ACTIVITY CS_ "provenance-activity"
#define CS_COMMUNICATION CS_ "communication"
#define CS_RELATIONSHIP CS_ "relationship"
#define CS_CATEGORY CS_ "category"
#define Q_CONVERSATION Q_ "conversation"
#define Q_STORY Q_ "story"

#endif
