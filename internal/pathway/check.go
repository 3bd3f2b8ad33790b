package pathway

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"frontdoor/internal/calendar"
)

// checker holds one folder while it is being checked.
type checker struct {
	compiler
	pinned bool // a kept text: what has changed around it is only a warning
}

func (k *checker) line(at any) int { return k.d.lines[at] }

// outside reports that the folder names something of the partnership's that is
// not there.
func (k *checker) outside(line int, do, text string, args ...any) {
	file, line := k.d.at(line)
	k.d.faults.add(Fault{File: file, Line: line, Text: fmt.Sprintf(text, args...), Do: do, Warning: k.pinned})
}

func (k *checker) warn(line int, do, text string, args ...any) {
	if !k.pinned {
		file, line := k.d.at(line)
		k.d.faults.add(Fault{File: file, Line: line, Text: fmt.Sprintf(text, args...), Do: do, Warning: true})
	}
}

// check finds everything wrong with the pathway and leaves it ready to use.
func (k *checker) check() {
	p := k.p
	if p.Name == "" || !idForm.MatchString(p.Name) {
		k.d.fault(k.line(&p.Name), "Write pathway: <the folder's name>", "the pathway has no name, or not one of small letters, figures and underscores")
	}
	if p.Version < 1 {
		k.d.fault(k.line(&p.Version), "Write version: 1 and add one at each change of meaning", "the pathway has no version")
	}
	k.needs(p, p.Title, "the pathway", "title")
	k.needs(p, p.Reference, "the pathway", "reference")
	if p.About != "" {
		k.oneOf(&p.About, p.About, "thing to be about", []string{"record"})
	}
	k.fixedGroups()
	sound := k.index()
	k.unused()
	k.questions()
	if sound {
		var err error
		if k.envs, err = newEnvs(p, k.place.Calendar); err != nil {
			k.d.fault(0, "Report it", "the rules cannot be read: %s", err.Error())
			return
		}
		k.rules()
	}
	k.law()
	k.groups()
	k.pages()
	k.states()
	k.steps()
	k.clocks()
	k.seen()
	k.ended()
	k.keeping(sound)
	k.documents()
	k.meetings()
	k.reminded()
	k.copies()
	k.wholeFile()
	k.noCopies()
	k.exports()
	k.publish()
	k.recommends()
	k.source()
	k.leaves()
	k.redaction()
	k.across()
	k.askFirst()
	k.banners()
	k.workedOut()
	k.meanings()
	k.tools()
	k.clauses()
	if sound && k.d.faults.Err() == nil {
		k.flow()
	}
}

func (k *checker) needs(at any, value, what, part string) {
	if value == "" {
		k.d.fault(k.line(at), "Write "+part+": …", "%s has no %s", what, part)
	}
}

// oneOf reports a word that is not among those it must be one of.
func (k *checker) oneOf(at any, word, what string, have []string) bool {
	if slices.Contains(have, word) {
		return true
	}
	k.d.fault(k.line(at), instead(word, have), "there is no %s “%s”", what, word)
	return false
}

// anyQuestion reports a question id that is not there; group limits it to the
// questions of that group.
func (k *checker) anyQuestion(at any, id, group string, types ...string) {
	if id == "" {
		return
	}
	in := k.p.questions[id]
	switch {
	case in == nil:
		k.d.fault(k.line(at), instead(id, keys(k.p.questions)), "there is no question “%s”", id)
	case in.group != group && group == "":
		k.d.fault(k.line(at), "Name a question that is asked once", "“%s” is asked of each %s", id, k.p.item(in.group))
	case in.group != group:
		k.d.fault(k.line(at), "Name a question of that group", "“%s” is not asked of the group “%s”", id, group)
	case len(types) > 0 && !slices.Contains(types, in.q.Type):
		k.d.fault(k.line(at), "Name a question of type "+strings.Join(types, " or "), "“%s” is a question of type %s", id, in.q.Type)
	}
}

func (k *checker) allQuestions() []*Question {
	var out []*Question
	for i := range k.p.Pages {
		for j := range k.p.Pages[i].Questions {
			out = append(out, &k.p.Pages[i].Questions[j])
		}
	}
	for i := range k.p.Steps {
		for j := range k.p.Steps[i].Ask {
			out = append(out, &k.p.Steps[i].Ask[j])
		}
	}
	return out
}

