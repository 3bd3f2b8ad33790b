package account

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"frontdoor/internal/access"
	"frontdoor/internal/audit"
	"frontdoor/internal/calendar"
	"frontdoor/internal/fault"
	"frontdoor/internal/secret"
	"frontdoor/internal/store"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

// PublicKeyMeta is the name under which the public half of the key that signs
// checkpoints is kept, to be shown beside them.
const PublicKeyMeta = "audit public key"

const eventsShown = 100

type auditView struct {
	Worker, Reference parts.Input
	Act               parts.Select
	From, To          parts.Input
	Search            parts.Button
	Events            parts.Table
	None              bool
	// Before is the place in the log where the next page begins; 0 at the end.
	Before int64
	Older  parts.Button
	// Signed says when the newest checkpoint was signed and over how much.
	Signed, Public string
	Save           parts.Button
}

var auditPage = page[auditView]("audit")

// acts are the codes of the log in words, in the order of the search's list.
var acts = [][2]string{
	{audit.ActRead, "Opened"},
	{audit.ActSearch, "Searched for people"},
	{audit.ActList, "Looked at a list"},
	{audit.ActCreate, "Began"},
	{audit.ActSave, "Changed"},
	{"revision", "Saved a change"},
	{audit.ActStep, "Took a step"},
	{audit.ActSend, "Sent"},
	{audit.ActDownload, "Opened a file"},
	{audit.ActExport, "Saved a copy"},
	{audit.ActGrant, "Gave or ended access"},
	{audit.ActBreakGlass, "Opened in an emergency"},
	{audit.ActRefused, "Was kept out"},
	{audit.ActSignIn, "Signed in"},
	{"sign-in-refused", "A sign-in was refused"},
	{"code-refused", "A receipt code was refused"},
	{"prove-again", "Proved again who they are"},
	{audit.ActSignOut, "Signed out"},
	{"end-session", "Ended a session"},
	{"change-password", "Changed their password"},
	{"set-up-app", "Set up an app"},
	{"set-up-passkey", "Set up a passkey"},
	{"new-recovery-codes", "Made new recovery codes"},
	{"accept-invitation", "Set up their account"},
	{"add-account", "Added a worker"},
	{"reset-account", "Reset an account"},
	{"disable-account", "Marked a worker as left"},
	{"set-roles", "Changed roles and teams"},
	{"search-audit", "Searched this log"},
	{"read-retention", "Looked at how long a record is kept"},
	{"keep-longer", "Decided to keep a record longer"},
	{"propose-destruction", "Proposed that a record be destroyed"},
	{"approve-destruction", "Agreed that a record be destroyed"},
	{"stop-destruction", "Stopped a destruction"},
	{"destroyed", "Destroyed"},
	{"read-stub", "Read what is left of a destroyed record"},
	{"legal-hold", "Placed a legal hold"},
	{"lift-hold", "Lifted a legal hold"},
}

func actWords(e audit.Event) string {
	words := e.Act
	if i := slices.IndexFunc(acts, func(a [2]string) bool { return a[0] == e.Act }); i >= 0 {
		words = acts[i][1]
	}
	var detail []string
	for _, k := range []string{"step", "with", "revision", "power", "pressure"} {
		if d := e.Detail[k]; d != "" {
			detail = append(detail, k+" "+d)
		}
	}
	if len(detail) > 0 {
		words += " (" + strings.Join(detail, ", ") + ")"
	}
	return words
}

