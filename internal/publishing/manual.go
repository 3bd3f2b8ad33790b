package publishing

import (
	"bytes"
	"context"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"frontdoor/internal/calendar"
	"frontdoor/internal/fault"
	"frontdoor/internal/guidance"
	"frontdoor/internal/store"
)

var editionKey = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// Release publishes all approved changes of the manual as an edition, in force
// from its day, and writes the edition into manual.yaml. Whoever releases it has
// written none of them. It says of each changed chapter what changed and what
// that means in practice. fault.Fields name key, title, from and summary, and
// what-KEY and effect-KEY of a chapter.
func (t *Texts) Release(ctx context.Context, by By, ed guidance.Edition) error {
	if err := t.may(by, PowerPublish); err != nil {
		return err
	}
	if ed.From.IsZero() {
		return fault.Fields{{Key: "from", Text: "Say from which day the edition holds."}}
	}
	from, err := begins(ed.From, by.Now)
	if err != nil {
		return err
	}
	return t.do(ctx, by, func(l *ledger, p *plan) error {
		var entries []*entry
		for _, e := range l.order {
			if isManual(e.Name) && e.state(by.Now, l) == Approved && l.current(e) {
				entries = append(entries, e)
			}
		}
		if len(entries) == 0 {
			return fault.New(fault.Invalid, "No approved change of the manual waits for an edition. Have changes reviewed first.")
		}
		base, ok := l.newest(manualFile)
		if !ok {
			return fault.New(fault.Invalid, "There is no manual.yaml, in which editions are listed. Write it first.")
		}
		text, err := t.Content(ctx, base.hash)
		if err != nil {
			return err
		}
		var m guidance.Manual
		if _, err := calendar.ReadYAML(text, manualFile, &m); err != nil {
			return err
		}
		ed := ed
		if len(m.Editions) > 0 {
			ed.Replaces = m.Editions[0].Key
		}
		if err := editionFaults(&ed, m, entries); err != nil {
			return err
		}
		content, err := withEdition(text, m, ed)
		if err != nil {
			return err
		}
		made := &entry{TextChange: store.TextChange{
			ID: store.NewID(by.Now), Kind: string(Write), Name: manualFile, Content: store.TextHash(content), Base: base.change,
			Author: by.Worker.ID, Why: "The edition " + ed.Title + " was released.", At: by.Now,
		}}
		return t.publish(ctx, l, p, publication{by: by, act: actPublished, from: from, edition: ed.Key, entries: entries, made: made, content: content})
	})
}

// chapterOf is the key of the chapter that a file holds; empty of another file.
func chapterOf(name string) string {
	key, ok := strings.CutPrefix(name, manualFolder)
	key, isText := strings.CutSuffix(key, ".md")
	if !ok || !isText {
		return ""
	}
	return key
}

// editionFaults checks what is said of an edition, and puts its chapters into
// the order of the changes.
func editionFaults(ed *guidance.Edition, m guidance.Manual, entries []*entry) error {
	var wrong fault.Fields
	ed.Key, ed.Title, ed.Summary = strings.TrimSpace(ed.Key), strings.TrimSpace(ed.Title), strings.TrimSpace(ed.Summary)
	if !editionKey.MatchString(ed.Key) {
		wrong.Add("key", "Give the edition a key of small letters, digits and hyphens, such as 2027-03. Links lead by it, so it never changes.")
	} else if slices.ContainsFunc(m.Editions, func(e guidance.Edition) bool { return e.Key == ed.Key }) {
		wrong.Add("key", "There is an edition with this key already. Choose another.")
	}
	if ed.Title == "" {
		wrong.Add("title", "Give the edition a title, such as March 2027.")
	}
	if ed.Summary == "" {
		wrong.Add("summary", "Say in a few sentences what is new. Everyone who works by the manual reads it.")
	}
	if len(m.Editions) > 0 && ed.From.Before(m.Editions[0].From) {
		wrong.Add("from", "The edition before it holds from %s. Choose that day or a later one.", m.Editions[0].From.Long())
	}
	var chapters []string
	for _, e := range entries {
		for _, name := range []string{e.Name, e.NewName} {
			if c := chapterOf(name); c != "" && !slices.Contains(chapters, c) && (e.NewName == "" || name == e.NewName) {
				chapters = append(chapters, c)
			}
		}
	}
	for _, c := range chapters {
		i := slices.IndexFunc(ed.Changes, func(x guidance.Change) bool { return x.Chapter == c })
		if i < 0 || strings.TrimSpace(ed.Changes[i].What) == "" {
			wrong.Add("what-"+c, "Say what changed in this chapter.")
		}
		if i < 0 || strings.TrimSpace(ed.Changes[i].Effect) == "" {
			wrong.Add("effect-"+c, "Say what that means for the people who work by it.")
		}
	}
	for _, x := range ed.Changes {
		if !slices.Contains(chapters, x.Chapter) {
			wrong.Add("what-"+x.Chapter, "This chapter has no approved change. Leave it out.")
		}
	}
	return wrong.Err()
}

