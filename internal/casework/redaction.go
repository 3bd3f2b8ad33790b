package casework

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"frontdoor/internal/access"
	"frontdoor/internal/calendar"
	"frontdoor/internal/fault"
	"frontdoor/internal/pathway"
	"frontdoor/internal/person"
	"frontdoor/internal/record"
	"frontdoor/internal/store"
)

// Acts about what is given to somebody who asks for what is held, as the audit log
// names them.
const (
	actFind         = "find-for-request"
	actReadFor      = "read-for-request"
	actBring        = "bring-to-request"
	actLeave        = "leave-from-request"
	actDecide       = "decide-block"
	actGiveRest     = "give-rest"
	actMakeVersions = "make-versions"
	actOpenVersion  = "open-version"
)

// FoundRecord is a record that may be about the people of a request.
type FoundRecord struct {
	Record    string
	Reference string
	Title     string
	State     string
	Begun     time.Time
	Band      person.Band // how likely it is the same person; empty when it was joined by a worker
	Brought   bool
	Undecided int // blocks that were brought and not decided, or changed since
}

// Block is one piece of a record that was brought to a request.
type Block struct {
	Key   string
	Title string
	Text  string
	Hash  string
	// Shut is why it cannot be read here: it can then only be held back.
	Shut string
	// Flag is why it cannot be given as it stands.
	Flag string
	// Alone is why it is weighed by itself, and not given together with others.
	Alone    string
	Decided  *BlockDecision
	Changed  bool // it was decided as it was before
	DecideBy string
}

// BlockDecision is what is given of a block, and why.
type BlockDecision struct {
	Decision string   `json:"-"`
	Ground   string   `json:"-"`
	Hide     []string `json:"hide,omitempty"`
	Why      string   `json:"why,omitempty"`
	Quiet    bool     `json:"quiet,omitempty"`
}

// RequestSheet is a request with one record that was brought to it.
type RequestSheet struct {
	Request   record.Record
	Redaction *pathway.Redaction
	Grounds   []pathway.Code
	Source    record.Record
	Title     string
	Blocks    []Block
}

// redactionCounts tells rules how many records were brought to a request, and
// whether the two versions were made since the last decision.
func redactionCounts(tx *store.Tx, l *loaded, n map[string]int64) error {
	if l.p.Redaction == nil {
		return nil
	}
	rows, err := tx.Redactions(l.rec.ID)
	if err != nil || len(rows) == 0 {
		return err
	}
	n["records_brought"] = int64(len(brought(rows)))
	given, err := tx.Copies(l.rec.ID)
	last := rows[len(rows)-1].At
	if slices.ContainsFunc(given, func(c record.Copy) bool { return c.Kind == kindRedaction && c.Copy == VersionOut && !c.At.Before(last) }) {
		n["versions_made"] = 1
	}
	return err
}

// brought gives the records that a request looks at, in the order in which they
// came.
func brought(rows []store.Redaction) []string {
	var out []string
	for _, r := range rows {
		switch r.Decision {
		case "bring":
			out = append(out, r.Source)
		case "leave":
			out = without(out, r.Source)
		}
	}
	return out
}

// requestFor loads a request for whoever decides what is given out.
func (d *Desk) requestFor(tx *store.Tx, by By, id string, change bool) (loaded, error) {
	l, err := d.load(tx, by, id, change)
	if err != nil {
		return l, err
	}
	x := l.p.Redaction
	switch {
	case x == nil:
		return l, errNotThere
	case !l.dec.May(access.Act):
		return l, errForbidden
	case change && !slices.ContainsFunc(x.By, func(r string) bool { return slices.Contains(l.f.Actor.Roles, r) }):
		return l, errForbidden
	case change && !slices.Contains(x.In, l.rec.State):
		return l, fault.New(fault.Conflict, "What goes out is decided while the request is searched and read. Bring it back to that stage first.")
	}
	return l, nil
}

// subjects are the entries of the index that may be the people of a request, and how
// likely each is.
func (d *Desk) subjects(tx *store.Tx, l loaded) (map[string]person.Band, error) {
	out := map[string]person.Band{}
	near := alikeIn(tx)
	for _, rp := range l.people {
		if rp.Group != l.p.Redaction.About {
			continue
		}
		links, err := tx.SameAsOf([]string{rp.Person.ID})
		if err != nil {
			return nil, err
		}
		bands, err := near.bands(rp.Person, links)
		if err != nil {
			return nil, err
		}
		for id, band := range bands {
			if was, have := out[id]; !have || was != "" && band == "" {
				out[id] = band
			}
		}
	}
	return out, nil
}