// auditPage searches the log, by POST since a search may hold a name.
func (a *rooms) auditPage(w http.ResponseWriter, r *http.Request, who *room.Asker) error {
	v := auditView{
		Worker:    parts.Input{Field: parts.Field{Name: "worker", Label: "Worker’s email address"}, Type: "email", Value: r.PostFormValue("worker"), Autocomplete: "off"},
		Reference: parts.Input{Field: parts.Field{Name: "reference", Label: "Reference of a record"}, Value: r.PostFormValue("reference"), Autocomplete: "off", Width: 20},
		Act:       parts.Select{Field: parts.Field{Name: "act", Label: "What was done"}, Value: r.PostFormValue("act"), Items: []parts.Option{{Value: "", Text: "Anything"}}},
		From:      parts.Input{Field: parts.Field{Name: "from", Label: "From this day"}, Type: "date", Value: r.PostFormValue("from")},
		To:        parts.Input{Field: parts.Field{Name: "to", Label: "Up to and including this day"}, Type: "date", Value: r.PostFormValue("to")},
		Search:    parts.Button{Text: "Search"},
		Older:     parts.Button{Text: "Older", Variant: "secondary", Name: "before"},
		Save:      parts.Button{Text: "Save the newest checkpoint", Href: "/audit/checkpoint", Variant: "secondary"},
	}
	for _, act := range acts {
		v.Act.Items = append(v.Act.Items, parts.Option{Value: act[0], Text: act[1]})
	}
	q, wrong, err := a.auditQuery(r)
	if err != nil {
		return err
	}
	v.Worker.Error, v.Reference.Error, v.From.Error, v.To.Error = wrong.For("worker"), wrong.For("reference"), wrong.For("from"), wrong.For("to")
	if len(wrong) == 0 {
		if err := a.auditEvents(r, who, q, &v); err != nil {
			return err
		}
	}
	err = a.Desk.DB.Read(r.Context(), func(tx *store.Tx) error {
		_, c, err := newestCheckpoint(tx)
		if err == nil {
			v.Signed = fmt.Sprintf("The newest was signed %s over %d lines.", when(c.At), c.Size)
			v.Public, err = tx.GetMeta(PublicKeyMeta)
		}
		if errors.Is(err, store.ErrNone) {
			return nil
		}
		return err
	})
	if err != nil {
		return err
	}
	c := a.StaffChrome(r, who, "Audit log")
	c.Errors, c.Wide = wrong, true
	return auditPage.Render(w, r, status(wrong), c, v)
}

func (a *rooms) auditQuery(r *http.Request) (store.AuditQuery, fault.Fields, error) {
	q := store.AuditQuery{Act: r.PostFormValue("act"), Limit: eventsShown + 1}
	var wrong fault.Fields
	err := a.Desk.DB.Read(r.Context(), func(tx *store.Tx) error {
		if email := strings.TrimSpace(r.PostFormValue("worker")); email != "" {
			worker, err := tx.WorkerByEmail(email)
			if errors.Is(err, store.ErrNone) {
				wrong.Add("worker", "No worker has this email address. Check it, or leave it empty")
			} else if err != nil {
				return err
			}
			q.Actor = string(access.ToWorker(worker.ID))
		}
		if typed := strings.TrimSpace(r.PostFormValue("reference")); typed != "" {
			ref, err := secret.ParseReference(typed)
			if err != nil {
				wrong.Add("reference", "This is not a reference. Check it against the record")
				return nil
			}
			rec, err := tx.RecordByReference(ref)
			if errors.Is(err, store.ErrNone) {
				var gone store.Destruction
				gone, err = tx.DestroyedAs(ref)
				rec.ID = gone.Record
			}
			if errors.Is(err, store.ErrNone) {
				wrong.Add("reference", "No record has this reference. Check it, or leave it empty")
			} else if err != nil {
				return err
			}
			q.Subject = rec.ID
		}
		return nil
	})
	day := func(name string) (calendar.Date, bool) {
		typed := r.PostFormValue(name)
		if typed == "" {
			return calendar.Date{}, false
		}
		d, err := calendar.ParseDate(typed)
		if err != nil {
			wrong.Add(name, "Enter a date, such as 2026-03-17")
		}
		return d, err == nil
	}
	if d, ok := day("from"); ok {
		q.From = d.Start()
	}
	if d, ok := day("to"); ok {
		q.To = d.AddDays(1).Start()
	}
	if before, err := strconv.ParseInt(r.PostFormValue("before"), 10, 64); err == nil {
		q.Before = before
	}
	return q, wrong, err
}

