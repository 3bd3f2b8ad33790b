package pathway

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"frontdoor/internal/answer"
	"frontdoor/internal/calendar"
)

// Meeting says which questions and steps of a pathway are those of a meeting, so
// that people are invited to it, told when it moves, and asked for what it needs.
// A record has one meeting of a kind at a time; after it was held or called off,
// the next step that invites begins another.
type Meeting struct {
	ID    string `yaml:"id"`
	Title string `yaml:"title"` // stands in the program only: mails and calendar files say “Meeting”
	At    string `yaml:"at"`    // datetime question asked once
	// Lasts is a number of hours, "2 hours", or answer.<number question> in
	// minutes. An hour when empty.
	Lasts string `yaml:"lasts"`
	Place string `yaml:"place"` // question asked once: a room or a link, read by those who sign in and never mailed
	Chair string `yaml:"chair"` // worker question asked once

	Invited string `yaml:"invited"` // group: one row for each who is invited
	Worker  string `yaml:"worker"`  // its worker question: someone who uses the program
	Email   string `yaml:"email"`   // its email question: someone who does not
	Role    string `yaml:"role"`    // its question of what they are in the meeting
	Family  string `yaml:"family"`  // CEL of a row: nothing goes to them once a child has died
	OnlyIf  string `yaml:"only_if"` // CEL of a row: whoever it does not hold of is not invited, or taken off

	Invite []string `yaml:"invite"` // steps after which invitations go, and go again when something changed
	Held   []string `yaml:"held"`   // steps that say that it was held
	Off    []string `yaml:"off"`    // steps that call it off, or say that it was not held
	// Afresh are the questions of groups whose answers begin anew with the next
	// meeting. What they were stays in the history.
	Afresh []string `yaml:"afresh"`

	Answer     []string `yaml:"answer"`      // steps about a row by which whoever is invited answers
	Reply      string   `yaml:"reply"`       // question of the group: what they answered
	ReportDue  string   `yaml:"report_due"`  // date question of the group: their report is asked for by then
	ReportHere string   `yaml:"report_here"` // question of the group whose answer says that it came

	Attendance string   `yaml:"attendance"` // step that asks of every row on one page
	Came       string   `yaml:"came"`       // question of the group: whether they took part
	Quorum     *Quorum  `yaml:"quorum"`
	Agenda     string   `yaml:"agenda"`  // code list, or group whose rows it is
	Actions    string   `yaml:"actions"` // group of what was agreed
	Minutes    []string `yaml:"minutes"` // documents with a row of the group

	// Together are the steps that are taken on every record at once when the meeting
	// is held about several, such as the plans of brothers and sisters. Without it
	// each record has meetings of its own alone.
	Together []string `yaml:"together"`
	// Without says of parts that a meeting usually has why this one has none: by
	// the part, one of MeetingParts.
	Without map[string]string `yaml:"without"`
	// Ring is what people are told to ring about when they get a mail: child,
	// adult-in-trust, death or early-help. A child when empty.
	Ring string `yaml:"ring"`

	family, only *rule
	agenda       []Code
	minutes      int // how long it lasts, when the pathway says so
}

// ringWords are what people can be told to ring about.
var ringWords = []string{"child", "adult-in-trust", "death", "early-help"}

// Quorum says when enough people are there. It tells the chair and decides
// nothing: a step that must not be taken without it has a guard of its own.
type Quorum struct {
	If      string `yaml:"if"`
	Explain string `yaml:"explain"` // what is enough, and by which rule

	rule *rule
}

// defaultMinutes is how long a meeting lasts when nobody says.
const defaultMinutes = 60

// Gathering is a meeting of a record as it stands.
type Gathering struct {
	Meeting *Meeting
	Number  int  // 1 for the record's first
	Open    bool // people are invited, and it was neither held nor called off
	At      time.Time
	Ends    time.Time // both zero while the time is not set
	Place   string
	Invited []Invited
}

// Invited is who is to come: by their row, or the chair, who has none.
type Invited struct {
	Row    string
	Worker string // id
	// Email is the key of the answer, which may be sealed; empty when there is none.
	Email  answer.Key
	Family bool
}

// FindMeeting finds a meeting by its id.
func (p *Pathway) FindMeeting(id string) (*Meeting, bool) {
	i := slices.IndexFunc(p.Meetings, func(m Meeting) bool { return m.ID == id })
	if i < 0 {
		return nil, false
	}
	return &p.Meetings[i], true
}

