package pathway

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"frontdoor/internal/answer"
)

// truth has three values; unknown never lets anything happen.
type truth int

const (
	unknown truth = iota
	no
	yes
)

// rule is one CEL expression, compiled and ready.
type rule struct {
	text    string
	program cel.Program
	vars    []string // variables it reads: "q.rating", "row.outcome", "state"
	fields  []string // questions it reads of the rows of groups
	plain   bool     // reads only answers
	copies  string   // the variable, when the rule is nothing else
	kind    *cel.Type
}

// gives tells whether the rule's value can answer a question of a type.
func (r *rule) gives(questionType string) bool {
	want := celType(questionType)
	if r.kind.IsExactType(cel.BoolType) && questionType == "yes_no_not_known" {
		return true
	}
	return r.kind.IsAssignableType(want) || r.kind.IsExactType(cel.DynType)
}

// reads lists the questions, asked once or of rows, that the rule looks at.
func (r *rule) reads() []string {
	out := slices.Clone(r.fields)
	for _, v := range r.vars {
		if id, ok := strings.CutPrefix(v, "q."); ok {
			out = append(out, id)
		} else if id, ok := strings.CutPrefix(v, "row."); ok {
			out = append(out, id)
		}
	}
	return out
}

// eval works a rule out. The value is nil unless it is known; missing names
// what is not: answer keys, and other facts with "@" before them.
func (r *rule) eval(s *scene) (ref.Val, []string) {
	out, _, err := r.program.Eval(s)
	if err != nil {
		return nil, s.unanswered(r)
	}
	unk, ok := out.(*types.Unknown)
	if !ok {
		return out, nil
	}
	var missing []string
	for _, id := range unk.IDs() {
		trails, _ := unk.GetAttributeTrails(id)
		for _, t := range trails {
			missing = append(missing, t.Variable())
		}
	}
	slices.Sort(missing)
	return nil, slices.Compact(missing)
}

// truth works out a rule that is true or false. A rule that is not there is
// true.
func (s *scene) truth(r *rule) (truth, []string) {
	if r == nil {
		return yes, nil
	}
	v, missing := r.eval(s)
	switch v {
	case types.True:
		return yes, nil
	case types.False:
		return no, nil
	}
	return unknown, missing
}

// compiler turns the expressions of one folder into rules and reports what is
// wrong with them.
type compiler struct {
	p     *Pathway
	d     *decoder
	envs  envs
	cache map[string]*rule
	place *Place
}

// boolean compiles a condition; field points at its text. group is the group
// whose row it is about, if any.
func (c *compiler) boolean(field *string, group, what string) *rule {
	if *field == "" {
		return nil
	}
	line := c.d.lines[field]
	if c.d.blocks[field] {
		line++
	}
	return c.compile(*field, line, group, what, true)
}

func (c *compiler) compile(text string, line int, group, what string, boolean bool) *rule {
	if len(text) > maxRule {
		c.d.fault(line, "Split the rule", "%s is longer than %d characters", what, maxRule)
		return nil
	}
	key := group + "\x00" + text
	if r := c.cache[key]; r != nil && (!boolean || r.kind.IsExactType(cel.BoolType)) {
		return r
	}
	env := c.envs.base
	if group != "" && c.envs.rows[group] != nil {
		env = c.envs.rows[group]
	}
	checked, issues := env.Compile(text)
	if issues.Err() != nil {
		for _, e := range issues.Errors() {
			c.explain(line+max(e.Location.Line(), 1)-1, what, text, e.Message, group)
		}
		return nil
	}
	if boolean && !checked.OutputType().IsExactType(cel.BoolType) {
		c.d.fault(line, "Compare it with something, as in q.rating == \"red\"", "%s is not true or false: “%s”", what, text)
		return nil
	}
	est, err := env.EstimateCost(checked, sizes{c.p})
	if err == nil && est.Max > maxEstimate {
		c.d.fault(line, "Do not go through a group inside another group", "%s takes too long to work out: “%s”", what, text)
		return nil
	}
	// Counting what a rule costs while it is worked out takes longer than most
	// rules. One that is cheap for the largest record stays cheap for any.
	limit := []cel.ProgramOption{cel.CostLimit(maxCost)}
	if err == nil && est.Max <= cheap {
		limit = nil
	}
	program, err := env.Program(checked, limit...)
	if err != nil {
		c.d.fault(line, "Write the rule more simply", "%s cannot be used: %s", what, err.Error())
		return nil
	}
	r := &rule{text: text, program: program, plain: true, kind: checked.OutputType()}
	w := walker{c: c, ast: checked.NativeRep(), rule: r, line: line, what: what, vars: map[string]bool{}, fields: map[string]bool{}, local: map[string]string{}}
	before := len(*c.d.faults)
	w.walk(w.ast.Expr())
	r.vars = slices.Sorted(maps.Keys(w.vars))
	r.fields = slices.Sorted(maps.Keys(w.fields))
	for _, v := range r.vars {
		if !strings.HasPrefix(v, "q.") && !strings.HasPrefix(v, "row.") {
			r.plain = false
		}
	}
	if w.ast.Expr().Kind() == ast.IdentKind {
		r.copies = w.ast.Expr().AsIdent()
	}
	if len(*c.d.faults) == before {
		c.cache[key] = r
	}
	return r
}

