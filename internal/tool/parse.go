package tool

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

var (
	idForm       = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)
	codeForm     = regexp.MustCompile(`^[a-z0-9][a-z0-9_]{0,19}$`)
	numberForm   = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9./-]{0,11}$`)
	editionForm  = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9 ._-]{0,39}$`)
	checksumAt   = regexp.MustCompile(`"checksum"\s*:\s*"sha256:[0-9a-f]{64}"`)
	checksumForm = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)
)

// Checksum is what "checksum" must be: SHA-256 of the file's bytes with the 64
// figures of its own checksum taken as zeros. It finds a file that was cut short or
// changed on its way; it proves nothing about who made it.
func Checksum(body []byte) string {
	at := checksumAt.FindIndex(body)
	if at != nil {
		body = bytes.Clone(body)
		copy(body[at[1]-65:at[1]-1], strings.Repeat("0", 64))
	}
	sum := sha256.Sum256(body)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// Parse reads a package from a file. It is nil when there is any fault.
func Parse(body []byte) (*Package, Faults) {
	p, faults := read(body)
	if p != nil && p.Checksum != Checksum(body) {
		faults.add("checksum", "the file is not as it was when its checksum was made. Ask for it again")
	}
	if len(faults) > 0 {
		return nil, faults
	}
	return p, nil
}

// read is Parse without the checksum, which [Seal] is about to make.
func read(body []byte) (*Package, Faults) {
	var faults Faults
	p := &Package{}
	if readJSON(body, p, &faults); len(faults) > 0 {
		return nil, faults
	}
	c := checker{p, &faults}
	c.whole()
	c.scales()
	c.areas()
	c.results()
	if len(faults) > 0 {
		return nil, faults
	}
	p.link()
	return p, nil
}

// Seal checks a package whose checksum is 64 zeros, or that of an earlier text,
// and gives the file with the right one.
func Seal(body []byte) ([]byte, error) {
	p, faults := read(body)
	if p == nil {
		return nil, faults
	}
	return bytes.Replace(body, []byte(p.Checksum), []byte(Checksum(body)), 1), nil
}

type checker struct {
	p      *Package
	faults *Faults
}

func (c checker) short(path, text string) { c.long(path, text, maxShort) }

// long wants some text, and not too much of it.
func (c checker) long(path, text string, limit int) {
	if strings.TrimSpace(text) == "" {
		c.faults.add(path, "write something here")
	}
	c.most(path, text, limit)
}

func (c checker) most(path, text string, limit int) {
	if utf8.RuneCountInString(text) > limit {
		c.faults.add(path, "there can be %d characters at most", limit)
	}
}

func (c checker) form(path, text string, form *regexp.Regexp, says string) bool {
	if form.MatchString(text) {
		return true
	}
	c.faults.add(path, "%s", says)
	return false
}

func (c checker) count(path string, have, least, most int) {
	switch {
	case have < least:
		c.faults.add(path, "there must be at least %d", least)
	case have > most:
		c.faults.add(path, "there can be %d at most", most)
	}
}

const idSays = "use small letters, figures and underscores, begin with a letter, 40 at most"

func (c checker) whole() {
	p := c.p
	if p.Format != Format {
		c.faults.add("format", "write “%s”", Format)
	}
	c.form("id", p.ID, idForm, idSays)
	c.form("edition", p.Edition, editionForm, "use letters, figures, dots and hyphens, 40 at most")
	c.short("title", p.Title)
	c.most("short", p.Short, 40)
	c.short("holder", p.Holder)
	c.short("copyright", p.Copyright)
	c.most("about", p.About, maxLong)
	c.form("checksum", p.Checksum, checksumForm, "write sha256: and 64 figures; `frontdoor tool seal` makes it")
	c.names("used_by", p.UsedBy)
	c.names("wording.roles", p.Wording.Roles)
	n := p.Needs
	c.most("needs.course", n.Course, 80)
	c.count("needs.sessions", len(n.Sessions), 0, maxParts)
	seen := map[string]bool{}
	for i, s := range n.Sessions {
		path := fmt.Sprintf("needs.sessions[%d]", i)
		c.long(path, s, 80)
		if seen[s] {
			c.faults.add(path, "the session is there twice")
		}
		seen[s] = true
	}
	c.most("needs.refresher", n.Refresher, 80)
	switch {
	case len(n.Sessions) > 0 && n.Course == "":
		c.faults.add("needs.course", "name the course that the sessions are of")
	case len(n.Sessions) == 0 && (n.Course != "" || n.Refresher != "" || n.RefresherMonths > 0 || p.Wording.Trained):
		c.faults.add("needs.sessions", "name the sessions that must be attended")
	case (n.Refresher == "") != (n.RefresherMonths == 0) || n.RefresherMonths > 240:
		c.faults.add("needs.refresher", "give the refresher and the months that it lasts, 240 at most, or neither")
	}
}

func (c checker) names(path string, list []string) {
	c.count(path, len(list), 0, maxParts)
	for i, n := range list {
		c.form(fmt.Sprintf("%s[%d]", path, i), n, idForm, idSays)
	}
}

func (c checker) scales() {
	c.count("scales", len(c.p.Scales), 1, maxParts)
	seen := map[string]bool{}
	for i := range c.p.Scales {
		s := &c.p.Scales[i]
		path := fmt.Sprintf("scales[%d]", i)
		c.id(path, s.ID, seen)
		c.long(path+".label", s.Label, 60)
		switch s.Kind {
		case Words:
			if len(s.Answers) > 0 {
				c.faults.add(path+".answers", "free text has no answers to choose from")
			}
			if s.Max == 0 {
				s.Max = 2000
			}
			if s.Max > maxLong {
				c.faults.add(path+".max_chars", "there can be %d characters at most", maxLong)
			}
		case Choice:
			if s.Max != 0 {
				c.faults.add(path+".max_chars", "only free text has this")
			}
			c.count(path+".answers", len(s.Answers), 2, 20)
			codes := map[string]bool{}
			for j, a := range s.Answers {
				at := fmt.Sprintf("%s.answers[%d]", path, j)
				if c.form(at+".code", a.Code, codeForm, "use small letters, figures and underscores, 20 at most") && codes[a.Code] {
					c.faults.add(at+".code", "the code “%s” is there twice", a.Code)
				}
				codes[a.Code] = true
				c.long(at+".label", a.Label, 120)
				c.most(at+".means", a.Means, maxLong)
			}
		default:
			c.faults.add(path+".kind", "write “%s” or “%s”", Choice, Words)
		}
	}
}

// id wants an id that nothing beside it has.
func (c checker) id(path, id string, seen map[string]bool) {
	if c.form(path+".id", id, idForm, idSays) && seen[id] {
		c.faults.add(path+".id", "the id “%s” is there twice", id)
	}
	seen[id] = true
}

func (c checker) areas() {
	p := c.p
	c.count("areas", len(p.Areas), 1, maxParts)
	areas, subareas, items, numbers := map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]bool{}
	total := 0
	for i := range p.Areas {
		a := &p.Areas[i]
		path := fmt.Sprintf("areas[%d]", i)
		c.id(path, a.ID, areas)
		c.short(path+".title", a.Title)
		c.most(path+".about", a.About, maxLong)
		c.count(path+".subareas", len(a.Subareas), 1, maxParts)
		for j := range a.Subareas {
			s := &a.Subareas[j]
			at := fmt.Sprintf("%s.subareas[%d]", path, j)
			c.id(at, s.ID, subareas)
			c.short(at+".title", s.Title)
			c.most(at+".about", s.About, maxLong)
			c.count(at+".items", len(s.Items), 1, MaxItems)
			for k := range s.Items {
				c.item(fmt.Sprintf("%s.items[%d]", at, k), &s.Items[k], items, numbers)
				total++
			}
		}
	}
	c.count("areas (all their items)", total, 1, MaxItems)
}