// Gatherings gives the meetings of a record as they stand.
func (p *Pathway) Gatherings(f Facts) []Gathering {
	if len(p.Meetings) == 0 {
		return nil
	}
	s := p.scene(&f)
	out := make([]Gathering, len(p.Meetings))
	for i := range p.Meetings {
		out[i] = s.gathering(&p.Meetings[i])
	}
	return out
}

func (s *scene) gathering(m *Meeting) Gathering {
	g := Gathering{Meeting: m}
	g.Number, g.Open, _ = m.occasion(s.f.Acts)
	if a, ok := s.answer("", "", m.At); ok {
		if at, _, err := calendar.ParseTime(a.Text); err == nil {
			g.At, g.Ends = at.UTC(), at.UTC().Add(time.Duration(s.minutes(m))*time.Minute)
		}
	}
	// One that was held before the day that is set was another one, in between.
	if !g.Open && g.At.After(s.f.Now) {
		g.Open = slices.Contains(m.Held, m.last(s.f.Acts))
	}
	if m.Place != "" {
		a, _ := s.answer("", "", m.Place)
		g.Place = a.Text
	}
	if m.Chair != "" {
		if a, ok := s.answer("", "", m.Chair); ok {
			g.Invited = append(g.Invited, Invited{Worker: bare(a.Text)})
		}
	}
	for _, at := range s.over(m.Invited) {
		if t, _ := at.truth(m.only); t != yes {
			continue
		}
		who := Invited{Row: at.row}
		if a, ok := at.answer(m.Invited, at.row, m.Worker); ok && m.Worker != "" {
			who.Worker = bare(a.Text)
		}
		if _, ok := at.answer(m.Invited, at.row, m.Email); ok && m.Email != "" {
			who.Email = answer.RowKey(m.Invited, at.row, m.Email)
		}
		if m.family != nil {
			t, _ := at.truth(m.family)
			who.Family = t != no // what is not known counts as the family: better one mail too few
		}
		if who.Worker != "" && slices.ContainsFunc(g.Invited, func(x Invited) bool { return x.Worker == who.Worker }) {
			continue // one invitation is enough
		}
		g.Invited = append(g.Invited, who)
	}
	return g
}

func (s *scene) minutes(m *Meeting) int {
	if id, ok := strings.CutPrefix(m.Lasts, "answer."); ok {
		a, _ := s.answer("", "", id)
		if n, err := strconv.Atoi(a.Text); err == nil && n > 0 && n <= 24*60 {
			return n
		}
		return defaultMinutes
	}
	return m.minutes
}

// occasion gives which meeting of its kind a record is at, whether people are
// invited to it, and whether the last one is over and no other has begun.
func (m *Meeting) occasion(acts []Act) (n int, open, over bool) {
	n = 1
	for _, a := range acts {
		if !m.concerns(a.Step) {
			continue
		}
		if over {
			n++
			open, over = false, false
		}
		if slices.Contains(m.Held, a.Step) || slices.Contains(m.Off, a.Step) {
			open, over = false, true
		}
		if slices.Contains(m.Invite, a.Step) {
			if over { // it was held, and the next was set at once
				n++
			}
			open, over = true, false
		}
	}
	return n, open, over
}

// last is the last step that was taken of the meeting as a whole.
func (m *Meeting) last(acts []Act) string {
	for _, a := range slices.Backward(acts) {
		if m.concerns(a.Step) {
			return a.Step
		}
	}
	return ""
}

// concerns tells whether a step is one of the meeting as a whole: when the last one
// is over, it begins another.
func (m *Meeting) concerns(step string) bool {
	return step == m.Attendance && step != "" || slices.Contains(m.Invite, step) || slices.Contains(m.Held, step) || slices.Contains(m.Off, step)
}

// Anew gives the answers that a step takes back: because it says so, or because it
// begins another meeting.
func (p *Pathway) Anew(step string, f Facts) answer.Set {
	out := answer.Set{}
	takeBack := func(k answer.Key) {
		for _, k := range []answer.Key{k, k + "_other"} {
			if _, have := f.Answers[k]; have {
				out[k] = answer.Answer{}
			}
		}
	}
	if s := p.steps[step]; s != nil {
		for _, q := range s.Afresh {
			group := p.questions[q].group
			if group == "" {
				takeBack(answer.Key(q))
			}
			for _, row := range f.Answers.Rows(group) {
				takeBack(answer.RowKey(group, row, q))
			}
		}
	}
	for i := range p.Meetings {
		m := &p.Meetings[i]
		if _, _, over := m.occasion(f.Acts); !over || !m.concerns(step) {
			continue
		}
		for _, q := range m.Afresh {
			group := p.GroupOf(q)
			for _, row := range f.Answers.Rows(group) {
				takeBack(answer.RowKey(group, row, q))
			}
		}
	}
	return out
}