var (
	undeclared = regexp.MustCompile(`^undeclared reference to '([^']+)'`)
	undefined  = regexp.MustCompile(`^undefined field '([^']+)'`)
	overload   = regexp.MustCompile(`^found no matching overload for '([^']+)' applied to '\((.*)\)'`)
	hasOnce    = regexp.MustCompile(`\bhas\(\s*(q|row)\.(\w+)`)
)

// explain puts CEL's own complaint into words that say what to write.
func (c *compiler) explain(line int, what, text, message, group string) {
	say := func(do, words string, args ...any) {
		c.d.fault(line, do, "%s, “%s”: %s", what, text, fmt.Sprintf(words, args...))
	}
	if m := hasOnce.FindStringSubmatch(text); m != nil && strings.Contains(message, "'"+m[1]+"'") {
		say(fmt.Sprintf("Write known(%s.%s)", m[1], m[2]), "has() is only for the rows of a group")
		return
	}
	if m := undeclared.FindStringSubmatch(message); m != nil {
		c.undeclared(say, c.whole(m[1], text, group), group)
		return
	}
	if m := undefined.FindStringSubmatch(message); m != nil {
		var fields []string
		for id, in := range c.p.questions {
			if in.group != "" {
				fields = append(fields, id)
			}
		}
		say(instead(m[1], fields), "no row has a question “%s”", m[1])
		return
	}
	if m := overload.FindStringSubmatch(message); m != nil {
		kinds := strings.ReplaceAll(m[2], ", ", " and ")
		say("Compare like with like: a yes_no question is true or false, codes are text in quotes, numbers have no quotes",
			"“%s” does not go with %s", strings.Trim(m[1], "_@"), kinds)
		return
	}
	say("", "%s", strings.ReplaceAll(message, "\n", " "))
}

var dottedName = regexp.MustCompile(`\b(?:known\(\s*)?(q|row|count|taken|due|actor)\.(\w+)`)

// whole finds the name after "q." and the like where CEL reports only the
// part before the dot.
func (c *compiler) whole(name, text, group string) string {
	for _, m := range dottedName.FindAllStringSubmatch(text, -1) {
		if m[1] != name && name != "known" {
			continue
		}
		in := c.p.questions[m[2]]
		if (m[1] == "q" && ((in != nil && in.group == "") || c.p.groups[m[2]] != nil)) || (m[1] == "row" && in != nil && group != "" && in.group == group) {
			continue
		}
		return m[1] + "." + m[2]
	}
	return name
}

func (c *compiler) undeclared(say func(do, words string, args ...any), name, group string) {
	space, id, dotted := strings.Cut(name, ".")
	if !dotted {
		switch name {
		case "q", "row", "count", "taken", "due", "actor":
			say("Write "+name+".<name>", "“%s” must be followed by a name", name)
		default:
			say(instead(name, []string{"each", "state", "authority", "now", "today", "age_on", "working_days", "known", "size", "has"}), "there is nothing called “%s”", name)
		}
		return
	}
	if space == "known" {
		space, id, _ = strings.Cut(id, ".")
	}
	var have []string
	switch space {
	case "q", "row":
		if in := c.p.questions[id]; in != nil && in.group != "" && space == "q" {
			do := fmt.Sprintf("Write q.%s.exists(c, c.%s == …) or q.%s.all(c, …)", in.group, id, in.group)
			if in.group == group {
				do = "Write row." + id
			}
			say(do, "“%s” is asked of each %s", id, c.p.item(in.group))
			return
		}
		if in := c.p.questions[id]; in != nil && in.group == "" && space == "row" {
			say("Write q."+id, "“%s” is asked once, not of each row", id)
			return
		}
		for qid, in := range c.p.questions {
			if (space == "q") == (in.group == "") && (space == "q" || in.group == group) {
				have = append(have, qid)
			}
		}
		if space == "q" {
			have = append(have, slices.Collect(maps.Keys(c.p.groups))...)
		}
		if space == "row" && group == "" {
			say("Use q.<group>.exists or q.<group>.all", "the rule is not about one row, so it cannot use “%s”", name)
			return
		}
	case "count":
		have = CountNames
	case "taken":
		have = slices.Collect(maps.Keys(c.p.steps))
	case "due":
		for i := range c.p.Clocks {
			if c.p.Clocks[i].Each == "" {
				have = append(have, c.p.Clocks[i].ID)
			}
		}
	case "actor":
		have = []string{"roles", "kind", "author"}
	default:
		say(instead(space, []string{"q", "row", "count", "taken", "due", "actor"}), "there is nothing called “%s”", name)
		return
	}
	say(instead(id, have), "there is no “%s”", name)
}

