package retention

import (
	"net/http"
	"strings"

	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/fault"
	"frontdoor/internal/store"
	"frontdoor/internal/web"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

// oneView is how long one record is kept, and what can be decided about it.
type oneView struct {
	Reference string
	Summary   parts.SummaryList
	State     parts.Tag
	Open      bool // the record is
	Record    *parts.Link
	Holds     []holdRow
	Why       []string
	WhyNot    string
	Rules     []string
	Acts      parts.Timeline
	// The forms that this worker can send now.
	Propose, Approve, Stop *form
	Longer, Hold           *form
}

type form struct {
	Action string
	Until  *parts.Input
	On     *parts.Radios
	Reason parts.Textarea
	Sure   *parts.Checkboxes
	Send   parts.Button
}

type holdRow struct{ On, Why, Who, When string }

var onePage = web.Page[oneView]("retention/one", files, "templates/one.html")

func (a archive) one(w http.ResponseWriter, r *http.Request, who *room.Asker) error {
	return a.draw(w, r, who, "", nil)
}

// draw shows one record, with what is wrong with the form that was sent.
func (a archive) draw(w http.ResponseWriter, r *http.Request, who *room.Asker, sent string, f fault.Fields) error {
	k, err := a.Desk.RetentionOf(r.Context(), who.By, r.PathValue("id"))
	if err != nil {
		return err
	}
	v := oneView{
		Reference: k.Record.Reference, Open: k.Record.ClosedAt.IsZero(), Why: k.Why, WhyNot: k.WhyNot, Rules: k.Rules,
		State: stateTag(k.Kept, web.Now(r)), Summary: summary(k),
	}
	if k.MayOpen {
		v.Record = &parts.Link{Text: "Open the record", Href: "/records/" + k.Record.ID}
	}
	for _, h := range k.Holds {
		v.Holds = append(v.Holds, holdRow{On: h.On, Why: h.Why, Who: h.Who, When: calendar.Show(h.At)})
	}
	for i := len(k.Acts) - 1; i >= 0; i-- {
		v.Acts.Items = append(v.Acts.Items, actItem(k.Acts[i]))
	}
	v.Acts.Level = 3
	a.forms(r, &v, k, sent, f)
	c := a.chrome(r, who, "How long "+k.Record.Reference+" is kept", home)
	code := http.StatusOK
	if c.Errors = f; len(f) > 0 {
		code = http.StatusUnprocessableEntity
	}
	return onePage.Render(w, r, code, c, v)
}

// summary is what is known of a record without opening it.
func summary(k *casework.RetentionCase) parts.SummaryList {
	var out parts.SummaryList
	row := func(key, value string) {
		if value != "" {
			out.Rows = append(out.Rows, parts.SummaryRow{Key: key, Value: value})
		}
	}
	row("Kind of work", k.Title)
	row("Authority", k.Authority)
	row("Begun", calendar.Show(k.Record.CreatedAt))
	if k.Record.ClosedAt.IsZero() {
		row("How it stands", k.State+". It is open, so it is kept.")
		return out
	}
	row("Closed", calendar.Show(k.Record.ClosedAt)+" ("+k.State+")")
	kept := k.Kept
	if kept.Record == "" {
		row("Kept until", "Worked out tonight")
		return out
	}
	if keep := kept.Keep(); !keep.IsZero() {
		row("Kept until", keep.Long()+", that day included")
	} else {
		row("Kept until", keptUntil(kept))
	}
	row("Which records these are", kept.Rule)
	row("How that comes about", kept.Sum)
	if !kept.Longer.IsZero() {
		row("Decided since", "Kept until "+kept.Longer.Long())
	}
	source := kept.Source
	if kept.Unconfirmed {
		source = strings.TrimSuffix(source, ".") + ". Not confirmed locally: somebody here must decide it."
	}
	row("Where the length comes from", source)
	row("What it holds", holding(k))
	return out
}

func holding(k *casework.RetentionCase) string {
	var out []string
	for _, x := range []struct{ table, one, many string }{
		{"revision", "saved change", "saved changes"},
		{"entry", "entry", "entries"},
		{"message", "message", "messages"},
		{"document", "letter", "letters"},
		{"file", "file", "files"},
	} {
		if n := k.Holding[x.table]; n > 0 {
			out = append(out, plural(n, x.one, x.many))
		}
	}
	words := strings.Join(out, ", ") + ". "
	switch {
	case k.Leave+k.Stay == 0:
		words += "It names nobody."
	case k.Stay == 0:
		words += "It is about " + plural(k.Leave, "person", "people") + ", on no other record: what is known of them would go with it."
	case k.Leave == 0:
		words += "It is about " + plural(k.Stay, "person", "people") + " who are on other records too, and would stay."
	default:
		words += "It is about " + plural(k.Leave, "person", "people") + " on no other record, who would go with it, and " + plural(k.Stay, "person", "people") + " who are on others too, and would stay."
	}
	return words
}

var actTitles = map[string]string{
	store.KeptLonger: "Kept longer", store.DestructProposed: "Destruction proposed", store.DestructStopped: "Stopped",
	store.DestructApproved: "Destruction agreed", store.DestructHasLapsed: "Does not hold any more",
}

func actItem(act casework.RetentionActShown) parts.TimelineItem {
	title := actTitles[act.Act]
	if act.Act == store.KeptLonger {
		title = "Kept until " + act.Until.Long()
	}
	return parts.TimelineItem{Title: title, By: act.Who, When: calendar.Show(act.At), Machine: act.At.UTC().Format("2006-01-02T15:04:05Z"), Text: act.Why}
}

// forms are those that can be sent now. What was typed into one that was refused
// stands in it again.
func (a archive) forms(r *http.Request, v *oneView, k *casework.RetentionCase, sent string, f fault.Fields) {
	was := func(act, name string) string {
		if act == sent {
			return typed(r, name)
		}
		return ""
	}
	make := func(act, button, variant, label, hint string) *form {
		return &form{
			Action: "/retention/" + k.Record.ID + "/" + act,
			Reason: parts.Textarea{Field: parts.Field{Name: "reason", ID: act + "-reason", Label: label, Hint: hint, Error: f.For(act + "-reason")}, Value: was(act, "reason"), Rows: 3, MaxLength: 1000},
			Send:   parts.Button{Text: button, Variant: variant, Once: true},
		}
	}
	const nobody = "Name nobody. This stays after the record is gone."
	v.Hold = make("hold", "Place the hold", "secondary", "Why must it not be destroyed?", "Name nobody.")
	v.Hold.On = &parts.Radios{Field: parts.Field{Name: "on", ID: "hold-on", Label: "What is it on?", Error: f.For("hold-on")}, Value: was("hold", "on"), Items: []parts.Choice{
		{Value: "record", Label: "This record"},
		{Value: "people", Label: "This record, and every record about the people it is about", Hint: "Those there are now, and those there will be."},
	}}
	if k.Kept.Record == "" {
		return
	}
	v.Longer = make("longer", "Keep it longer", "secondary", "Why?", "Name nobody.")
	v.Longer.Until = &parts.Input{Field: parts.Field{Name: "until", ID: "longer-until", Label: "Until which day?", Error: f.For("longer-until")}, Type: "date", Value: was("longer", "until")}
	switch {
	case k.MayStop:
		v.Stop = make("stop", "Stop it", "secondary", "Why is it not to be destroyed?", "Name nobody.")
		if k.MayApprove {
			v.Approve = make("approve", "Agree that it is destroyed", "warning", "Why do you agree?", nobody)
			v.Approve.Sure = &parts.Checkboxes{Field: parts.Field{Name: "sure", ID: "approve-sure", Label: "Before you agree", Error: f.For("approve-sure")}, Items: []parts.Choice{
				{Value: "yes", Label: "I know that nobody can bring this record back, and I have not decided about someone I know"},
			}}
		}
	case k.MayPropose:
		v.Propose = make("propose", "Propose that it is destroyed", "warning", "Why does nothing speak for keeping it?", nobody)
	}
}

func (a archive) act(w http.ResponseWriter, r *http.Request, who *room.Asker) error {
	id, act, why := r.PathValue("id"), r.PathValue("act"), typed(r, "reason")
	var err error
	switch act {
	case "longer":
		until, _ := calendar.ParseDate(typed(r, "until")) // what is no date is refused as none
		err = a.Desk.KeepLonger(r.Context(), who.By, id, until, why)
	case "propose":
		err = a.Desk.ProposeDestruction(r.Context(), who.By, id, why)
	case "approve":
		if typed(r, "sure") == "" {
			err = fault.Fields{{Key: "sure", Text: "Tick the box if you are sure"}}
			break
		}
		err = a.Desk.ApproveDestruction(r.Context(), who.By, id, why)
	case "stop":
		err = a.Desk.StopDestruction(r.Context(), who.By, id, why)
	case "hold":
		on := typed(r, "on")
		if on != "record" && on != "people" {
			err = fault.Fields{{Key: "on", Text: "Select what the hold is on"}}
			break
		}
		err = a.Desk.HoldRecord(r.Context(), who.By, id, why, on == "people")
	default:
		return fault.New(fault.NotFound, "There is nothing here that you can do.")
	}
	if f, bad := wrong(err, act); bad {
		return a.draw(w, r, who, act, f)
	}
	if err != nil {
		return err
	}
	return room.See(w, r, "/retention/"+id+"?done="+act)
}