// candidates are the records about the people of a request, and how likely each is.
func (d *Desk) candidates(tx *store.Tx, l loaded) (map[string]person.Band, error) {
	bands, err := d.subjects(tx, l)
	if err != nil {
		return nil, err
	}
	recs, err := tx.RecordsOf(slices.Sorted(maps.Keys(bands)))
	out := map[string]person.Band{}
	for _, r := range recs {
		if was, have := out[r.Record]; r.Record != l.rec.ID && (!have || was != "" && bands[r.Person] == "") {
			out[r.Record] = bands[r.Person]
		}
	}
	return out, err
}

// forRequest loads a record to be read for a request: one that whoever decides may
// open, or one about the people of the request that no lock, no conflict of interest
// and no restricted list keeps from them. One that must not leave yet is not there.
func (d *Desk) forRequest(tx *store.Tx, by By, about map[string]person.Band, id string) (loaded, error) {
	other, err := d.load(tx, BySystem(by.Now), id, false)
	if err != nil {
		return other, err
	}
	if _, shut := other.p.KeptIn(other.f); shut || other.p.Redaction != nil {
		return other, hidden{errNotThere, id}
	}
	dec, err := d.access(tx, by, id)
	if err != nil || dec.May(access.View) {
		return other, err
	}
	kept, err := d.keptOf(tx, by, []record.Record{other.rec})
	if err != nil {
		return other, err
	}
	if _, is := about[id]; !is || len(kept) > 0 {
		return other, hidden{errNotThere, id}
	}
	return other, nil
}

// Redacting lists the records that may be about the people of a request, for those
// who act on it. That somebody looked is in the log of the request and of each.
func (d *Desk) Redacting(ctx context.Context, by By, id string) ([]FoundRecord, error) {
	var out []FoundRecord
	err := d.DB.Read(ctx, func(tx *store.Tx) error {
		l, err := d.requestFor(tx, by, id, false)
		if err != nil {
			return err
		}
		about, err := d.candidates(tx, l)
		if err != nil {
			return err
		}
		rows, err := tx.Redactions(id)
		if err != nil {
			return err
		}
		in := brought(rows)
		all := slices.Clone(in)
		for other := range about {
			if !slices.Contains(all, other) {
				all = append(all, other)
			}
		}
		for _, one := range all {
			other, err := d.forRequest(tx, by, about, one)
			if errors.Is(err, errNotThere) {
				continue
			}
			if err != nil {
				return err
			}
			f := FoundRecord{Record: one, Reference: other.rec.Reference, Title: other.p.Title, Begun: other.rec.CreatedAt, Band: about[one], Brought: slices.Contains(in, one)}
			if st, ok := other.p.State(other.rec.State); ok {
				f.State = st.Label
			}
			if f.Brought {
				blocks, err := d.blocks(tx, by, other, rows)
				if err != nil {
					return err
				}
				for _, b := range blocks {
					if b.Decided == nil || b.Changed {
						f.Undecided++
					}
				}
			}
			out = append(out, f)
		}
		slices.SortFunc(out, func(a, b FoundRecord) int {
			return cmp.Or(a.Begun.Compare(b.Begun), strings.Compare(a.Record, b.Record))
		})
		return nil
	})
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(out))
	for i, f := range out {
		ids[i] = f.Record
	}
	return out, d.logRequest(ctx, by, actFind, id, ids)
}

// logRequest notes on a request, and on each record that was shown for it, what was
// done.
func (d *Desk) logRequest(ctx context.Context, by By, act, request string, records []string) error {
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		for _, id := range records {
			if err := d.log(tx, by, act, id, map[string]string{"request": request}); err != nil {
				return err
			}
		}
		return d.log(tx, by, act, request, nil)
	})
}

// BringRecord says that a record, by its id or its reference, is looked at for a
// request, or not any more. It stays on the request and in the log of the record.
func (d *Desk) BringRecord(ctx context.Context, by By, id, which string, bring bool) error {
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		l, err := d.requestFor(tx, by, id, true)
		if err != nil {
			return err
		}
		if rec, err := tx.RecordByReference(strings.ToUpper(strings.TrimSpace(which))); err == nil {
			which = rec.ID
		} else if !errors.Is(err, store.ErrNone) {
			return err
		}
		rows, err := tx.Redactions(id)
		if err != nil {
			return err
		}
		if bring == slices.Contains(brought(rows), which) {
			return nil
		}
		decision, act := "leave", actLeave
		if bring {
			decision, act = "bring", actBring
			about, err := d.candidates(tx, l)
			if err != nil {
				return err
			}
			if _, err := d.forRequest(tx, by, about, which); err != nil {
				return err
			}
		}
		if err := d.keepRedaction(tx, by, store.Redaction{Record: id, Source: which, Decision: decision}, BlockDecision{}); err != nil {
			return err
		}
		if err := d.log(tx, by, act, which, map[string]string{"request": id}); err != nil {
			return err
		}
		return d.log(tx, by, act, id, map[string]string{"record": which})
	})
}