// walker reads a checked expression: which answers it uses, and whether the
// codes it compares them with exist.
type walker struct {
	c      *compiler
	ast    *ast.AST
	rule   *rule
	line   int
	what   string
	vars   map[string]bool
	fields map[string]bool
	local  map[string]string // comprehension variable: question whose choices it goes through
}

func (w *walker) walk(e ast.Expr) {
	switch e.Kind() {
	case ast.IdentKind:
		name := e.AsIdent()
		if _, ok := w.local[name]; ok || strings.HasPrefix(name, "@") || strings.HasPrefix(name, "__") {
			return
		}
		if strings.Contains(name, ".") || slices.Contains([]string{"each", "state", "authority", "now", "today"}, name) {
			w.vars[strings.TrimPrefix(name, "known.")] = true
		}
	case ast.SelectKind:
		sel := e.AsSelect()
		if t := w.ast.GetType(sel.Operand().ID()); strings.HasPrefix(t.TypeName(), "row.") {
			w.fields[sel.FieldName()] = true
		} else if q := w.question(sel.Operand()); q != nil && q.q.Type == "address" && !slices.Contains(answer.AddressParts, sel.FieldName()) {
			w.c.d.fault(w.line, instead(sel.FieldName(), answer.AddressParts), "%s: an address has no “%s”", w.what, sel.FieldName())
		}
		w.walk(sel.Operand())
	case ast.CallKind:
		call := e.AsCall()
		w.literals(call)
		if f := call.FunctionName(); f == othersOf || f == othersEndedOf {
			w.vars[f] = true // it is more than the answers
		}
		if call.IsMemberFunction() {
			w.walk(call.Target())
		}
		for _, a := range call.Args() {
			w.walk(a)
		}
	case ast.ListKind:
		for _, x := range e.AsList().Elements() {
			w.walk(x)
		}
	case ast.MapKind:
		for _, x := range e.AsMap().Entries() {
			w.walk(x.AsMapEntry().Key())
			w.walk(x.AsMapEntry().Value())
		}
	case ast.ComprehensionKind:
		comp := e.AsComprehension()
		w.walk(comp.IterRange())
		id := ""
		if in := w.question(comp.IterRange()); in != nil {
			id = in.q.ID
		}
		outer, had := w.local[comp.IterVar()]
		w.local[comp.IterVar()] = id
		for _, x := range []ast.Expr{comp.AccuInit(), comp.LoopCondition(), comp.LoopStep(), comp.Result()} {
			w.walk(x)
		}
		if delete(w.local, comp.IterVar()); had {
			w.local[comp.IterVar()] = outer
		}
	}
}

// question is the question an expression is the answer to, if it is just that.
func (w *walker) question(e ast.Expr) *subject {
	switch e.Kind() {
	case ast.IdentKind:
		name := e.AsIdent()
		if id, ok := w.local[name]; ok {
			return w.c.p.questions[id]
		}
		if space, id, ok := strings.Cut(name, "."); ok && (space == "q" || space == "row") {
			return w.c.p.questions[id]
		}
	case ast.SelectKind:
		sel := e.AsSelect()
		if t := w.ast.GetType(sel.Operand().ID()); strings.HasPrefix(t.TypeName(), "row.") {
			return w.c.p.questions[sel.FieldName()]
		}
	}
	return nil
}

// literals finds a text compared with an answer, a state or a role that can
// never be equal to it: CEL would say false without a word.
func (w *walker) literals(call ast.CallExpr) {
	args := call.Args()
	if len(args) != 2 {
		return
	}
	switch call.FunctionName() {
	case operators.Equals, operators.NotEquals:
		w.literal(args[0], args[1])
		w.literal(args[1], args[0])
	case operators.In:
		if args[1].Kind() == ast.ListKind {
			for _, x := range args[1].AsList().Elements() {
				w.literal(args[0], x)
			}
			return
		}
		w.literal(args[1], args[0])
	}
}

func (w *walker) literal(e, lit ast.Expr) {
	if lit.Kind() != ast.LiteralKind {
		return
	}
	s, ok := lit.AsLiteral().(types.String)
	if !ok {
		return
	}
	word, name := string(s), ""
	var have []string
	if in := w.question(e); in != nil {
		name = "“" + in.q.ID + "”"
		have = in.choices()
	} else if e.Kind() == ast.IdentKind {
		switch e.AsIdent() {
		case "state":
			name, have = "the state", slices.Collect(maps.Keys(w.c.p.states))
		case "actor.roles":
			name, have = "a role", append(slices.Clone(w.c.place.Roles), "system") // what a step of another record begins or takes
		case "actor.kind":
			name, have = "the kind of actor", []string{"worker", "professional", "public", "system"}
		}
	}
	if len(have) > 0 && !slices.Contains(have, word) {
		w.c.d.fault(w.line, instead(word, have), "%s compares %s with “%s”, which it can never be", w.what, name, word)
	}
}
