package casework_test

import (
	"slices"
	"strings"
	"testing"

	"frontdoor/internal/access"
	"frontdoor/internal/answer"
	"frontdoor/internal/audit"
	"frontdoor/internal/casework"
	"frontdoor/internal/casework/caseworktest"
	"frontdoor/internal/fault"
	"frontdoor/internal/record"
	"frontdoor/internal/store"
)

// A record that few may open has those who work with the same people on another seek
// advice before they contact anybody: in every authority, while it is under way, and
// those it names a role for. Nobody learns more, and its log says who was told.
func TestWhoeverWorksWithTheSamePeopleAsksFirst(t *testing.T) {
	const words = "Seek advice before you ring. Ask the coordinator."
	quiet := strings.Replace(watchText, "known_across: { group: adults, to: [lado], ring: adult-in-trust, words: Ring them. }",
		"ask_first: { to: [social_worker], while: [open], words: "+words+" }", 1)
	plain := strings.NewReplacer("pathway: watch", "pathway: plain", "restricted: [lado]\n", "", "known_across: { group: adults, to: [lado], ring: adult-in-trust, words: Ring them. }\n", "",
		`to: "role:lado"`, `to: "role:social_worker"`, "by: [lado]", "by: [social_worker]", "    grants:\n", "    grants:\n      - { key: h, to: \"role:health_practitioner\", may: [view], why: They see the family. }\n").Replace(watchText)
	made(t, map[string]string{"watch/pathway.yaml": quiet, "plain/pathway.yaml": plain}, func(t *testing.T, o office) {
		in := func(role, authority string) casework.By {
			w := caseworktest.Worker(t, o.Desk, role+"@"+authority, role, authority, "")
			return casework.ByWorker(w, &o.Place.Register, o.now)
		}
		begin := func(pathway, authority, first string) record.Record {
			t.Helper()
			rec, err := o.Begin(t.Context(), in("school_lead", authority), pathway, casework.Beginning{Authority: authority, Step: "begin", Answers: answer.Set{
				"adults": answer.List("r1"), "adults/r1/first": answer.Text(first), "adults/r1/last": answer.Text("Quibble"), "adults/r1/adult_born": answer.Text("1980-05-05"),
			}})
			if err != nil {
				t.Fatal(err, fault.SafeText(err))
			}
			return rec
		}
		sees := func(by casework.By, rec record.Record, want ...string) {
			t.Helper()
			v, err := o.Open(t.Context(), by, rec.ID)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(v.AskFirst.Words, want) {
				t.Errorf("%s is told %q, want %q", by.Principal, v.AskFirst.Words, want)
			}
		}
		here, other := begin("plain", "thurrock", "Kim"), begin("plain", "thurrock", "Robin")
		worker, nurse := in("social_worker", "thurrock"), in("health_practitioner", "thurrock")
		sees(worker, here)
		secret := begin("watch", "essex", "Kim")
		sees(worker, here, words)
		sees(worker, other)
		sees(nurse, here)
		sees(in("lado", "essex"), secret) // of itself nothing is said
		if _, err := o.Open(t.Context(), worker, secret.ID); fault.KindOf(err) != fault.NotFound {
			t.Errorf("it may be opened by whoever was told to ask: %v", err)
		}
		looked, _, err := o.WhoLooked(t.Context(), in("lado", "essex"), secret.ID, 50)
		told := 0
		for _, e := range looked {
			if e.Act == "tell-ask-first" {
				told++
			}
		}
		if err != nil || told != 1 {
			t.Errorf("its log says %d times that somebody was told, want once (%v)", told, err)
		}
		looked, _, err = o.WhoLooked(t.Context(), worker, here.ID, 50)
		if err != nil || slices.ContainsFunc(looked, func(e audit.Event) bool { return e.Act == "tell-ask-first" }) {
			t.Errorf("the log of the other record leads to it: %+v, %v", looked, err)
		}
		// A worker whom it may be about is told nothing, however they come by the other.
		w := caseworktest.Worker(t, o.Desk, "Near One", "social_worker", "thurrock", "")
		near := casework.ByWorker(w, &o.Place.Register, o.now)
		sees(near, here, words)
		err = o.DB.Write(t.Context(), func(tx *store.Tx) error {
			return tx.AddExclusion(access.Exclusion{Record: secret.ID, Worker: near.Worker(), Why: "It is about them.", At: o.now, By: near.Worker()})
		})
		if err != nil {
			t.Fatal(err)
		}
		sees(near, here)
		// Once it is judged it is not under way any more.
		if _, _, err := o.Known(t.Context(), in("lado", "essex"), secret.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := o.TakeStep(t.Context(), in("lado", "essex"), secret.ID, "judge", 0, nil); err != nil {
			t.Fatal(err, fault.SafeText(err))
		}
		sees(in("social_worker", "thurrock"), here)
	})
}
