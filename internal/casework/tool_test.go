package casework_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"frontdoor/internal/agency"
	"frontdoor/internal/answer"
	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/casework/caseworktest"
	"frontdoor/internal/fault"
	"frontdoor/internal/record"
	"frontdoor/internal/store"
	"frontdoor/internal/tool"
)

// profile is the beginning of a profile of care.
func profile(more ...string) answer.Set {
	given := answer.Given(map[string]any{
		"gcp_practice": "no", "gcp_why": "He is cold.", "gcp_agreed": "yes", "gcp_agreed_on": "2026-03-17",
		"children": []any{map[string]any{"given_names": "Abi", "family_name": "Sample", "unborn": "no", "born": "2019-06-01"}},
		"adults":   []any{map[string]any{"adult_given_names": "Jo", "adult_family_name": "Sample", "adult_relation": "mother"}},
	})
	for i := 0; i+1 < len(more); i += 2 {
		given[answer.Key(more[i])] = answer.Text(more[i+1])
	}
	return given
}

// clinic is a desk with workers who score, and a form imported for it.
type clinic struct {
	*testing.T
	d               *casework.Desk
	worker, manager agency.Worker
	edition         store.ToolEdition
}

func newClinic(t *testing.T, d *casework.Desk, after string, until calendar.Date) *clinic {
	c := &clinic{T: t, d: d}
	c.worker = caseworktest.Worker(t, d, "Sam Scorer", "social_worker", "thurrock", "")
	c.manager = caseworktest.Worker(t, d, "Mo Manager", "social_care_manager", "thurrock", "")
	c.edition = caseworktest.Import(t, d, caseworktest.Form(t), c.manager, until, after, caseworktest.Start)
	return c
}

func (c *clinic) by(w agency.Worker, days int) casework.By {
	return casework.ByWorker(w, &c.d.Place.Register, caseworktest.Start.AddDate(0, 0, days).Add(time.Hour))
}

func (c *clinic) begin(by casework.By, more ...string) (record.Record, error) {
	return c.d.Begin(c.Context(), by, "graded_care_profile", casework.Beginning{Authority: "thurrock", Step: "begin", Answers: profile(more...)})
}

func (c *clinic) must(err error) {
	c.Helper()
	if err != nil {
		c.Fatal(err)
	}
}

func (c *clinic) refused(err error, words string) {
	c.Helper()
	if err == nil || !strings.Contains(fault.SafeText(err), words) {
		c.Errorf("got %v, want it refused with %q", err, words)
	}
}

func (c *clinic) write(by casework.By, rec record.Record, values ...string) (record.Record, error) {
	changes := answer.Set{}
	for i := 0; i+1 < len(values); i += 2 {
		changes[answer.Key(values[i])] = answer.Text(values[i+1])
	}
	return c.d.Answer(c.Context(), by, rec.ID, 0, changes, "")
}

func (c *clinic) open(by casework.By, rec record.Record) *casework.View {
	c.Helper()
	v, err := c.d.Open(c.Context(), by, rec.ID)
	c.must(err)
	return v
}

func far() calendar.Date { return calendar.NewDate(2030, 1, 1) }

