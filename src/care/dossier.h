/* Dossier: everything of one person that the visitor may see, read in one range scan and turned into the nouns of
 * goal-oriented care. All strings and arrays live in the visit's arena. The FHIR shape of each noun:
 * docs/data-model.md. One file per noun holds its reading (x_from) and its operations (x_save, …); this file joins
 * them. A noun that the visitor may not see is simply not there. */
#ifndef CARE_DOSSIER_H
#define CARE_DOSSIER_H

#include "access/records.h"

/* One choice per line: enum constant, code in FHIR, … ; message key is PREFIX.code. */
#define LIFE_GOAL_STATES(X)  \
	X(LG_DREAM, "dream") \
	X(LG_ACTIVE, "active") X(LG_REACHED, "reached") X(LG_CHANGED, "changed") X(LG_LET_GO, "let-go")
#define LIFE_DOMAINS(X)         \
	X(DOM_HOME, "home")     \
	X(DOM_BODY, "body")     \
	X(DOM_MIND, "mind")     \
	X(DOM_PEOPLE, "people") \
	X(DOM_DOING, "doing") X(DOM_MEANING, "meaning") X(DOM_SAFETY, "safety") X(DOM_MONEY, "money")
#define CARE_GOAL_STATES(X)        \
	X(CG_PROPOSED, "proposed") \
	X(CG_ACCEPTED, "accepted") X(CG_ACTIVE, "active") X(CG_REACHED, "reached") X(CG_STOPPED, "stopped")
#define PLAN_STATES(X)         \
	X(PLAN_DRAFT, "draft") \
	X(PLAN_DISCUSS, "discuss") X(PLAN_AGREED, "agreed") X(PLAN_REVISE, "revise") X(PLAN_CLOSED, "closed")
#define ACTION_STATES(X)          \
	X(ACT_PLANNED, "planned") \
	X(ACT_BUSY, "busy") X(ACT_DONE, "done") X(ACT_NOT_DONE, "not-done") X(ACT_STOPPED, "stopped")
#define CIRCLES(X) X(CIRCLE_G, "G") X(CIRCLE_F, "F") X(CIRCLE_V, "V") X(CIRCLE_K, "K") X(CIRCLE_B, "B") X(CIRCLE_Z, "Z")
#define AGREEMENT_KINDS(X) X(AGR_CHANNEL, "channel") X(AGR_URGENT, "urgent") X(AGR_IF, "if") X(AGR_OTHER, "other")
#define PHASES(X)                         \
	X(PHASE_INTAKE, "intake")         \
	X(PHASE_ASSESSMENT, "assessment") \
	X(PHASE_PLANNING, "planning")     \
	X(PHASE_EXECUTION, "execution") X(PHASE_EVALUATION, "evaluation") X(PHASE_CLOSING, "closing")
#define X(c, code) c,
typedef enum LifeGoalState { LIFE_GOAL_STATES(X) } LifeGoalState;
typedef enum LifeDomain { LIFE_DOMAINS(X) DOM_NONE } LifeDomain;
typedef enum CareGoalState { CARE_GOAL_STATES(X) } CareGoalState;
typedef enum PlanState { PLAN_STATES(X) } PlanState;
typedef enum ActionState { ACTION_STATES(X) } ActionState;
typedef enum Circle { CIRCLES(X) CIRCLE_NONE } Circle;
typedef enum AgreementKind { AGREEMENT_KINDS(X) } AgreementKind;
typedef enum Phase { PHASES(X) } Phase;
#undef X
Str life_goal_state_code(LifeGoalState s);
Str life_domain_code(LifeDomain d);
Str care_goal_state_code(CareGoalState s);
Str plan_state_code(PlanState s);
Str action_state_code(ActionState s);
Str circle_code(Circle c);
Str agreement_kind_code(AgreementKind k);
Str phase_code(Phase p);
NODISCARD bool life_goal_state_parse(Str s, LifeGoalState *out);
NODISCARD bool life_domain_parse(Str s, LifeDomain *out);
NODISCARD bool care_goal_state_parse(Str s, CareGoalState *out);
NODISCARD bool plan_state_parse(Str s, PlanState *out);
NODISCARD bool action_state_parse(Str s, ActionState *out);
NODISCARD bool circle_parse(Str s, Circle *out);
NODISCARD bool agreement_kind_parse(Str s, AgreementKind *out);
NODISCARD bool phase_parse(Str s, Phase *out);

