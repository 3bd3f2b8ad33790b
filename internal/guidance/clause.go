package guidance

import "path"

// Clauses are all sections of the manual that can be cited, as neglect#signs.
func (l *Library) Clauses() []string {
	out := []string{}
	for _, c := range l.Chapters {
		for _, s := range c.Text.Sections {
			if s.Given {
				out = append(out, path.Base(c.Key)+"#"+s.Key)
			}
		}
	}
	return out
}
