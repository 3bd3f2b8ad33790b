package editor

import (
	"net/http"
	"strconv"

	"frontdoor/internal/calendar"
	"frontdoor/internal/linkcheck"
	"frontdoor/internal/store"
	"frontdoor/internal/web"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

type linksView struct {
	Count, Wrong, Never int
	Table               parts.Table
	Ask                 parts.Button
}

var linksPage = web.Page[linksView]("editor/links", files, "templates/links.html")

// links lists the addresses of other sites with what each answered, those that
// did not first.
func (d *desk) links(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	n, err := d.names(r)
	if err != nil {
		return err
	}
	var checks []store.LinkCheck
	err = d.Desk.DB.Read(r.Context(), func(tx *store.Tx) (err error) {
		checks, err = tx.LinkChecks()
		return err
	})
	if err != nil {
		return err
	}
	said := map[string]store.LinkCheck{}
	for _, c := range checks {
		said[c.URL] = c
	}
	all := linkcheck.Links(n.lib)
	v := linksView{Count: len(all), Ask: parts.Button{Text: "Ask them all now", Once: true}}
	v.Table = parts.Table{Caption: "Addresses of other sites", CaptionSize: "m", Stack: true, Head: []parts.Cell{{Text: "Address"}, {Text: "Answer"}, {Text: "Asked"}, {Text: "Texts that lead there"}}}
	for _, group := range []int{0, 1, 2} {
		for _, l := range all {
			c, asked := said[l.URL]
			at, answer, tag := "Never", parts.Part(parts.Text("Not asked yet")), 1
			if asked {
				at, answer, tag = calendar.Show(c.At), parts.Text(c.Said), 2
				if !c.Answers {
					tag, answer = 0, parts.Body{parts.Tag{Text: "Look at it", Colour: "red"}, parts.Text(" " + c.Said)}
				}
			}
			if tag != group {
				continue
			}
			switch tag {
			case 0:
				v.Wrong++
			case 1:
				v.Never++
			}
			var texts parts.Body
			for i, f := range l.Files {
				if i > 0 {
					texts = append(texts, parts.Text(", "))
				}
				texts = append(texts, parts.Link{Text: n.file("guidance/" + f), Href: editHref("guidance/" + f)})
			}
			v.Table.Rows = append(v.Table.Rows, []parts.Cell{{Text: l.URL, Classes: "fd-break"}, {Body: parts.Body{answer}}, {Text: at}, {Body: texts}})
		}
	}
	c := d.chrome(r, a, "Links to other sites")
	c.Wide = true
	if r.URL.Query().Get("done") == "asking" {
		c.Notice = "They are asked now, one after another. It takes some minutes. Open this page again to see what they answered."
	}
	return linksPage.Render(w, r, http.StatusOK, c, v)
}

func (d *desk) linksDo(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	err := d.Desk.DB.Write(r.Context(), func(tx *store.Tx) error {
		return tx.Enqueue(a.By.Now, store.Job{Kind: linkcheck.Job, UniqueKey: linkcheck.Job, MaxAttempts: 3})
	})
	if err != nil {
		return err
	}
	return room.See(w, r, "/texts/links?done=asking")
}

func (v linksView) Summary() string {
	s := strconv.Itoa(v.Count) + " addresses."
	if v.Wrong > 0 {
		s += " " + strconv.Itoa(v.Wrong) + " did not answer as they should: look at each yourself, since some sites refuse to be asked by a program."
	}
	if v.Never > 0 {
		s += " " + strconv.Itoa(v.Never) + " were never asked."
	}
	return s
}