var editionsLine = regexp.MustCompile(`(?m)^editions:[ \t]*(?:\[\])?[ \t]*\n`)

// withEdition is manual.yaml with one more edition, and everything else in it as
// it was, comments too.
func withEdition(text []byte, m guidance.Manual, ed guidance.Edition) ([]byte, error) {
	item, err := yaml.Marshal([]guidance.Edition{ed})
	if err != nil {
		return nil, err
	}
	want := append([]guidance.Edition{ed}, m.Editions...)
	if at := editionsLine.FindIndex(text); at != nil {
		indented := "  " + strings.ReplaceAll(strings.TrimSuffix(string(item), "\n"), "\n", "\n  ") + "\n"
		out := slices.Concat(text[:at[0]], []byte("editions:\n"), []byte(indented), text[at[1]:])
		var again guidance.Manual
		if _, err := calendar.ReadYAML(out, manualFile, &again); err == nil && len(again.Editions) == len(want) && again.Editions[0].Key == ed.Key && len(again.Parts) == len(m.Parts) {
			return out, nil
		}
	}
	m.Editions = want
	var out bytes.Buffer
	enc := yaml.NewEncoder(&out)
	enc.SetIndent(2)
	if err := enc.Encode(m); err != nil {
		return nil, err
	}
	return out.Bytes(), enc.Close()
}

// Editions are the editions that are known at an instant, the newest first: also
// one that is released and not in force yet.
func (t *Texts) Editions(ctx context.Context, at time.Time) ([]guidance.Edition, error) {
	l, err := t.ledger(ctx)
	if err != nil {
		return nil, err
	}
	for _, e := range slices.Backward(l.line) {
		if e.entry.Name != manualFile || e.from.After(at) && l.released(e).After(at) {
			continue
		}
		text, err := t.Content(ctx, e.entry.Content)
		if err != nil {
			return nil, err
		}
		var m guidance.Manual
		_, err = calendar.ReadYAML(text, manualFile, &m)
		return m.Editions, err
	}
	return nil, nil
}

// released is when a change was published.
func (l *ledger) released(e event) time.Time {
	pub, _ := e.entry.published()
	return pub.At
}

// EditionAt is the edition of the manual in force at an instant.
func (t *Texts) EditionAt(ctx context.Context, at time.Time) (guidance.Edition, bool, error) {
	lib, err := t.At(ctx, at)
	if err != nil {
		return guidance.Edition{}, false, err
	}
	ed, ok := lib.Manual.EditionOn(calendar.DateOf(at))
	return ed, ok, nil
}

// EditionLibrary is the library of an edition: as it stood at the end of its
// time, or now when it is in force. That of one whose day has not come is as it
// will be on that day.
func (t *Texts) EditionLibrary(ctx context.Context, key string, now time.Time) (*guidance.Library, guidance.Edition, error) {
	at, ed, err := t.endOf(ctx, key, now)
	if err != nil {
		return nil, ed, err
	}
	lib, err := t.At(ctx, at)
	return lib, ed, err
}

// endOf is the last instant at which an edition is read.
func (t *Texts) endOf(ctx context.Context, key string, now time.Time) (time.Time, guidance.Edition, error) {
	l, err := t.ledger(ctx)
	if err != nil {
		return now, guidance.Edition{}, err
	}
	all, err := t.Editions(ctx, now)
	if err != nil {
		return now, guidance.Edition{}, err
	}
	i := slices.IndexFunc(all, func(e guidance.Edition) bool { return e.Key == key })
	if i < 0 {
		return now, guidance.Edition{}, fault.New(fault.NotFound, "There is no such edition of the manual.")
	}
	begins := func(ed guidance.Edition) time.Time {
		for _, e := range l.line {
			if e.edition == ed.Key {
				return e.from
			}
		}
		return ed.From.Start()
	}
	at := now
	if i > 0 {
		if next := begins(all[i-1]); !next.After(now) {
			at = next.Add(-time.Microsecond)
		}
	}
	if from := begins(all[i]); from.After(at) {
		at = from
	}
	return at, all[i], nil
}

// Reading is the manual as it stood at an instant.
type Reading struct {
	Lib        *guidance.Library
	Edition    guidance.Edition
	HasEdition bool          // false before the first edition
	At         time.Time     // the instant whose text it is
	Day        calendar.Date // that of At, in London
	Exact      bool          // an instant was asked for, not a day
}

// Read gives the manual that an address asks for by what stands after on= in it:
// a day, as 2026-11-21, for the text in force at its end (today, as it is now; on
// a day to come, as it will be by what is released), or an instant, as
// 2026-11-21T09:30:00Z, for the text in force then. Without either it is that of
// now.
func (t *Texts) Read(ctx context.Context, on string, now time.Time) (Reading, error) {
	r := Reading{At: now, Day: calendar.DateOf(now)}
	if at, err := time.Parse(time.RFC3339Nano, on); err == nil {
		r.At, r.Day, r.Exact = at, calendar.DateOf(at), true
	} else if on != "" {
		day, err := calendar.ParseDate(on)
		if err != nil {
			return r, fault.New(fault.Invalid, "Write the date in the address as 2026-11-21, after on=.")
		}
		if day != r.Day {
			r.At, r.Day = day.AddDays(1).Start().Add(-time.Microsecond), day
		}
	}
	var err error
	if r.Lib, err = t.At(ctx, r.At); err != nil {
		return r, err
	}
	r.Edition, r.HasEdition = r.Lib.Manual.EditionOn(r.Day)
	return r, nil
}

