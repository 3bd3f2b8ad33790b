package partnership

import (
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"

	"frontdoor/internal/agency"
	"frontdoor/internal/calendar"
	"frontdoor/internal/contact"
	"frontdoor/internal/fault"
	"frontdoor/internal/pathway"
	"frontdoor/internal/person"
)

// The files of a partnership's folder.
const (
	mainFile      = "partnership.yaml"
	agenciesFile  = "agencies.yaml"
	calendarFile  = "calendar.yaml"
	contactsFile  = "contacts.yaml"
	postcodesFile = "postcodes.yaml"
)

// mainYAML is partnership.yaml as it is written.
type mainYAML struct {
	Partnership      string                            `yaml:"partnership"`
	Name             string                            `yaml:"name"`
	Short            string                            `yaml:"short"`
	Demo             bool                              `yaml:"demo"`
	Words            map[string]string                 `yaml:"words"`
	Authorities      map[string]Authority              `yaml:"authorities"`
	Ratings          []Band                            `yaml:"ratings"`
	RatingsSource    string                            `yaml:"ratings_source"`
	RatingsChecked   string                            `yaml:"ratings_checked"`
	RatingsConfirmed bool                              `yaml:"ratings_confirmed"`
	Levels           []Level                           `yaml:"levels"`
	LevelsVersion    string                            `yaml:"levels_version"`
	LevelsSource     string                            `yaml:"levels_source"`
	LevelsChecked    string                            `yaml:"levels_checked"`
	LevelsConfirmed  bool                              `yaml:"levels_confirmed"`
	Grades           []Band                            `yaml:"audit_grades"`
	GradesSource     string                            `yaml:"audit_grades_source"`
	GradesChecked    string                            `yaml:"audit_grades_checked"`
	GradesConfirmed  bool                              `yaml:"audit_grades_confirmed"`
	Locks            locksYAML                         `yaml:"locks"`
	Settings         map[string]map[string]settingYAML `yaml:"settings"`
}

// startingGrades are those of case audits where the partnership sets none.
var startingGrades = []Band{
	{ID: "strong", Label: "Strong", Hint: "It made the child’s life better, and the record shows how"},
	{ID: "good", Label: "Good"},
	{ID: "needs", Label: "Needs to be better"},
	{ID: "poor", Label: "Not good enough"},
}

type locksYAML struct {
	Review settingYAML `yaml:"review"`
}

type settingYAML struct {
	Value     string `yaml:"value"`
	Source    string `yaml:"source"`
	Checked   string `yaml:"checked"`
	Confirmed bool   `yaml:"confirmed"`
}

// loader collects everything wrong with a folder, so that it can all be mended
// at once.
type loader struct {
	fsys   fs.FS
	faults pathway.Faults
	yaml   *calendar.YAML // of the file being checked
}

// Load reads a partnership's folder, whose files are at the root of fsys. The
// partnership is nil when anything in it is wrong; the faults name file and
// line and say what to do.
func Load(fsys fs.FS) (*Partnership, pathway.Faults) {
	l := &loader{fsys: fsys}
	p := &Partnership{Folder: fsys}
	var in mainYAML
	if l.read(agenciesFile, &p.Register) {
		l.register(&p.Register)
	}
	if l.read(mainFile, &in) {
		l.main(p, &in)
	}
	if data, ok := l.file(calendarFile); ok {
		var err error
		p.Calendars, err = calendar.Load(data, calendarFile)
		l.note(calendarFile, err)
	}
	if data, ok := l.file(contactsFile); ok && p.Calendars != nil {
		var err error
		p.Contacts, err = contact.Load(data, contactsFile, p.Calendars)
		l.note(contactsFile, err)
	}
	if data, ok := l.file(postcodesFile); ok {
		var err error
		p.Areas, err = person.LoadAreas(data)
		l.note(postcodesFile, err)
	}
	l.together(p)
	if len(l.faults) > 0 {
		return nil, l.faults
	}
	p.Place = p.place()
	return p, nil
}

