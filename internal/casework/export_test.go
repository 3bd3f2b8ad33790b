package casework_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"frontdoor/internal/answer"
	"frontdoor/internal/casework"
	"frontdoor/internal/casework/caseworktest"
	"frontdoor/internal/fault"
	"frontdoor/internal/pathway"
)

// lines gives the lines of a file by part and field.
func lines(x *casework.ExportFile) map[string][]pathway.ExportLine {
	out := map[string][]pathway.ExportLine{}
	for _, l := range x.Fields {
		out[l.Part+"."+l.Field] = append(out[l.Part+"."+l.Field], l)
	}
	return out
}

var rightChild = casework.Verdict{Safe: true, Words: "The notice of the death from the hospital."}

// A whole child death review leaves as a file: its own forms and those of the
// agencies that were asked.
func TestExportOfAWholeReview(t *testing.T) {
	t.Parallel()
	caseworktest.Each(t, func(t *testing.T, d *casework.Desk) {
		p := play(t, d, "child_death", caseworktest.Scene(t, "child_death/tests/usual_road.yaml"))
		ctx, id, at := t.Context(), p.root.ID, time.Date(2027, 9, 26, 9, 0, 0, 0, time.UTC)
		by, doctor := p.by("cdop_coordinator", at), p.by("designated_doctor", at)
		sheet, err := d.PreviewExport(ctx, by, id, "national")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.MakeExport(ctx, by, id, "national", sheet.Hash); err == nil || !strings.Contains(fault.SafeText(err), "A second person must first") {
			t.Errorf("made without a second look: %v", err)
		}
		kind(t, d.CheckExport(ctx, doctor, id, "national", sheet.Hash, rightChild), fault.Conflict) // nobody asked
		if err := d.AskForExportCheck(ctx, by, id, "national", sheet.Hash, "  "); err == nil {
			t.Error("asked without a reason")
		}
		if err := d.AskForExportCheck(ctx, by, id, "national", sheet.Hash, "The analysis is due."); err != nil {
			t.Fatal(err)
		}
		kind(t, d.CheckExport(ctx, by, id, "national", sheet.Hash, rightChild), fault.Forbidden) // oneself
		if err := d.CheckExport(ctx, doctor, id, "national", sheet.Hash, casework.Verdict{Safe: true}); err == nil || !strings.Contains(err.Error()+fault.SafeText(err), "compared") {
			t.Errorf("agreed without saying with what it was compared: %v", err)
		}
		if err := d.CheckExport(ctx, doctor, id, "national", sheet.Hash, rightChild); err != nil {
			t.Fatal(err)
		}
		_, err = d.MakeExport(ctx, doctor, id, "national", sheet.Hash)
		kind(t, err, fault.Forbidden) // not the doctor's to make
		made, err := d.MakeExport(ctx, by, id, "national", sheet.Hash)
		if err != nil {
			t.Fatal(err)
		}

		body, _, err := d.OpenExport(ctx, by, id, made.ID, "json")
		var x casework.ExportFile
		if err != nil || json.Unmarshal(body, &x) != nil {
			t.Fatal(err)
		}
		if x.Format != "frontdoor-export" || x.Receiver != "National Child Mortality Database" || x.MadeAt != "2027-09-26T09:00:00Z" || x.Reference != p.root.Reference {
			t.Errorf("%+v", x)
		}
		got := lines(&x)
		for field, want := range map[string]pathway.ExportLine{
			"notification.child_nhs_number":         {Form: 1, Row: "1", Value: "9434765919", Words: "9434765919"},
			"notification.child_postcode":           {Form: 1, Row: "1"},
			"notification.child_died_on":            {Form: 1, Row: "1", Value: "2026-10-24", Words: "Saturday 24 October 2026"},
			"notification.agency_knew_at":           {Form: 1, Value: "2026-10-24T20:00:00+01:00", Words: "Saturday 24 October 2026, 20:00"},
			"notification.joint_response_signs":     {Form: 1, Value: "sudden", Words: "Sudden with no explanation at once"},
			"reporting.knew_child_or_family":        {Form: 1, Value: "no", Words: "No"},
			"reporting.child":                       {Form: 1}, // not asked of an agency that knew nobody
			"analysis.draft_category":               {Form: 1, Value: "10"},
			"panel.panel_suspects_abuse_or_neglect": {Form: 1, Value: "no", Words: "No"},
		} {
			if len(got[field]) != 1 {
				t.Errorf("%s: %d lines", field, len(got[field]))
				continue
			}
			l := got[field][0]
			if l.Form != want.Form || l.Row != want.Row || l.Value != want.Value || want.Words != "" && l.Words != want.Words || l.LeftOut != "" {
				t.Errorf("%s: %+v, want %+v", field, l, want)
			}
		}
		if l := got["analysis.factor_influence"]; len(l) != 14 || l[4].Row != "parent_substance" || l[4].Value != "1" || l[4].Edition != "With the changes of 2022: scores 0, 1 and 2" {
			t.Errorf("factors: %+v", l)
		}
		if l := got["reporting_outside.form_came"]; len(l) != 2 || l[0].Value != "received" || l[1].Value != "nothing" {
			t.Errorf("forms: %+v", l)
		}
		for _, not := range []string{"The cot was seen", "Waiting for the post-mortem", "A nurse", "What we found."} {
			if bytes.Contains(body, []byte(not)) {
				t.Errorf("the file holds %q, which is on no list", not)
			}
		}
		table, _, err := d.OpenExport(ctx, by, id, made.ID, "csv")
		rows, bad := csv.NewReader(bytes.NewReader(table)).ReadAll()
		if err != nil || bad != nil || len(rows) != len(x.Fields)+1 || !slices.Equal(rows[0], []string{"reference", "part", "edition", "form", "field", "row", "value", "words", "not_known", "left_out"}) {
			t.Errorf("%v %v: %d rows of %d", err, bad, len(rows), len(x.Fields))
		}

		// It stands among the files alone, and nobody else has it.
		if list, _, err := d.CopiesGiven(ctx, by, id); err != nil || len(list) != 0 {
			t.Errorf("copies: %v %v", list, err)
		}
		if list, names, err := d.ExportsMade(ctx, doctor, id); err != nil || len(list) != 1 || names[list[0].CheckedBy] != "designated_doctor" {
			t.Errorf("files: %v %v %v", list, names, err)
		}
		_, err = d.OpenCopy(ctx, by, id, made.ID)
		kind(t, err, fault.NotFound)
		_, _, err = d.OpenExport(ctx, doctor, id, made.ID, "json")
		kind(t, err, fault.Forbidden)
		for _, who := range []string{"social_worker", "cdop_panel", "mash_manager", "health_practitioner"} {
			other := p.by(who, at)
			if _, err := d.PreviewExport(ctx, other, id, "national"); err == nil {
				t.Errorf("%s sees the file", who)
			}
			if _, _, err := d.OpenExport(ctx, other, id, made.ID, "json"); err == nil {
				t.Errorf("%s takes the file", who)
			}
		}
		events, _, err := d.WhoLooked(ctx, by, id, 50)
		var acts []string
		for _, e := range events {
			acts = append(acts, e.Act)
		}
		for _, act := range []string{"preview-export", "ask-check-export", "check-export", "make-export", "open-export"} {
			if err != nil || !slices.Contains(acts, act) {
				t.Errorf("no line %s in the log: %v %v", act, acts, err)
			}
		}
		if _, diffs, err := d.Verify(ctx, "", nil); err != nil || len(diffs) > 0 {
			t.Errorf("verify: %v %v", diffs, err)
		}
	})
}