func TestOnlyTheTrainedWithALiveLicenceScore(t *testing.T) {
	t.Parallel()
	caseworktest.Each(t, func(t *testing.T, d *casework.Desk) {
		c := newClinic(t, d, tool.AfterRead, far())
		_, err := c.begin(c.by(c.worker, 0))
		c.refused(err, "There is no record that you attended “First half” and “Second half” of “The form”")
		other := caseworktest.Worker(t, d, "Hal Health", "health_practitioner", "thurrock", "")
		caseworktest.Train(t, d, other, calendar.NewDate(2026, 3, 2), caseworktest.Start)
		_, err = c.begin(c.by(other, 0))
		c.refused(err, "Your role is not one of those that use The form")
		if _, err := d.StartDraft(t.Context(), c.by(c.worker, 0), "graded_care_profile", answer.Set{}); err != nil {
			t.Error("practice can be begun by anyone who may begin the work:", err)
		}
		caseworktest.Train(t, d, c.worker, calendar.NewDate(2026, 3, 2), caseworktest.Start)
		rec, err := c.begin(c.by(c.worker, 0), "scores/x1/gcp_grade", "5", "scores", "made up")
		c.must(err)
		if got := rec.Answers.Rows("scores"); !slices.Equal(got, []string{"x1", "x2"}) || !rec.Answers["scores/x1/gcp_grade"].Empty() {
			t.Errorf("rows %v: nothing is scored before the record is there", got)
		}
		rec, err = c.write(c.by(c.worker, 1), rec, "scores/x1/gcp_grade", "4", "scores/x1/gcp_evidence", "Seen.")
		c.must(err)

		// The manager reads numbers and grades, may write other answers, and cannot score.
		v := c.open(c.by(c.manager, 1), rec)
		sheet := v.Facts.Tools["scores"]
		if sheet.May.Wording || v.Pathway.RowName(v.Facts, "scores", "x1") != "Item A1.1" || v.Pathway.RowHint(v.Facts, "scores", "x1") != "" {
			t.Errorf("%q shows the wording to someone who is not trained", v.Pathway.RowName(v.Facts, "scores", "x1"))
		}
		q, _ := v.Pathway.QuestionAt(v.Facts, "scores/x1/gcp_grade")
		if got := v.Pathway.LabelIn(q, "scores/x1/gcp_grade", v.Answers); got != "4" || v.Pathway.CodesOf(q)[0].Hint != "" {
			t.Errorf("the grade is %q, of %+v", got, v.Pathway.CodesOf(q))
		}
		_, err = c.write(c.by(c.manager, 1), rec, "scores/x2/gcp_grade", "1")
		c.refused(err, "There is no record that you attended")
		_, err = c.write(c.by(c.manager, 1), rec, "going_well", "Singing.")
		c.must(err)
		_, err = d.ToolEdition(t.Context(), c.by(c.manager, 1), "gcp2", c.edition.ID)
		c.refused(err, "You cannot read the wording of The form. There is no record")

		v = c.open(c.by(c.worker, 1), rec)
		if got := v.Pathway.RowName(v.Facts, "scores", "x1"); got != "A1.1 Secret words one <b>bold</b>" {
			t.Errorf("the wording is %q: it is plain text, drawn as it is", got)
		}
		if q, _ := v.Pathway.QuestionAt(v.Facts, "scores/x1/gcp_grade"); v.Pathway.CodesOf(q)[0].Hint != "Secret meaning one" {
			t.Errorf("%+v", v.Pathway.CodesOf(q))
		}
		if _, diffs, err := d.Verify(t.Context(), "", nil); err != nil || len(diffs) > 0 {
			t.Errorf("verify: %v %v", diffs, err)
		}
	})
}

func TestALicenceThatRunsOutInTheMiddleOfAScoring(t *testing.T) {
	t.Parallel()
	for after, may := range map[string]struct{ wording, finish bool }{tool.AfterRead: {true, false}, tool.AfterFinish: {true, true}, tool.AfterNone: {false, false}} {
		t.Run(after, func(t *testing.T) {
			t.Parallel()
			caseworktest.Each(t, func(t *testing.T, d *casework.Desk) {
				c := newClinic(t, d, after, calendar.NewDate(2026, 3, 27))
				caseworktest.Train(t, d, c.worker, calendar.NewDate(2026, 3, 2), caseworktest.Start)
				rec, err := c.begin(c.by(c.worker, 1))
				c.must(err)
				rec, err = c.write(c.by(c.worker, 10), rec, "scores/x1/gcp_grade", "4") // the last day of it
				c.must(err)
				_, err = c.begin(c.by(c.worker, 11))
				c.refused(err, "The licence for The form ran out on Friday 27 March 2026, so nobody can score with it until it is renewed. Ask Mo Manager.")
				v := c.open(c.by(c.worker, 11), rec)
				if got := strings.Contains(v.Pathway.RowName(v.Facts, "scores", "x1"), "Secret"); got != may.wording {
					t.Errorf("wording is shown: %v", got)
				}
				_, err = c.write(c.by(c.worker, 11), rec, "scores/x2/gcp_grade", "2")
				if may.finish {
					c.must(err)
				} else {
					c.refused(err, "The licence for The form ran out")
				}
				c.must(d.RecordLicence(t.Context(), casework.BySystem(c.by(c.worker, 12).Now), "gcp2", casework.LicenceGiven{
					Holder: "Thurrock Council", Number: "L-2", Accountable: c.manager.Email, Until: far(), After: after,
				}))
				_, err = c.write(c.by(c.worker, 12), rec, "scores/x2/gcp_grade", "3")
				c.must(err)
			})
		})
	}
}

