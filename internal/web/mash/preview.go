package mash

import (
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"frontdoor/internal/access"
	"frontdoor/internal/casework"
	"frontdoor/internal/prose"
	"frontdoor/internal/store"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

// previewView is each letter a step would send, as its reader would get it.
type previewView struct {
	Frame   frame
	Heading string
	Action  string
	AskTo   string
	Back    string
	Letters []previewLetter
	Carried []parts.Hidden
	Second  *secondView
	// Waits is set while the letters may not go.
	Waits  bool
	Button string
}

// previewLetter is one letter with who gets it and what of the record is in it.
type previewLetter struct {
	Title, Reader, About, Withheld string
	Body                           template.HTML
	Uses                           []string
}

// secondView says that letters need a second person, and who has read them.
type secondView struct{ By string }

var previewPage = page[previewView]("preview", "frame", "lettercards")

func (d *door) drawPreview(w http.ResponseWriter, r *http.Request, a *room.Asker, fl *filling, based int, previews []casework.Preview, second *secondView) error {
	v := fl.v
	action := fl.action("")
	view := previewView{
		Frame: d.frame(r, v, "-"), Heading: "Check each letter: " + v.Record.Reference, Action: action, Back: action,
		AskTo: "/records/" + v.Record.ID + "/letters/ask", Second: second, Waits: second != nil && second.By == "",
		Carried: carried(r, "confirmed", "based", "do"), Button: fl.step.Label, Letters: previewLetters(v, previews),
	}
	view.Carried = append(view.Carried, parts.Hidden{Name: "based", Value: strconv.Itoa(based)})
	return drawRecord(d, previewPage, w, r, a, v, http.StatusOK, view.Heading, view, nil)
}

func previewLetters(v *casework.View, previews []casework.Preview) []previewLetter {
	var out []previewLetter
	for _, pv := range previews {
		one := previewLetter{Title: pv.Title, Reader: capital(reader(pv.Doc.To)), Withheld: pv.Withheld}
		if pv.Row != "" {
			one.About = v.Pathway.RowName(v.Facts, pv.Doc.Row, pv.Row)
		}
		if pv.Withheld == "" {
			one.Body = prose.Words(pv.Body)
		}
		for _, k := range pv.Uses {
			if _, _, id := k.Split(); id != "" {
				if q, ok := v.Pathway.Question(id); ok {
					if name := strings.TrimSuffix(q.Heading(), "?"); !slices.Contains(one.Uses, name) {
						one.Uses = append(one.Uses, name)
					}
				}
			}
		}
		out = append(out, one)
	}
	return out
}

// second tells whether a second person must read a step's letters, and who has
// read them exactly as they are; nil when nobody must.
func (d *door) second(r *http.Request, a *room.Asker, fl *filling, previews []casework.Preview) (*secondView, error) {
	list, err := d.Desk.LettersToCheck(r.Context(), a.By, fl.v.Record.ID)
	if err != nil {
		return nil, err
	}
	for _, l := range list {
		if !l.Mine || l.Step.ID != fl.step.ID {
			continue
		}
		if casework.LettersHash(l.Previews) != casework.LettersHash(previews) {
			return &secondView{}, nil
		}
		by, err := d.worker(r, l.Checked)
		return &secondView{By: by}, err
	}
	return nil, nil
}

// waitingView is what one worker has prepared and a second person must read.
type waitingView struct {
	StepID, Step, StepHref string
	Owner, By, Checked     string
	Declined               *declinedView // by whom they were sent back, and why
	Agreed                 string        // what whoever found them safe wrote
	Say                    verdictView
	// Seen names the letters exactly as they are on the page.
	Seen    string
	Mine    bool
	Letters []previewLetter
	Names   []casework.Told // where papers without names may name somebody
}

func (d *door) waiting(r *http.Request, a *room.Asker, v *casework.View, wrong *said) ([]waitingView, error) {
	list, err := d.Desk.LettersToCheck(r.Context(), a.By, v.Record.ID)
	if err != nil {
		return nil, err
	}
	var out []waitingView
	for _, l := range list {
		one := waitingView{
			StepID: l.Step.ID, Step: l.Step.Label, StepHref: "/records/" + v.Record.ID + "/steps/" + l.Step.ID,
			Owner: string(l.Owner), Seen: casework.LettersHash(l.Previews), Mine: l.Mine, Letters: previewLetters(v, l.Previews), Names: l.Names,
		}
		if one.By, err = d.worker(r, string(l.Owner)); err != nil {
			return nil, err
		}
		if one.Checked, err = d.worker(r, l.Checked); err != nil {
			return nil, err
		}
		if one.Checked != "" {
			one.Agreed = l.State.Words
		}
		if one.Declined, err = d.declined(r, l.State); err != nil {
			return nil, err
		}
		one.Say = wrong.about(one.StepID + "/" + one.Owner)
		out = append(out, one)
	}
	return out, nil
}

// worker is the name of the worker a principal stands for; empty for none.
func (d *door) worker(r *http.Request, principal string) (string, error) {
	id, ok := accessWorker(principal)
	if !ok {
		return "", nil
	}
	name := ""
	err := d.Desk.DB.Read(r.Context(), func(tx *store.Tx) error {
		w, err := tx.Worker(id)
		name = join(", ", w.Name, w.JobTitle)
		return err
	})
	return name, err
}

func (d *door) askForCheck(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	id := r.PathValue("id")
	if err := d.Desk.AskForCheck(r.Context(), a.By, id); err != nil {
		return err
	}
	return room.See(w, r, "/records/"+id+"/letters?done=asked")
}

// checkLetters keeps what a second person says of letters: those they had on the
// page, and no others.
func (d *door) checkLetters(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	id, step, owner := r.PathValue("id"), r.PostForm.Get("step"), access.Principal(r.PostForm.Get("owner"))
	verdict, s := saidIn(r, step+"/"+string(owner))
	if len(s.errs) > 0 {
		return d.drawLetters(w, r, a, s)
	}
	if err := d.Desk.CheckLetters(r.Context(), a.By, id, step, owner, r.PostForm.Get("seen"), verdict); err != nil {
		if s.wrong(err) {
			return d.drawLetters(w, r, a, s)
		}
		return err
	}
	return room.See(w, r, "/records/"+id+"/letters?done="+s.doneWord())
}
