package parts

import (
	"encoding/json"
	"strings"
)

func only[O any](f func(O) (Part, bool)) func(json.RawMessage) (Part, bool) {
	return func(raw json.RawMessage) (Part, bool) {
		var o O
		if !strict(raw, &o) {
			return nil, false
		}
		return f(o)
	}
}

type block struct {
	words
	ID         string `json:"id"`
	Classes    string `json:"classes"`
	Attributes attrs  `json:"attributes"`
}

type areaOptions struct {
	fieldOptions
	Value        str    `json:"value"`
	Rows         int    `json:"rows"`
	MaxLength    int    `json:"maxlength"`
	MaxWords     int    `json:"maxwords"`
	Threshold    int    `json:"threshold"`
	Autocomplete string `json:"autocomplete"`
	Spellcheck   *bool  `json:"spellcheck"`
	Disabled     bool   `json:"disabled"`
}

func spell(b *bool) string {
	switch {
	case b == nil:
		return ""
	case *b:
		return "true"
	}
	return "false"
}

func area(o areaOptions) (Part, bool) {
	f, ok := o.field()
	return Textarea{
		Field: f, Value: string(o.Value), Rows: o.Rows, MaxLength: o.MaxLength, MaxWords: o.MaxWords, Threshold: o.Threshold,
		Autocomplete: o.Autocomplete, Spellcheck: spell(o.Spellcheck), Disabled: o.Disabled,
	}, ok
}

type tableCellOptions struct {
	words
	Format     string `json:"format"`
	Classes    string `json:"classes"`
	Colspan    int    `json:"colspan"`
	Rowspan    int    `json:"rowspan"`
	Attributes attrs  `json:"attributes"`
}

func cells(in []tableCellOptions) []Cell {
	var out []Cell
	for _, c := range in {
		out = append(out, Cell{
			Text: string(c.Text), Body: c.body(), Numeric: c.Format == "numeric", Classes: c.Classes,
			Colspan: c.Colspan, Rowspan: c.Rowspan, Attributes: c.Attributes.list(),
		})
	}
	return out
}

type actionsOptions struct {
	Items []itemOptions `json:"items"`
}

func (a *actionsOptions) links() ([]Link, bool) {
	if a == nil {
		return nil, true
	}
	return links(a.Items)
}

