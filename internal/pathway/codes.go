package pathway

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// What stands before the name of a list of the partnership's, or of one that
// several pathways share.
const (
	borrowed   = "partnership:"
	sharedList = "shared:"
)

var codeForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]*$`)

// readCodes reads a code list: a CSV file whose first line is
// code,label,hint and any further columns.
func readCodes(file, text string, faults *Faults) []Code {
	text = strings.TrimPrefix(text, "\ufeff")
	fault := func(line int, text, do string) {
		faults.add(Fault{File: file, Line: line, Text: text, Do: do})
	}
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord = -1
	r.TrimLeadingSpace = true
	head, err := r.Read()
	if err != nil || len(head) < 2 || head[0] != "code" || head[1] != "label" {
		fault(1, "the first line does not name the columns", "Begin the file with code,label,hint")
		return nil
	}
	var out []Code
	seen := map[string]bool{}
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		var bad *csv.ParseError
		if errors.As(err, &bad) {
			fault(bad.Line, "the line cannot be read: "+bad.Err.Error(), "Put text that has a comma or a quotation mark in quotation marks")
			return nil
		}
		line, _ := r.FieldPos(0)
		if len(cells) > len(head) {
			fault(line, "the line has more columns than the first line names", "Put text that has a comma in quotation marks")
			continue
		}
		c := Code{}
		for i, v := range cells {
			v = strings.TrimSpace(v)
			switch head[i] {
			case "code":
				c.Code = v
			case "label":
				c.Label = v
			case "hint":
				c.Hint = v
			default:
				if v != "" {
					if c.Extra == nil {
						c.Extra = map[string]string{}
					}
					c.Extra[head[i]] = v
				}
			}
		}
		switch {
		case !codeForm.MatchString(c.Code):
			fault(line, "“"+c.Code+"” cannot be a code", "Use letters, figures and underscores")
		case seen[c.Code]:
			fault(line, "the code “"+c.Code+"” is there twice", "Keep one")
		case c.Label == "":
			fault(line, "the code “"+c.Code+"” has no label", "Write what people read")
		case datedCode(c) != "":
			fault(line, datedCode(c), "Write days as 2026-11-21, in the columns from and until")
		default:
			seen[c.Code] = true
			out = append(out, c)
		}
	}
	if len(out) == 0 {
		fault(0, "the list has no codes", "Write at least one")
	}
	return out
}

// writeCodes is a list as a file, for the text a record is pinned to.
func writeCodes(codes []Code) string {
	extra := map[string]bool{}
	for _, c := range codes {
		for k := range c.Extra {
			extra[k] = true
		}
	}
	more := slices.Sorted(maps.Keys(extra))
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	_ = w.Write(append([]string{"code", "label", "hint"}, more...))
	for _, c := range codes {
		line := []string{c.Code, c.Label, c.Hint}
		for _, k := range more {
			line = append(line, c.Extra[k])
		}
		_ = w.Write(line)
	}
	w.Flush()
	return b.String()
}

// codesOf finds the list that something names and leaves it with the name under
// which Pathway.Codes has it.
func (k *checker) codesOf(named *string) []Code {
	line := k.d.lines[named]
	if list, ok := strings.CutPrefix(*named, borrowed); ok {
		return k.borrowedCodes(*named, list, line)
	}
	if list, ok := strings.CutPrefix(*named, sharedList); ok {
		return k.sharedCodes(*named, list, line)
	}
	*named = strings.TrimSuffix(strings.TrimPrefix(*named, "codes/"), ".csv")
	if have, ok := k.p.Codes[*named]; ok {
		return have
	}
	file := "codes/" + *named + ".csv"
	text, ok := k.p.Files[file]
	if !ok {
		k.d.fault(line, instead(*named, listNames(k.p.Files)), "there is no code list %s", file)
		return nil
	}
	k.p.Codes[*named] = readCodes(file, text, k.d.faults)
	return k.p.Codes[*named]
}

// listNames are the code lists among some files.
func listNames(files map[string]string) []string {
	var out []string
	for f := range files {
		if name, ok := strings.CutPrefix(f, "codes/"); ok {
			out = append(out, strings.TrimSuffix(name, ".csv"))
		}
	}
	return out
}

func (k *checker) sharedCodes(named, list string, line int) []Code {
	if have, ok := k.p.Codes[named]; ok {
		return have
	}
	file := "codes/" + list + ".csv"
	text, ok := k.sharedText(file)
	if !ok {
		k.d.fault(line, instead(list, listNames(k.place.Shared)), "no list “%s” is shared", list)
		return nil
	}
	k.p.Files[sharedDir+file] = text
	k.p.Codes[named] = readCodes("_"+sharedDir+file, text, k.d.faults)
	return k.p.Codes[named]
}

func (k *checker) borrowedCodes(named, list string, line int) []Code {
	if have, ok := k.p.Codes[named]; ok {
		return have
	}
	file := "partnership/" + list + ".csv"
	codes, ok := k.place.Lists[list]
	if text, kept := k.p.Files[file]; kept && k.pinned {
		codes, ok = readCodes(file, text, k.d.faults), true
	}
	if !ok || len(codes) == 0 {
		k.outside(line, instead(list, slices.Collect(maps.Keys(k.place.Lists))), "the partnership has no list “%s”", list)
		return nil
	}
	k.p.Files[file] = writeCodes(codes)
	k.p.Codes[named] = codes
	return codes
}
