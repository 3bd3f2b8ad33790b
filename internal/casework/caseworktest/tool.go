package caseworktest

import (
	"strings"
	"testing"
	"time"

	"frontdoor/internal/agency"
	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/store"
	"frontdoor/internal/tool"
)

// form is a small form of others, made up for tests: two items to grade, in two
// areas, for the profile of care.
const form = `{
 "format": "frontdoor-tool/1", "id": "gcp2", "edition": "first", "title": "A form of others", "short": "The form", "holder": "Its holder", "copyright": "© Its holder",
 "used_by": ["graded_care_profile"],
 "wording": { "roles": ["social_worker", "social_care_manager"], "trained": true },
 "needs": { "licence": true, "course": "The form", "sessions": ["First half", "Second half"], "refresher": "", "refresher_months": 0 },
 "scales": [ { "id": "grade", "kind": "choice", "label": "Grade", "answers": [
   { "code": "1", "label": "One", "means": "Secret meaning one", "rank": 1 }, { "code": "2", "label": "Two", "rank": 2 }, { "code": "3", "label": "Three", "rank": 3 },
   { "code": "4", "label": "Four", "rank": 4 }, { "code": "5", "label": "Five", "rank": 5 }, { "code": "na", "label": "Not asked" } ] } ],
 "areas": [
  { "id": "a", "title": "Area A", "subareas": [ { "id": "a1", "title": "Part A1", "items": [ { "id": "x1", "number": "A1.1", "text": "Secret words one <b>bold</b>", "hint": "Secret hint", "scale": "grade" } ] } ] },
  { "id": "b", "title": "Area B", "subareas": [ { "id": "b1", "title": "Part B1", "items": [ { "id": "x2", "number": "B1.1", "text": "Secret words two", "scale": "grade" } ] } ] } ],
 "results": [ { "id": "area", "label": "Grade of the area", "of": "area", "rule": "worst", "explain": "The highest of its items." } ],
 "checksum": "sha256:0000000000000000000000000000000000000000000000000000000000000000" }`

// Form is the file of a small form of others for the profile of care, with some of
// its text replaced.
func Form(t testing.TB, replace ...string) []byte {
	t.Helper()
	body, err := tool.Seal([]byte(strings.NewReplacer(replace...).Replace(form)))
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// Sessions are those that must be attended before anyone scores with Form.
var Sessions = []string{"First half", "Second half"}

// Import imports a form as the program's operator does, in force from that day,
// with a licence for which a worker is accountable.
func Import(t testing.TB, d *casework.Desk, body []byte, accountable agency.Worker, until calendar.Date, after string, at time.Time) store.ToolEdition {
	t.Helper()
	e, err := d.ImportTool(t.Context(), casework.BySystem(at), body, calendar.DateOf(at), casework.LicenceGiven{
		Holder: "Thurrock Council", Number: "L-1", Accountable: accountable.ID, Until: until, After: after,
	})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// Train records that a worker attended every session of Form.
func Train(t testing.TB, d *casework.Desk, w agency.Worker, on calendar.Date, at time.Time) {
	t.Helper()
	for _, s := range Sessions {
		err := d.Attend(t.Context(), casework.BySystem(at), store.CourseAttended{Worker: w.ID, Course: "The form", Session: s, On: on, Trainer: "A trainer"})
		if err != nil {
			t.Fatal(err)
		}
	}
}