// adapters turn the options of a published case into one of our parts, or say
// that the part does not offer them.
var adapters = map[string]func(json.RawMessage) (Part, bool){
	"button": only(func(o struct {
		Text               str    `json:"text"`
		Href               string `json:"href"`
		Type               string `json:"type"`
		Name               string `json:"name"`
		Value              str    `json:"value"`
		Classes            string `json:"classes"`
		IsStartButton      bool   `json:"isStartButton"`
		PreventDoubleClick *bool  `json:"preventDoubleClick"`
		Disabled           bool   `json:"disabled"`
		ID                 string `json:"id"`
		Element            string `json:"element"`
		Attributes         attrs  `json:"attributes"`
	},
	) (Part, bool) {
		if o.PreventDoubleClick != nil && !*o.PreventDoubleClick || o.Element != "" || o.Text == "" {
			return nil, false
		}
		b := Button{
			Text: string(o.Text), Href: o.Href, Type: o.Type, Name: o.Name, Value: string(o.Value), Classes: o.Classes,
			Start: o.IsStartButton, Once: o.PreventDoubleClick != nil, Disabled: o.Disabled, ID: o.ID, Attributes: o.Attributes.list(),
		}
		if v, ok := strings.CutPrefix(o.Classes, "govuk-button--"); ok {
			b.Variant, b.Classes = v, ""
		}
		return b, o.Attributes["disabled"] == ""
	}),
	"input": only(func(o struct {
		fieldOptions
		Type           string `json:"type"`
		Value          str    `json:"value"`
		InputMode      string `json:"inputmode"`
		Autocomplete   string `json:"autocomplete"`
		Autocapitalize string `json:"autocapitalize"`
		Pattern        string `json:"pattern"`
		Spellcheck     *bool  `json:"spellcheck"`
		Prefix         *words `json:"prefix"`
		Suffix         *words `json:"suffix"`
		Disabled       bool   `json:"disabled"`
	},
	) (Part, bool) {
		f, ok := o.field()
		p := Input{
			Field: f, Type: o.Type, Value: string(o.Value), InputMode: o.InputMode, Autocomplete: o.Autocomplete,
			Autocapitalize: o.Autocapitalize, Pattern: o.Pattern, Spellcheck: spell(o.Spellcheck), Disabled: o.Disabled,
		}
		for _, affix := range []struct {
			from *words
			to   *string
		}{{o.Prefix, &p.Prefix}, {o.Suffix, &p.Suffix}} {
			if affix.from != nil {
				ok = ok && affix.from.HTML == ""
				*affix.to = string(affix.from.Text)
			}
		}
		return p, ok
	}),
	"password-input": only(func(o struct {
		fieldOptions
		Autocomplete string `json:"autocomplete"`
	},
	) (Part, bool) {
		f, ok := o.field()
		return PasswordInput{Field: f, Autocomplete: o.Autocomplete}, ok
	}),
	"textarea": only(area),
	"character-count": only(func(o areaOptions) (Part, bool) {
		p, ok := area(o)
		return p, ok && (o.MaxLength > 0 || o.MaxWords > 0)
	}),
	"radios": only(func(o struct {
		fieldOptions
		Items []*choiceOptions `json:"items"`
		Value str              `json:"value"`
	},
	) (Part, bool) {
		f, ok := o.field()
		items, good := choices(o.Items)
		return Radios{Field: f, Items: items, Value: string(o.Value)}, ok && good && (f.Label != "" || !f.HasHint() && f.Error == "")
	}),
	"checkboxes": only(func(o struct {
		fieldOptions
		Items  []*choiceOptions `json:"items"`
		Values []string         `json:"values"`
	},
	) (Part, bool) {
		f, ok := o.field()
		items, good := choices(o.Items)
		return Checkboxes{Field: f, Items: items, Values: o.Values}, ok && good
	}),
	"date-input": only(func(o struct {
		fieldOptions
		NamePrefix string `json:"namePrefix"`
		Day        *struct {
			Value str   `json:"value"`
			Error *bool `json:"error"`
		} `json:"day"`
		Month *struct {
			Value str   `json:"value"`
			Error *bool `json:"error"`
		} `json:"month"`
		Year *struct {
			Value str   `json:"value"`
			Error *bool `json:"error"`
		} `json:"year"`
	},
	) (Part, bool) {
		f, ok := o.field()
		f.Name = o.NamePrefix
		p := DateInput{Field: f}
		if o.Day != nil {
			p.Day, p.BadDay = string(o.Day.Value), o.Day.Error != nil
			ok = ok && (o.Day.Error == nil || *o.Day.Error)
		}
		if o.Month != nil {
			p.Month, p.BadMonth = string(o.Month.Value), o.Month.Error != nil
			ok = ok && (o.Month.Error == nil || *o.Month.Error)
		}
		if o.Year != nil {
			p.Year, p.BadYear = string(o.Year.Value), o.Year.Error != nil
			ok = ok && (o.Year.Error == nil || *o.Year.Error)
		}
		return p, ok
	}),
	"select": only(func(o struct {
		fieldOptions
		Items []*struct {
			Value    *str  `json:"value"`
			Text     str   `json:"text"`
			Selected *bool `json:"selected"`
			Disabled bool  `json:"disabled"`
		} `json:"items"`
		Value    str  `json:"value"`
		Disabled bool `json:"disabled"`
	},
	) (Part, bool) {
		f, ok := o.field()
		p := Select{Field: f, Value: string(o.Value), Disabled: o.Disabled}
		for _, i := range o.Items {
			if i == nil || i.Value == nil || i.Selected != nil && !*i.Selected {
				return nil, false
			}
			p.Items = append(p.Items, Option{Value: string(*i.Value), Text: string(i.Text), Selected: i.Selected != nil, Disabled: i.Disabled})
		}
		return p, ok
	}),
	"file-upload": only(func(o struct {
		fieldOptions
		Multiple   bool `json:"multiple"`
		JavaScript bool `json:"javascript"`
		Disabled   bool `json:"disabled"`
	},
	) (Part, bool) {
		f, ok := o.field()
		return FileUpload{Field: f, Multiple: o.Multiple, Drop: o.JavaScript, Disabled: o.Disabled}, ok
	}),
	"fieldset": only(func(o struct {
		Legend      *label `json:"legend"`
		DescribedBy string `json:"describedBy"`
		Role        string `json:"role"`
		Classes     string `json:"classes"`
		HTML        string `json:"html"`
		Attributes  attrs  `json:"attributes"`
	},
	) (Part, bool) {
		p := Fieldset{DescribedBy: o.DescribedBy, Role: o.Role, Classes: o.Classes, Body: Body{HTML(o.HTML)}, Attributes: o.Attributes.list()}
		if o.Legend != nil {
			var ok bool
			if p.LegendSize, ok = size(o.Legend.Classes, "govuk-fieldset__legend--"); !ok {
				return nil, false
			}
			p.Legend, p.LegendIsHeading = string(o.Legend.Text), o.Legend.IsPageHeading
		}
		return p, true
	}),
	"error-message": only(func(o struct {
		Text    str    `json:"text"`
		ID      string `json:"id"`
		Classes string `json:"classes"`
	},
	) (Part, bool) {
		return ErrorMessage{ID: o.ID, Text: string(o.Text), Classes: o.Classes}, true
	}),
	"error-summary": only(func(o struct {
		TitleText        string        `json:"titleText"`
		DescriptionText  string        `json:"descriptionText"`
		ErrorList        []itemOptions `json:"errorList"`
		DisableAutoFocus *bool         `json:"disableAutoFocus"`
		Classes          string        `json:"classes"`
		Attributes       attrs         `json:"attributes"`
	},
	) (Part, bool) {
		items, ok := links(o.ErrorList)
		return ErrorSummary{
			Title: o.TitleText, Text: o.DescriptionText, Items: items, NoFocus: o.DisableAutoFocus != nil,
			Classes: o.Classes, Attributes: o.Attributes.list(),
		}, ok && o.TitleText != "" && (o.DisableAutoFocus == nil || *o.DisableAutoFocus)
	}),
	"summary-list": only(func(o struct {
		Classes    string `json:"classes"`
		Attributes attrs  `json:"attributes"`
		Card       *struct {
			Title *struct {
				Text         string `json:"text"`
				HeadingLevel int    `json:"headingLevel"`
			} `json:"title"`
			Actions *actionsOptions `json:"actions"`
			Classes string          `json:"classes"`
		} `json:"card"`
		Rows []*struct {
			Key     words           `json:"key"`
			Value   *words          `json:"value"`
			Actions *actionsOptions `json:"actions"`
			Classes string          `json:"classes"`
		} `json:"rows"`
	},
	) (Part, bool) {
		p := SummaryList{Classes: o.Classes, Attributes: o.Attributes.list()}
		ok := true
		if o.Card != nil {
			p.Card = &Card{Classes: o.Card.Classes}
			if o.Card.Title != nil {
				p.Card.Title, p.Card.Level = o.Card.Title.Text, o.Card.Title.HeadingLevel
			}
			p.Card.Actions, ok = o.Card.Actions.links()
		}
		for _, r := range o.Rows {
			// A row whose list of actions is there but empty is drawn by the
			// design system as if it had some: we have no such thing.
			if r == nil || r.Key.HTML != "" || r.Value == nil || r.Actions != nil && len(r.Actions.Items) == 0 {
				return nil, false
			}
			actions, good := r.Actions.links()
			ok = ok && good
			p.Rows = append(p.Rows, SummaryRow{Key: string(r.Key.Text), Value: string(r.Value.Text), Body: r.Value.body(), Actions: actions, Classes: r.Classes})
		}
		return p, ok
	}),
	"tag": only(func(o block) (Part, bool) {
		p := Tag{Text: string(o.Text), Classes: o.Classes, Attributes: o.Attributes.list()}
		if c, ok := strings.CutPrefix(o.Classes, "govuk-tag--"); ok {
			p.Colour, p.Classes = c, ""
		}
		return p, o.HTML == "" && o.ID == ""
	}),
	"table": only(func(o struct {
		Caption           string               `json:"caption"`
		CaptionClasses    string               `json:"captionClasses"`
		Head              []tableCellOptions   `json:"head"`
		Rows              [][]tableCellOptions `json:"rows"`
		FirstCellIsHeader bool                 `json:"firstCellIsHeader"`
		Classes           string               `json:"classes"`
		Attributes        attrs                `json:"attributes"`
	},
	) (Part, bool) {
		p := Table{Caption: o.Caption, Head: cells(o.Head), RowHeaders: o.FirstCellIsHeader, Classes: o.Classes, Attributes: o.Attributes.list()}
		var ok bool
		p.CaptionSize, ok = size(o.CaptionClasses, "govuk-table__caption--")
		for _, r := range o.Rows {
			if r == nil {
				return nil, false
			}
			p.Rows = append(p.Rows, cells(r))
		}
		return p, ok
	}),
	"details": only(func(o struct {
		words
		SummaryText string `json:"summaryText"`
		ID          string `json:"id"`
		Open        bool   `json:"open"`
		Classes     string `json:"classes"`
		Attributes  attrs  `json:"attributes"`
	},
	) (Part, bool) {
		return Details{Summary: o.SummaryText, Text: string(o.Text), Body: o.body(), ID: o.ID, Open: o.Open, Classes: o.Classes, Attributes: o.Attributes.list()}, true
	}),
	"inset-text": only(func(o block) (Part, bool) {
		return InsetText{Text: string(o.Text), Body: o.body(), ID: o.ID, Classes: o.Classes, Attributes: o.Attributes.list()}, true
	}),
	"warning-text": only(func(o struct {
		block
		IconFallbackText string `json:"iconFallbackText"`
	},
	) (Part, bool) {
		return WarningText{Text: string(o.Text), Body: o.body(), Classes: o.Classes, Attributes: o.Attributes.list()},
			o.IconFallbackText == "" || o.IconFallbackText == "Warning"
	}),
	"panel": only(func(o struct {
		block
		TitleText    string `json:"titleText"`
		HeadingLevel int    `json:"headingLevel"`
	},
	) (Part, bool) {
		return Panel{Title: o.TitleText, Text: string(o.Text), Body: o.body(), Level: o.HeadingLevel, Classes: o.Classes, Attributes: o.Attributes.list()},
			!strings.Contains(o.Classes, "interruption")
	}),
	"notification-banner": only(func(o struct {
		block
		TitleText        string `json:"titleText"`
		TitleID          string `json:"titleId"`
		Type             string `json:"type"`
		DisableAutoFocus *bool  `json:"disableAutoFocus"`
	},
	) (Part, bool) {
		return NotificationBanner{
			Title: o.TitleText, Text: string(o.Text), Body: o.body(), Success: o.Type == "success", TitleID: o.TitleID,
			NoFocus: o.DisableAutoFocus != nil, Classes: o.Classes, Attributes: o.Attributes.list(),
		}, (o.Type == "" || o.Type == "success") && (o.DisableAutoFocus == nil || *o.DisableAutoFocus)
	}),
	"pagination": only(func(o struct {
		Previous *struct {
			Href      string `json:"href"`
			Text      string `json:"text"`
			LabelText string `json:"labelText"`
		} `json:"previous"`
		Next *struct {
			Href      string `json:"href"`
			Text      string `json:"text"`
			LabelText string `json:"labelText"`
		} `json:"next"`
		Items []struct {
			Number   int    `json:"number"`
			Href     string `json:"href"`
			Current  bool   `json:"current"`
			Ellipsis bool   `json:"ellipsis"`
		} `json:"items"`
		LandmarkLabel string `json:"landmarkLabel"`
		Classes       string `json:"classes"`
		Attributes    attrs  `json:"attributes"`
	},
	) (Part, bool) {
		p := Pagination{Label: o.LandmarkLabel, Classes: o.Classes, Attributes: o.Attributes.list()}
		if o.Previous != nil {
			p.Previous, p.PreviousText, p.PreviousLabel = o.Previous.Href, o.Previous.Text, o.Previous.LabelText
		}
		if o.Next != nil {
			p.Next, p.NextText, p.NextLabel = o.Next.Href, o.Next.Text, o.Next.LabelText
		}
		for _, i := range o.Items {
			if i.Number == 0 && !i.Ellipsis {
				return nil, false
			}
			p.Pages = append(p.Pages, PageLink{Number: i.Number, Href: i.Href, Current: i.Current, Gap: i.Ellipsis})
		}
		return p, true
	}),
	"breadcrumbs": only(func(o struct {
		Items            []itemOptions `json:"items"`
		LabelText        string        `json:"labelText"`
		CollapseOnMobile bool          `json:"collapseOnMobile"`
		Classes          string        `json:"classes"`
		Attributes       attrs         `json:"attributes"`
	},
	) (Part, bool) {
		items, ok := links(o.Items)
		return Breadcrumbs{Items: items, Label: o.LabelText, CollapseOnPhone: o.CollapseOnMobile, Classes: o.Classes, Attributes: o.Attributes.list()}, ok
	}),
	"back-link": only(func(o struct {
		Href       string `json:"href"`
		Text       string `json:"text"`
		Classes    string `json:"classes"`
		Attributes attrs  `json:"attributes"`
	},
	) (Part, bool) {
		return BackLink{Href: o.Href, Text: o.Text, Classes: o.Classes, Attributes: o.Attributes.list()}, true
	}),
	"skip-link": only(func(o struct {
		Href       string `json:"href"`
		Text       string `json:"text"`
		Classes    string `json:"classes"`
		Attributes attrs  `json:"attributes"`
	},
	) (Part, bool) {
		return SkipLink{Href: o.Href, Text: o.Text, Classes: o.Classes, Attributes: o.Attributes.list()}, true
	}),
	"exit-this-page": only(func(o struct {
		Text        string `json:"text"`
		RedirectURL string `json:"redirectUrl"`
		ID          string `json:"id"`
		Classes     string `json:"classes"`
		Attributes  attrs  `json:"attributes"`
	},
	) (Part, bool) {
		if o.RedirectURL == "" {
			o.RedirectURL = "https://www.bbc.co.uk/weather"
		}
		return ExitThisPage{Href: o.RedirectURL, Text: o.Text, ID: o.ID, Classes: o.Classes, Attributes: o.Attributes.list()}, true
	}),
	"service-navigation": only(func(o struct {
		ServiceName     string        `json:"serviceName"`
		ServiceURL      string        `json:"serviceUrl"`
		Navigation      []itemOptions `json:"navigation"`
		NavigationLabel string        `json:"navigationLabel"`
		NavigationID    string        `json:"navigationId"`
		Classes         string        `json:"classes"`
		Attributes      attrs         `json:"attributes"`
	},
	) (Part, bool) {
		items, ok := links(o.Navigation)
		return ServiceNavigation{
			ServiceName: o.ServiceName, ServiceHref: o.ServiceURL, Items: items, Label: o.NavigationLabel, ID: o.NavigationID,
			Classes: o.Classes, Attributes: o.Attributes.list(),
		}, ok
	}),
	"generic-header": only(func(o struct {
		LogoText   string `json:"logoText"`
		URL        string `json:"url"`
		Classes    string `json:"classes"`
		Attributes attrs  `json:"attributes"`
	},
	) (Part, bool) {
		return Header{Name: o.LogoText, Href: o.URL, Classes: o.Classes, Attributes: o.Attributes.list()}, true
	}),
	"task-list": only(func(o struct {
		Items []*struct {
			Title  *words `json:"title"`
			Hint   *words `json:"hint"`
			Href   string `json:"href"`
			Status *struct {
				Tag *struct {
					Text    string `json:"text"`
					Classes string `json:"classes"`
				} `json:"tag"`
				Text    string `json:"text"`
				Classes string `json:"classes"`
			} `json:"status"`
			Classes string `json:"classes"`
		} `json:"items"`
		IDPrefix   string `json:"idPrefix"`
		Classes    string `json:"classes"`
		Attributes attrs  `json:"attributes"`
	},
	) (Part, bool) {
		p := TaskList{IDPrefix: o.IDPrefix, Classes: o.Classes, Attributes: o.Attributes.list()}
		for _, i := range o.Items {
			if i == nil || i.Title == nil || i.Title.HTML != "" || i.Status == nil || i.Hint != nil && i.Hint.HTML != "" {
				return nil, false
			}
			t := Task{Title: string(i.Title.Text), Href: i.Href, Status: i.Status.Text, Classes: i.Classes}
			switch i.Status.Classes {
			case "":
			case "govuk-task-list__status--cannot-start-yet":
				t.CannotStart = true
			default:
				return nil, false
			}
			if i.Hint != nil {
				t.Hint = string(i.Hint.Text)
			}
			if i.Status.Tag != nil {
				t.Tag = &Tag{Text: i.Status.Tag.Text, Classes: i.Status.Tag.Classes}
			}
			p.Items = append(p.Items, t)
		}
		return p, true
	}),
	"tabs": only(func(o struct {
		ID       string `json:"id"`
		IDPrefix string `json:"idPrefix"`
		Title    string `json:"title"`
		Items    []*struct {
			ID         string `json:"id"`
			Label      string `json:"label"`
			Panel      words  `json:"panel"`
			Attributes attrs  `json:"attributes"`
		} `json:"items"`
		Classes    string `json:"classes"`
		Attributes attrs  `json:"attributes"`
	},
	) (Part, bool) {
		p := Tabs{ID: o.ID, IDPrefix: o.IDPrefix, Title: o.Title, Classes: o.Classes, Attributes: o.Attributes.list()}
		for _, i := range o.Items {
			if i == nil {
				return nil, false
			}
			p.Items = append(p.Items, Tab{ID: i.ID, Label: i.Label, Text: string(i.Panel.Text), Body: i.Panel.body(), Attributes: i.Attributes.list()})
		}
		return p, true
	}),
	"accordion": only(func(o struct {
		ID    string `json:"id"`
		Items []*struct {
			Heading  words  `json:"heading"`
			Summary  *words `json:"summary"`
			Content  words  `json:"content"`
			Expanded bool   `json:"expanded"`
		} `json:"items"`
		HeadingLevel int    `json:"headingLevel"`
		Classes      string `json:"classes"`
		Attributes   attrs  `json:"attributes"`
	},
	) (Part, bool) {
		p := Accordion{ID: o.ID, Level: o.HeadingLevel, Classes: o.Classes, Attributes: o.Attributes.list()}
		for _, i := range o.Items {
			if i == nil || i.Heading.HTML != "" || i.Summary != nil && i.Summary.HTML != "" {
				return nil, false
			}
			item := AccordionItem{Heading: string(i.Heading.Text), Text: string(i.Content.Text), Body: i.Content.body(), Expanded: i.Expanded}
			if i.Summary != nil {
				item.Summary = string(i.Summary.Text)
			}
			p.Items = append(p.Items, item)
		}
		return p, true
	}),
}
