package pathway

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/cost"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	"frontdoor/internal/calendar"
	"frontdoor/internal/tool"
)

// Limits of one rule. The first is worked out when the folder is loaded, for
// the largest record the pathway allows; the second stops a rule that is being
// worked out. A rule over three groups inside each other meets neither.
const (
	maxEstimate = 500_000
	maxCost     = 500_000
	cheap       = 2_000 // estimated at most: worked out without counting
	maxRule     = 4_000 // characters
)

// CountNames are the numbers rules may ask the database for, as count.<name>.
var CountNames = []string{
	"contacts_12m", "open_checks", "answered_checks", "sent_checks",
	"unread_messages", "history_looked", "flagged_addresses", "records_brought", "versions_made", "same_person", "same_person_new",
}

// markNames are the facts that a step may ask to be recorded for this visit.
var markNames = []string{"history_looked"}

// celType is the type a question's answer has in rules.
func celType(questionType string) *cel.Type {
	switch questionType {
	case "number", "scale":
		return cel.IntType
	case "date", "datetime":
		return cel.TimestampType
	case "yes_no":
		return cel.BoolType
	case "checkboxes", "files":
		return cel.ListType(cel.StringType)
	case "address":
		return cel.MapType(cel.StringType, cel.StringType)
	default:
		return cel.StringType
	}
}

// envs are the words that rules of one pathway may use: once for rules about
// the whole record, and once for rules about a row of each group.
type envs struct {
	base *cel.Env
	rows map[string]*cel.Env
}

func newEnvs(p *Pathway, cal *calendar.Calendar) (envs, error) {
	registry, err := types.NewRegistry()
	if err != nil {
		return envs{}, err
	}
	provider := &rowTypes{Provider: registry, fields: map[string]map[string]*types.FieldType{}}
	opts := []cel.EnvOption{
		cel.CustomTypeProvider(provider),
		cel.Macros(cel.GlobalMacro("known", 1, knownMacro)),
		cel.ParserExpressionSizeLimit(maxRule),
		cel.ParserRecursionLimit(40),
		cel.Variable("each", cel.StringType),
		cel.Variable("state", cel.StringType),
		cel.Variable("authority", cel.StringType),
		cel.Variable("now", cel.TimestampType),
		cel.Variable("today", cel.TimestampType),
		cel.Variable("actor.roles", cel.ListType(cel.StringType)),
		cel.Variable("actor.kind", cel.StringType),
		cel.Variable("actor.author", cel.BoolType),
		cel.Function("age_on", cel.Overload("age_on_dates", []*cel.Type{cel.TimestampType, cel.TimestampType}, cel.IntType,
			cel.BinaryBinding(func(dob, on ref.Val) ref.Val {
				return types.Int(AgeOn(dateOf(dob), dateOf(on)))
			}))),
		cel.Function("working_days", cel.Overload("working_days_dates", []*cel.Type{cel.TimestampType, cel.TimestampType}, cel.IntType,
			cel.BinaryBinding(func(a, b ref.Val) ref.Val {
				return types.Int(cal.WorkingDaysTo(dateOf(a), dateOf(b)))
			}))),
	}
	for _, n := range startedNames(p) {
		opts = append(opts, cel.Variable("started."+n, cel.ListType(cel.StringType)))
	}
	opts = append(opts, othersOptions(p)...)
	opts = append(opts, cel.Function("sum", cel.Overload("sum_ints", []*cel.Type{cel.ListType(cel.IntType)}, cel.IntType, cel.UnaryBinding(sum))))
	for _, n := range CountNames {
		opts = append(opts, cel.Variable("count."+n, cel.IntType))
	}
	for id, set := range p.Settings {
		if _, is := set.number(); is {
			opts = append(opts, cel.Variable("setting."+id, cel.IntType))
		} else if _, is := set.day(); is {
			opts = append(opts, cel.Variable("setting."+id, cel.TimestampType))
		}
	}
	for i := range p.Clocks {
		if p.Clocks[i].Each == "" {
			opts = append(opts, cel.Variable("due."+p.Clocks[i].ID, cel.TimestampType))
		}
	}
	for i := range p.Steps {
		opts = append(opts, cel.Variable("taken."+p.Steps[i].ID, cel.BoolType))
	}
	rowVars := map[string][]cel.EnvOption{}
	for id, in := range p.questions {
		t := celType(in.q.Type)
		if in.group == "" {
			opts = append(opts, cel.Variable("q."+id, t), cel.Variable("known.q."+id, cel.BoolType))
			continue
		}
		rowVars[in.group] = append(rowVars[in.group], cel.Variable("row."+id, t), cel.Variable("known.row."+id, cel.BoolType))
		provider.add(in.group, id, t)
	}
	for id := range p.groups {
		opts = append(opts, cel.Variable("q."+id, cel.ListType(cel.ObjectType("row."+id))), cel.Variable("known.q."+id, cel.BoolType))
		provider.add(id, "", nil)
	}
	base, err := cel.NewEnv(opts...)
	if err != nil {
		return envs{}, err
	}
	out := envs{base: base, rows: map[string]*cel.Env{}}
	for g := range p.groups {
		if out.rows[g], err = base.Extend(rowVars[g]...); err != nil {
			return envs{}, err
		}
	}
	return out, nil
}

