package mash

import (
	"html/template"
	"strconv"
	"strings"
)

// stepButton sends a step that asks nothing, from inside any form: where it goes
// is its own.
type stepButton struct {
	Text, Action string
	Based        int
	Main         bool
}

var stepButtonTemplate = template.Must(template.New("step-button").Parse(
	`<button type="submit" class="govuk-button{{if not .Main}} govuk-button--secondary{{end}} govuk-!-margin-bottom-1" data-module="govuk-button" data-prevent-double-click="true" formaction="{{.Action}}" name="based" value="{{.Based}}">{{.Text}}</button>`))

// Render draws the button.
func (b stepButton) Render() (template.HTML, error) {
	var out strings.Builder
	if err := stepButtonTemplate.Execute(&out, b); err != nil {
		return "", err
	}
	return template.HTML(out.String()), nil
}

func itoa(n int) string { return strconv.Itoa(n) }