func TestARecordKeepsItsEdition(t *testing.T) {
	t.Parallel()
	caseworktest.Each(t, func(t *testing.T, d *casework.Desk) {
		c := newClinic(t, d, tool.AfterRead, far())
		caseworktest.Train(t, d, c.worker, calendar.NewDate(2026, 3, 2), caseworktest.Start)
		old, err := c.begin(c.by(c.worker, 1))
		c.must(err)
		next := caseworktest.Form(t, `"first"`, `"second"`, "Secret words one", "Newer words one", `"id": "x2"`, `"id": "x3"`)
		preview, err := d.PreviewTool(t.Context(), casework.BySystem(c.by(c.worker, 2).Now), next)
		c.must(err)
		if len(preview.Differences) != 3 || preview.Before.ID != c.edition.ID {
			t.Errorf("%+v", preview.Differences)
		}
		_, err = d.ImportTool(t.Context(), casework.BySystem(c.by(c.worker, 2).Now), next, calendar.NewDate(2026, 3, 21), casework.LicenceGiven{})
		c.must(err) // in force four days after the start, under the licence there is
		early, err := c.begin(c.by(c.worker, 3))
		c.must(err)
		late, err := c.begin(c.by(c.worker, 4))
		c.must(err)
		for _, x := range []struct {
			rec  record.Record
			name string
			rows []string
		}{{old, "Secret words one", []string{"x1", "x2"}}, {early, "Secret words one", []string{"x1", "x2"}}, {late, "Newer words one", []string{"x1", "x3"}}} {
			v := c.open(c.by(c.worker, 5), x.rec)
			if got := v.Pathway.RowName(v.Facts, "scores", "x1"); !strings.Contains(got, x.name) || !slices.Equal(v.Answers.Rows("scores"), x.rows) {
				t.Errorf("%q with %v, want %q", got, v.Answers.Rows("scores"), x.name)
			}
		}
		_, err = c.write(c.by(c.worker, 5), old, "scores/x2/gcp_grade", "1")
		c.must(err)
	})
}

func TestPracticeCountsForNothing(t *testing.T) {
	t.Parallel()
	caseworktest.Each(t, func(t *testing.T, d *casework.Desk) {
		c := newClinic(t, d, tool.AfterRead, far())
		rec, err := c.begin(c.by(c.worker, 1), "gcp_practice", "yes") // needs no training
		c.must(err)
		if !strings.HasPrefix(rec.Names, tool.PracticeMark+": ") {
			t.Errorf("the record is called %q", rec.Names)
		}
		v := c.open(c.by(c.worker, 1), rec)
		for _, row := range v.Answers.Rows("scores") {
			if got := v.Pathway.RowName(v.Facts, "scores", row); !strings.HasSuffix(got, " (practice example)") {
				t.Errorf("an item is called %q", got)
			}
		}
		all, err := d.Tools(t.Context(), c.by(c.worker, 1))
		c.must(err)
		for _, k := range all {
			if k.Scored != 0 {
				t.Errorf("%s counts %d", k.ID, k.Scored)
			}
		}
		// What was scored for practice is never beside what was scored.
		caseworktest.Train(t, d, c.worker, calendar.NewDate(2026, 3, 2), caseworktest.Start)
		real, err := d.Begin(t.Context(), c.by(c.worker, 2), "graded_care_profile", casework.Beginning{Authority: "thurrock", Step: "begin", Answers: profile(), Parent: rec.ID})
		c.must(err)
		if strings.Contains(real.Names, tool.PracticeMark) {
			t.Errorf("the record is called %q", real.Names)
		}
		others, err := d.Scorings(t.Context(), c.by(c.worker, 2), c.open(c.by(c.worker, 2), real), "scores")
		c.must(err)
		if len(others) != 0 {
			t.Errorf("%+v", others)
		}
	})
}

