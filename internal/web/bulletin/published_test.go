package bulletin_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"frontdoor/internal/answer"
	"frontdoor/internal/casework"
	"frontdoor/internal/web/webtest"
)

// published puts an action into the delivery plan, with a title that everyone is to
// read from a day on.
func (w *world) published(title, from string) {
	w.T.Helper()
	ctx := w.T.Context()
	office, _ := w.worker("Olive Office", "partnership_business", "partnership_officer")
	owner, _ := w.worker("Owen Owner", "thurrock_early_help", "early_help_worker")
	text := func(pairs ...string) answer.Set {
		out := answer.Set{}
		for i := 0; i < len(pairs); i += 2 {
			out[answer.Key(pairs[i])] = answer.Text(pairs[i+1])
		}
		return out
	}
	rec, err := w.desk.Begin(ctx, w.by(office), "delivery_plan", casework.Beginning{Authority: "thurrock", Step: "propose", Answers: text(
		"plan_year", "2026 to 2027", "plan_priority", "Neglect", "plan_what", "Train Mia’s nursery.", "plan_outcome", "Noticed sooner.", "plan_from", "review", "plan_from_ref", "E-1",
		"plan_authority", "thurrock", "plan_agency", "Council", "plan_start", "2026-09-01", "plan_due", "2027-03-31", "plan_measure", "Referrals", "plan_baseline", "40", "plan_target", "80", "plan_quiet", "no", "plan_needs", "Money.")})
	w.Must(err)
	step := func(by casework.By, id string, answers answer.Set) {
		w.T.Helper()
		_, err := w.desk.TakeStep(ctx, by, rec.ID, id, 0, answers)
		w.Must(err)
	}
	step(w.by(office), "offer", text("plan_owner", owner.ID, "plan_owner_why", "He runs it."))
	step(w.by(owner), "accept", text("accept_is", "yes", "accept_words", "A trainer."))
	_, err = w.desk.Answer(ctx, w.by(owner), rec.ID, 0, text("public_title", title, "public_why", "Small children cannot tell.", "public_due", "Spring 2027", "public_state", "going", "public_words", "=Half are trained."), "")
	w.Must(err)
	step(w.by(office), "approve", text("public_is", "yes", "public_checked", "yes", "public_on", from))
}

// Everyone reads the plan that was agreed to be published, on a page and as a table,
// and nothing of it before its day.
func TestThePlanForEveryone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Get(nil, "/published/delivery-plan", 200, "What we have set out to do", "Nothing has been published here yet")
	w.Get(nil, "/published/delivery_plan", 404)
	w.Get(nil, "/published/referral/csv", 404)
	w.published("We train every nursery", "2026-12-17")
	w.Later(2 * time.Minute)
	w.Get(nil, "/published/delivery-plan", 200, "Nothing has been published here yet", "!nursery")
	w.Later(24 * time.Hour)
	w.Get(nil, "/published/delivery-plan", 200, "We train every nursery", "Spring 2027", "Thurrock", "=Half are trained.", "!Mia", "!Owen", "!Money", "!Nothing has been published")
	got := w.Get(nil, "/published/delivery-plan/csv", 200, "What we will do,Plan,", "We train every nursery,2026 to 2027,Thurrock", ",'=Half are trained.", "!Mia")
	if kind := got.Header().Get("Content-Type"); !strings.HasPrefix(kind, "text/csv") || got.Code != http.StatusOK {
		t.Errorf("the table comes as %s", kind)
	}
}

func TestThePlanForEveryoneInABrowser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := webtest.Browser(t)
	server := w.Serve()
	p.Open(server + "/published/delivery-plan")
	p.Check()
	w.published("We train every nursery", "2026-12-16")
	w.Later(2 * time.Minute)
	p.Open(server + "/published/delivery-plan")
	p.WaitText("main", "We train every nursery")
	p.Check()
	p.Shot("published-plan")
}