func (l *loader) file(name string) ([]byte, bool) {
	data, err := fs.ReadFile(l.fsys, name)
	if err != nil {
		l.faults = append(l.faults, pathway.Fault{File: name, Text: "the file cannot be read", Do: "Put it into the partnership’s folder"})
	}
	return data, err == nil
}

func (l *loader) read(name string, into any) bool {
	data, ok := l.file(name)
	if !ok {
		return false
	}
	var err error
	l.yaml, err = calendar.ReadYAML(data, name, into)
	l.note(name, err)
	return err == nil
}

// note keeps an error that another package found in a file.
func (l *loader) note(file string, err error) {
	if err == nil {
		return
	}
	f := pathway.Fault{File: file}
	from, line, text := calendar.Located(err)
	if f.Line, f.Text = line, text; f.File == "" {
		f.File = from
	}
	l.faults = append(l.faults, f)
}

// wrong keeps a fault in the file being checked, at a path of names and list
// positions in it.
func (l *loader) wrong(path []any, sentence string, args ...any) {
	l.note("", l.yaml.Fault(fmt.Sprintf(sentence, args...), path...))
}

func at(path ...any) []any { return path }

var (
	idForm      = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	bandForm    = regexp.MustCompile(`^[a-z0-9][a-z0-9_]*$`)
	lettersForm = regexp.MustCompile(`^[A-Z]{2,4}$`)
)

// powers are what a role may do beside its pathways' steps.
var powers = []string{"accounts", "audit", "reports", "people", "settings", "restrict", "break_glass", "texts", "texts_publish", "releases", "tools", "training", "retention", "retention_own"}

// register checks agencies.yaml: ids once each, and every name that is used is
// declared.
func (l *loader) register(r *agency.Register) {
	authorities := idsOf(l, "authorities", r.Authorities, func(a agency.Authority) (string, string) { return a.ID, a.Name })
	roles := idsOf(l, "roles", r.Roles, func(a agency.Role) (string, string) { return a.ID, a.Label })
	agencies := idsOf(l, "agencies", r.Agencies, func(a agency.Agency) (string, string) { return a.ID, a.Name })
	idsOf(l, "teams", r.Teams, func(t agency.Team) (string, string) { return t.ID, t.Name })
	for i, a := range r.Agencies {
		if !idForm.MatchString(a.Kind) {
			l.wrong(at("agencies", i), "Say what kind of agency %q is, such as police, health or council.", a.ID)
		}
	}
	for i, role := range r.Roles {
		l.known(at("roles", i, "manages"), "role", role.Manages, roles)
		l.known(at("roles", i, "may"), "power", role.May, powers)
		if !role.Cases && (slices.Contains(role.May, "break_glass") || slices.Contains(role.May, "people")) {
			l.wrong(at("roles", i), "The role %q sees no cases, so it cannot have a power that shows people or opens a record.", role.ID)
		}
	}
	for i, t := range r.Teams {
		l.known(at("teams", i, "agency"), "agency", []string{t.Agency}, agencies)
		l.known(at("teams", i, "authorities"), "authority", t.Authorities, authorities)
		l.known(at("teams", i, "roles"), "role", t.Roles, roles)
		switch {
		case len(t.Authorities) == 0:
			l.wrong(at("teams", i), "Say which authorities the team %q covers.", t.ID)
		case len(t.Roles) == 0:
			l.wrong(at("teams", i), "Say which roles people have in the team %q.", t.ID)
		case t.Hours != "open" && t.Hours != "always":
			l.wrong(at("teams", i, "hours"), "Write hours: open for a team that works while its front door is open, or hours: always.")
		case t.Email != "" && !strings.Contains(t.Email, "@"):
			l.wrong(at("teams", i, "email"), "That is not an email address. Mend it, or leave it out.")
		}
	}
}