func (c checker) item(path string, it *Item, ids, numbers map[string]bool) {
	c.id(path, it.ID, ids)
	if c.form(path+".number", it.Number, numberForm, "give the item a number, as A1.2, 12 characters at most") && numbers[it.Number] {
		c.faults.add(path+".number", "the number “%s” is there twice", it.Number)
	}
	numbers[it.Number] = true
	c.long(path+".text", it.Text, 2000)
	c.most(path+".hint", it.Hint, maxLong)
	c.most(path+".help", it.Help, maxLong)
	i := slices.IndexFunc(c.p.Scales, func(s Scale) bool { return s.ID == it.Scale })
	if i < 0 {
		c.faults.add(path+".scale", "name one of the scales")
		return
	}
	for code, means := range it.Means {
		at := path + "." + join("means", code)
		if _, ok := c.p.Scales[i].Answer(code); !ok {
			c.faults.add(at, "the scale has no such answer")
		}
		c.most(at, means, maxLong)
	}
}

func (c checker) results() {
	c.count("results", len(c.p.Results), 0, maxParts)
	seen := map[string]bool{}
	for i := range c.p.Results {
		r := &c.p.Results[i]
		path := fmt.Sprintf("results[%d]", i)
		c.id(path, r.ID, seen)
		c.short(path+".label", r.Label)
		c.long(path+".explain", r.Explain, 600)
		if !slices.Contains([]string{OfSubarea, OfArea, OfTool}, r.Of) {
			c.faults.add(path+".of", "write “%s”, “%s” or “%s”", OfSubarea, OfArea, OfTool)
		}
		switch r.Rule {
		case Worst:
			if len(r.Codes)+len(r.Bands) > 0 {
				c.faults.add(path, "only “%s” has codes and bands", Count)
			}
		case Count:
			c.count(path+".codes", len(r.Codes), 1, 20)
			for j, code := range r.Codes {
				if !slices.ContainsFunc(c.p.Scales, func(s Scale) bool { _, ok := s.Answer(code); return ok }) {
					c.faults.add(fmt.Sprintf("%s.codes[%d]", path, j), "no scale has such an answer")
				}
			}
			c.count(path+".bands", len(r.Bands), 0, 20)
			for j, b := range r.Bands {
				c.long(fmt.Sprintf("%s.bands[%d].label", path, j), b.Label, 120)
				if j > 0 && b.From <= r.Bands[j-1].From {
					c.faults.add(fmt.Sprintf("%s.bands[%d].from", path, j), "each band begins higher than the one before")
				}
			}
		default:
			c.faults.add(path+".rule", "write “%s” or “%s”", Worst, Count)
		}
	}
}