// Enough tells whether enough people are there; false for known while an answer
// that it needs is missing.
func (p *Pathway) Enough(m *Meeting, f Facts) (enough, known bool) {
	if m.Quorum == nil {
		return false, false
	}
	t, _ := p.scene(&f).truth(m.Quorum.rule)
	return t == yes, t != unknown
}

// MeetingOfActions is the meeting whose agreed actions are the rows of a group; nil
// when there is none.
func (p *Pathway) MeetingOfActions(group string) *Meeting {
	i := slices.IndexFunc(p.Meetings, func(m Meeting) bool { return group != "" && m.Actions == group })
	if i < 0 {
		return nil
	}
	return &p.Meetings[i]
}

// ChairOf is the worker recorded as the chair of a meeting; empty when nobody is.
func (m *Meeting) ChairOf(answers answer.Set) string {
	if m.Chair == "" {
		return ""
	}
	return bare(answers.Text(answer.Key(m.Chair)))
}

// AgendaLines are the points of a meeting's agenda, in order.
func (p *Pathway) AgendaLines(m *Meeting, f Facts) []Code {
	if p.groups[m.Agenda] == nil {
		return m.agenda
	}
	var out []Code
	for _, row := range f.Answers.Rows(m.Agenda) {
		out = append(out, Code{Code: row, Label: p.RowName(f, m.Agenda, row)})
	}
	return out
}

// AttendedIn gives the meeting whose attendance a step takes down; nil when none.
func (p *Pathway) AttendedIn(step string) *Meeting {
	i := slices.IndexFunc(p.Meetings, func(m Meeting) bool { return step != "" && m.Attendance == step })
	if i < 0 {
		return nil
	}
	return &p.Meetings[i]
}

// meetings checks that each meeting names questions and steps that are there.
func (k *checker) meetings() {
	p := k.p
	seen := map[string]bool{}
	for i := range p.Meetings {
		m := &p.Meetings[i]
		what := "the meeting “" + m.ID + "”"
		if k.id(m.ID, &m.ID, "a meeting", seen[m.ID]) {
			seen[m.ID] = true
		}
		k.needs(m, m.Title, what, "title")
		k.needs(m, m.At, what, "at")
		k.anyQuestion(&m.At, m.At, "", "datetime")
		k.anyQuestion(&m.Place, m.Place, "", "text", "textarea")
		k.anyQuestion(&m.Chair, m.Chair, "", "worker")
		k.lasts(m, what)
		k.oneOf(firstLine(k, &m.Invited, m), m.Invited, "group", keys(p.groups))
		k.anyQuestion(&m.Worker, m.Worker, m.Invited, "worker")
		k.anyQuestion(&m.Email, m.Email, m.Invited, "email")
		if m.Worker == "" && m.Email == "" {
			k.d.fault(k.line(m), "Write worker: and email: with the questions that hold them", "nobody could be invited to %s", what)
		}
		for _, at := range []*string{&m.Role, &m.Reply, &m.ReportHere, &m.Came} {
			k.anyQuestion(at, *at, m.Invited)
		}
		k.anyQuestion(&m.ReportDue, m.ReportDue, m.Invited, "date", "datetime")
		for j := range m.Afresh {
			k.anyQuestion(&m.Afresh[j], m.Afresh[j], cmp.Or(p.GroupOf(m.Afresh[j]), m.Invited))
		}
		if m.Ring != "" {
			k.oneOf(&m.Ring, m.Ring, "thing to ring about", ringWords)
		}
		k.meetingSteps(m, what)
		k.without(m, what)
		if q := m.Quorum; q != nil && (q.If == "" || q.Explain == "") {
			k.d.fault(k.line(m), "Write if: and explain:", "the quorum of %s has not both its parts", what)
		}
		if m.Agenda != "" && p.groups[m.Agenda] == nil {
			m.agenda = k.codesOf(&m.Agenda)
		}
		if m.Actions != "" {
			k.oneOf(&m.Actions, m.Actions, "group", keys(p.groups))
		}
		for j := range m.Minutes {
			if doc := p.documents[m.Minutes[j]]; k.oneOf(&m.Minutes[j], m.Minutes[j], "document", keys(p.documents)) && doc.Row != m.Invited {
				k.d.fault(k.line(&m.Minutes[j]), "Write row: "+m.Invited+" on it, so that each gets their own", "the document “%s” is not made for each who was invited", doc.ID)
			}
		}
	}
}