var coded = []string{"radios", "checkboxes", "select"}

func (k *checker) questions() {
	for _, q := range k.allQuestions() {
		what := "the question “" + q.ID + "”"
		if !k.oneOf(firstLine(k, &q.Type, q), q.Type, "question type", append(slices.Clone(Types), toolType)) {
			continue
		}
		k.needs(q, q.Label, what, "label")
		var codes []Code
		switch {
		case q.Type == "yes_no":
			codes = yesNo
		case q.Type == "yes_no_not_known":
			codes = yesNoNotKnown
		case slices.Contains(coded, q.Type):
			if q.Codes == "" {
				k.d.fault(k.line(q), "Write codes: <file in codes/>", "%s has nothing to choose from", what)
			} else {
				codes = k.codesOf(&q.Codes)
			}
		case q.Codes != "":
			k.d.fault(k.line(&q.Codes), "Take it out, or make the type radios, checkboxes or select", "%s has codes and is of type %s", what, q.Type)
		}
		if in := k.p.questions[q.ID]; in != nil && in.codes == nil {
			in.codes = codes
		}
		if q.Other != "" && len(codes) > 0 && !slices.ContainsFunc(codes, func(c Code) bool { return c.Code == q.Other }) {
			var have []string
			for _, c := range codes {
				have = append(have, c.Code)
			}
			k.d.fault(k.line(&q.Other), instead(q.Other, have), "%s has no code “%s”", what, q.Other)
		}
		if q.Other != "" && k.p.questions[q.ID+"_other"] != nil {
			k.d.fault(k.line(&q.Other), "Give the other question another id", "the words of “%s” are kept under “%s_other”, which is a question", q.ID, q.ID)
		}
		k.limits(q, what)
		if len(q.SealedTo) > 0 && !q.Sealed {
			k.d.fault(k.line(&q.SealedTo), "Write sealed: true", "%s says who may open it and is not sealed", what)
		}
		k.roles(&q.SealedTo, q.SealedTo)
		if q.RequireIf != "" && q.Required {
			k.d.fault(k.line(&q.RequireIf), "Keep one of them", "%s is always required and required under a condition", what)
		}
		if space, id, ok := strings.Cut(q.Fill, "."); q.Fill != "" && (!ok || id == "" || !slices.Contains([]string{"worker", "parent", "place"}, space)) {
			k.d.fault(k.line(&q.Fill), "Write worker.name, worker.agency, parent.<question> or place.authority", "%s cannot be filled from “%s”", what, q.Fill)
		}
	}
}

// firstLine points at the part if it was written, or else at what it is of.
func firstLine(k *checker, part, of any) any {
	if k.line(part) > 0 {
		return part
	}
	return of
}

// limits checks that least and most can be read for the type.
func (k *checker) limits(q *Question, what string) {
	for _, m := range []*string{&q.Min, &q.Max} {
		if *m == "" {
			continue
		}
		var ok bool
		switch q.Type {
		case "number", "scale", "checkboxes", "files":
			_, err := strconv.Atoi(*m)
			ok = err == nil
		case "date", "datetime":
			_, err := calendar.ParseDate(*m)
			ok = err == nil || *m == "now" || *m == "today"
		}
		if !ok {
			k.d.fault(k.line(m), "Numbers and lists take a whole number; dates take now, today or a date such as 2026-04-01", "%s cannot be limited by “%s”", what, *m)
		}
	}
	if q.Type == "scale" && (q.Min == "" || q.Max == "") {
		k.d.fault(k.line(q), "Write min: 0 and max: 10", "%s is a scale without ends", what)
	}
}

// builtIn are those besides the partnership's roles who may take a step.
var builtIn = []string{"author", "system", "professional", "public"}

