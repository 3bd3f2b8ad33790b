package guidance

import (
	"html/template"
	"slices"
	"sync"

	"frontdoor/internal/prose"
)

// read is a text that was read. It is not changed any more.
type read struct {
	asks    []ask
	text    *prose.Text
	measure Measure
	faults  []prose.Fault
}

// ask is what a link, a name or a picture of a text stood for when it was read.
type ask struct {
	kind, key string
	stands    stands
}

type stands struct {
	text    string
	outside bool
	wrong   string
}

// memory keeps what was read lately. A library is read as a whole each time that
// somebody looks at a change, and nearly all of its texts are as they were: this
// takes most of the time from it. What was not asked for since as many others came
// is forgotten.
type memory[T any] struct {
	mu         sync.Mutex
	young, old map[string]T
}

// remembered is how many texts make the older ones forgotten: some libraries full.
const remembered = 1000

var (
	readTexts memory[*read]
	readHeads memory[Front]
)

func (m *memory[T]) find(key string) (T, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if t, ok := m.young[key]; ok {
		return t, true
	}
	t, ok := m.old[key]
	if ok {
		m.put(key, t)
	}
	return t, ok
}

func (m *memory[T]) keep(key string, t T) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.put(key, t)
}

func (m *memory[T]) put(key string, t T) {
	if m.young == nil || len(m.young) >= remembered {
		m.young, m.old = map[string]T{}, m.young
	}
	m.young[key] = t
}

// prose reads a text, or finds it as it was read before: a text is drawn with what
// stands for its links, names and pictures, so only where the same stands for
// each of them.
func (l *loader) prose(body string) *read {
	if t, ok := readTexts.find(body); ok && !slices.ContainsFunc(t.asks, func(a ask) bool { return l.stands(a.kind, a.key) != a.stands }) {
		return t
	}
	t := &read{}
	asked := func(kind, key string) stands {
		s := l.stands(kind, key)
		t.asks = append(t.asks, ask{kind, key, s})
		return s
	}
	t.text, t.faults = prose.Read(body, prose.Place{
		Link: func(target string) (string, bool, string) {
			s := asked("", target)
			return s.text, s.outside, s.wrong
		},
		Name: func(kind, key string) (template.HTML, string) {
			s := asked("name "+kind, key)
			return template.HTML(s.text), s.wrong
		},
		Picture: func(name string) (string, string) {
			s := asked("picture", name)
			return s.text, s.wrong
		},
	})
	t.measure = measure(t.text.Sentences)
	readTexts.keep(body, t)
	return t
}

// stands gives what a link, a name or a picture stands for in this library.
func (l *loader) stands(kind, key string) (s stands) {
	switch kind {
	case "":
		s.text, s.outside, s.wrong = l.link(key)
	case "picture":
		s.text, s.wrong = l.picture(key)
	default:
		var html template.HTML
		html, s.wrong = l.name(kind[len("name "):], key)
		s.text = string(html)
	}
	return s
}
