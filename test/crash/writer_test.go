package crash

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"frontdoor/internal/answer"
	"frontdoor/internal/casework"
	"frontdoor/internal/fault"
	"frontdoor/internal/record"
	"frontdoor/internal/secret"
	"frontdoor/internal/store"
	"frontdoor/test/live"
)

// writer writes referrals without script, one after another, as a member of the
// public or as a signed-in professional. After a kill it goes on where it was.
type writer struct {
	*hand
	account *live.Account // nil for the public
	base    url.Values    // what it tells, but for words of its own
	marker  string        // the question whose answer tells its referrals apart

	d       *live.Draft
	page    *live.Page          // the page that is open; nil after a kill
	had     map[string]string   // answers that the program said are saved
	maybe   map[string][]string // answers sent since, by name
	files   []string            // hashes of files that it said are kept
	maybeF  []string
	sending *live.Form // “Send” was pressed and not answered
	sent    []sent
}

// sent is a referral with all that was acknowledged of it.
type sent struct {
	live.Sent
	had   map[string]string
	files []string
}

func (w *writer) forget() {
	w.d, w.page, w.sending = nil, nil, nil
	w.had, w.maybe, w.files, w.maybeF = map[string]string{}, map[string][]string{}, nil, nil
}

// act does one thing more.
func (w *writer) act(ctx context.Context) error {
	if w.account != nil {
		if err := w.signIn(ctx, w.account); err != nil {
			return err
		}
	}
	switch {
	case w.d == nil:
		d, err := w.c.Begin(ctx)
		if err != nil {
			return err
		}
		w.forget()
		w.d, w.page = d, d.Page
		w.acks.Add(1)
		return nil
	case w.sending != nil || w.page != nil && strings.HasSuffix(w.page.Path(), "/check"):
		return w.send(ctx)
	case w.page == nil:
		p, err := w.c.Get(ctx, "/refer/"+w.d.ID)
		if err != nil {
			return err
		}
		if p.Status != http.StatusOK {
			return &live.Wrong{Page: p, What: "the draft cannot be gone on with"}
		}
		w.page = p
		return nil
	}
	return w.next(ctx)
}

// next answers one page, sometimes typing for a while before.
func (w *writer) next(ctx context.Context) error {
	f := w.page.Form("")
	if f == nil {
		return &live.Wrong{Page: w.page, What: "no form"}
	}
	values := url.Values{}
	for _, name := range f.Names {
		if v, ok := w.base[name]; ok {
			values[name] = v
		}
	}
	if _, ok := values[w.marker]; ok {
		if f.Autosave == "" {
			return &live.Wrong{Page: w.page, What: "nothing saves this form"}
		}
		for range w.rand.IntN(6) {
			typed := url.Values{w.marker: {w.words(40 + w.rand.IntN(400))}}
			w.try(typed)
			if err := w.c.Autosave(ctx, f, typed); err != nil {
				return err
			}
			w.saved(typed)
		}
		values[w.marker] = []string{w.words(40 + w.rand.IntN(400))}
	}
	var list []live.File
	for _, field := range f.Files {
		if w.rand.IntN(3) > 0 {
			content := w.content()
			list = append(list, live.File{Field: field, Name: w.name() + ".txt", Content: content})
			w.maybeF = append(w.maybeF, sum(content))
		}
	}
	w.try(values)
	p, err := w.c.Submit(ctx, f, values, list...)
	if p.Accepted() {
		w.saved(values)
		w.files, w.maybeF = append(w.files, w.maybeF...), nil
	}
	if err != nil {
		return err
	}
	if p.Status != http.StatusOK {
		return &live.Wrong{Page: p, What: "an answer was not taken"}
	}
	w.page = p
	return nil
}

// send presses “Send”; again, when the answer to the first press never came.
func (w *writer) send(ctx context.Context) error {
	if w.sending == nil {
		f := w.page.Form("/send")
		if f == nil {
			return &live.Wrong{Page: w.page, What: "it cannot be sent"}
		}
		w.sending = f
	}
	w.pressed()
	p, err := w.c.Submit(ctx, w.sending, nil)
	if !p.Accepted() {
		if err == nil {
			err = &live.Wrong{Page: p, What: "it was not sent"}
		}
		return err
	}
	// The answer names the record, or to a worker who had sent it already, the
	// list of all they sent.
	to := p.URL
	if len(p.Hops) == 1 {
		if to, err = url.Parse(p.Header.Get("Location")); err != nil {
			return err
		}
	}
	w.done(strings.TrimPrefix(to.Path, "/refer/sent/"))
	return err
}

