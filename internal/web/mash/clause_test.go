package mash_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"frontdoor/internal/publishing"
)

// The manual opens beside a step, and the record says afterwards which version of
// it was in force.
func TestTheManualBesideAStep(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rec := w.referral(nil)
	sam := w.worker("Sam Okoro", "mash_social_worker", "")
	b := w.tab(sam)
	page := b.get("/records/"+rec.ID+"/steps/screen").want(t, http.StatusOK,
		"<details", "What the front door does", `href="/manual/referral#does" target="_blank"`, "opens in a new tab")
	if strings.Contains(page.body, `id="does"`) {
		t.Error("the section brings its own ids into the form")
	}
	b.post("/records/"+rec.ID+"/steps/screen", url.Values{"based": {"1"}, "asked": {"rating", "rating_reason"}, "rating": {"amber"}, "rating_reason": {"It was seen twice."}}).want(t, http.StatusSeeOther)
	on := publishing.On(w.Now())
	w.Set(w.Now().Add(time.Hour)) // later on the same day it reads otherwise
	w.retitle("guidance/manual/referral.md", "## What the front door does {#does}", "## At the front door {#does}")
	w.Set(w.Now().Add(time.Hour))
	w.tab(sam).get("/records/"+w.referral(nil).ID+"/steps/screen").want(t, http.StatusOK, "At the front door").without(t, "What the front door does")
	// The link is to the text at the moment at which it was done, not to that of now.
	w.tab(sam).get("/records/"+rec.ID+"/history").want(t, http.StatusOK,
		`href="/manual/referral?on=`+on+`#does"`, `href="/manual/recognising?on=`+on+`#call"`, "What the front door does, as it was on", "Manual: ", "as it was on Tuesday 17 March 2026")
}

// retitle publishes a correction of a chapter, as its editor and a second person do.
func (w *world) retitle(file, from, to string) {
	w.T.Helper()
	ctx, texts := w.T.Context(), w.House.Texts
	by := func(name, role string) publishing.By {
		return publishing.By{Worker: w.worker(name, role, ""), Now: w.Now(), Route: "test"}
	}
	if err := texts.Ship(ctx, w.Now()); err != nil {
		w.T.Fatal(err)
	}
	live, ok, err := texts.File(ctx, w.Now(), file)
	if err != nil || !ok {
		w.T.Fatal(err, ok)
	}
	content, err := texts.Content(ctx, live.Hash)
	if err != nil {
		w.T.Fatal(err)
	}
	change, err := texts.Ask(ctx, by("Edda Itor", "partnership_editor"), publishing.Proposal{Name: file, Content: []byte(strings.Replace(string(content), from, to, 1)), Base: live.Change, Why: "A plainer title."})
	if err != nil {
		w.T.Fatal(err)
	}
	if err := texts.Correct(ctx, by("Mana Ger", "partnership_manager"), "A plainer title.", change.ID); err != nil {
		w.T.Fatal(err)
	}
}