func (k *checker) roles(at any, roles []string, more ...string) {
	if k.place.Roles == nil {
		return
	}
	have := append(slices.Clone(k.place.Roles), more...)
	for _, r := range roles {
		if strings.HasPrefix(r, "worker:") && slices.Contains(more, "worker:") {
			continue // whom an answer names: see stepBy
		}
		if !slices.Contains(have, r) {
			k.outside(k.line(at), instead(r, have), "there is no role “%s”", r)
		}
	}
}

var lawKinds = []string{"statute", "statutory_guidance", "local_procedure", "common_practice"}

func (k *checker) law() {
	p := k.p
	for _, id := range sortedKeys(p.Law) {
		l, line := p.Law[id], k.d.lines[entry{&p.Law, id}]
		if !slices.Contains(lawKinds, l.Kind) {
			k.d.fault(line, instead(l.Kind, lawKinds), "the law entry “%s” has no kind “%s”", id, l.Kind)
		}
		if l.Text == "" || l.Source == "" {
			k.d.fault(line, "Write text: and source:", "the law entry “%s” does not say what the duty is and where it comes from", id)
		}
		switch national := l.Kind == "statute" || l.Kind == "statutory_guidance"; {
		case l.URL == "" && national:
			k.warn(line, "Write url: with its address", "the law entry “%s” does not say where it can be read", id)
		case l.URL != "" && !strings.HasPrefix(l.URL, "https://") && !strings.HasPrefix(l.URL, "/"):
			k.d.fault(line, "Write an address that begins with https://, or with / for a page of ours", "“%s” is no address", l.URL)
		}
		switch checked, err := calendar.ParseDate(l.Checked); {
		case l.Checked == "":
			k.warn(line, `Compare its text with that, and write the day in this entry, as checked: "2026-11-21". Where your area has its own rule, write that and its source instead`,
				"nobody has compared the law entry “%s”, under law:, with its source, “%s”", id, strings.TrimSuffix(l.Source, "."))
		case err != nil:
			k.d.fault(line, "Write a date such as 2026-04-01", "“%s” is not a date", l.Checked)
		case !k.place.Now.IsZero() && checked.AddMonths(12).Before(calendar.DateOf(k.place.Now)):
			k.warn(line, "Compare its text with its source, and write the new date in this entry as checked:", "nobody has checked the law entry “%s” for 12 months", id)
		}
	}
	for _, id := range sortedKeys(p.Settings) {
		s, line := p.Settings[id], k.d.lines[entry{&p.Settings, id}]
		if s.Text == "" {
			k.d.fault(line, "Write text: and say what is decided", "the setting “%s” does not say what it is", id)
		}
		if local, ok := k.place.Settings[p.Name][id]; ok {
			local.Text = s.Text
			if local.Default == "" {
				local.Default = s.Default
			}
			if _, is := s.number(); is {
				if _, still := local.number(); !still {
					k.outside(line, "Write a whole number", "the partnership sets “%s” to “%s”, and rules compare it with a number", id, local.Default)
				}
			}
			p.Settings[id] = local
		}
	}
	for _, id := range sortedKeys(k.place.Settings[p.Name]) {
		if _, ok := p.Settings[id]; !ok {
			k.outside(k.line(&p.Settings), instead(id, keys(p.Settings)), "the partnership sets “%s”, which the pathway does not have", id)
		}
	}
}

func (k *checker) groups() {
	p := k.p
	for i := range p.Groups {
		g := &p.Groups[i]
		what := "the group “" + g.ID + "”"
		k.needs(g, g.Item, what, "item")
		k.needs(g, g.Title, what, "title")
		for j := range g.Columns {
			k.anyQuestion(&g.Columns[j], g.Columns[j], g.ID)
		}
		if g.Of != "" && (g.Min > 0 || g.Max > 0 || g.Person != nil || len(g.Name) > 0) {
			k.d.fault(k.line(g), "Take min:, max:, name: and person: out", "%s is a list of codes, which are its rows", what)
		}
		if g.Min < 0 || (g.Max > 0 && g.Max < g.Min) || g.Max > 200 {
			k.d.fault(k.line(g), "Write min and max with max not smaller, and at most 200", "%s cannot have from %d to %d rows", what, g.Min, g.Max)
		}
		for j := range g.Name {
			k.anyQuestion(&g.Name[j], g.Name[j], g.ID)
		}
		if m := g.Person; m != nil {
			k.oneOf(&m.Role, m.Role, "kind of person", []string{"child", "adult"})
			for _, at := range m.questions() {
				k.anyQuestion(at, *at, g.ID)
			}
			for j := range m.Whereabouts {
				k.anyQuestion(&m.Whereabouts[j], m.Whereabouts[j], g.ID)
			}
		}
	}
}