// What must not be told stays, what somebody typed is run by no spreadsheet, and a
// file that was looked at is the one that is made.
func TestExportKeepsWhatMustNotBeTold(t *testing.T) {
	t.Parallel()
	caseworktest.Each(t, func(t *testing.T, d *casework.Desk) {
		s := caseworktest.Scene(t, "child_death/tests/usual_road.yaml")
		s.Given["cd_words"] = `=HYPERLINK("x") He was found at 1 Hidden Street.`
		s.Given["place_words"] = "=1+1"
		s.Given["clinician"] = map[string]any{"not_known": "-2 asked"}
		child := s.Given["children"].([]any)[0].(map[string]any)
		child["home_address"], child["home_disclosure"] = map[string]any{"line1": "1 Hidden Street", "postcode": "CO1 1AA"}, "never-print"
		s.Acts = s.Acts[:1]
		s.Acts[0].Then, s.Expect = expectation{}, expectation{}
		p := play(t, d, "child_death", s)
		at := time.Date(2026, 10, 25, 10, 0, 0, 0, time.UTC)
		by, doctor, id, ctx := p.by("cdop_coordinator", at), p.by("designated_doctor", at), p.root.ID, t.Context()
		sheet, err := d.PreviewExport(ctx, by, id, "national")
		if err != nil {
			t.Fatal(err)
		}
		got := lines(&sheet.File)
		for _, field := range []string{"child_address", "child_postcode", "circumstances"} {
			if l := got["notification."+field][0]; l.LeftOut == "" || l.Value+l.Words != "" {
				t.Errorf("%s: %+v", field, l)
			}
		}
		if len(got["analysis.draft_category"])+len(got["reporting.child"]) > 0 {
			t.Error("forms stand in it that nobody has filled in")
		}
		if err := d.AskForExportCheck(ctx, by, id, "national", sheet.Hash, "To notify."); err != nil {
			t.Fatal(err)
		}
		if err := d.CheckExport(ctx, doctor, id, "national", sheet.Hash, rightChild); err != nil {
			t.Fatal(err)
		}
		// Something is corrected in between.
		rec, err := d.Answer(ctx, by, id, 0, answer.Set{"children/r1/born": answer.Text("2026-08-03")}, "")
		if err != nil {
			t.Fatal(fault.SafeText(err))
		}
		_, err = d.MakeExport(ctx, by, rec.ID, "national", sheet.Hash)
		kind(t, err, fault.Conflict)
		if sheet, err = d.PreviewExport(ctx, by, id, "national"); err != nil || sheet.Asked != nil || sheet.State.Agreed {
			t.Errorf("what was said of another file holds for this one: %+v %v", sheet.State, err)
		}
		kind(t, d.CheckExport(ctx, doctor, id, "national", sheet.Hash, rightChild), fault.Conflict)
		table, err := sheet.File.CSV()
		if err != nil || !bytes.Contains(table, []byte(",'=1+1,'=1+1,")) || !bytes.Contains(table, []byte(",'-2 asked,")) {
			t.Errorf("a spreadsheet would run it: %s", table)
		}
		body, _ := sheet.File.JSON()
		if bytes.Contains(append(body, table...), []byte("Hidden")) || bytes.Contains(body, []byte("CO1")) {
			t.Error("the file tells the address")
		}
	})
}