func (d *Desk) keepRedaction(tx *store.Tx, by By, r store.Redaction, said BlockDecision) error {
	r.ID, r.By, r.At = store.NewID(by.Now), string(by.Principal), by.Now
	b, err := json.Marshal(said)
	if err != nil {
		return err
	}
	if r.Words, err = d.sealText("redaction", r.ID, string(b)); err != nil {
		return err
	}
	return tx.AddRedaction(r)
}

// blocks are the pieces of a record and what was decided of each for a request.
func (d *Desk) blocks(tx *store.Tx, by By, other loaded, rows []store.Redaction) ([]Block, error) {
	answers := other.f.Answers.Clone()
	held, err := d.openFor(other.p, other.rec.ID, by.Viewer.Worker.Roles(by.Now), answers)
	if err != nil {
		return nil, err
	}
	words, err := d.wordsOf(tx, other)
	if err != nil {
		return nil, err
	}
	flags, err := d.flagsOf(tx, other)
	if err != nil {
		return nil, err
	}
	var out []Block
	add := func(key, title, text, shut, alone string) {
		b := Block{Key: key, Title: title, Text: strings.TrimSpace(text), Shut: shut, Alone: alone}
		if flags.tells(title+"\n"+text, "") {
			b.Flag = leftHolds
		}
		b.Hash = sum([]byte(b.Title + "\x00" + b.Text))
		out = append(out, b)
	}
	for _, s := range other.p.AllSaid(other.f) {
		alone := ""
		switch {
		case s.Question.Guarded:
			alone = aloneGuarded
		case s.Question.Autocomplete != "" || s.Question.ID == other.p.Roles.SenderEmail:
			alone = aloneSender
		}
		switch {
		case slices.Contains(held, s.Key):
			add("answer:"+string(s.Key), s.Title, "", "It is sealed, and you are not among those who may read it", alone)
		case s.Question.Type == "files" || s.Question.Type == "record":
		case s.Question.Type == "worker" || s.Question.Type == "team":
			add("answer:"+string(s.Key), s.Title, words(s.Question, answers[s.Key]), "", alone)
		default:
			add("answer:"+string(s.Key), s.Title, other.p.LabelIn(s.Question, s.Key, answers), "", alone)
		}
	}
	entries, err := d.entries(tx, other.rec.ID)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		alone := ""
		if e.Guarded {
			alone = aloneGuarded
		}
		add("entry:"+e.ID, "Entry, "+calendar.Show(e.HappenedAt), e.Text, "", alone)
	}
	messages, err := d.openMessages(other.messages)
	if err != nil {
		return nil, err
	}
	for _, m := range messages {
		add("message:"+m.ID, "Message, "+calendar.Show(m.At), m.Text, "", aloneWriter)
	}
	sent, err := d.documents(tx, other.rec.ID)
	if err != nil {
		return nil, err
	}
	for _, doc := range sent {
		if doc.Withheld == "" {
			add("letter:"+doc.ID, doc.Title+", "+calendar.Show(doc.SentAt), doc.Body, "", "")
		}
	}
	files, err := d.files(tx, other.rec.ID)
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		add("file:"+f.ID, "File, "+calendar.Show(f.AddedAt), f.Name, "", aloneFile)
	}
	return out, d.showDecided(out, other.rec.ID, rows)
}

// showDecided puts beside each block what was decided of it.
func (d *Desk) showDecided(blocks []Block, source string, rows []store.Redaction) error {
	for _, r := range rows {
		i := slices.IndexFunc(blocks, func(b Block) bool { return r.Source == source && r.Block != "" && b.Key == r.Block })
		if i < 0 {
			continue
		}
		text, err := d.openText("redaction", r.ID, r.Words)
		if err != nil {
			return err
		}
		said := BlockDecision{Decision: r.Decision, Ground: r.Ground}
		if err := json.Unmarshal([]byte(text), &said); err != nil {
			return err
		}
		blocks[i].Decided, blocks[i].Changed, blocks[i].DecideBy = &said, r.Hash != blocks[i].Hash, r.By
	}
	return nil
}