func TestScoringsOfTheSameChild(t *testing.T) {
	t.Parallel()
	caseworktest.Each(t, func(t *testing.T, d *casework.Desk) {
		c := newClinic(t, d, tool.AfterRead, far())
		caseworktest.Train(t, d, c.worker, calendar.NewDate(2026, 3, 2), caseworktest.Start)
		first, err := c.begin(c.by(c.worker, 1))
		c.must(err)
		second, err := d.Begin(t.Context(), c.by(c.worker, 40), "graded_care_profile", casework.Beginning{Authority: "thurrock", Step: "begin", Answers: profile(), Parent: first.ID})
		c.must(err)
		stranger, err := c.begin(c.by(c.worker, 41)) // another entry of the index, joined by nobody
		c.must(err)
		found := func(by casework.By, rec record.Record) []string {
			others, err := d.Scorings(t.Context(), by, c.open(by, rec), "scores")
			c.must(err)
			var ids []string
			for _, o := range others {
				ids = append(ids, o.Record.ID)
			}
			return ids
		}
		if got := found(c.by(c.worker, 41), second); !slices.Equal(got, []string{first.ID}) {
			t.Errorf("%v, want the first alone", got)
		}
		if got := found(c.by(c.worker, 41), stranger); len(got) != 0 {
			t.Errorf("%v is beside another child's", got)
		}
		// Whoever may open one of them is not told of the other.
		c.must(d.DB.Write(t.Context(), func(tx *store.Tx) error {
			return tx.EndGrants(first.ID, []string{"managers"}, c.by(c.worker, 42).Now)
		}))
		if got := found(c.by(c.manager, 43), second); len(got) != 0 {
			t.Errorf("the manager is told of %v", got)
		}
	})
}

func TestImportingATool(t *testing.T) {
	t.Parallel()
	caseworktest.Each(t, func(t *testing.T, d *casework.Desk) {
		c := newClinic(t, d, tool.AfterRead, far())
		now := c.by(c.manager, 0).Now
		today := calendar.DateOf(now)
		system := casework.BySystem(now)
		_, err := d.ImportTool(t.Context(), c.by(c.manager, 0), caseworktest.Form(t, `"first"`, `"third"`), today, casework.LicenceGiven{})
		c.refused(err, "Your role does not let you do this")
		faults := func(body []byte, words string) {
			t.Helper()
			_, err := d.ImportTool(t.Context(), system, body, today, casework.LicenceGiven{})
			var f tool.Faults
			if !errors.As(err, &f) || !strings.Contains(f.Error(), words) {
				t.Errorf("got %v, want %q", err, words)
			}
		}
		faults(caseworktest.Form(t), "edition: this edition has been imported already")
		faults(caseworktest.Form(t, "Secret words two", "Other words"), "edition: another file with this edition’s name")
		faults(caseworktest.Form(t, `"social_worker", `, `"no_such_role", `, `"first"`, `"third"`), "wording.roles[0]: the partnership has no such role")
		// What scoring needs is the program’s, not the file’s: neither the licence nor a session can be left out.
		faults(caseworktest.Form(t, `"first"`, `"third"`, `"licence": true`, `"licence": false`), "needs.licence: this form is used under a licence")
		faults(caseworktest.Form(t, `"first"`, `"third"`, `["First half", "Second half"]`, `["First half"]`), "needs.sessions: whoever scores with this form attended a course: name each of its sessions, two or more")
		_, example, _ := tool.PracticeOf("gcp2")
		faults(example, "this is the practice example")
		faults([]byte(`{"format": 1}`), "format: this must be text")
		fields := func(body []byte, from calendar.Date, g casework.LicenceGiven, want ...string) {
			t.Helper()
			_, err := d.ImportTool(t.Context(), system, body, from, g)
			var f fault.Fields
			errors.As(err, &f)
			var got []string
			for _, x := range f {
				got = append(got, x.Key)
			}
			if !slices.Equal(got, want) {
				t.Errorf("got %v (%v), want %v", got, err, want)
			}
		}
		fields(caseworktest.Form(t, `"first"`, `"third"`), today.AddDays(-1), casework.LicenceGiven{}, "from")
		fields(caseworktest.Form(t, `"gcp2"`, `"other"`), today, casework.LicenceGiven{}, "holder", "number", "expires", "accountable")
		fields(caseworktest.Form(t, `"gcp2"`, `"other"`), today, casework.LicenceGiven{Holder: "H", Number: "1", Until: today.AddDays(-1), Accountable: "nobody@example.org", After: "x"}, "expires", "after", "accountable")
		preview, err := d.PreviewTool(t.Context(), system, caseworktest.Form(t, `"gcp2"`, `"other"`))
		c.must(err)
		if len(preview.Warnings) != 2 || preview.Before.ID != "" {
			t.Errorf("%+v", preview.Warnings)
		}
		kept, err := d.Tools(t.Context(), system)
		c.must(err)
		if i := slices.IndexFunc(kept, func(k casework.ToolKept) bool { return k.ID == "gcp2" }); len(kept[i].Editions) != 1 || len(kept[i].Licences) != 1 {
			t.Errorf("what was refused left something behind: %+v", kept[i])
		}
	})
}