func (a *rooms) auditEvents(r *http.Request, who *room.Asker, q store.AuditQuery, v *auditView) error {
	events, names, err := a.Desk.AuditTrail(r.Context(), who.By, q)
	if err != nil {
		return err
	}
	if len(events) > eventsShown {
		events = events[:eventsShown]
		v.Before = events[eventsShown-1].Seq
		v.Older.Value = strconv.FormatInt(v.Before, 10)
	}
	var about map[string]string
	err = a.Desk.DB.Read(r.Context(), func(tx *store.Tx) error {
		var err error
		about, err = a.subjects(tx, events)
		return err
	})
	if err != nil {
		return err
	}
	v.None = len(events) == 0
	v.Events = parts.Table{
		Caption: "What was done, newest first", CaptionSize: "m", Stack: true,
		Head: []parts.Cell{{Text: "Line"}, {Text: "When"}, {Text: "Who"}, {Text: "What"}, {Text: "On"}, {Text: "Why"}},
	}
	for _, e := range events {
		name := names[e.Actor]
		if name == "" {
			name = actorWords(e.Actor)
		}
		v.Events.Rows = append(v.Events.Rows, []parts.Cell{
			{Text: strconv.FormatInt(e.Seq, 10)}, {Text: e.At.In(calendar.London).Format("2 Jan 2006 15:04:05")}, {Text: name}, {Text: actWords(e)}, {Text: about[e.Subject]}, {Text: e.Purpose},
		})
	}
	return nil
}

func actorWords(actor string) string {
	switch {
	case actor == audit.ActorPublic:
		return "Someone not signed in"
	case actor == audit.ActorSystem:
		return "The program"
	case strings.HasPrefix(actor, "code:"):
		return "The holder of a receipt code"
	case strings.HasPrefix(actor, "visitor:"):
		return "Someone without an account"
	case actor == "operator":
		return "Whoever runs the program"
	}
	return actor
}

// subjects names what events are about: a record by its reference, a worker by
// name, anything else by its id. Nothing of what is in a record is read.
func (a *rooms) subjects(tx *store.Tx, events []audit.Event) (map[string]string, error) {
	out := map[string]string{"": ""}
	for _, e := range events {
		if _, done := out[e.Subject]; done {
			continue
		}
		out[e.Subject] = e.Subject
		rec, err := tx.Record(e.Subject)
		if err == nil {
			out[e.Subject] = rec.Reference
			continue
		}
		if !errors.Is(err, store.ErrNone) {
			return nil, err
		}
		worker, err := tx.Worker(e.Subject)
		if err == nil {
			out[e.Subject] = worker.Name
		} else if !errors.Is(err, store.ErrNone) {
			return nil, err
		}
	}
	return out, nil
}

func newestCheckpoint(tx *store.Tx) ([]byte, audit.Checkpoint, error) {
	points, err := tx.Checkpoints()
	if err != nil {
		return nil, audit.Checkpoint{}, err
	}
	if len(points) == 0 {
		return nil, audit.Checkpoint{}, store.ErrNone
	}
	last := points[len(points)-1]
	c, err := audit.ParseCheckpoint(last)
	return last, c, err
}

// checkpoint gives the newest signed checkpoint as a file, to be kept outside.
func (a *rooms) checkpoint(w http.ResponseWriter, r *http.Request, who *room.Asker) error {
	var text []byte
	var c audit.Checkpoint
	err := a.Desk.DB.Read(r.Context(), func(tx *store.Tx) error {
		var err error
		text, c, err = newestCheckpoint(tx)
		return err
	})
	if errors.Is(err, store.ErrNone) {
		return fault.New(fault.NotFound, "No checkpoint has been signed yet. One is signed every hour.")
	}
	if err != nil {
		return err
	}
	if err := a.log(r, who, audit.ActExport, "", map[string]string{"checkpoint": strconv.FormatInt(c.Size, 10)}); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="checkpoint-`+c.At.UTC().Format("2006-01-02-1504")+`.txt"`)
	_, _ = w.Write(text)
	return nil
}
