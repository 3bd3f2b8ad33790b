package calendar

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"

	"frontdoor/internal/fault"
)

// YAML is a file that has been read, kept so that a later fault in what it says
// can name the line.
type YAML struct {
	file string
	root yaml.Node
}

// ReadYAML reads one YAML document strictly: a name that into has no place for,
// a name given twice, or a value of the wrong kind is a fault that names the
// file and line and says what to mend.
func ReadYAML(data []byte, file string, into any) (*YAML, error) {
	y := &YAML{file: file}
	d := yaml.NewDecoder(bytes.NewReader(data))
	d.KnownFields(true)
	if err := d.Decode(into); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, y.Fault("The file is empty.")
		}
		return nil, yamlFault(err, file)
	}
	if err := d.Decode(new(any)); !errors.Is(err, io.EOF) {
		return nil, y.Fault("The file holds more than one document. Keep only the first.")
	}
	if err := yaml.Unmarshal(data, &y.root); err != nil {
		return nil, yamlFault(err, file)
	}
	return y, nil
}

// Fault is an Invalid fault that names the file and the line of the value at a
// path of names and list positions, or of the nearest thing above it that is
// there.
func (y *YAML) Fault(sentence string, path ...any) error {
	line := 0
	if len(y.root.Content) > 0 {
		line = lineAt(y.root.Content[0], path)
	}
	return lineFault(y.file, line, sentence, nil)
}

func lineAt(n *yaml.Node, path []any) int {
	line := n.Line
	for _, step := range path {
		var next *yaml.Node
		switch key := step.(type) {
		case int:
			if n.Kind == yaml.SequenceNode && key < len(n.Content) {
				next = n.Content[key]
				line = next.Line
			}
		case string:
			for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
				if n.Content[i].Value == key {
					next = n.Content[i+1]
					line = n.Content[i].Line
				}
			}
		}
		if next == nil {
			break
		}
		n = next
	}
	return line
}

var (
	yamlLine    = regexp.MustCompile(`line (\d+): (.*)`)
	yamlUnknown = regexp.MustCompile(`^field (.+) not found in type`)
	yamlTwice   = regexp.MustCompile(`^mapping key "?([^"]*)"? already defined at line (\d+)`)
	yamlKind    = regexp.MustCompile(`^cannot unmarshal (\S+)`)
)

func yamlFault(err error, file string) error {
	text := err.Error()
	var many *yaml.TypeError
	if errors.As(err, &many) && len(many.Errors) > 0 {
		text = many.Errors[0]
	}
	m := yamlLine.FindStringSubmatch(text)
	if m == nil {
		return lineFault(file, 0, "The file cannot be read as YAML. Check its spaces and colons.", err)
	}
	line := 0
	_, _ = fmt.Sscan(m[1], &line)
	sentence := "The file cannot be read as YAML. Check the spaces and colons near here."
	switch what := strings.TrimSpace(m[2]); {
	case yamlUnknown.MatchString(what):
		sentence = fmt.Sprintf("There is no setting called %q here. Check its spelling and its indent.", yamlUnknown.FindStringSubmatch(what)[1])
	case yamlTwice.MatchString(what):
		found := yamlTwice.FindStringSubmatch(what)
		sentence = fmt.Sprintf("%q is here twice: it is on line %s already. Remove one of them.", found[1], found[2])
	case yamlKind.MatchString(what):
		sentence = "The value here is of the wrong kind: text, a number, true or false, a list, or names with values was expected instead."
	}
	return lineFault(file, line, sentence, err)
}

var located = regexp.MustCompile(`^(\S+?)(?:, line (\d+))?: (.*)$`)

// Located takes the file and the line out of the sentence of a fault that
// [ReadYAML] or [YAML.Fault] gave. Both are empty for another error.
func Located(err error) (file string, line int, sentence string) {
	sentence = err.Error()
	if fault.KindOf(err) != fault.Internal {
		sentence = fault.SafeText(err)
	}
	if m := located.FindStringSubmatch(sentence); m != nil {
		_, _ = fmt.Sscan(m[2], &line)
		return m[1], line, m[3]
	}
	return "", 0, sentence
}

func lineFault(file string, line int, sentence string, cause error) error {
	if line > 0 {
		sentence = fmt.Sprintf("%s, line %d: %s", file, line, sentence)
	} else {
		sentence = fmt.Sprintf("%s: %s", file, sentence)
	}
	return &fault.Error{Kind: fault.Invalid, Safe: sentence, Cause: cause}
}