// meetingSteps checks the steps of a meeting.
func (k *checker) meetingSteps(m *Meeting, what string) {
	p := k.p
	for _, list := range []*[]string{&m.Invite, &m.Held, &m.Off, &m.Answer} {
		for j := range *list {
			k.oneOf(&(*list)[j], (*list)[j], "step", keys(p.steps))
		}
	}
	if len(m.Invite) == 0 || len(m.Held) == 0 {
		k.d.fault(k.line(m), "Write invite: and held: with the steps", "%s never begins or never ends", what)
	}
	for j := range m.Answer {
		if s := p.steps[m.Answer[j]]; s != nil && s.Row != m.Invited {
			k.d.fault(k.line(&m.Answer[j]), "Write row: "+m.Invited+" on it", "nobody can answer by “%s”, which is not about one %s", s.ID, p.item(m.Invited))
		}
	}
	k.together(m, what)
	if m.Attendance == "" {
		return
	}
	if s := p.steps[m.Attendance]; k.oneOf(&m.Attendance, m.Attendance, "step", keys(p.steps)) &&
		(s.Group() != "" || !slices.ContainsFunc(s.Ask, func(q Question) bool { return q.ID == m.Came && q.Group == m.Invited })) {
		k.d.fault(k.line(&m.Attendance), "Ask came: in it with group: "+m.Invited+", and take row: and adds: out", "%s takes no attendance of everyone on one page", what)
	}
}

func (k *checker) lasts(m *Meeting, what string) {
	m.minutes = defaultMinutes
	if m.Lasts == "" {
		return
	}
	if id, ok := strings.CutPrefix(m.Lasts, "answer."); ok {
		k.anyQuestion(&m.Lasts, id, "", "number")
		return
	}
	l, err := calendar.ParseLength(m.Lasts)
	if err != nil || l.Unit != calendar.Hours || l.N > 24 {
		k.d.fault(k.line(&m.Lasts), "Write hours, such as 2 hours, or answer.<number question>, in minutes", "%s cannot last “%s”", what, m.Lasts)
		return
	}
	m.minutes = l.N * 60
}

// meetingRules compiles the rules of the meetings.
func (k *checker) meetingRules() {
	for i := range k.p.Meetings {
		m := &k.p.Meetings[i]
		what := "the meeting “" + m.ID + "”"
		m.family = k.boolean(&m.Family, m.Invited, "family of "+what)
		m.only = k.boolean(&m.OnlyIf, m.Invited, "only_if of "+what)
		if m.Quorum != nil {
			m.Quorum.rule = k.boolean(&m.Quorum.If, "", "the quorum of "+what)
		}
	}
}

// Reminded is an address that an owner of a clock stands for.
type Reminded struct {
	Key answer.Key
	// Family is set where it may be the family's: then nothing goes there once a
	// child has died.
	Family bool
}

// mailedBy are the words before the question in an owner that is an address: of
// anyone, and of somebody at work alone.
var mailedBy = []string{"email", "work_email"}

// Mailed are the addresses that the owners of a clock stand for: of its row, where
// the question is asked of rows. Whoever is invited to a meeting is of the family or
// not as the meeting says.
func (p *Pathway) Mailed(c *Clock, f Facts, row string) []Reminded {
	var out []Reminded
	var s *scene
	for _, owner := range c.Owner {
		word, id, _ := strings.Cut(owner, ":")
		in := p.questions[id]
		if !slices.Contains(mailedBy, word) || in == nil {
			continue
		}
		if s == nil {
			s = p.scene(&f).at(c.Each, row)
		}
		if _, ok := s.answer(in.group, row, id); !ok {
			continue
		}
		r := Reminded{Key: keyOf(in.group, row, id), Family: word == "email"}
		if i := slices.IndexFunc(p.Meetings, func(m Meeting) bool { return m.Email == id && m.Invited == in.group && m.family != nil }); i >= 0 {
			t, _ := s.truth(p.Meetings[i].family)
			r.Family = r.Family && t != no
		}
		out = append(out, r)
	}
	return out
}
