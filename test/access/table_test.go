package access

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"frontdoor/internal/agency"
	"frontdoor/internal/casework/caseworktest"
	"frontdoor/internal/pathway"
)

var (
	update = flag.Bool("update", false, "write docs/access-table.md")
	full   = os.Getenv("FRONTDOOR_ACCESS") == "full"
)

const tablePath = "../../docs/access-table.md"

// TestTable compares docs/access-table.md with rules.yaml, which the walk
// compares with the program.
func TestTable(t *testing.T) {
	t.Parallel()
	r := readRules(t)
	want := r.table(&caseworktest.Partnership().Register)
	if *update {
		if err := os.WriteFile(tablePath, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	is, err := os.ReadFile(tablePath)
	if err != nil || string(is) != want {
		t.Errorf("docs/access-table.md is not what the rules say (%v). Read what changed, then: go test ./test/access -run TestTable -update", err)
	}
}

// TestPowersAreThePartnerships compares what rules.yaml says of roles with the
// partnership's own folder, for the words both have.
func TestPowersAreThePartnerships(t *testing.T) {
	t.Parallel()
	r := readRules(t)
	reg, lib := &caseworktest.Partnership().Register, caseworktest.Library()
	for _, role := range reg.Roles {
		says, ok := r.Roles[role.ID]
		if !ok {
			t.Errorf("rules.yaml says nothing of the role %s", role.ID)
		}
		if slices.Contains(says, "cases") != role.Cases {
			t.Errorf("%s: the folder says cases %v", role.ID, role.Cases)
		}
		for _, power := range []string{"people", "restrict", "reports", "break_glass", "accounts", "audit", "texts", "texts_publish", "releases", "tools", "training"} {
			if slices.Contains(says, power) != slices.Contains(role.May, power) {
				t.Errorf("%s: the folder and rules.yaml differ about %s", role.ID, power)
			}
		}
		if keeps := slices.Contains(role.May, "retention") || slices.Contains(role.May, "retention_own"); keeps != slices.Contains(says, "keeps") {
			t.Errorf("%s: the folder and rules.yaml differ about keeping records", role.ID)
		}
		if takes := slices.ContainsFunc(lib.All(), func(p *pathway.Pathway) bool {
			return slices.ContainsFunc(p.Steps, func(s pathway.Step) bool { return slices.Contains(s.By, role.ID) })
		}); (takes && role.Cases) != slices.Contains(says, "board") {
			t.Errorf("%s: rules.yaml and the pathways differ about taking a step of some pathway", role.ID)
		}
		// Roles that may do the same anywhere are walked as one of them. One that no
		// team has cannot be held.
		held := slices.ContainsFunc(reg.Teams, func(team agency.Team) bool { return slices.Contains(team.Roles, role.ID) })
		if held && !slices.ContainsFunc(r.People, func(s *someone) bool { return slices.Equal(sorted(r.Roles[s.Role]), sorted(says)) }) {
			t.Errorf("nobody is walked as %s, or as a role with the same powers", role.ID)
		}
	}
	if len(r.Roles) != len(reg.Roles) {
		t.Errorf("rules.yaml has %d roles and the folder %d", len(r.Roles), len(reg.Roles))
	}
}

func sorted(list []string) []string { return slices.Sorted(slices.Values(list)) }

var short = map[string]string{"nothing": "–", "sender": "sender", "read": "read", "work": "work", "own": "writes it", "sign-in": "signed out"}

var whoComes = map[string]string{
	"anyone": "anyone", "worker": "a signed-in worker", "code": "whoever has shown a receipt code", "draft": "whoever writes it", "record": "see the first table",
}

var placeWords = map[string]string{
	"nominated": "whoever is nominated in their agency", "assigned": "whoever a suggestion was given to",
}

var powerWords = map[string]string{
	"cases": "sees records at all", "board": "takes a step of some pathway", "steps": "takes the steps of a referral", "people": "looks people up", "restrict": "locks records and gives access",
	"reports": "sees reports", "break_glass": "opens a locked record in an emergency", "accounts": "looks after accounts", "audit": "reads the audit log",
	"onward": "carries a referral on into police protection", "texts": "writes texts", "texts_publish": "publishes what another wrote", "releases": "releases to agencies",
	"keeps": "decides how long records are kept", "tools": "imports tools", "training": "records training",
}

// table is docs/access-table.md.
func (r *rules) table(reg *agency.Register) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("# Who can see and do what\n")
	line("%s\n", strings.TrimSpace(introduction))
	line("## One record, and everyone\n")
	line("All of these are records of one authority, Thurrock.\n")
	line("- **plain**: a referral with checks, letters, files, messages and a decision")
	line("- **locked**: one like it about the same children, locked to named workers")
	line("- **check**: the request to the police that was started from the plain one")
	line("- **passed on**: the work that was passed to social care from the plain one")
	line("- **draft**: a referral that the school’s safeguarding lead is still writing\n")
	line("| who | plain | locked | check | passed on | draft | why |")
	line("| --- | --- | --- | --- | --- | --- | --- |")
	for _, s := range r.People {
		line("| %s | %s | %s | %s | %s | %s | %s |", s.Who, short[s.Plain], short[s.Locked], short[s.Check], short[s.Follow], short[s.Draft], s.Why)
	}
	line("\nWhat the words mean:\n")
	for _, name := range []string{"nothing", "sender", "read", "work", "own", "sign-in"} {
		line("- **%s**: %s", short[name], r.Levels[name].Means)
	}
	line("\n## What a role may do anywhere\n")
	line("None of this opens a record by itself.\n")
	powers := []string{"cases", "board", "steps", "onward", "people", "restrict", "break_glass", "reports", "audit", "accounts", "texts", "texts_publish", "releases", "keeps", "tools", "training"}
	head, rule := "| role |", "| --- |"
	for _, p := range powers {
		head, rule = head+" "+powerWords[p]+" |", rule+" --- |"
	}
	line("%s\n%s", head, rule)
	for _, role := range reg.Roles {
		row := "| " + role.Label + " |"
		for _, p := range powers {
			if slices.Contains(r.Roles[role.ID], p) {
				row += " yes |"
			} else {
				row += " |"
			}
		}
		line("%s", row)
	}
	line("\n%s\n", strings.TrimSpace(onPurpose))
	line("## Every address of the program\n")
	room := ""
	var rooms []string
	for _, g := range r.Groups {
		if !slices.Contains(rooms, g.Room) {
			rooms = append(rooms, g.Room)
		}
	}
	for _, room = range rooms {
		line("### %s\n", room)
		line("| what | who may come | addresses |")
		line("| --- | --- | --- |")
		for _, g := range r.Groups {
			if g.Room != room {
				continue
			}
			who := whoComes[g.Who]
			if g.Who == "record" {
				of := g.ID
				if g.Of != "" {
					of = g.Of
				}
				var levels []string
				for _, l := range []string{"sender", "read", "work"} {
					if slices.Contains(r.Levels[l].Holds, of) {
						levels = append(levels, short[l])
					}
				}
				who = "with the record: " + strings.Join(levels, ", ")
			}
			if g.Needs != "" {
				who += ", whose role " + powerWords[g.Needs]
			}
			switch {
			case g.Place != "" && g.Needs != "":
				who += ", or " + placeWords[g.Place]
			case g.Place != "":
				who = placeWords[g.Place]
			}
			if g.Never == "glass" {
				who += ". Not by having opened it in an emergency"
			}
			line("| %s | %s | %s |", g.Means, who, "`"+strings.Join(g.Routes, "` `")+"`")
		}
		line("")
	}
	line("%s", strings.TrimSpace(howChecked))
	return b.String()
}

const introduction = `
This page says who can see and do what in Frontdoor, for those who answer for it: information governance leads, data protection officers, Caldicott
guardians, auditors. It is not a plan. Every line is tried in the program on every build, on both databases, and the build fails where the program does otherwise.

Four rules explain most of it:

1. **Nothing is open unless something opened it.** A record is seen by those to whom a step of its pathway, or a manager with a reason, gave it. The page
   “Who can see this” of each record lists them.
2. **Who may not know that a record exists gets the very answer that they would get if it did not.** The same page, the same headers, the same work in the
   database, the same counts. Each try is in the audit log, and those who have the record see it under “Who has looked”.
3. **A lock takes away from everyone it does not name, and a conflict of interest from one worker whatever else they hold.**
4. **Access goes with the job.** Whoever has left, moved team or lost their session has nothing from that moment.
`

const onPurpose = `
## What is told on purpose

- The front door sees that work it passed on exists, its reference, where it stands and when it is due, and cannot open it. It stays responsible until the work is accepted.
- Whoever has a check or work that was passed on sees the reference of the referral it came from, and nothing else of it.
- “Contacts in the last 12 months” counts contacts of the other front doors of the partnership too, so that a family that moves is still seen. It leaves out
  locked records that do not name the reader, and records they are kept away from by a conflict of interest.
- A lock holds for one record. Checks and work that were passed on from it before are records of their own: lock them too when they must be.
- Reports count every record, locked ones too, with numbers from 1 to 4 hidden. They name nobody. Someone who sees reports and compares one with the board of
  the same front door could work out that a locked record exists in some week, and nothing of whom it is about.
- What was passed to a team, or asked of one, is open to everyone in that team whose role sees records, whatever else they do there. Somebody who should not have it
  needs a team of their own.
- The auditor sees the reference of every record in the audit log, with who did what and when. Nothing of what is in it.
- An open board is told that something has changed somewhere in the service, never what. It then asks for its own rows.
- Someone who opened a locked record in an emergency does not find it on the board. They have its address for one hour.
`

const howChecked = `
## How this is checked, and how to change it

` + "`test/access/rules.yaml`" + ` holds these rules. People write it and it is taken from nothing in the program. ` + "`go test ./test/access`" + ` then

- takes the list of addresses from the program itself, and fails when one is in no group here, or was added without saying who may come;
- sends every address as everyone in the first table, with each of the records, and compares what came back;
- compares each refusal of someone who may not know of the record with the answer for a record that was never made: status, headers, every byte of the page, and every statement
  that the database was asked;
- checks that no refused request changed a row of any table but the log, and that the try is in the log;
- makes a locked record beside an open one about the same children, and checks that boards, counts, searches, notices, matches and reports are the same, byte for byte, as before.

An ordinary run shares the combinations out between the two databases. ` + "`FRONTDOOR_ACCESS=full go test ./test/access`" + ` walks all of them on both.

To change a rule, change rules.yaml and the program together, then write this page again: ` + "`go test ./test/access -run TestTable -update`" + `.
`
