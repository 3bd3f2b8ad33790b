package crash

import (
	"context"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"frontdoor/internal/answer"
	"frontdoor/internal/record"
	"frontdoor/internal/store"
	"frontdoor/test/live"
)

// hand is one browser at work.
type hand struct {
	who   string
	c     *live.Client
	rand  *rand.Rand
	wrote int // words so far

	acks    *atomic.Int64
	pressed func()           // tells that something large is about to be sent
	share   func(rec string) // tells the workers of a record

	checked int      // facts that were looked for
	half    int      // files of a draft that no answer names
	stray   []string // their hashes
	resent  int      // sent, and the answer to that lost
	signed  bool
}

// signIn signs in once; a session that ended without being asked to is a loss.
func (h *hand) signIn(ctx context.Context, a *live.Account) error {
	if h.signed {
		return nil
	}
	if err := h.c.SignIn(ctx, a); err != nil {
		return err
	}
	h.acks.Add(1)
	h.signed = true
	return nil
}

// records are those that workers work on.
type records struct {
	mu  sync.Mutex
	ids []string
}

func (r *records) add(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if id != "" && !slices.Contains(r.ids, id) {
		r.ids = append(r.ids, id)
	}
}

// pick gives one of the last few.
func (r *records) pick(rand *rand.Rand) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.ids) == 0 {
		return ""
	}
	last := r.ids[max(0, len(r.ids)-12):]
	return last[rand.IntN(len(last))]
}

// fact is one thing a worker was told is kept.
type fact struct {
	what, rec string
	key, text string // of a step: an answer and its words; else the words or name
	content   []byte // of a file
	count     int    // set when it was looked for
}

// worker works at the front door.
type worker struct {
	*hand
	account *live.Account
	manager bool
	recs    *records

	had    []*fact
	trying *fact             // sent and not answered
	drafts map[string]*draft // by record and step
}

// draft is what was typed in a step's form.
type draft struct {
	rec, step, key string
	had            string
	maybe          []string
}

func (w *worker) act(ctx context.Context) error {
	if err := w.signIn(ctx, w.account); err != nil {
		return err
	}
	rec := w.recs.pick(w.rand)
	if rec == "" {
		select {
		case <-ctx.Done():
		case <-time.After(20 * time.Millisecond):
		}
		return nil
	}
	switch w.rand.IntN(9) {
	case 0, 1:
		text := w.words(30 + w.rand.IntN(900))
		return w.post(ctx, &fact{what: "entry", rec: rec, text: text}, "/entries", url.Values{"kind": {"call"}, "text": {text}})
	case 2:
		text := w.words(30 + w.rand.IntN(300))
		return w.post(ctx, &fact{what: "message", rec: rec, text: text}, "/messages", url.Values{"message": {text}})
	case 3:
		content, name := w.content(), w.name()+".txt"
		return w.post(ctx, &fact{what: "file", rec: rec, text: name, content: content}, "/files", nil, live.File{Field: "files", Name: name, Content: content})
	case 4:
		return w.typing(ctx, rec)
	case 5:
		return w.step(ctx, rec, "acknowledge", "ack_words", url.Values{})
	case 6:
		at := time.Now().AddDate(0, 0, -2)
		return w.step(ctx, rec, "conversation", "talk_words", url.Values{
			"talk_with": {"The school"}, "talk_at-day": {at.Format("2")}, "talk_at-month": {at.Format("1")}, "talk_at-year": {at.Format("2006")}, "talk_at-time": {"10:30"},
		})
	case 7:
		if w.manager {
			if p, err := w.c.Get(ctx, "/records/"+rec+"/known"); err != nil || p.Status != http.StatusOK {
				return err
			}
			return w.step(ctx, rec, "decide", "children/r1/rationale", url.Values{
				"children/r1/outcome": {"s17"}, "children/r1/level_decided": {"4"}, "children/r1/level_differs": {"We know more."}, "children/r1/handover_words": {"See the child alone."},
				"decision_consent": {"not_safe"}, "decision_consent_words": {"Nobody was asked."}, "pattern": {"The same each time."}, "unanswered": {"It cannot wait."},
				"children/r1/passed_on": {"no"},
			})
		}
	}
	return w.step(ctx, rec, "screen", "rating_reason", url.Values{"rating": {"amber"}})
}

// post sends the form of one of a record's pages.
func (w *worker) post(ctx context.Context, f *fact, page string, values url.Values, files ...live.File) error {
	p, err := w.open(ctx, "/records/"+f.rec+page)
	if err != nil {
		return err
	}
	w.trying = f
	p, err = w.c.Submit(ctx, p.Form(page), values, files...)
	return w.answered(p, err)
}

// open opens a page of a record that must be there.
func (w *worker) open(ctx context.Context, path string) (*live.Page, error) {
	p, err := w.c.Get(ctx, path)
	if err == nil && (p.Status != http.StatusOK || p.Path() != path) {
		err = &live.Wrong{Page: p, What: "a page that was there"}
	}
	return p, err
}

// answered notes how what was tried ended. Someone else's save coming first is
// no loss: the program says so and keeps nothing of it.
func (w *worker) answered(p *live.Page, err error) error {
	switch {
	case p.Accepted():
		w.had, w.trying = append(w.had, w.trying), nil
		w.acks.Add(1)
	case err == nil && (p.Status == http.StatusConflict || p.Status == http.StatusUnprocessableEntity || p.Status == http.StatusNotFound):
		w.trying = nil
	case err == nil:
		err = &live.Wrong{Page: p, What: "not taken"}
	}
	return err
}