// addressWords are the words that stand where a page's id would in the addresses of a
// form being written.
var addressWords = []string{"check", "code", "area", "save", "send", "drop", "list"}

func (k *checker) pages() {
	for i := range k.p.Pages {
		page := &k.p.Pages[i]
		if slices.Contains(addressWords, page.ID) {
			k.d.fault(k.line(&page.ID), "Give the page another id", "“%s” is the name of a page that every form has", page.ID)
		}
		k.needs(page, page.Title, "the page “"+page.ID+"”", "title")
		if (page.Stop == "") != (page.StopText == "") {
			k.d.fault(k.line(page), "Write both stop: and stop_text:", "the page “%s” stops without a text, or has a text and never stops", page.ID)
		}
		for j := range page.Questions {
			if page.Questions[j].Group != "" && page.Questions[j].Group != page.Repeat {
				k.d.fault(k.line(&page.Questions[j].Group), "Write repeat: on the page", "only a step's question may name a group")
			}
		}
	}
}

// fixedGroups reads the code lists that are the rows of groups.
func (k *checker) fixedGroups() {
	for i := range k.p.Groups {
		if g := &k.p.Groups[i]; g.Of != "" && !k.toolGroup(g) {
			g.codes = k.codesOf(&g.Of)
		}
	}
}

var senderWords = []string{"received", "looking", "decided", "closed"}

func (k *checker) states() {
	p := k.p
	if len(p.States) == 0 {
		k.d.fault(0, "Write states:", "the pathway has no states")
	}
	for i := range p.States {
		s := &p.States[i]
		k.needs(s, s.Label, "the state “"+s.ID+"”", "label")
		if s.Sender != "" {
			k.oneOf(&s.Sender, s.Sender, "word for the sender", senderWords)
		}
		if s.Start {
			if p.start != "" {
				k.d.fault(k.line(s), "Keep one", "two states have start: true")
			}
			p.start = s.ID
		}
	}
	if p.start == "" && len(p.States) > 0 {
		k.d.fault(k.line(&p.States), "Write start: true on one", "no state is the one in which records begin")
	}
	if !slices.ContainsFunc(p.States, func(s State) bool { return s.End }) && len(p.States) > 0 {
		k.d.fault(k.line(&p.States), "Write end: true on at least one", "no state is an end, so a record could never be closed")
	}
}

// message finds a text of the folder, however it is named.
func (k *checker) message(at *string, name string) (string, bool) {
	*at = strings.TrimSuffix(strings.TrimPrefix(name, "messages/"), ".md")
	text, ok := k.p.Messages[*at]
	if !ok {
		k.d.fault(k.line(at), instead(*at, keys(k.p.Messages)), "there is no messages/%s.md", *at)
	}
	return text, ok
}

// meanings checks what the engine may know this record's answers as.
func (k *checker) meanings() {
	p, r := k.p, &k.p.Roles
	for _, at := range []*string{&r.Rating, &r.SenderEmail, &r.Postcode, &r.Authority, &r.NotContact} {
		k.anyQuestion(at, *at, "")
	}
	for i := range r.Indicators {
		k.anyQuestion(&r.Indicators[i], r.Indicators[i], "", "textarea")
	}
	if r.Children != "" {
		k.oneOf(&r.Children, r.Children, "group", keys(p.groups))
	}
	for i := range r.Summary {
		k.oneOf(&r.Summary[i], r.Summary[i], "question", append(keys(p.questions), keys(p.groups)...))
	}
	for i := range p.Carry {
		k.oneOf(&p.Carry[i], p.Carry[i], "question", append(keys(p.questions), keys(p.groups)...))
	}
}

func sortedKeys[V any](m map[string]V) []string {
	out := keys(m)
	slices.Sort(out)
	return out
}