// On is what stands after on= in an address that asks for the text of an instant.
func On(at time.Time) string { return at.UTC().Format(time.RFC3339Nano) }

// Chapter is the chapter of a key in a library of any time. The key may be one
// that the chapter had before, or one that it was given since.
func (t *Texts) Chapter(ctx context.Context, lib *guidance.Library, key string, now time.Time) (*guidance.Page, error) {
	p, _, ok := lib.Linked("manual:" + key)
	if !ok { // the name it has now is not the one it had then
		l, err := t.ledger(ctx)
		if err != nil {
			return nil, err
		}
		for old, now := range l.treeAt(now).moved {
			if now == manualFolder+key+".md" && !ok {
				p, ok = lib.Find("manual/" + chapterOf(old))
			}
		}
	}
	if !ok {
		return nil, fault.New(fault.NotFound, "The manual has no such chapter in this edition. It lists its chapters.")
	}
	return p, nil
}

// Turns are the instants after the beginning of a day and up to another, at which
// a text of the manual came into force: that of a chapter, or any when none is
// named. On such a day the manual stood in more than one way.
func (t *Texts) Turns(ctx context.Context, until time.Time, chapter string) ([]time.Time, error) {
	l, err := t.ledger(ctx)
	if err != nil {
		return nil, err
	}
	day := calendar.DateOf(until).Start()
	var out []time.Time
	for _, e := range slices.Backward(l.upTo(until)) {
		if !e.from.After(day) {
			break
		}
		if chapter != "" && !e.entry.touches(manualFolder+chapter+".md") || !isManual(e.entry.Name) {
			continue
		}
		if len(out) == 0 || out[0] != e.from {
			out = slices.Insert(out, 0, e.from)
		}
	}
	return out, nil
}

// EditionWords are an editor's words on a chapter in one edition.
type EditionWords struct {
	Edition guidance.Edition
	guidance.Change
}

// ChapterChange is what became of a chapter between two editions.
type ChapterChange struct {
	Chapter       string         // its key
	Before, After *guidance.Page // nil where there was none
	Words         []EditionWords // the oldest first
}

// Between gives the chapters that two editions have differently, in the order of
// the manual, with what the editors said of them in each edition after the first
// up to the second.
func (t *Texts) Between(ctx context.Context, from, to string, now time.Time) ([]ChapterChange, error) {
	before, first, err := t.EditionLibrary(ctx, from, now)
	if err != nil {
		return nil, err
	}
	after, second, err := t.EditionLibrary(ctx, to, now)
	if err != nil {
		return nil, err
	}
	all, err := t.Editions(ctx, now)
	if err != nil {
		return nil, err
	}
	at := func(key string) int {
		return slices.IndexFunc(all, func(e guidance.Edition) bool { return e.Key == key })
	}
	if at(first.Key) < at(second.Key) {
		return nil, fault.New(fault.Invalid, "The first edition is the newer one. Compare the older with the newer.")
	}
	var out []ChapterChange
	add := func(was, is *guidance.Page) {
		c := ChapterChange{Before: was, After: is}
		key, old, text := "", "", ""
		if was != nil {
			key = was.Key
			old, _ = before.File(was.File)
		}
		if is != nil {
			key = is.Key
			text, _ = after.File(is.File)
		}
		c.Chapter = path.Base(key)
		for i := at(first.Key) - 1; i >= at(second.Key); i-- {
			for _, x := range all[i].Changes {
				if x.Chapter == c.Chapter {
					c.Words = append(c.Words, EditionWords{all[i], x})
				}
			}
		}
		if old != text || len(c.Words) > 0 {
			out = append(out, c)
		}
	}
	was := map[*guidance.Page]*guidance.Page{} // also under the name it had then
	for _, p := range before.Chapters {
		if now, _, ok := after.Linked("manual:" + path.Base(p.Key)); ok {
			was[now] = p
		}
	}
	for _, p := range after.Chapters {
		add(was[p], p)
	}
	for _, p := range before.Chapters {
		if _, _, still := after.Linked("manual:" + path.Base(p.Key)); !still {
			add(p, nil)
		}
	}
	return out, nil
}

// Corrections are the changes that were published within an edition, the oldest
// first.
func (t *Texts) Corrections(ctx context.Context, key string, now time.Time) ([]Change, error) {
	end, _, err := t.endOf(ctx, key, now)
	if err != nil {
		return nil, err
	}
	return t.choose(ctx, now, func(c Change) bool {
		if !c.Manual() || !c.Corrected() || c.From.After(end) {
			return false
		}
		ed, ok, err := t.EditionAt(ctx, c.From)
		return err == nil && ok && ed.Key == key
	})
}