// An edition that was imported before its group asked for a licence and a course, and
// asks for less, is in force and scores nothing, and its wording is shown to nobody.
func TestAnEditionThatAsksForLessScoresNothing(t *testing.T) {
	t.Parallel()
	for name, less := range map[string][]string{
		"no licence":  {`"licence": true`, `"licence": false`},
		"one session": {`["First half", "Second half"]`, `["First half"]`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			caseworktest.Each(t, func(t *testing.T, d *casework.Desk) {
				c := newClinic(t, d, tool.AfterRead, far())
				caseworktest.Train(t, d, c.worker, calendar.NewDate(2026, 3, 2), caseworktest.Start)
				before, err := c.begin(c.by(c.worker, 0))
				c.must(err)
				weak := c.edition
				body := caseworktest.Form(t, append(less, `"first"`, `"weaker"`)...)
				weak.ID, weak.Edition, weak.Body, weak.SHA256 = store.NewID(caseworktest.Start), "weaker", string(body), tool.Checksum(body)
				weak.At, weak.From = caseworktest.Start.Add(time.Hour), weak.From.AddDays(1)
				c.must(d.DB.Write(t.Context(), func(tx *store.Tx) error {
					_, err := tx.AddToolEdition(weak)
					return err
				}))
				_, err = c.begin(c.by(c.worker, 1))
				c.refused(err, "does not ask for the licence or the training that it needs, so nobody can score with it")
				_, err = d.ToolEdition(t.Context(), c.by(c.worker, 1), "gcp2", weak.ID)
				c.refused(err, "does not ask for the licence or the training that it needs")
				// What was begun with an edition that asks for enough goes on.
				_, err = c.write(c.by(c.worker, 1), before, "scores/x1/gcp_grade", "4")
				c.must(err)
			})
		})
	}
}

// Rules look for some answers by their code. Whoever imports a form without them is
// told which, and what follows; one that has them says nothing.
func TestAFormWithoutTheAnswersThatRulesLookFor(t *testing.T) {
	t.Parallel()
	d := caseworktest.Open(t)
	system := casework.BySystem(caseworktest.Start)
	for id, want := range map[string]string{"exploitation": "“high”", "dash": "“yes”, “not_known”"} {
		seen, err := d.PreviewTool(t.Context(), system, caseworktest.Form(t, `"gcp2"`, `"`+id+`"`))
		if err != nil {
			t.Fatal(err)
		}
		warned := func(words []string) bool {
			return slices.ContainsFunc(words, func(s string) bool {
				return strings.Contains(s, "look for the answer "+want+", which the form does not have: what depends on it will not be asked")
			})
		}
		if !warned(seen.Warnings) {
			t.Errorf("%s without its codes: %q, want %s", id, seen.Warnings, want)
		}
		_, example, _ := tool.PracticeOf(id)
		own := strings.ReplaceAll(string(example), "Frontdoor", "An area")
		body, err := tool.Seal([]byte(own))
		if err != nil {
			t.Fatal(err)
		}
		seen, err = d.PreviewTool(t.Context(), system, body)
		if err != nil || slices.ContainsFunc(seen.Warnings, func(s string) bool { return strings.Contains(s, "look for the answer") }) {
			t.Errorf("%s with its codes: %v, %v", id, seen, err)
		}
	}
}

