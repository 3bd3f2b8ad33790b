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
	Role       string // what they are, in the words of the people who do it
	Name       string
	Email      string
	Password   string
	TOTPSecret string // base32; the same at every start, so that codes can be shown
	Team       string
	What       string // what there is to see as this person

	id, job, phone, team, role string
}

// people are the workers of the world. The first sixteen are one of each kind
// who uses the program; the others are there so that records can move.
var people = []Account{
	{
		id: "dsl", Role: "School safeguarding lead", Name: "Marigold Inkwell", job: "Designated safeguarding lead, Storybook Primary School", phone: "01632 960101",
		team: "thurrock_schools", role: "referrer",
		What: "Sends referrals, follows them, writes to the front door, and disagrees with a decision.",
	},
	{
		id: "health_visitor", Role: "Health visitor", Name: "Bartholomew Saga", job: "Health visitor", phone: "01632 960102",
		team: "thurrock_health", role: "referrer",
		What: "Sent a referral that came back with a question.",
	},
	{
		id: "officer", Role: "MASH officer", Name: "Clementine Papershore", job: "MASH officer", phone: "01632 960103",
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
		id: "police", Role: "Police researcher", Name: "Ferdinand Notebook", job: "Police researcher", phone: "01632 960108",
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
		id: "early_help", Role: "Early help worker", Name: "Barnaby Fable", job: "Early help worker", phone: "01632 960112",
		team: "thurrock_early_help", role: "early_help_worker",
		What: "Accepts work that is passed on, or sends it back.",
	},
	{
		id: "social_care", Role: "Social care manager", Name: "Euphemia Parable", job: "Team manager, assessment", phone: "01632 960113",
		team: "thurrock_social_care", role: "social_care_manager",
		What: "Has assessments to accept and one under way.",
	},
	{
		id: "partnership", Role: "Partnership business manager", Name: "Cornelius Index", job: "Partnership business manager", phone: "01632 960114",
		team: "partnership_office", role: "partnership_manager",
		What: "Sees numbers and learning, and no child’s record. Publishes what the editor wrote.",
	},
	{
		id: "editor", Role: "Partnership editor", Name: "Lysander Quill", job: "Communications and policy officer", phone: "01632 960117",
		team: "partnership_office", role: "partnership_editor",
		What: "Writes the pages and the manual, and asks the business manager to publish them.",
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
		id: "essex_officer", Role: "MASH officer, Essex", Name: "Dorothea Legend", job: "Family adviser", phone: "01632 960121",
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
		id: "southend_officer", Role: "MASH officer, Southend", Name: "Seraphina Stanza", job: "MASH+ officer", phone: "01632 960131",
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
		if !ok || !slices.Contains(team.Roles, a.role) {
			return nil, fault.New(fault.Invalid, "The demonstration is made for Southend, Essex and Thurrock, and this partnership’s folder has no team "+a.team+" with the role "+a.role+". Start it without another folder.")
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
		w, _, err := gate.Add(ctx, "system", agency.Worker{
			Name: a.Name, Email: a.Email, JobTitle: a.job, Phone: a.phone, Agency: team.Agency,
			Memberships: []agency.Membership{{Team: a.team, Role: a.role}},
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
