package pathway

import (
	"strconv"
	"strings"
)

// Banner is a warning that stands on every page of a record, and at the head of every
// letter and copy made from it, while a rule holds: what the law forbids to be told
// must stand where it is read. One that is Inside is for those who work on the record,
// and stands on no letter or copy.
type Banner struct {
	If     string `yaml:"if"`
	Words  string `yaml:"words"`
	Law    string `yaml:"law"`
	Inside bool   `yaml:"inside"`

	rule *rule
}

// BannersOf are the warnings that hold for a record.
func (p *Pathway) BannersOf(f Facts) []string { return p.bannersOf(f, true) }

func (p *Pathway) bannersOf(f Facts, inside bool) []string {
	var out []string
	for i := range p.Banners {
		if b := &p.Banners[i]; (inside || !b.Inside) && (b.rule == nil || p.holds(b.rule, &f)) {
			out = append(out, b.Words)
		}
	}
	return out
}

// bannerHead is how they begin a letter or a copy, as Markdown.
func (p *Pathway) bannerHead(f Facts) string {
	var out strings.Builder
	for _, words := range p.bannersOf(f, false) {
		out.WriteString("**" + words + "**\n\n")
	}
	return out.String()
}

func (k *checker) bannerRules() {
	for i := range k.p.Banners {
		k.p.Banners[i].rule = k.boolean(&k.p.Banners[i].If, "", "the condition of banner "+strconv.Itoa(i+1))
	}
}

// banners checks that each says something, and where that comes from.
func (k *checker) banners() {
	for i := range k.p.Banners {
		b := &k.p.Banners[i]
		what := "banner " + strconv.Itoa(i+1)
		k.needs(b, b.Words, what, "words")
		k.needs(b, b.Law, what, "law")
		if _, ok := k.p.Law[b.Law]; b.Law != "" && !ok {
			k.d.fault(k.line(&b.Law), instead(b.Law, keys(k.p.Law)), "%s names the law “%s”, which is not there", what, b.Law)
		}
		if strings.ContainsAny(b.Words, "\n*{}") {
			k.d.fault(k.line(&b.Words), "Write plain words in one line", "%s holds marks, and it stands in letters and on pages as it is", what)
		}
	}
}