// startedNames are the pathways of which the folder's rules read what was
// started. It looks for the few places with the word alone: a search by pattern
// through every folder took an eighth of the whole start-up.
func startedNames(p *Pathway) []string {
	const word = "started."
	text := p.Files["pathway.yaml"]
	var out []string
	for at := 0; ; {
		i := strings.Index(text[at:], word)
		if i < 0 {
			return out
		}
		from := at + i + len(word)
		inWord := at+i > 0 && wordByte(text[at+i-1])
		at = from
		for at < len(text) && wordByte(text[at]) {
			at++
		}
		if name := text[from:at]; !inWord && idForm.MatchString(name) && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
}

func wordByte(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

// sum adds the numbers of a list.
func sum(list ref.Val) ref.Val {
	total := types.Int(0)
	for it := list.(traits.Lister).Iterator(); it.HasNext() == types.True; {
		n, ok := it.Next().(types.Int)
		if !ok {
			return types.NewErr("only numbers can be added")
		}
		total += n
	}
	return total
}

// AgeOn is the age in whole years on a day; someone born on 29 February is a
// year older on 1 March. Before the birth it is -1.
func AgeOn(born, on calendar.Date) int {
	if born.After(on) {
		return -1
	}
	years := on.Year() - born.Year()
	if on.Month() < born.Month() || (on.Month() == born.Month() && on.Day() < born.Day()) {
		years--
	}
	return years
}

func dateOf(v ref.Val) calendar.Date {
	return calendar.DateOf(v.(types.Timestamp).Time)
}

// midnight is how rules hold a date: 00:00 UTC, which is the same day in London.
func midnight(d calendar.Date) time.Time {
	return time.Date(d.Year(), d.Month(), d.Day(), 0, 0, 0, 0, time.UTC)
}

// knownMacro turns known(q.x) into whether x is answered, and known(c.x) for a
// row c into has(c.x).
func knownMacro(eh cel.MacroExprFactory, _ ast.Expr, args []ast.Expr) (ast.Expr, *common.Error) {
	if args[0].Kind() != ast.SelectKind || args[0].AsSelect().IsTestOnly() {
		return nil, eh.NewError(args[0].ID(), "known() takes one answer, as in known(q.rating)")
	}
	sel := args[0].AsSelect()
	op := sel.Operand()
	if op.Kind() == ast.IdentKind && (op.AsIdent() == "q" || op.AsIdent() == "row") {
		return eh.NewSelect(eh.NewSelect(eh.NewIdent("known"), op.AsIdent()), sel.FieldName()), nil
	}
	return eh.NewPresenceTest(eh.Copy(op), sel.FieldName()), nil
}

// rowTypes adds one type for each group, whose fields are the group's
// questions, so that a misspelt or mistyped c.x is found when the folder loads.
type rowTypes struct {
	types.Provider
	fields map[string]map[string]*types.FieldType
}

func (t *rowTypes) add(group, question string, typ *cel.Type) {
	name := "row." + group
	if t.fields[name] == nil {
		t.fields[name] = map[string]*types.FieldType{}
	}
	if question == "" {
		return
	}
	t.fields[name][question] = &types.FieldType{
		Type:    typ,
		IsSet:   func(target any) bool { return target.(*rowValue).known(question) },
		GetFrom: func(target any) (any, error) { return target.(*rowValue).get(question), nil },
	}
}

func (t *rowTypes) FindStructType(name string) (*types.Type, bool) {
	if t.fields[name] != nil {
		return types.NewTypeTypeWithParam(types.NewObjectType(name)), true
	}
	return t.Provider.FindStructType(name)
}

func (t *rowTypes) FindStructFieldNames(name string) ([]string, bool) {
	if f := t.fields[name]; f != nil {
		names := make([]string, 0, len(f))
		for n := range f {
			names = append(names, n)
		}
		return names, true
	}
	return t.Provider.FindStructFieldNames(name)
}

func (t *rowTypes) FindStructFieldType(name, field string) (*types.FieldType, bool) {
	if f := t.fields[name]; f != nil {
		ft, ok := f[field]
		return ft, ok
	}
	return t.Provider.FindStructFieldType(name, field)
}

func (t *rowTypes) NewValue(name string, fields map[string]ref.Val) ref.Val {
	if t.fields[name] != nil {
		return types.NewErr("a rule cannot make a row")
	}
	return t.Provider.NewValue(name, fields)
}

// rowValue is one row of a group as a rule sees it. A question that nobody
// answered for the row is unknown, and has() of it is false.
type rowValue struct {
	s     *scene
	group string
	row   string
}

func (r *rowValue) known(question string) bool { return r.s.known(r.group, r.row, question) }
func (r *rowValue) get(question string) any    { return r.s.value(r.group, r.row, question) }

func (r *rowValue) ConvertToNative(t reflect.Type) (any, error) {
	if reflect.TypeFor[*rowValue]().AssignableTo(t) {
		return r, nil
	}
	return nil, fmt.Errorf("a row cannot be used as %s", t)
}

func (r *rowValue) ConvertToType(t ref.Type) ref.Val {
	return types.NewErr("a row cannot be used as %s", t.TypeName())
}

func (r *rowValue) Equal(other ref.Val) ref.Val {
	o, ok := other.(*rowValue)
	return types.Bool(ok && o.group == r.group && o.row == r.row)
}
func (r *rowValue) Type() ref.Type { return types.NewObjectType("row." + r.group) }
func (r *rowValue) Value() any     { return r }

// sizes tells the cost estimate how large answers can be.
type sizes struct{ p *Pathway }

func (s sizes) EstimateSize(node cost.AstNode) *cost.SizeEstimate {
	path := node.Path()
	if len(path) == 0 {
		return nil
	}
	name, field := path[0], ""
	if after, ok := strings.CutPrefix(name, "row."); ok {
		field = after
	} else if after, ok := strings.CutPrefix(name, "q."); ok {
		field = after
	}
	if g := s.p.groups[field]; g != nil && len(path) == 1 {
		return &cost.SizeEstimate{Max: uint64(maxRows(g))}
	}
	for _, part := range path[1:] {
		if s.p.questions[part] != nil {
			field = part
		}
	}
	if in := s.p.questions[field]; in != nil {
		switch {
		case len(in.codes) > 0 && in.q.Type == "checkboxes":
			return &cost.SizeEstimate{Max: uint64(len(in.codes))}
		case in.q.Type == "files":
			return &cost.SizeEstimate{Max: 100}
		case in.q.Type == "textarea":
			return &cost.SizeEstimate{Max: uint64(maxChars(in.q))}
		}
	}
	return &cost.SizeEstimate{Max: 300}
}

func (s sizes) EstimateCallCost(function, _ string, _ *cost.AstNode, _ []cost.AstNode) *cost.CallEstimate {
	return othersCost(function)
}

// maxRows is the most rows of a group that rules are measured for.
func maxRows(g *Group) int {
	switch {
	case len(g.codes) > 0:
		return len(g.codes)
	case g.tool != "":
		return tool.MaxItems
	case g.Max > 0:
		return g.Max
	}
	return 40
}
