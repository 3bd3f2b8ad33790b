// Package tool reads the packages in which a form that belongs to somebody else
// comes to a partnership: its areas, items and answers, what is worked out from
// them, and who may see the wording. The program ships no such form. For each it
// knows it ships a practice example in words of its own, marked as that wherever
// it is used.
//
// A package is untrusted: it comes in a file from outside. It is read strictly,
// within limits, and every fault names the place in the file. All its words are
// plain text, to be escaped where they are shown.
//
// What is worked out explains itself and decides nothing.
package tool

import (
	"slices"
	"strings"
)

// Format is the one value of "format" in a package.
const Format = "frontdoor-tool/1"

// Package is one edition of a form.
type Package struct {
	Format    string   `json:"format"`
	ID        string   `json:"id"`        // never reused for another form
	Edition   string   `json:"edition"`   // as its holder names it
	Title     string   `json:"title"`     // as its holder names it
	Short     string   `json:"short"`     // what people call it; Title when empty
	Holder    string   `json:"holder"`    // whose it is
	Copyright string   `json:"copyright"` // the line to show with it
	About     string   `json:"about"`     // what it is for, and what not
	UsedBy    []string `json:"used_by"`   // pathways that use it
	Wording   Wording  `json:"wording"`
	Needs     Needs    `json:"needs"`
	Scales    []Scale  `json:"scales"`
	Areas     []Area   `json:"areas"`
	Results   []Result `json:"results"`
	Checksum  string   `json:"checksum"` // see [Checksum]

	// Practice marks an example that ships with the program. No file can say it of
	// itself.
	Practice bool `json:"-"`

	items map[string]*Item
	order []*Item
	scale map[string]*Scale
}

// Wording says who may see the words of items, answers and help.
type Wording struct {
	Roles []string `json:"roles"` // any role when empty
	// Trained keeps the words from whoever is not competent to use the form.
	Trained bool `json:"trained"`
}

// Needs is what somebody needs to score with the form.
type Needs struct {
	Licence bool   `json:"licence"`
	Course  string `json:"course"` // name of the course, as attendance is recorded
	// Sessions of the course, all of which must have been attended.
	Sessions []string `json:"sessions"`
	// Refresher is the session that keeps competence alive, and RefresherMonths
	// how long it lasts; without it competence does not run out.
	Refresher       string `json:"refresher"`
	RefresherMonths int    `json:"refresher_months"`
}

// The kinds of scale.
const (
	Choice = "choice" // one of its answers
	Words  = "text"   // free text
)

// Scale is how an item is answered.
type Scale struct {
	ID      string   `json:"id"`
	Kind    string   `json:"kind"`
	Label   string   `json:"label"` // "Grade"
	Answers []Answer `json:"answers"`
	Max     int      `json:"max_chars"` // of free text
}

// Answer is one choice of a scale.
type Answer struct {
	Code  string `json:"code"`
	Label string `json:"label"`
	Means string `json:"means"`
	// Rank orders the answers: 1 is the best. 0 stands outside the order, such as
	// “does not apply”.
	Rank int `json:"rank"`
}

// Area is a part of the form, made of sub-areas.
type Area struct {
	ID       string    `json:"id"`
	Title    string    `json:"title"`
	About    string    `json:"about"`
	Subareas []Subarea `json:"subareas"`
}

// Subarea is what is scored on one page.
type Subarea struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	About string `json:"about"`
	Items []Item `json:"items"`
}

// Item is one thing to score. Its id is the same in every edition in which it
// means the same.
type Item struct {
	ID     string `json:"id"`
	Number string `json:"number"` // shown also to those who may not see the wording
	Text   string `json:"text"`
	Hint   string `json:"hint"`
	Help   string `json:"help"`
	Scale  string `json:"scale"`
	// Means says, by code, what an answer means for this item, in place of what the
	// scale says.
	Means map[string]string `json:"means"`

	area, subarea int
}

// What a result is worked out for, and how.
const (
	OfSubarea = "subarea" // one for each sub-area
	OfArea    = "area"    // one for each area
	OfTool    = "tool"    // one in all

	Worst = "worst" // the answer with the highest rank
	Count = "count" // how many items have one of some answers
)

// Result is a rule by which something is worked out from the answers.
type Result struct {
	ID      string   `json:"id"`
	Label   string   `json:"label"`
	Of      string   `json:"of"`
	Rule    string   `json:"rule"`
	Codes   []string `json:"codes"`   // of Count: which answers
	Bands   []Band   `json:"bands"`   // of Count: what a number is called
	Explain string   `json:"explain"` // how it comes about, in words
}

// Band is what a count is called from a number on.
type Band struct {
	From  int    `json:"from"`
	Label string `json:"label"`
}

// Called is what people call the form.
func (p *Package) Called() string {
	if p.Short != "" {
		return p.Short
	}
	return p.Title
}

// Items are all items, in order.
func (p *Package) Items() []*Item { return p.order }

// Item finds an item by its id.
func (p *Package) Item(id string) (*Item, bool) {
	i, ok := p.items[id]
	return i, ok
}

// Scale is how an item is answered.
func (p *Package) Scale(i *Item) *Scale { return p.scale[i.Scale] }

// Place gives the area and the sub-area an item stands in.
func (p *Package) Place(i *Item) (*Area, *Subarea) {
	a := &p.Areas[i.area]
	return a, &a.Subareas[i.subarea]
}

// Subarea finds a sub-area by its id, with its area.
func (p *Package) Subarea(id string) (*Area, *Subarea, bool) {
	for i := range p.Areas {
		for j := range p.Areas[i].Subareas {
			if s := &p.Areas[i].Subareas[j]; s.ID == id {
				return &p.Areas[i], s, true
			}
		}
	}
	return nil, nil, false
}

// Answer finds an answer of a scale.
func (s *Scale) Answer(code string) (Answer, bool) {
	i := slices.IndexFunc(s.Answers, func(a Answer) bool { return a.Code == code })
	if i < 0 {
		return Answer{}, false
	}
	return s.Answers[i], true
}

// Means says what an answer means for an item.
func (p *Package) Means(i *Item, a Answer) string {
	if own := i.Means[a.Code]; own != "" {
		return own
	}
	return a.Means
}

// Name is how an item is called in lists: its number, and its text for those who
// may see the wording.
func (i *Item) Name(wording bool) string {
	if !wording {
		return "Item " + i.Number
	}
	text := i.Text
	if runes := []rune(text); len(runes) > 90 {
		text = strings.TrimSpace(string(runes[:88])) + "…"
	}
	return i.Number + " " + text
}

// link finds the parts by their ids.
func (p *Package) link() {
	p.items, p.order, p.scale = map[string]*Item{}, nil, map[string]*Scale{}
	for i := range p.Scales {
		p.scale[p.Scales[i].ID] = &p.Scales[i]
	}
	for a := range p.Areas {
		for s := range p.Areas[a].Subareas {
			items := p.Areas[a].Subareas[s].Items
			for i := range items {
				it := &items[i]
				it.area, it.subarea = a, s
				p.items[it.ID] = it
				p.order = append(p.order, it)
			}
		}
	}
}
