package county

import (
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"sort"
	"strings"
	"time"

	"frontdoor/internal/access"
	"frontdoor/internal/answer"
	"frontdoor/internal/audit"
	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/pathway"
	"frontdoor/internal/person"
	"frontdoor/internal/record"
	"frontdoor/internal/seal"
	"frontdoor/internal/secret"
	"frontdoor/internal/store"
)

// copier makes one contact out of a template: other people, other words, other
// workers, another time, and with them other ids, hashes and limits.
type copier struct {
	r     *rand.Rand
	desk  *casework.Desk
	staff *staff
	seal  func(text string, b seal.Binding) (string, error)
	count uint64 // of ids made
}

// contact is one copy while it is made.
type contact struct {
	*copier
	t     *template
	told  answer.Set
	fam   *family
	times []time.Time       // of each of the template's
	ids   map[string]string // new for old, of everything
	words map[string]string // what was chosen for a question, so that it stays
	extra int               // how many revisions more than the template has

	reference func(prefix string) string
	code      string // a receipt code to keep for its sender
}

// made is what a contact leaves.
type made struct {
	records []madeRecord
	people  []person.Person
	events  []audit.Event // in no order
}

type madeRecord struct {
	rec    record.Record
	revs   []record.Revision
	clocks []record.Clock
	beside store.Beside
	code   string
}

