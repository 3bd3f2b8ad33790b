package tool

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of a package.
const (
	MaxBytes = 1 << 20
	maxDepth = 12
	MaxItems = 200 // as many as a pathway's rules are measured for
	maxParts = 40  // areas, sub-areas of an area, scales, results
	maxLong  = 4000
	maxShort = 300
	maxFault = 25
)

// Fault is one thing wrong with a package: where, and what to do.
type Fault struct {
	Path string // "areas[0].subareas[1].items[3].id"; empty for the file as a whole
	Text string
}

// Faults is everything wrong with a package.
type Faults []Fault

// Error is all of it, a line each. It holds ids of the file and none of its other
// words.
func (f Faults) Error() string {
	out := make([]string, len(f))
	for i, x := range f {
		out[i] = x.Text
		if x.Path != "" {
			out[i] = x.Path + ": " + x.Text
		}
	}
	return strings.Join(out, "\n")
}

func (f *Faults) add(path, text string, args ...any) {
	if len(*f) < maxFault {
		*f = append(*f, Fault{path, fmt.Sprintf(text, args...)})
	}
}

// reader turns the tokens of a file into a package. The standard decoder would
// take the last of two equal keys, pass over unknown ones, and not say where.
type reader struct {
	dec    *json.Decoder
	faults *Faults
	stop   bool
}

// readJSON reads one strict JSON document into what v points to.
func readJSON(body []byte, v any, faults *Faults) {
	switch {
	case len(body) > MaxBytes:
		faults.add("", "the file has more than %d bytes", MaxBytes)
		return
	case !utf8.Valid(body):
		faults.add("", "the file is not UTF-8 text")
		return
	}
	r := reader{dec: json.NewDecoder(bytes.NewReader(body)), faults: faults}
	r.dec.UseNumber()
	r.value(reflect.ValueOf(v).Elem(), "", 0)
	if r.stop {
		return
	}
	if _, err := r.dec.Token(); !errors.Is(err, io.EOF) {
		faults.add("", "there is something after the end of the document")
	}
}

func (r *reader) token(path string) (json.Token, bool) {
	t, err := r.dec.Token()
	if err != nil {
		if !r.stop {
			r.faults.add(path, "the file is not JSON from byte %d on", r.dec.InputOffset())
		}
		r.stop = true
		return nil, false
	}
	return t, true
}

// value reads one value into v; into nothing when v is not valid.
func (r *reader) value(v reflect.Value, path string, depth int) {
	if depth > maxDepth {
		r.faults.add(path, "this is nested more than %d deep", maxDepth)
		r.stop = true
		return
	}
	t, ok := r.token(path)
	if !ok {
		return
	}
	switch t := t.(type) {
	case json.Delim:
		if t == '{' {
			r.object(v, path, depth)
		} else {
			r.array(v, path, depth)
		}
	case string:
		if r.fits(v, reflect.String, path, "text") {
			v.SetString(t)
			r.text(path, t)
		}
	case bool:
		if r.fits(v, reflect.Bool, path, "true or false") {
			v.SetBool(t)
		}
	case json.Number:
		if r.fits(v, reflect.Int, path, "a number") {
			n, err := t.Int64()
			if err != nil || n < 0 || n > 1_000_000 {
				r.faults.add(path, "this must be a whole number between 0 and 1,000,000")
				return
			}
			v.SetInt(n)
		}
	case nil:
		if v.IsValid() {
			r.faults.add(path, "null says nothing: leave the key out")
		}
	}
}

// fits reports a value of another type than the one that is wanted.
func (r *reader) fits(v reflect.Value, have reflect.Kind, path, what string) bool {
	if !v.IsValid() {
		return false
	}
	if v.Kind() == have {
		return true
	}
	want := map[reflect.Kind]string{
		reflect.String: "text", reflect.Bool: "true or false", reflect.Int: "a whole number",
		reflect.Slice: "a list", reflect.Struct: "an object", reflect.Map: "an object",
	}[v.Kind()]
	r.faults.add(path, "this must be %s and is %s", want, what)
	return false
}

// text refuses what no form has in its words and what could hide some of them.
func (r *reader) text(path, s string) {
	if i := strings.IndexFunc(s, hidden); i >= 0 {
		r.faults.add(path, "there is a character that cannot be seen (U+%04X)", []rune(s[i:])[0])
	}
}

func hidden(c rune) bool {
	return c != '\n' && (unicode.IsControl(c) || unicode.Is(unicode.Cf, c) && c != '\u00ad')
}

func (r *reader) object(v reflect.Value, path string, depth int) {
	fields := map[string]reflect.Value{}
	var names []string
	open := false
	switch {
	case !v.IsValid():
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			if name := v.Type().Field(i).Tag.Get("json"); name != "" && name != "-" {
				fields[name] = v.Field(i)
				names = append(names, name)
			}
		}
	case v.Kind() == reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		open = true
	default:
		r.fits(v, reflect.Struct, path, "an object")
		v = reflect.Value{}
	}
	seen := map[string]bool{}
	for r.dec.More() && !r.stop {
		t, ok := r.token(path)
		if !ok {
			return
		}
		key, _ := t.(string)
		at := join(path, key)
		if seen[key] {
			r.faults.add(at, "the key is there twice")
		}
		seen[key] = true
		field, known := fields[key]
		switch {
		case open:
			val := reflect.New(v.Type().Elem()).Elem()
			r.value(val, at, depth+1)
			if len(seen) <= maxParts {
				v.SetMapIndex(reflect.ValueOf(key), val)
			}
			continue
		case v.IsValid() && !known:
			r.faults.add(at, "the key is not known here. There can be %s", strings.Join(slices.Sorted(slices.Values(names)), ", "))
		}
		r.value(field, at, depth+1)
	}
	if open && len(seen) > maxParts {
		r.faults.add(path, "there can be %d keys at most", maxParts)
	}
	r.token(path)
}

// join is the path of a key. What is no plain word is not repeated.
func join(path, key string) string {
	if !plainKey(key) {
		key = "(a key)"
	}
	if path == "" {
		return key
	}
	return path + "." + key
}

func plainKey(key string) bool {
	return key != "" && len(key) <= 40 && strings.IndexFunc(key, func(c rune) bool {
		return c != '_' && c != '-' && c != '.' && (c > unicode.MaxASCII || !unicode.IsLetter(c) && !unicode.IsDigit(c))
	}) < 0
}

func (r *reader) array(v reflect.Value, path string, depth int) {
	if v.IsValid() && v.Kind() != reflect.Slice {
		r.fits(v, reflect.Slice, path, "a list")
		v = reflect.Value{}
	}
	n := 0
	for ; r.dec.More() && !r.stop; n++ {
		at := fmt.Sprintf("%s[%d]", path, n)
		if !v.IsValid() || n >= MaxItems {
			r.value(reflect.Value{}, at, depth+1)
			continue
		}
		v.Set(reflect.Append(v, reflect.Zero(v.Type().Elem())))
		r.value(v.Index(n), at, depth+1)
	}
	if n > MaxItems {
		r.faults.add(path, "there can be %d at most", MaxItems)
	}
	r.token(path)
}