// done notes that the referral was sent. A record that is not named is found by
// its words later.
func (w *writer) done(rec string) {
	if strings.HasPrefix(rec, "/") {
		rec = ""
	}
	w.acks.Add(1)
	w.sent = append(w.sent, sent{live.Sent{Record: rec, Code: w.d.Code}, w.had, w.files})
	w.share(rec)
	w.forget()
}

func (w *writer) try(values url.Values) {
	for name, v := range values {
		w.maybe[name] = append(w.maybe[name], v[0])
	}
}

func (w *writer) saved(values url.Values) {
	w.acks.Add(1)
	for name, v := range values {
		w.had[name], w.maybe[name] = v[0], nil
	}
}

// by is who owns its drafts.
func (w *writer) by(l *look) casework.By {
	if w.account != nil {
		return casework.ByWorker(w.account.Worker, &l.Desk.Place.Register, l.now)
	}
	code, err := secret.ParseReceiptCode(w.d.Code)
	if err != nil {
		l.t.Fatal(err)
	}
	return casework.ByVisitor(secret.ReceiptHash(l.Desk.Sealer.LookupHash, code), l.now)
}

// check looks for everything that this writer was told is kept.
func (w *writer) check(l *look, all bool) {
	if w.d != nil {
		w.checkDraft(l)
	}
	for i := range w.sent {
		if all || i >= w.checked {
			w.checkSent(l, &w.sent[i])
		}
	}
	w.checked = len(w.sent)
	w.page = nil
}

func (w *writer) checkDraft(l *look) {
	dr, err := l.Desk.Draft(l.t.Context(), w.by(l), w.d.ID)
	if fault.KindOf(err) == fault.NotFound && w.sending != nil {
		// It was sent, and only the answer is missing. Pressing again must lead
		// to what was sent and make nothing new; the count at the end shows it.
		w.resent++
		if l.found[w.had[w.marker]] != 1 {
			l.fail("%s: sent without an answer, and there are %d of it", w.who, l.found[w.had[w.marker]])
		}
		return
	}
	if err != nil {
		l.fail("%s: the draft %s is lost: %v", w.who, w.d.ID, err)
		return
	}
	if n := l.found[w.had[w.marker]]; w.had[w.marker] != "" && n != 0 {
		l.fail("%s: there is a draft and %d records of it", w.who, n)
	}
	w.settle(l, dr.Answers)
	var kept []record.File
	err = l.Desk.DB.Read(l.t.Context(), func(tx *store.Tx) error {
		kept, err = tx.FilesOfDraft(dr.ID)
		return err
	})
	if err != nil {
		l.t.Fatal(err)
	}
	w.filesIn(l, "draft "+dr.ID, kept, w.files, w.maybeF, answered(dr.Answers))
	w.maybeF = nil
}

// settle compares a draft's answers with what was acknowledged: each is the last
// acknowledged or one that was on its way.
func (w *writer) settle(l *look, have answer.Set) {
	for _, name := range slices.Sorted(maps.Keys(w.maybe)) {
		tried := w.maybe[name]
		was, known := w.had[name]
		got, ok := value(have, name)
		if !ok {
			continue
		}
		switch {
		case slices.Contains(tried, got):
			w.had[name] = got
		case known && got != was: // else it is what the program filled in itself
			l.fail("%s: draft %s: %s is %.60q; acknowledged was %.60q, on its way %d", w.who, w.d.ID, name, got, was, len(tried))
		}
	}
	w.maybe = map[string][]string{}
	for name, was := range w.had {
		if got, ok := value(have, name); ok && got != was {
			l.fail("%s: draft %s: %s is %.60q; acknowledged was %.60q", w.who, w.d.ID, name, got, was)
		}
	}
}

// value is the answer to a control that holds an answer of its own; false for
// parts of dates, addresses and “not known”, and for what the program itself
// takes back.
func value(have answer.Set, name string) (string, bool) {
	if strings.Contains(name, "-") || name == "child_area" {
		return "", false
	}
	a := have[answer.Key(name)]
	if len(a.List) > 0 {
		return a.List[0], true
	}
	return a.Text, true
}

// answered are the ids of files that answers name.
func answered(have answer.Set) []string {
	return have["files"].List
}