func TestTrainingIsRecordedBySomeoneElse(t *testing.T) {
	t.Parallel()
	caseworktest.Each(t, func(t *testing.T, d *casework.Desk) {
		c := newClinic(t, d, tool.AfterRead, far())
		half := store.CourseAttended{Worker: c.worker.ID, Course: "The form", Session: "First half", On: calendar.NewDate(2026, 3, 2), Trainer: "T"}
		c.refused(d.Attend(t.Context(), c.by(c.worker, 0), half), "Your role does not let you do this")
		own := half
		own.Worker = c.manager.ID
		c.refused(d.Attend(t.Context(), c.by(c.manager, 0), own), "Someone else must record")
		late := half
		late.On = calendar.NewDate(2026, 3, 18)
		c.refused(d.Attend(t.Context(), c.by(c.manager, 0), late), "today or earlier")
		c.must(d.Attend(t.Context(), c.by(c.manager, 0), half))
		half.Session = "Second half"
		c.must(d.Attend(t.Context(), c.by(c.manager, 0), half))
		_, err := c.begin(c.by(c.worker, 1))
		c.must(err)
		mine, _, err := d.Attendance(t.Context(), c.by(c.worker, 1), false)
		c.must(err)
		if len(mine) != 2 {
			t.Errorf("%+v", mine)
		}
		_, _, err = d.Attendance(t.Context(), c.by(c.worker, 1), true)
		c.refused(err, "Your role does not let you do this")
		c.must(d.UndoAttend(t.Context(), c.by(c.manager, 2), mine[0].ID, "It was another day."))
		c.refused(d.UndoAttend(t.Context(), c.by(c.manager, 2), mine[0].ID, "Again."), "nothing here")
		_, err = c.begin(c.by(c.worker, 3))
		c.refused(err, "There is no record that you attended")
	})
}

func TestALicenceThatRunsOutIsToldOnceEach(t *testing.T) {
	t.Parallel()
	caseworktest.Each(t, func(t *testing.T, d *casework.Desk) {
		c := newClinic(t, d, tool.AfterRead, calendar.NewDate(2026, 6, 30))
		told := func(on calendar.Date, want int) {
			t.Helper()
			for range 2 { // a job may run twice
				c.must(d.RemindLicences(t.Context(), on.At(6, 0, 0)))
			}
			list, err := d.Notices(t.Context(), casework.ByWorker(c.manager, &d.Place.Register, on.At(7, 0, 0)), 100)
			c.must(err)
			n := 0
			for _, x := range list {
				if x.Message == casework.ToolNotice {
					n++
				}
			}
			if n != want {
				t.Errorf("%v: %d notices, want %d", on, n, want)
			}
		}
		told(calendar.NewDate(2026, 4, 30), 0)
		told(calendar.NewDate(2026, 5, 1), 1) // 60 days
		told(calendar.NewDate(2026, 5, 2), 1)
		told(calendar.NewDate(2026, 6, 16), 1) // 14 days; the first is older than notices are shown
		told(calendar.NewDate(2026, 6, 30), 1)
		told(calendar.NewDate(2026, 7, 1), 2)
		told(calendar.NewDate(2026, 7, 9), 2)
	})
}