// id makes a key as [store.NewID] does, from the seed.
func (c *copier) id(at time.Time) string {
	c.count++
	var b [16]byte
	binary.BigEndian.PutUint64(b[8:], c.r.Uint64())
	millis := at.UnixMilli()
	binary.BigEndian.PutUint16(b[0:], uint16(millis>>32))
	binary.BigEndian.PutUint32(b[2:], uint32(millis))
	binary.BigEndian.PutUint16(b[6:], 0x7000|uint16(c.count&0xfff))
	b[8] = b[8]&0x3f | 0x80
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// at is the time of this contact for one of the template's.
func (c *contact) at(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	i := sort.Search(len(c.t.times), func(i int) bool { return c.t.times[i].After(t) }) - 1
	if i < 0 {
		return c.times[0].Add(t.Sub(c.t.times[0]))
	}
	return c.times[i].Add(t.Sub(c.t.times[i]))
}

// renew is the new id for an old one.
func (c *contact) renew(old string, at time.Time) string {
	if old == "" {
		return ""
	}
	id, ok := c.ids[old]
	if !ok {
		id = c.id(c.at(at))
		c.ids[old] = id
	}
	return id
}

// worker is who does here what a worker did in the template.
func (c *contact) worker(old string) string {
	if old == "" {
		return ""
	}
	id, ok := c.ids[old]
	if !ok {
		id = c.staff.instead(c.r, old)
		c.ids[old] = id
	}
	return id
}

func (c *contact) principal(old string) string {
	kind, id, _ := strings.Cut(old, ":")
	switch kind {
	case "worker":
		return "worker:" + c.worker(id)
	case "code":
		return "code:" + c.ids[id]
	case "visitor":
		return "visitor:" + c.visitor()
	}
	return old
}

func (c *contact) visitor() string {
	if c.code == "" {
		c.code = receiptCode(c.r)
	}
	return secret.ReceiptHash(c.desk.Sealer.LookupHash, c.code)
}

// make copies everything.
func (c *contact) make() (made, error) {
	var m made
	for _, k := range c.t.records {
		c.ids[k.rec.ID] = c.id(c.at(k.rec.CreatedAt))
	}
	for _, p := range c.t.people {
		c.ids[p.ID] = c.id(c.times[0])
	}
	for i := range c.t.records {
		r, err := c.record(&c.t.records[i], i == 0)
		if err != nil {
			return m, err
		}
		m.records = append(m.records, r)
	}
	for _, p := range c.t.people {
		m.people = append(m.people, c.person(p))
	}
	for _, e := range c.t.events {
		e.At, e.Actor, e.Subject = c.at(e.At), c.principal(e.Actor), c.renew(e.Subject, e.At)
		m.events = append(m.events, e)
	}
	return m, nil
}

func (c *contact) record(k *kept, root bool) (madeRecord, error) {
	var m madeRecord
	p, ok := c.desk.Pathways.At(k.rec.Hash)
	if !ok {
		return m, fmt.Errorf("county: no pathway %s", k.rec.Hash)
	}
	rec := k.rec
	rec.ID, rec.Parent = c.ids[k.rec.ID], c.ids[k.rec.Parent]
	rec.Reference = c.reference(strings.ReplaceAll(p.Reference, "{authority}", c.desk.Place.Letters(rec.Authority)))
	rec.Author, rec.CreatedAt, rec.ClosedAt = c.principal(rec.Author), c.at(rec.CreatedAt), c.at(rec.ClosedAt)
	for _, v := range k.revs {
		set, err := c.answers(p, k, rec.ID, v)
		if err != nil {
			return m, err
		}
		n := v
		n.Record, n.By, n.Allocated = rec.ID, c.principal(v.By), c.worker(v.Allocated)
		n.RecordedAt = c.at(v.RecordedAt)
		n.HappenedAt = n.RecordedAt.Add(v.HappenedAt.Sub(v.RecordedAt))
		n.Changes = set
		m.revs = append(m.revs, n)
	}
	if root && c.extra > 0 {
		m.revs = c.more(p, m.revs)
	}
	for i := range m.revs {
		m.revs[i].Seq = i + 1
		if i > 0 {
			m.revs[i].Based = i
		}
	}
	rec = record.Fold(rec, m.revs)
	rec.Names = namesOf(p, rec.Answers)
	m.rec = rec
	var err error
	if m.clocks, err = c.clocks(p, k, rec); err != nil {
		return m, err
	}
	m.beside, err = c.beside(k, rec)
	if k.codes && strings.HasPrefix(k.rec.Author, "code:"+k.rec.ID) {
		m.code = c.visitor()
	}
	return m, err
}

func namesOf(p *pathway.Pathway, answers answer.Set) string {
	group := p.Roles.Children
	var out []string
	for _, row := range answers.Rows(group) {
		out = append(out, p.RowName(pathway.Facts{Answers: answers}, group, row))
	}
	return strings.Join(out, ", ")
}

// answers are a revision's changes in this contact's words.
func (c *contact) answers(p *pathway.Pathway, k *kept, id string, v record.Revision) (answer.Set, error) {
	out := make(answer.Set, len(v.Changes))
	when := c.at(v.RecordedAt)
	// In order, because what is drawn by chance must come out the same.
	for _, key := range v.Changes.Keys() {
		a := v.Changes[key]
		_, _, question := key.Split()
		told, ok := c.told[key]
		if !ok {
			told, ok = c.told[answer.Key(question)]
		}
		q, _ := p.Question(question)
		switch {
		case ok:
			a = told
		case question == "nhs_number": // the template's own
			continue
		case a.Text == "x":
			a = answer.Text(c.say(question))
		case q != nil && q.Type == "worker":
			a = answer.Text(c.worker(a.Text))
		case q != nil && q.Type == "datetime":
			if t, _, err := calendar.ParseTime(a.Text); err == nil {
				a = answer.Text(calendar.Wall(when.Add(t.Sub(v.RecordedAt))))
			}
		case q != nil && q.Type == "date" && a.Text != "" && question != "born":
			if d, err := calendar.ParseDate(a.Text); err == nil {
				a = answer.Text(calendar.DateOf(when).AddDays(calendar.DateOf(v.RecordedAt).DaysTo(d)).String())
			}
		}
		if k.sealed[key] {
			plain, err := json.Marshal(a)
			if err != nil {
				return nil, err
			}
			text, err := c.seal(string(plain), seal.Binding{Kind: "answer", ID: id, Field: string(key)})
			if err != nil {
				return nil, err
			}
			a = answer.Text(text)
		}
		out[key] = a
	}
	return out, nil
}

// say gives words for a question, the same on every record of the contact.
func (c *contact) say(question string) string {
	w, ok := c.words[question]
	if !ok {
		w = words(c.r, question)
		c.words[question] = w
	}
	return w
}

// more puts further revisions among a referral's own: work that goes on, in
// answers added, answers put right and the work given to another worker.
func (c *contact) more(p *pathway.Pathway, revs []record.Revision) []record.Revision {
	first := min(2, len(revs)) // after it was rated, or at once where it was not
	from := revs[first-1].RecordedAt
	until := revs[len(revs)-1].RecordedAt
	if c.t.open {
		until = c.staff.now
	}
	span := until.Sub(from)
	if span < time.Hour {
		span = time.Hour
		if c.t.open {
			span = max(time.Minute, c.staff.now.Sub(from))
		}
	}
	texts := narrative(revs[0].Changes)
	by := revs[first-1].By
	authority := c.t.shape.authority
	for i := range c.extra {
		at := from.Add(time.Duration(float64(span) * (float64(i) + 0.2 + 0.6*c.r.Float64()) / float64(c.extra))).Truncate(time.Microsecond)
		if c.r.IntN(6) == 0 {
			by = "worker:" + c.staff.of(c.r, authority+"_front_door", weighted(c.r, []string{"mash_officer", "mash_social_worker", "mash_manager"}, []int{5, 4, 1}))
		}
		v := record.Revision{Record: revs[0].Record, RecordedAt: at, HappenedAt: at, By: by, Kind: record.Answered}
		switch n := c.r.IntN(20); {
		case n == 0:
			v.Kind, v.Allocated = record.Allocated, c.staff.of(c.r, authority+"_front_door", "mash_social_worker")
		default:
			q := texts[c.r.IntN(len(texts))]
			v.Changes = answer.Set{q: answer.Text(words(c.r, string(q)))}
			if n < 4 {
				v.Kind, v.Reason = record.Corrected, "It was written down wrongly the first time."
			}
		}
		revs = append(revs, v)
	}
	slices.SortStableFunc(revs[first:], func(a, b record.Revision) int { return a.RecordedAt.Compare(b.RecordedAt) })
	return revs
}

// narrative are the questions of a form that are answered in many words and on
// which nothing else turns.
func narrative(set answer.Set) []answer.Key {
	var out []answer.Key
	for _, q := range []answer.Key{"worry_opinion", "history", "strengths", "needs", "development", "parenting", "environment", "level_reason", "public_when", "lives_with", "how_know"} {
		if _, ok := set[q]; ok {
			out = append(out, q)
		}
	}
	return out
}

// clocks starts a record's clocks at this contact's times, with the limits that
// the calendar gives for them.
func (c *contact) clocks(p *pathway.Pathway, k *kept, rec record.Record) ([]record.Clock, error) {
	cal := calendarOf(c.desk, rec.Authority)
	var out []record.Clock
	for _, old := range k.clocks {
		def, ok := p.Clock(old.Clock)
		if !ok {
			return nil, fmt.Errorf("county: no clock %s", old.Clock)
		}
		n := old
		n.ID, n.Record = c.renew(old.ID, k.rec.CreatedAt), rec.ID
		n.StartedAt, n.StoppedAt = c.at(old.StartedAt), c.at(old.StoppedAt)
		due, err := cal.Due(n.StartedAt, def.Length, calendar.Options{HoldBefore: def.HoldBefore, RollForward: def.Rolls})
		if err != nil {
			return nil, err
		}
		// Told before the end by the same part of the time as in the template.
		part := float64(old.ActAt.Sub(old.WarnAt)) / float64(max(time.Second, old.ActAt.Sub(old.StartedAt)))
		n.DueAt, n.ActAt, n.Sum, n.Calendar = due.At, due.Act, due.Sum, cal.Version()
		n.WarnAt = due.Act.Add(-time.Duration(part * float64(due.Act.Sub(n.StartedAt)))).UTC().Truncate(time.Second)
		if n.WarnAt.Before(n.StartedAt) {
			n.WarnAt = n.StartedAt
		}
		out = append(out, n)
	}
	return out, nil
}

func (c *contact) beside(k *kept, rec record.Record) (store.Beside, error) {
	var b store.Beside
	var wrong error
	sealed := func(kind, id, text string) string {
		out, err := c.seal(text, seal.Binding{Kind: kind, ID: id})
		if err != nil {
			wrong = err
		}
		return out
	}
	for _, l := range k.links {
		l.From, l.To, l.At = c.ids[l.From], c.ids[l.To], c.at(l.At)
		b.Links = append(b.Links, l)
	}
	for _, g := range k.grants {
		g.ID, g.Record, g.To = c.renew(g.ID, g.From), rec.ID, access.Principal(c.principal(string(g.To)))
		g.From, g.Until = c.at(g.From), c.at(g.Until)
		b.Grants = append(b.Grants, g)
	}
	for _, e := range k.entries {
		e.ID, e.Record, e.By = c.renew(e.ID, e.RecordedAt), rec.ID, c.principal(e.By)
		happened := c.at(e.RecordedAt).Add(e.HappenedAt.Sub(e.RecordedAt))
		e.RecordedAt, e.HappenedAt = c.at(e.RecordedAt), happened
		e.Text = sealed("entry", e.ID, c.say("talk_words"))
		b.Entries = append(b.Entries, e)
	}
	for _, m := range k.messages {
		m.ID, m.Record, m.By, m.ReadAt = c.renew(m.ID, m.At), rec.ID, c.principal(m.By), c.at(m.ReadAt)
		m.At = c.at(m.At)
		m.Text = sealed("message", m.ID, words(c.r, "other"))
		b.Messages = append(b.Messages, m)
	}
	for _, d := range k.documents {
		d.ID, d.Record, d.By, d.SentAt = c.renew(d.ID, d.SentAt), rec.ID, c.principal(d.By), c.at(d.SentAt)
		d.Second = c.worker(d.Second)
		d.Body = sealed("document", d.ID, c.letter(d.Body))
		b.Documents = append(b.Documents, d)
	}
	for _, n := range k.notices {
		n.ID, n.Record, n.To = c.renew(n.ID, n.At), rec.ID, access.Principal(c.principal(string(n.To)))
		n.At = c.at(n.At)
		b.Notices = append(b.Notices, n)
		if id, ok := n.To.Worker(); ok && c.staff.now.Sub(n.At) > 3*24*time.Hour {
			b.Read = append(b.Read, store.NoticeRead{Notice: n.ID, Worker: id, At: n.At.Add(time.Duration(1+c.r.IntN(90)) * time.Minute)})
		}
	}
	for _, rp := range k.people {
		rp.Person.ID = c.ids[rp.Person.ID]
		b.People = append(b.People, rp)
	}
	return b, wrong
}

// letter puts the family's names into a letter of the template.
func (c *contact) letter(body string) string {
	for i, p := range c.t.people {
		if i >= len(c.fam.children) || len(p.Names) == 0 {
			break
		}
		body = strings.ReplaceAll(body, p.Names[0].Given, c.fam.children[i].given)
		body = strings.ReplaceAll(body, p.Names[0].Family, c.fam.children[i].family)
	}
	return body
}

// person is the entry in the index of someone whom the contact names.
func (c *contact) person(p person.Person) person.Person {
	old, id := p.ID, c.ids[p.ID]
	group, row := c.rowOf(old)
	prefix := ""
	if group == "adults" {
		prefix = "adult_"
	}
	text := func(q string) string { return c.told[answer.RowKey(group, row, prefix+q)].Text }
	fresh := func(fact string) string { return id + strings.TrimPrefix(fact, old) }
	source := func(s person.Source) person.Source {
		return person.Source{Record: c.ids[s.Record], At: c.at(s.At), By: c.principal(s.By)}
	}
	n := p
	n.ID, n.Names, n.Births, n.Identifiers, n.Addresses, n.Phones, n.Relationships = id, nil, nil, nil, nil, nil, nil
	if sex := text("sex"); sex != "" && p.Sex != "" {
		n.Sex = person.Sex(sex)
	}
	for _, x := range p.Names {
		x.ID, x.Family, x.Given, x.Source = fresh(x.ID), text("family_name"), text("given_names"), source(x.Source)
		n.Names = append(n.Names, x)
	}
	for _, x := range p.Births {
		x.ID, x.Source = fresh(x.ID), source(x.Source)
		if d, err := calendar.ParseDate(text("born")); err == nil {
			x.Date = d
		}
		n.Births = append(n.Births, x)
	}
	if nhs := text("nhs_number"); nhs != "" && len(p.Identifiers) > 0 {
		x, _ := person.NewIdentifier(person.NHS, nhs, source(p.Identifiers[0].Source))
		n.Identifiers = append(n.Identifiers, x)
	}
	for _, x := range p.Addresses {
		x.ID, x.Source, x.Lines, x.Postcode = fresh(x.ID), source(x.Source), []string{c.fam.home.line1, c.fam.home.town}, c.fam.home.postcode
		n.Addresses = append(n.Addresses, x)
	}
	for _, x := range p.Phones {
		x.ID, x.Source, x.Number = fresh(x.ID), source(x.Source), text("phone")
		n.Phones = append(n.Phones, x)
	}
	for _, x := range p.Relationships {
		if x.From != old {
			continue
		}
		x.ID, x.From, x.To, x.Source = c.ids[x.From]+"."+c.ids[x.To], c.ids[x.From], c.ids[x.To], source(x.Source)
		x.Kind = person.RelationshipKind(text("relation"))
		n.Relationships = append(n.Relationships, x)
	}
	return n
}

func (c *contact) rowOf(old string) (group, row string) {
	for _, rp := range c.t.records[0].people {
		if rp.Person.ID == old {
			return rp.Group, rp.Row
		}
	}
	return "", ""
}