// RequestBlocks shows the blocks of one record that was brought to a request. It is
// a reading of that record, and logged as one.
func (d *Desk) RequestBlocks(ctx context.Context, by By, id, source string) (*RequestSheet, error) {
	var out *RequestSheet
	err := d.DB.Read(ctx, func(tx *store.Tx) error {
		l, err := d.requestFor(tx, by, id, false)
		if err != nil {
			return err
		}
		out, err = d.requestSheet(tx, by, l, source)
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, d.logOnly(ctx, by, actReadFor, source, map[string]string{"request": id})
}

func (d *Desk) requestSheet(tx *store.Tx, by By, l loaded, source string) (*RequestSheet, error) {
	rows, err := tx.Redactions(l.rec.ID)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(brought(rows), source) {
		return nil, errNotThere
	}
	about, err := d.candidates(tx, l)
	if err != nil {
		return nil, err
	}
	other, err := d.forRequest(tx, by, about, source)
	if err != nil {
		return nil, err
	}
	out := &RequestSheet{Request: l.rec, Redaction: l.p.Redaction, Grounds: l.p.Grounds(), Source: other.rec, Title: other.p.Title}
	if out.Blocks, err = d.blocks(tx, by, other, rows); err != nil {
		return nil, err
	}
	return out, d.weighAlone(tx, l, other, rows, out.Blocks)
}

// DecideBlocks keeps what is given of some blocks of a record. Seen are the hashes of
// the blocks as whoever decides had them before them.
func (d *Desk) DecideBlocks(ctx context.Context, by By, id, source string, said map[string]BlockDecision, seen map[string]string) error {
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		l, err := d.requestFor(tx, by, id, true)
		if err != nil {
			return err
		}
		sheet, err := d.requestSheet(tx, by, l, source)
		if err != nil {
			return err
		}
		var wrong fault.Fields
		for i, b := range sheet.Blocks {
			s, given := said[b.Key]
			if !given || b.Decided != nil && !b.Changed && sameDecision(*b.Decided, s) {
				continue
			}
			if seen[b.Key] != b.Hash {
				return fault.New(fault.Conflict, "The record has changed since you looked. Look at it again.")
			}
			key, text := decideWrong(l.p, b, &s)
			if text != "" {
				wrong = append(wrong, fault.Field{Key: key + "." + itoa(i), Text: text})
				continue
			}
			if err := d.keepRedaction(tx, by, store.Redaction{Record: id, Source: source, Block: b.Key, Hash: b.Hash, Decision: s.Decision, Ground: s.Ground}, s); err != nil {
				return err
			}
			if err := d.log(tx, by, actDecide, id, map[string]string{"record": source, "decision": s.Decision}); err != nil {
				return err
			}
		}
		if len(wrong) > 0 {
			return wrong
		}
		return nil
	})
}

func sameDecision(a, b BlockDecision) bool {
	return a.Decision == b.Decision && a.Ground == b.Ground && a.Why == b.Why && a.Quiet == b.Quiet && slices.Equal(a.Hide, b.Hide)
}

// decideWrong says what is missing or cannot be of a decision, and at which of its
// parts.
func decideWrong(p *pathway.Pathway, b Block, s *BlockDecision) (key, text string) {
	s.Why = strings.TrimSpace(s.Why)
	s.Hide = slices.DeleteFunc(slices.Clone(s.Hide), func(h string) bool { return strings.TrimSpace(h) == "" })
	if s.Decision != pathway.BlockRedact {
		s.Hide = nil
	}
	if s.Decision != pathway.BlockWithhold {
		s.Quiet = false
	}
	out := pathway.RedactedBlock{Title: b.Title, Text: b.Text, Hide: s.Hide}
	switch s.Decision {
	case pathway.BlockGive:
		s.Ground, s.Why = "", ""
		if b.Shut != "" {
			return "decision", b.Shut + ". Ask whoever may, or hold it back"
		}
		if b.Flag != "" {
			return "decision", b.Flag + ". Hide those words or hold the block back"
		}
		return "", ""
	case pathway.BlockRedact:
		if b.Shut != "" {
			return "decision", b.Shut + ". Ask whoever may, or hold it back"
		}
		if len(s.Hide) == 0 {
			return "hide", "Write the words that are hidden, each on a line"
		}
		for i, h := range s.Hide {
			s.Hide[i] = strings.TrimSpace(h)
			if !strings.Contains(strings.ToLower(b.Text), strings.ToLower(s.Hide[i])) {
				return "hide", "“" + s.Hide[i] + "” does not stand in this block"
			}
		}
	case pathway.BlockWithhold:
	default:
		return "decision", "Choose what is given"
	}
	if !slices.ContainsFunc(p.Grounds(), func(c pathway.Code) bool { return c.Code == s.Ground }) {
		return "ground", "Choose the ground"
	}
	if s.Why == "" || len(s.Why) > maxMessage {
		return "why", "Say why that ground holds for this block"
	}
	if s.Decision == pathway.BlockRedact && b.Flag != "" && strings.EqualFold(out.Out(), b.Text) {
		return "hide", b.Flag
	}
	return "", ""
}