// Training that runs out is told before it does to whoever was trained and to whoever
// answers for the form, and to nobody once it was renewed. Those two see when it ends,
// and those who look after training.
func TestTrainingThatRunsOutIsToldOnceEach(t *testing.T) {
	t.Parallel()
	caseworktest.Each(t, func(t *testing.T, d *casework.Desk) {
		c := &clinic{T: t, d: d}
		c.worker = caseworktest.Worker(t, d, "Sam Scorer", "social_worker", "thurrock", "")
		c.manager = caseworktest.Worker(t, d, "Mo Manager", "social_care_manager", "thurrock", "")
		accountable := caseworktest.Worker(t, d, "Ada Lead", "early_help_worker", "thurrock", "")
		caseworktest.Import(t, d, caseworktest.Form(t, `"refresher": "", "refresher_months": 0`, `"refresher": "Refresher", "refresher_months": 12`), accountable, far(), tool.AfterRead, caseworktest.Start)
		other := caseworktest.Worker(t, d, "Una Other", "social_worker", "thurrock", "")
		caseworktest.Train(t, d, c.worker, calendar.NewDate(2026, 3, 2), caseworktest.Start)
		caseworktest.Train(t, d, other, calendar.NewDate(2026, 3, 2), caseworktest.Start)
		at := func(w agency.Worker, on calendar.Date) casework.By {
			return casework.ByWorker(w, &d.Place.Register, on.At(7, 0, 0))
		}
		told := func(on calendar.Date, want ...int) {
			t.Helper()
			for range 2 { // a job may run twice
				c.must(d.RemindTraining(t.Context(), on.At(6, 0, 0)))
			}
			for i, w := range []agency.Worker{c.worker, other, accountable, c.manager} {
				list, err := d.Notices(t.Context(), at(w, on), 100)
				c.must(err)
				n := 0
				for _, x := range list {
					if x.Message == casework.TrainingNotice || x.Message == casework.TrainingOfNotice {
						n++
					}
				}
				if n != want[i] {
					t.Errorf("%v: %s has %d notices, want %d", on, w.Name, n, want[i])
				}
			}
		}
		told(calendar.NewDate(2026, 12, 31), 0, 0, 0, 0)
		told(calendar.NewDate(2027, 1, 1), 1, 1, 1, 0)  // 60 days
		told(calendar.NewDate(2027, 2, 16), 1, 1, 1, 0) // 14 days; the first is older than notices are shown
		c.must(d.Attend(t.Context(), at(c.manager, calendar.NewDate(2027, 2, 20)), store.CourseAttended{Worker: other.ID, Course: "The form", Session: "Refresher", On: calendar.NewDate(2027, 2, 20), Trainer: "T"}))
		told(calendar.NewDate(2027, 3, 2), 1, 1, 1, 0)
		told(calendar.NewDate(2027, 3, 3), 2, 1, 2, 0) // it has ended for one of the two
		on := calendar.NewDate(2027, 3, 3)
		for _, w := range []agency.Worker{c.manager, accountable} {
			list, err := d.Trained(t.Context(), at(w, on))
			c.must(err)
			if len(list) != 2 || list[0].Worker.ID != c.worker.ID || list[0].Until != calendar.NewDate(2027, 3, 2) || list[1].Until != calendar.NewDate(2028, 2, 20) {
				t.Errorf("%s sees %+v", w.Name, list)
			}
		}
		if list, err := d.Trained(t.Context(), at(other, on)); err != nil || len(list) != 0 {
			t.Errorf("somebody else sees %+v, %v", list, err)
		}
	})
}

// A pathway of which a form is one part has the practice example, as a real record,
// until the form is imported, and is begun and worked on by people who may not score.
func TestAnAreasOwnToolTakesThePlaceOfTheExample(t *testing.T) {
	t.Parallel()
	caseworktest.Each(t, func(t *testing.T, d *casework.Desk) {
		c := newClinic(t, d, tool.AfterRead, far())
		begin := func(days int) record.Record {
			rec, err := d.Begin(t.Context(), c.by(c.worker, days), "exploitation_assessment", casework.Beginning{Authority: "thurrock", Step: "begin", Answers: answer.Given(map[string]any{
				"ex_kind": []any{"criminal"}, "ex_why": "A second phone.", "ex_told": "yes", "referrer_name": "C", "referrer_role": "C", "referrer_agency": "C", "referrer_phone": "01632 960003",
				"children": []any{map[string]any{"given_names": "Kit", "family_name": "Sample", "unborn": "no", "born": "2011-06-01", "home_address": map[string]any{"line1": "1 Sample Street", "town": "Grays"}, "home_disclosure": "open"}},
			})})
			c.must(err)
			return rec
		}
		if rec := begin(0); len(rec.Answers.Rows("tool_items")) != 12 || strings.Contains(rec.Names, tool.PracticeMark) {
			t.Errorf("without the form %q has %v", rec.Names, rec.Answers.Rows("tool_items"))
		}
		caseworktest.Import(t, d, caseworktest.Form(t, `"gcp2"`, `"exploitation"`), c.manager, far(), tool.AfterRead, caseworktest.Start)
		rec := begin(1)
		if !slices.Equal(rec.Answers.Rows("tool_items"), []string{"x1", "x2"}) {
			t.Errorf("with it there are %v", rec.Answers.Rows("tool_items"))
		}
		_, err := c.write(c.by(c.worker, 1), rec, "tool_items/x1/tool_answer", "4")
		c.refused(err, "There is no record that you attended")
		_, err = c.write(c.by(c.worker, 1), rec, "strengths", "His coach.")
		c.must(err)
		caseworktest.Train(t, d, c.worker, calendar.NewDate(2026, 3, 2), caseworktest.Start)
		_, err = c.write(c.by(c.worker, 2), rec, "tool_items/x1/tool_answer", "4")
		c.must(err)
	})
}
