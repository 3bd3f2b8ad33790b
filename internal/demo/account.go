package demo

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"slices"
	"strings"
	"time"

	"frontdoor/internal/agency"
	"frontdoor/internal/casework"
	"frontdoor/internal/fault"
	"frontdoor/internal/seal"
	"frontdoor/internal/signin"
	"frontdoor/internal/store"
)

// Password is the one password of every account of the demonstration. It is
// known to everybody and so protects nothing: nothing here is real.
const Password = "kettle umbrella 88 hedgehog"

// Account is someone to sign in as. All of it may be shown to anybody.
type Account struct {
	Group      string // whose work this and the next accounts do, on the first of each group
	Role       string // what they are, in the words of the people who do it
	Name       string
	Email      string
	Password   string
	TOTPSecret string // base32; the same at every start, so that codes can be shown
	Team       string
	What       string // what there is to see as this person

	id, job, phone, team, role string
	also                       string // a further role in the same team
}

// people are the workers of the world: at least one of every role there is, by
// whose work they do, and some who are there so that records can move.
var people = []Account{
	{
		Group: "Those who work with children",
		id:    "dsl", Role: "School safeguarding lead", Name: "Marigold Inkwell", job: "Designated safeguarding lead, Storybook Primary School", phone: "01632 960101",
		team: "thurrock_schools", role: "referrer", also: "school_lead",
		What: "Sends referrals and follows them, takes part in meetings and has actions to do, some of them late.",
	},
	{
		id: "health_visitor", Role: "Health visitor", Name: "Bartholomew Saga", job: "Health visitor", phone: "01632 960102",
		team: "thurrock_health", role: "referrer", also: "health_practitioner",
		What: "Sent a referral that came back with a question. Told of a child’s death and of domestic abuse.",
	},
	{
		Group: "The front door",
		id:    "officer", Role: "MASH officer", Name: "Clementine Papershore", job: "MASH officer", phone: "01632 960103",
		team: "thurrock_front_door", role: "mash_officer",
		What: "Takes calls, asks agencies and tells people the outcome.",
	},
	{
		id: "social_worker", Role: "MASH social worker", Name: "Thaddeus Quillfeather", job: "Social worker", phone: "01632 960104",
		team: "thurrock_front_door", role: "mash_social_worker",
		What: "Acknowledges, rates the risk and gathers what is known.",
	},
	{
		id: "manager", Role: "MASH manager", Name: "Henrietta Makebelieve", job: "MASH manager", phone: "01632 960105",
		team: "thurrock_front_door", role: "mash_manager",
		What: "Decides for each child. One record is ready to decide, one is overdue.",
	},
	{
		id: "second_manager", Role: "Second MASH manager", Name: "Ignatius Pretend", job: "MASH manager", phone: "01632 960106",
		team: "thurrock_front_door", role: "mash_manager",
		What: "Checks a decision of no further action that another manager made.",
	},
	{
		id: "edt", Role: "EDT worker", Name: "Wilhelmina Nightstory", job: "Emergency duty social worker", phone: "01632 960107",
		team: "thurrock_edt", role: "edt_worker",
		What: "Holds a red referral that came in while the front door was shut.",
	},
	{
		Group: "Agencies that the front door asks",
		id:    "police", Role: "Police researcher", Name: "Ferdinand Notebook", job: "Police researcher", phone: "01632 960108",
		team: "thurrock_police", role: "researcher",
		What: "Answers requests, and can mark words as for the decision only.",
	},
	{
		id: "health", Role: "Health researcher", Name: "Rosalind Margin", job: "Named nurse", phone: "01632 960109",
		team: "thurrock_health", role: "researcher",
		What: "Answers requests to the health services.",
	},
	{
		id: "education", Role: "Education researcher", Name: "Leopold Chapter", job: "Education safeguarding adviser", phone: "01632 960110",
		team: "thurrock_education", role: "researcher",
		What: "Has requests that wait for an answer.",
	},
	{
		id: "housing", Role: "Housing researcher", Name: "Octavia Footnote", job: "Housing officer", phone: "01632 960111",
		team: "thurrock_housing", role: "researcher",
		What: "Wants to talk before answering one request.",
	},
	{
		Group: "Early help and social care",
		id:    "early_help", Role: "Early help worker", Name: "Barnaby Fable", job: "Early help worker", phone: "01632 960112",
		team: "thurrock_early_help", role: "early_help_worker",
		What: "Accepts work that is passed on, or sends it back.",
	},
	{
		id: "social_care", Role: "Social care manager", Name: "Euphemia Parable", job: "Team manager, assessment", phone: "01632 960113",
		team: "thurrock_social_care", role: "social_care_manager",
		What: "Has assessments to accept and one under way.",
	},
	{
		id: "caseworker", Role: "Social worker", Name: "Perpetua Longhand", job: "Social worker", phone: "01632 960141",
		team: "thurrock_social_care", role: "social_worker",
		What: "Visits, plans and core groups for two siblings decided differently; a profile of care scored twice.",
	},
	{
		id: "service_manager", Role: "Second social care manager", Name: "Augustin Bookbinder", job: "Service manager", phone: "01632 960142",
		team: "thurrock_social_care", role: "social_care_manager",
		What: "Reads letters that a second person must read, and is asked to decide about a serious incident.",
	},
	{
		id: "chair", Role: "Conference chair", Name: "Hesper Gavelright", job: "Child protection conference chair", phone: "01632 960143",
		team: "thurrock_conference_chairs", role: "conference_chair",
		What: "A conference to hold in two days, and minutes to send of another.",
	},
	{
		id: "legal", Role: "Legal adviser", Name: "Lucian Clauseworth", job: "Solicitor", phone: "01632 960144",
		team: "thurrock_legal", role: "legal_adviser",
		What: "Asked for advice on what somebody who wants their records may not see.",
	},
	{
		id: "lead", Role: "Lead professional", Name: "Juniper Ribbonmark", job: "Family worker, a voluntary group", phone: "01632 960145",
		team: "thurrock_voluntary", role: "lead_professional",
		What: "Holds a family’s plan together: a meeting to come, and actions of which some are late.",
	},
	{
		Group: "Exploitation, missing children and sexual harm",
		id:    "exploitation", Role: "Exploitation lead", Name: "Zephyrine Inkblot", job: "Exploitation manager", phone: "01632 960146",
		team: "thurrock_exploitation", role: "exploitation_lead",
		What: "Sets the level of an assessment that somebody else wrote, and prepares the panel.",
	},
	{
		id: "rhi", Role: "Return interview worker", Name: "Fennimore Backpage", job: "Return interview worker", phone: "01632 960147",
		team: "thurrock_voluntary", role: "rhi_worker",
		What: "A young person to speak with before 72 hours are over, after one attempt.",
	},
	{
		id: "sarc", Role: "Sexual assault referral centre worker", Name: "Isadora Quietpage", job: "Crisis worker", phone: "01632 960154",
		team: "oakwood_place", role: "sarc_worker",
		What: "A young person who was rung once and not reached.",
	},
	{
		Group: "Allegations against adults who work with children",
		id:    "lado", Role: "Designated officer for allegations (LADO)", Name: "Ottilie Errant", job: "Designated officer", phone: "01632 960153",
		team: "thurrock_lado", role: "lado",
		What: "An allegation that cannot end before the referral to the barring service has been sent. Nobody else sees it.",
	},
	{
		Group: "Police",
		id:    "police_officer", Role: "Police officer", Name: "Constance Rubric", job: "Police constable", phone: "01632 960148",
		team: "police_duty", role: "police_officer",
		What: "Took a child into police protection last night. Not everyone has been told yet.",
	},
	{
		id: "designated", Role: "Designated officer for police protection", Name: "Horatio Sentence", job: "Police inspector", phone: "01632 960149",
		team: "police_duty", role: "designated_officer",
		What: "Looks every few hours at whether the protection must go on, while 72 hours run.",
	},
	{
		id: "intelligence", Role: "Police intelligence", Name: "Sibyl Cipherton", job: "Intelligence officer", phone: "01632 960150",
		team: "police_public_protection", role: "police_intelligence",
		What: "Has what a worker heard, apart from any child’s record, and must grade it.",
	},
	{
		id: "marac", Role: "MARAC coordinator", Name: "Minerva Blotter", job: "MARAC coordinator", phone: "01632 960151",
		team: "police_public_protection", role: "marac_coordinator",
		What: "A case that was heard: one action is done and one is late. Nothing may be sent to her.",
	},
	{
		id: "risk_manager", Role: "Manager of risk from known offenders", Name: "Rufus Marginale", job: "Detective sergeant", phone: "01632 960152",
		team: "police_public_protection", role: "risk_manager",
		What: "A man with convictions who has a new partner with a child.",
	},
	{
		Group: "Child deaths and learning",
		id:    "cdop", Role: "Child death review coordinator", Name: "Emmeline Lastleaf", job: "Child death review manager", phone: "01632 960155",
		team: "child_death_review", role: "cdop_coordinator",
		What: "One death under review with a report that is late, and one before the panel.",
	},
	{
		id: "panel", Role: "Child death overview panel member", Name: "Cuthbert Appendix", job: "Public health consultant", phone: "01632 960156",
		team: "child_death_review", role: "cdop_panel",
		What: "Reads papers without names and says what could be changed.",
	},
	{
		id: "doctor", Role: "Designated doctor for child deaths", Name: "Marguerite Stillwater", job: "Designated doctor", phone: "01632 960157",
		team: "child_death_review", role: "designated_doctor",
		What: "Leads the joint response to an unexpected death.",
	},
	{
		id: "reviews", Role: "Practice review lead", Name: "Thelonius Hindsight", job: "Practice review manager", phone: "01632 960158",
		team: "practice_reviews", role: "review_author",
		What: "A rapid review with 15 working days to run and an agency that has not answered.",
	},
	{
		Group: "Records and requests",
		id:    "records", Role: "Records officer", Name: "Winifred Foolscap", job: "Records officer", phone: "01632 960159",
		team: "thurrock_records", role: "records_officer",
		What: "A request for records with parts to hold back, and closed records whose time is over.",
	},
	{
		id: "records_manager", Role: "Records manager", Name: "Barnabas Vellum", job: "Records manager", phone: "01632 960160",
		team: "thurrock_records", role: "records_manager",
		What: "A destruction that waits for a second person.",
	},
	{
		Group: "The partnership",
		id:    "partnership", Role: "Partnership business manager", Name: "Cornelius Index", job: "Partnership business manager", phone: "01632 960114",
		team: "partnership_office", role: "partnership_manager",
		What: "Sees numbers and learning, and no child’s record. Publishes what the editor wrote.",
	},
	{
		id: "editor", Role: "Partnership editor", Name: "Lysander Quill", job: "Communications and policy officer", phone: "01632 960117",
		team: "partnership_office", role: "partnership_editor",
		What: "Writes the pages and the manual, and asks the business manager to publish them.",
	},
	{
		id: "business", Role: "Partnership officer", Name: "Rosamund Agenda", job: "Partnership officer", phone: "01632 960161",
		team: "partnership_business", role: "partnership_officer",
		What: "A self-audit that is out, one that came back to be read, and the delivery plan with a late milestone.",
	},
	{
		id: "auditor", Role: "Auditor", Name: "Philippa Errata", job: "Quality and audit officer", phone: "01632 960115",
		team: "partnership_office", role: "auditor",
		What: "Sees who looked at what and why.",
	},
	{
		id: "administrator", Role: "System administrator", Name: "Gideon Colophon", job: "System administrator", phone: "01632 960116",
		team: "program_office", role: "administrator",
		What: "Looks after accounts and settings, and can open no record.",
	},
	{
		Group: "Essex",
		id:    "essex_officer", Role: "MASH officer, Essex", Name: "Dorothea Legend", job: "Family adviser", phone: "01632 960121",
		team: "essex_front_door", role: "mash_officer", What: "Sees Essex’s records and none of Thurrock’s.",
	},
	{
		id: "essex_social_worker", Role: "MASH social worker, Essex", Name: "Mortimer Yarn", job: "Social worker", phone: "01632 960122",
		team: "essex_front_door", role: "mash_social_worker", What: "Offered a record to Thurrock, which accepted it.",
	},
	{
		id: "essex_manager", Role: "MASH manager, Essex", Name: "Araminta Preface", job: "Team manager", phone: "01632 960123",
		team: "essex_front_door", role: "mash_manager", What: "Decides for Essex.",
	},
	{
		id: "essex_early_help", Role: "Early help worker, Essex", Name: "Jolyon Epilogue", job: "Family support worker", phone: "01632 960124",
		team: "essex_early_help", role: "early_help_worker", What: "Has a family who agreed to help.",
	},
	{
		Group: "Southend",
		id:    "southend_officer", Role: "MASH officer, Southend", Name: "Seraphina Stanza", job: "MASH+ officer", phone: "01632 960131",
		team: "southend_front_door", role: "mash_officer", What: "Sees Southend’s records.",
	},
	{
		id: "southend_social_worker", Role: "MASH social worker, Southend", Name: "Ambrose Prologue", job: "Social worker", phone: "01632 960132",
		team: "southend_front_door", role: "mash_social_worker", What: "Waits for two agencies to answer.",
	},
	{
		id: "southend_manager", Role: "MASH manager, Southend", Name: "Cordelia Ballad", job: "Practice manager", phone: "01632 960133",
		team: "southend_front_door", role: "mash_manager", What: "Decides for Southend.",
	},
	{
		id: "southend_edt", Role: "EDT worker, Southend", Name: "Eulalia Nightverse", job: "Emergency duty social worker", phone: "01632 960135",
		team: "southend_edt", role: "edt_worker", What: "Handed a record to the day team.",
	},
	{
		id: "southend_health", Role: "Health researcher, Southend", Name: "Percival Refrain", job: "Named nurse", phone: "01632 960134",
		team: "southend_health", role: "researcher", What: "Answers requests for Southend.",
	},
}