typedef struct Base { /* what every noun has */
	Str id;
	int32_t version;
	Millis updated;
	const Rec *rec;
} Base;

typedef struct Person {
	Base b;
	Str name, family, given, call_name; /* call_name: how they like to be addressed; else given */
	Str birth_date, gender, language;
	Str phone, email, address;
	bool has_photo;
} Person;

typedef struct Answer {
	Str link_id, text;
	const Str *marks;
	size_t n_marks;
} Answer;                     /* marks: words marked by the reader */
typedef struct Conversation { /* Encounter + QuestionnaireResponse (in-progress: can be resumed) */
	Base b;               /* the QuestionnaireResponse */
	Str encounter;        /* id of the Encounter */
	Str questionnaire;    /* canonical */
	bool completed;
	Str led_by, led_by_name; /* reference and display of who filled it in: the person, together, a professional */
	Millis at;
	Answer *answers;
	size_t n_answers;
} Conversation;

typedef struct LifeGoal {
	Base b;
	Str words;                               /* the person's own words */
	Str said_by_name, said_on, conversation; /* QuestionnaireResponse id; absent: not from a conversation */
	LifeGoalState state;
	Str state_story; /* the story of the last change */
	LifeDomain domain;
	int64_t rank; /* 1 = most important; 0: not ordered */
	bool pinned;
} LifeGoal;

typedef enum Acceptance { ACC_PENDING, ACC_AGREE, ACC_DISAGREE } Acceptance;
typedef struct Accepted {
	Str who, name, why;
	Acceptance status;
	Str on;
} Accepted;
typedef struct GasLevel {
	int level;
	Str text;
} GasLevel; /* -2 … +2 */
typedef struct Conflict {
	Str goal, why;
} Conflict;
typedef struct CareGoal {
	Base b;
	Str text; /* specific */
	const Str *life_goals;
	size_t n_life_goals;                    /* ids */
	Str measure, start_value, target_value; /* measurable by a measure … */
	GasLevel scale[5];
	bool has_scale; /* … or by five worded levels, scale[0] is -2 */
	Accepted *acceptance;
	size_t n_acceptance; /* the person first */
	Acceptance person_accepts;
	Str needed;                  /* realistic: what is needed for it */
	Str start, due, evaluate_on; /* dates */
	Str owner, owner_name;       /* reference */
	CareGoalState state;
	Conflict *conflicts;
	size_t n_conflicts;
	double weight; /* for GAS; 1 by default */
	/* the newest attainment, from Observations */
	bool has_level;
	int level;
	Millis level_at;
	Str level_by;
	bool has_own;
	int own_level;
	Str own_words; /* the person's own judgement: level -2…+2 and words */
} CareGoal;

typedef enum OwnerKind { OWNER_NONE, OWNER_PERSON, OWNER_SURROUNDINGS, OWNER_VOLUNTEER, OWNER_PROFESSIONAL } OwnerKind;
typedef struct Action {
	Base b;
	Str what;
	const Str *care_goals;
	size_t n_care_goals; /* ids */
	Str owner, owner_name;
	OwnerKind owner_kind;
	Str when, where, with; /* words: "elke ochtend", "thuis", "weegschaal" */
	Str from, until;       /* dates */
	ActionState state;
	Str reason; /* not done, stopped: why */
} Action;

typedef struct Agreement {
	AgreementKind kind;
	Str text;
} Agreement;
typedef struct Plan {
	Base b;
	bool exists;
	Str title;
	PlanState state;
	int agreed_versions;               /* how many agreed versions there are */
	Str coordinator, coordinator_name; /* the team's; else the one that the plan names */
	Str start, next_evaluation;
	int evaluate_every_months;
	Agreement *agreements;
	size_t n_agreements;
	const Str *goals;
	size_t n_goals; /* ids of care goals in it */
	const Str *actions;
	size_t n_actions; /* ids of actions in it */
} Plan;
typedef struct PlanVersion { /* an agreed version: a Provenance with versioned targets */
	Base b;
	int number;
	Millis agreed_at;
	Str agreed_by, agreed_by_name, words; /* what the person said with it */
} PlanVersion;
typedef struct Remark {
	Base b;
	Str about; /* "Goal/…", "CarePlan/…" */
	Str who, who_name, text;
	Millis at;
} Remark; /* Communication */