// filesIn looks for files by their content: those acknowledged once, those on
// their way at most once and then named in the answers.
func (w *writer) filesIn(l *look, where string, kept []record.File, must, may, named []string) {
	for _, s := range must {
		n := 0
		for _, f := range kept {
			if f.SHA256 == s {
				n++
				if !slices.Contains(named, f.ID) {
					l.fail("%s: %s: an acknowledged file is no answer", w.who, where)
				}
			}
		}
		if n != 1 {
			l.fail("%s: %s: an acknowledged file is there %d times", w.who, where, n)
		}
	}
	for _, f := range kept {
		if slices.Contains(must, f.SHA256) {
			continue
		}
		if !slices.Contains(may, f.SHA256) && !slices.Contains(w.stray, f.SHA256) {
			l.fail("%s: %s: a file that was never sent", w.who, where)
		}
		if !slices.Contains(named, f.ID) {
			w.half++
			w.stray = append(w.stray, f.SHA256)
			continue
		}
		w.files = append(w.files, f.SHA256)
	}
}

func (w *writer) checkSent(l *look, s *sent) {
	if n := l.found[s.had[w.marker]]; n != 1 {
		l.fail("%s: a referral that was sent is there %d times", w.who, n)
		return
	}
	id := l.record[s.had[w.marker]]
	if s.Record == "" {
		s.Record = id
		w.share(id)
	}
	if s.Record != id {
		l.fail("%s: the answer named record %s; it is %s", w.who, s.Record, id)
	}
	var rec record.Record
	var kept []record.File
	var holder string
	err := l.Desk.DB.Read(l.t.Context(), func(tx *store.Tx) error {
		var err error
		if rec, err = tx.Record(id); err != nil {
			return err
		}
		if s.Code != "" {
			code, err := secret.ParseReceiptCode(s.Code)
			if err != nil {
				return err
			}
			if holder, err = tx.CodeHolder(secret.ReceiptHash(l.Desk.Sealer.LookupHash, code)); err != nil && !errors.Is(err, store.ErrNone) {
				return err
			}
		}
		kept, err = tx.FilesOf(id)
		return err
	})
	if err != nil {
		l.t.Fatal(err)
	}
	s.Reference = rec.Reference
	if s.Code != "" && holder != id {
		l.fail("%s: the code does not open what it was given for", w.who)
	}
	p, ok := l.Desk.Pathways.At(rec.Hash)
	if !ok {
		l.t.Fatal("no pathway of that text")
	}
	for _, name := range slices.Sorted(maps.Keys(s.had)) {
		_, _, id := answer.Key(name).Split()
		if q, ok := p.Question(id); !ok || q.Sealed || corrected(name) {
			continue
		}
		if got, ok := value(rec.Answers, name); ok && got != s.had[name] {
			l.fail("%s: %s: %s is %.60q, sent was %.60q", w.who, rec.Reference, name, got, s.had[name])
		}
	}
	for _, f := range s.files {
		if n := len(slices.DeleteFunc(slices.Clone(kept), func(k record.File) bool { return k.SHA256 != f })); n != 1 {
			l.fail("%s: %s: an acknowledged file is there %d times", w.who, rec.Reference, n)
		}
	}
}

// corrected are answers that workers change in this world.
func corrected(name string) bool { return strings.HasPrefix(name, "children/r1/school") }

func sum(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}

// words are some that nobody else ever writes.
func (h *hand) words(n int) string {
	h.wrote++
	var b strings.Builder
	fmt.Fprintf(&b, "%s-%d", h.who, h.wrote)
	for b.Len() < n {
		b.WriteByte(' ')
		b.WriteString(common[h.rand.IntN(len(common))])
	}
	return b.String()
}

func (h *hand) name() string {
	h.wrote++
	return fmt.Sprintf("%s-%d", h.who, h.wrote)
}

// content is a file of text, now and then a large one.
func (h *hand) content() []byte {
	n := 1000 + h.rand.IntN(4000)
	if h.rand.IntN(5) == 0 {
		n = 100_000 + h.rand.IntN(300_000)
	}
	return []byte(h.words(n))
}

var common = strings.Fields("child was seen at the school gate and said that nobody had been home since Monday her teacher rang twice police went to the flat")

func newRand(seed uint64, n int) *rand.Rand { return rand.New(rand.NewPCG(seed, uint64(n))) }