func (a *Account) roles() []string {
	if a.also == "" {
		return []string{a.role}
	}
	return []string{a.role, a.also}
}

func emailOf(id string) string { return strings.ReplaceAll(id, "_", ".") + "@example.org" }

// totpSecret is the fixed secret of an account's one-time codes: 20 bytes that
// follow from its address.
func totpSecret(email string) string {
	sum := sha256.Sum256([]byte("frontdoor demonstration\n" + email))
	return base32.StdEncoding.EncodeToString(sum[:20])
}

// accounts gives the list to show, with the team's name.
func accounts(reg *agency.Register) ([]Account, error) {
	out := slices.Clone(people)
	for i := range out {
		a := &out[i]
		team, ok := reg.Team(a.team)
		for _, role := range a.roles() {
			if !ok || !slices.Contains(team.Roles, role) {
				return nil, fault.New(fault.Invalid, "The demonstration is made for Southend, Essex and Thurrock, and this partnership’s folder has no team "+a.team+" with the role "+role+". Start it without another folder.")
			}
		}
		a.Email, a.Password, a.Team = emailOf(a.id), Password, team.Name
		a.TOTPSecret = totpSecret(a.Email)
	}
	return out, nil
}

// addAccounts makes the workers and lets them sign in. The password is hashed
// once: a hash is made slow on purpose.
func addAccounts(ctx context.Context, desk *casework.Desk, gate *signin.Gate, list []Account, at time.Time) (map[string]agency.Worker, error) {
	hash, err := gate.Passwords.Hash(ctx, Password)
	if err != nil {
		return nil, err
	}
	workers := map[string]agency.Worker{}
	for _, a := range list {
		team, _ := desk.Place.Register.Team(a.team)
		var holds []agency.Membership
		for _, role := range a.roles() {
			holds = append(holds, agency.Membership{Team: a.team, Role: role})
		}
		w, _, err := gate.Add(ctx, "system", agency.Worker{
			Name: a.Name, Email: a.Email, JobTitle: a.job, Phone: a.phone, Agency: team.Agency,
			Memberships: holds,
		}, at)
		if err != nil {
			return nil, err
		}
		sealed, err := gate.Sealer.Seal([]byte(a.TOTPSecret), seal.Binding{Kind: "account", ID: w.ID, Field: "totp"})
		if err != nil {
			return nil, err
		}
		err = gate.DB.Write(ctx, func(tx *store.Tx) error {
			return tx.PutAccount(store.Account{Worker: w.ID, PasswordHash: hash, PasswordAt: at, TOTPSecret: sealed, CreatedAt: at})
		})
		if err != nil {
			return nil, err
		}
		workers[a.id] = w
	}
	return workers, nil
}