typedef struct Tie { /* of a relative or a professional to the person */
	Circle circle;
	int closeness;   /* 1 near … 3 far; 0 unknown */
	bool support[4]; /* practical help, company, advice and information, emotional support */
	int direction;   /* 0 both, 1 gives, 2 receives */
	bool strain;
	Str strain_why;
} Tie;
typedef struct Member { /* of the care team */
	Str ref, name, role_text, role_code, organisation, tasks, reach;
	bool coordinator, secrecy, active;
	Str from, until;
	Tie tie;
} Member;
typedef struct Team {
	Base b;
	bool exists;
	Str name, kind;
	Member *members;
	size_t n_members;
} Team;
typedef struct Relative {
	Base b;
	Str name, relationship, phone, email;
	bool carer, confidant, representative, volunteer, active;
	Tie tie;
} Relative;
typedef struct PhaseNow {
	const Rec *rec;  /* the EpisodeOfCare; NULL: there is none */
	int32_t version; /* its; 0: none */
	Phase phase;
	Str why;
	Millis since;
	bool known;
} PhaseNow;

typedef enum BreakKind {
	BREAK_ACTION_WITHOUT_GOAL,
	BREAK_LIFE_GOAL_FORGOTTEN,
	BREAK_NOT_ACCEPTED,
	BREAK_CONFLICT,
	BREAK_UNEVALUATED,
	BREAK_DOUBLE_ACTION,
	BREAK_NO_OWNER,
	BREAK_CARER_OVERLOAD,
	BREAK_CARE_GOAL_WITHOUT_LIFE_GOAL
} BreakKind;
typedef struct Break {
	BreakKind kind;
	const CareGoal *care_goal, *other_goal;
	const LifeGoal *life_goal;
	const Action *action, *other_action;
	Str who;
	size_t count;
} Break;

typedef struct Dossier {
	Visit *visit;
	Str id; /* of the Patient */
	Relation relation;
	Millis as_of; /* 0: now; else when the agreed version that this is (care/plan_version.h) was agreed */
	Person person;
	Conversation *conversations;
	size_t n_conversations; /* newest first */
	LifeGoal *life_goals;
	size_t n_life_goals; /* pinned first, then by rank */
	CareGoal *care_goals;
	size_t n_care_goals; /* by life goal order */
	Action *actions;
	size_t n_actions; /* the person's, the surroundings', volunteers', professionals' */
	Plan plan;
	PlanVersion *versions;
	size_t n_versions; /* newest first */
	Remark *remarks;
	size_t n_remarks; /* oldest first */
	Team team;
	Relative *relatives;
	size_t n_relatives;
	PhaseNow phase;
	const Rec *recs;
	size_t n_recs;
	/* other goals and plans, made by other systems (imported): shown as they are */
	const Rec **foreign_goals;
	size_t n_foreign_goals;
	const Rec **foreign_plans;
	size_t n_foreign_plans;
	const struct DossierIndex *index; /* private to care/dossier.c */
} Dossier;

/* What to read: fewer types, less work. */
extern const TypeSet DOSSIER_ALL, DOSSIER_PLAN;
/* ERR_NOT_FOUND when there is no relation. */
NODISCARD Err dossier_open(Visit *v, Str person, const TypeSet *types, Dossier *out);
const LifeGoal *dossier_life_goal(const Dossier *d, Str id);
const CareGoal *dossier_care_goal(const Dossier *d, Str id);
const Action *dossier_action(const Dossier *d, Str id);
const Member *dossier_member(const Dossier *d, Str ref);
const Relative *dossier_relative(const Dossier *d, Str id);
/* The name behind a reference of this dossier ("Patient/…", "RelatedPerson/…", "Practitioner/…"); absent when unknown.
 */
Str dossier_name(const Dossier *d, Str ref);
/* The thread's breaks, most important first. */
Break *dossier_breaks(const Dossier *d, size_t *n);
/* Goal attainment scaling T-score over goals with a level (Kiresuk & Sherman 1968): 50 + 10·Σwx / √((1−ρ)Σw² + ρ(Σw)²),
 * ρ = 0.3. False when no goal has a level. team: levels by the team; own: the person's own judgement. */
bool gas_t_score(const CareGoal *goals, size_t n, bool own, double *out);

#endif