// idsOf gives the ids of a list, after checking that each is there once, is in
// the right form and has a name.
func idsOf[T any](l *loader, list string, items []T, of func(T) (id, name string)) []string {
	var ids []string
	for i, x := range items {
		id, name := of(x)
		switch {
		case !idForm.MatchString(id):
			l.wrong(at(list, i), "Give each of the %s an id in small letters, figures and underscores.", list)
		case slices.Contains(ids, id):
			l.wrong(at(list, i), "%q is there twice in %s. Keep one.", id, list)
		case name == "":
			l.wrong(at(list, i), "Say what %q is called.", id)
		}
		ids = append(ids, id)
	}
	if len(items) == 0 {
		l.wrong(at(list), "List at least one under %s.", list)
	}
	return ids
}

func (l *loader) known(path []any, what string, used, declared []string) {
	for _, u := range used {
		if !slices.Contains(declared, u) {
			l.wrong(path, "There is no %s called %q. There are: %s.", what, u, strings.Join(declared, ", "))
		}
	}
}

// main checks partnership.yaml and takes over what it says.
func (l *loader) main(p *Partnership, in *mainYAML) {
	if !idForm.MatchString(in.Partnership) || in.Name == "" || in.Short == "" {
		l.wrong(nil, "Give the partnership an id under partnership, a name and a short name.")
	}
	p.ID, p.Name, p.Short, p.Demo = in.Partnership, in.Name, in.Short, in.Demo
	p.words, p.Local, p.Ratings, p.Levels = in.Words, in.Authorities, in.Ratings, in.Levels
	p.Bands = Standing{Source: in.RatingsSource, Checked: in.RatingsChecked, Confirmed: in.RatingsConfirmed}
	p.Threshold = Standing{Version: in.LevelsVersion, Source: in.LevelsSource, Checked: in.LevelsChecked, Confirmed: in.LevelsConfirmed}
	l.date(at("ratings_checked"), in.RatingsChecked, in.RatingsConfirmed)
	l.date(at("levels_checked"), in.LevelsChecked, in.LevelsConfirmed)
	l.authorities(p)
	l.codes("ratings", len(in.Ratings), func(i int) (string, string) { return in.Ratings[i].ID, in.Ratings[i].Label })
	l.codes("levels", len(in.Levels), func(i int) (string, string) { return in.Levels[i].ID, in.Levels[i].Label })
	for i, v := range in.Levels {
		l.known(at("levels", i, "consent"), "kind of consent", []string{v.Consent}, []string{"needed", "expected", "not_needed"})
	}
	l.grades(p, in)
	l.locks(p, in.Locks.Review)
	p.Settings = map[string]map[string]pathway.Setting{}
	for _, name := range slices.Sorted(maps.Keys(in.Settings)) {
		p.Settings[name] = map[string]pathway.Setting{}
		for _, id := range slices.Sorted(maps.Keys(in.Settings[name])) {
			s := in.Settings[name][id]
			path := at("settings", name, id)
			if s.Value == "" || s.Source == "" {
				l.wrong(path, "Give the setting a value, and say where it comes from.")
			}
			l.date(path, s.Checked, s.Confirmed)
			p.Settings[name][id] = pathway.Setting{Default: s.Value, Confirmed: s.Confirmed, Source: s.Source, Checked: s.Checked}
		}
	}
}

// grades reads the scale of case audits.
func (l *loader) grades(p *Partnership, in *mainYAML) {
	if p.Grades = in.Grades; len(in.Grades) == 0 {
		p.Grades = startingGrades
		return
	}
	l.codes("audit_grades", len(in.Grades), func(i int) (string, string) { return in.Grades[i].ID, in.Grades[i].Label })
	if in.GradesSource == "" {
		l.wrong(at("audit_grades"), "Say under audit_grades_source where the grades come from.")
	}
	l.date(at("audit_grades_checked"), in.GradesChecked, in.GradesConfirmed)
}