// step takes a step, if it is open, through as many pages as it has.
func (w *worker) step(ctx context.Context, rec, step, key string, values url.Values) error {
	p, err := w.c.Get(ctx, "/records/"+rec+"/steps/"+step)
	if err != nil {
		return err
	}
	f := p.Form("/steps/" + step)
	if f == nil {
		return nil // it was taken before
	}
	text := w.words(30 + w.rand.IntN(300))
	values.Set(key, text)
	// The form keeps what was typed before it takes the step.
	d := w.draft(rec, step, key)
	d.maybe = append(d.maybe, text)
	w.trying = &fact{what: "step " + step, rec: rec, key: key, text: text}
	w.pressed()
	for range 3 {
		p, err = w.c.Submit(ctx, f, values)
		if err != nil || p.Accepted() || p.Status != http.StatusOK {
			break
		}
		if f = p.Form("/steps/" + step); f == nil {
			break
		}
	}
	return w.answered(p, err)
}

// typing types in the form of a step without taking it.
func (w *worker) typing(ctx context.Context, rec string) error {
	step, key := "screen", "rating_reason"
	p, err := w.c.Get(ctx, "/records/"+rec+"/steps/"+step)
	if err != nil {
		return err
	}
	f := p.Form("/steps/" + step)
	if f == nil {
		return nil
	}
	d := w.draft(rec, step, key)
	for range 1 + w.rand.IntN(4) {
		text := w.words(20 + w.rand.IntN(600))
		d.maybe = append(d.maybe, text)
		if err := w.c.Autosave(ctx, f, url.Values{key: {text}}); err != nil {
			if strings.HasPrefix(err.Error(), "not saved: 404") || strings.HasPrefix(err.Error(), "not saved: 409") {
				delete(w.drafts, rec+step)
				return nil // someone else took the step
			}
			return err
		}
		d.had, d.maybe = text, nil
		w.acks.Add(1)
	}
	return nil
}

// draft is what was typed in a step's form, from now on.
func (w *worker) draft(rec, step, key string) *draft {
	d := w.drafts[rec+step]
	if d == nil {
		d = &draft{rec: rec, step: step, key: key}
		w.drafts[rec+step] = d
	}
	return d
}

// check looks for everything that this worker was told is kept.
func (w *worker) check(l *look, all bool) {
	if t := w.trying; t != nil {
		l.find(t)
		if t.count > 1 {
			l.fail("%s: %s that was on its way is there %d times", w.who, t.what, t.count)
		}
		if t.count == 1 {
			w.had = append(w.had, t)
		}
		w.trying = nil
	}
	for i, f := range w.had {
		if !all && i < w.checked {
			continue
		}
		if l.find(f); f.count != 1 {
			l.fail("%s: an acknowledged %s on %s is there %d times: %.60q", w.who, f.what, f.rec, f.count, f.text)
		}
	}
	w.checked = len(w.had)
	for name, d := range w.drafts {
		w.checkDraft(l, name, d)
	}
}

func (w *worker) checkDraft(l *look, name string, d *draft) {
	var got string
	gone := false
	err := l.Desk.DB.Read(l.t.Context(), func(tx *store.Tx) error {
		steps, err := tx.StepsTaken(d.rec)
		for _, s := range steps {
			gone = gone || s.Step == d.step
		}
		if err != nil || gone {
			return err
		}
		dr, _, err := tx.DraftFor("worker:"+w.account.ID, d.rec, d.step)
		if err != nil {
			return err
		}
		got = dr.ID
		return nil
	})
	switch {
	case gone:
		delete(w.drafts, name)
		return
	case err != nil && d.had != "":
		l.fail("%s: what was typed on %s is lost: %v", w.who, d.rec, err)
		return
	case err != nil:
		return
	}
	dr, err := l.Desk.Draft(l.t.Context(), l.by(w.account), got)
	if err != nil {
		l.fail("%s: what was typed cannot be read: %v", w.who, err)
		return
	}
	text := dr.Answers.Text(answer.Key(d.key))
	if text != d.had && !slices.Contains(d.maybe, text) {
		l.fail("%s: what was typed on %s is %.60q; acknowledged was %.60q", w.who, d.rec, text, d.had)
	}
	d.had, d.maybe = text, nil
}

// find counts how often a fact is there, as a worker reads it.
func (l *look) find(f *fact) {
	f.count = 0
	if step, ok := strings.CutPrefix(f.what, "step "); ok {
		var revs []record.Revision
		err := l.Desk.DB.Read(l.t.Context(), func(tx *store.Tx) error {
			var err error
			revs, err = tx.Revisions(f.rec)
			return err
		})
		if err != nil {
			l.t.Fatal(err)
		}
		for _, r := range revs {
			if r.Step == step && r.Changes.Text(answer.Key(f.key)) == f.text {
				f.count++
			}
		}
		return
	}
	page := map[string]string{"entry": "/entries", "message": "/messages", "file": "/files"}[f.what]
	p := l.page("/records/" + f.rec + page)
	if f.what != "file" {
		// A message that is yet another's beginning is not the same message.
		f.count = strings.Count(p.Text()+" ", f.text+" ")
		return
	}
	for _, link := range p.Links() {
		if link.Text != f.text {
			continue
		}
		got := l.page(link.Href)
		if string(got.Body) != string(f.content) {
			l.fail("%s: the file %s has other bytes: %d, sent were %d", f.rec, f.text, len(got.Body), len(f.content))
		}
		f.count++
	}
}