// locks reads how long a lock stands before somebody looks at it again.
func (l *loader) locks(p *Partnership, s settingYAML) {
	p.LockReview, p.Locks = calendar.Length{N: 90, Unit: calendar.Days}, Standing{}
	if s == (settingYAML{}) {
		return
	}
	path := at("locks", "review")
	length, err := calendar.ParseLength(s.Value)
	if err != nil || !length.Unit.CountsDays() {
		l.wrong(path, "Give the length in days, weeks or months, such as 90 days.")
		return
	}
	if s.Source == "" {
		l.wrong(path, "Say where the length comes from.")
	}
	l.date(path, s.Checked, s.Confirmed)
	p.LockReview, p.Locks = length, Standing{Source: s.Source, Checked: s.Checked, Confirmed: s.Confirmed}
}

func (l *loader) authorities(p *Partnership) {
	letters := map[string]string{}
	for _, id := range slices.Sorted(maps.Keys(p.Local)) {
		a := p.Local[id]
		path := at("authorities", id)
		if _, ok := p.Register.Authority(id); !ok {
			l.wrong(path, "There is no authority called %q in %s.", id, agenciesFile)
		}
		switch other := letters[a.Letters]; {
		case !lettersForm.MatchString(a.Letters):
			l.wrong(path, "Give the letters that its references begin with: two to four capital letters.")
		case other != "":
			l.wrong(path, "%s and %s have the same letters. References must tell them apart.", id, other)
		}
		letters[a.Letters] = id
		for w := range a.Words {
			if p.words[w] == "" {
				l.wrong(append(path, "words"), "There is no word called %q under words.", w)
			}
		}
		l.date(path, a.Checked, a.Confirmed)
	}
	for _, a := range p.Register.Authorities {
		if _, ok := p.Local[a.ID]; !ok {
			l.wrong(at("authorities"), "Say which letters the references of %q begin with.", a.ID)
		}
	}
}

func (l *loader) codes(list string, n int, of func(int) (id, label string)) {
	var seen []string
	for i := range n {
		id, label := of(i)
		switch {
		case !bandForm.MatchString(id) || label == "":
			l.wrong(at(list, i), "Give it an id in small letters or figures, and a label.")
		case slices.Contains(seen, id):
			l.wrong(at(list, i), "%q is there twice in %s. Keep one.", id, list)
		}
		seen = append(seen, id)
	}
	if n == 0 {
		l.wrong(at(list), "List at least one under %s.", list)
	}
}

// date checks that something said to be confirmed has the date it was checked.
func (l *loader) date(path []any, checked string, confirmed bool) {
	if checked == "" {
		if confirmed {
			l.wrong(path, "Say under checked when this was confirmed.")
		}
		return
	}
	if _, err := calendar.ParseDate(checked); err != nil {
		l.wrong(path, "%s", fault.SafeText(err))
	}
}

// together checks what one file says of another: every authority needs opening
// hours and someone to call, and no file may know an authority of its own.
func (l *loader) together(p *Partnership) {
	if len(l.faults) > 0 {
		return
	}
	var called []string
	for _, a := range p.Contacts.Authorities() {
		called = append(called, a.ID)
	}
	check := func(file string, have []string) {
		for _, a := range p.Register.Authorities {
			if !slices.Contains(have, a.ID) {
				l.faults = append(l.faults, pathway.Fault{File: file, Text: fmt.Sprintf("the authority %q is missing", a.ID), Do: "Add it"})
			}
		}
		for _, id := range have {
			if _, ok := p.Register.Authority(id); !ok {
				l.faults = append(l.faults, pathway.Fault{File: file, Text: fmt.Sprintf("there is no authority called %q in %s", id, agenciesFile), Do: "Mend its name, or add it there"})
			}
		}
	}
	check(calendarFile, slices.Sorted(maps.Keys(p.Calendars)))
	check(contactsFile, called)
}
