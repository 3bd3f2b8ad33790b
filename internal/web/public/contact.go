package public

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"frontdoor/internal/calendar"
	"frontdoor/internal/contact"
	"frontdoor/internal/fault"
	"frontdoor/internal/web"
	"frontdoor/internal/web/parts"
)

type contactView struct {
	Answer                 *callCard
	Also                   []callCard
	Asked                  string
	Who, Where, About, How parts.Radios
	More                   parts.Checkboxes
}

// callCard is one service as the page shows it.
type callCard struct {
	contact.Option
	Tel, Sms string
	Because  string
	Ready    []string
	Next     string
	Short    string
}

func card(o contact.Option) callCard {
	return callCard{Option: o, Tel: contact.Tel(o.Phone), Sms: contact.Tel(o.TextTo)}
}

var contactPage = web.Page[contactView]("public/contact", files, "templates/contact.html", "templates/danger.html")

// contact is "who to call now". It keeps nothing: the answers are in the
// address alone, and none of them says who anyone is.
func (p *pub) contact(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	ask := contact.Ask{
		Authority: q.Get("where"), Caller: contact.Caller(q.Get("who")), About: contact.About(q.Get("about")), Urgency: contact.Urgency(q.Get("urgent")),
		Anonymous: slices.Contains(q["more"], "no_name"), HasSocialWorker: slices.Contains(q["more"], "worker"), At: web.Now(r),
	}
	c := p.chrome(r, p.asker(r), "Who to call now")
	v := contactView{Asked: calendar.Show(web.Now(r))}
	status := http.StatusOK
	if len(q) > 0 {
		answer, err := p.decide(ask)
		if fields, bad := problems(err); bad {
			c.Errors, status = fields, http.StatusUnprocessableEntity
		} else if err != nil {
			return err
		} else {
			first := card(answer.Option)
			first.Because, first.Ready, first.Next, first.Short = answer.Because, answer.HaveReady, answer.Next, answer.SMS()
			v.Answer = &first
			for _, o := range answer.Also {
				v.Also = append(v.Also, card(o))
			}
			c.Title = "Call this number"
			c.BackHref, c.BackText = "/contact", "Ask again"
		}
	}
	p.contactForm(&v, q, c.Errors, web.Now(r))
	return contactPage.Render(w, r, status, c, v)
}

// formNames are the names the page's form has for what is asked.
var formNames = map[string]string{"caller": "who", "authority": "where", "urgency": "urgent", "about": "about"}

// decide asks the directory. A person has to say where and how urgent, unless it
// makes no difference.
func (p *pub) decide(ask contact.Ask) (contact.Answer, error) {
	if ask.Urgency == "" {
		return contact.Answer{}, fault.Fields{{Key: "urgent", Text: "Choose how soon someone must act"}}
	}
	answer, err := p.Desk.Contacts(ask.At).Decide(ask)
	var fields fault.Fields
	if errors.As(err, &fields) {
		fields = slices.Clone(fields)
		for i := range fields {
			if name := formNames[fields[i].Key]; name != "" {
				fields[i].Key = name
			}
		}
		return answer, fields
	}
	return answer, err
}

func (p *pub) contactForm(v *contactView, q url.Values, errs fault.Fields, now time.Time) {
	radios := func(name, label, hint string, items ...parts.Choice) parts.Radios {
		return parts.Radios{Field: parts.Field{Name: name, Label: label, LabelSize: "m", Hint: hint, Error: errs.For(name)}, Items: items, Value: q.Get(name)}
	}
	v.How = radios("urgent", "How soon must someone act?", "",
		parts.Choice{Value: string(contact.Now), Label: "Now: a child is in danger, or needs a doctor straight away"},
		parts.Choice{Value: string(contact.Soon), Label: "Today or tonight"},
		parts.Choice{Value: string(contact.Wait), Label: "It can wait for the next working day"})
	v.Where = radios("where", "Where does the child live?", "If you do not know, choose “I am not sure”.")
	for _, a := range p.Desk.Contacts(now).Authorities() {
		v.Where.Items = append(v.Where.Items, parts.Choice{Value: a.ID, Label: a.Name})
	}
	v.Where.Items = append(v.Where.Items, parts.Choice{Value: contact.UnknownArea, Label: "I am not sure, or somewhere else"})
	v.Who = radios("who", "Who are you?", "",
		parts.Choice{Value: string(contact.Child), Label: "A child or young person, and it is about me"},
		parts.Choice{Value: string(contact.Parent), Label: "The child’s parent or carer"},
		parts.Choice{Value: string(contact.Public), Label: "Family, a friend, a neighbour or someone else"},
		parts.Choice{Value: string(contact.Professional), Label: "I work or volunteer with children or families"})
	v.About = radios("about", "What is it about?", "",
		parts.Choice{Value: string(contact.AboutChild), Label: "A worry about a child"},
		parts.Choice{Value: string(contact.AboutEarlyHelp), Label: "Help or advice for a family"},
		parts.Choice{Value: string(contact.AboutAdult), Label: "An adult who works or volunteers with children"},
		parts.Choice{Value: string(contact.AboutDeath), Label: "A child has died"},
		parts.Choice{Value: string(contact.AboutTransport), Label: "Something on a train or at a station"},
		parts.Choice{Value: string(contact.AboutIntelligence), Label: "Something I know about a crime"})
	v.More = parts.Checkboxes{
		Field: parts.Field{Name: "more", Label: "Is any of these true? (optional)", LabelSize: "m"}, Values: q["more"],
		Items: []parts.Choice{{Value: "worker", Label: "The child has a social worker already"}, {Value: "no_name", Label: "I do not want to give my name"}},
	}
}

// whoToCall is the same answer for other programs. It takes authority, at (an
// instant, London time when it has no zone; now when left out), about, urgent
// (true or false; or now, soon, wait) and caller, and gives a [contact.Answer].
// What it cannot take is answered with status 422, the error in words, and the
// same by parameter.
func (p *pub) whoToCall(w http.ResponseWriter, r *http.Request) error {
	answer, err := p.callFor(r.URL.Query(), web.Now(r))
	w.Header().Set("Content-Type", "application/json")
	var fields fault.Fields
	if errors.As(err, &fields) {
		w.WriteHeader(http.StatusUnprocessableEntity)
		by := map[string]string{}
		for _, f := range fields {
			by[f.Key] = f.Text
		}
		return json.NewEncoder(w).Encode(map[string]any{"error": fields.Error(), "fields": by})
	}
	if err != nil {
		return err
	}
	return json.NewEncoder(w).Encode(answer)
}

var callNames = []string{"authority", "at", "about", "urgent", "caller"}

func (p *pub) callFor(q url.Values, now time.Time) (contact.Answer, error) {
	var faults fault.Fields
	for name := range q {
		if !slices.Contains(callNames, name) {
			faults.Add("query", "There is no parameter of that name. Use authority, at, about, urgent and caller.")
			break
		}
	}
	ask := contact.Ask{
		Authority: q.Get("authority"), Caller: contact.Caller(q.Get("caller")), About: contact.About(q.Get("about")), At: now,
	}
	// True is danger now, the first row of the table of who answers what. The
	// directory's own three words are taken too.
	switch word := strings.ToLower(q.Get("urgent")); word {
	case "true":
		ask.Urgency = contact.Now
	case "", "false":
		ask.Urgency = contact.Soon
	case string(contact.Now), string(contact.Soon), string(contact.Wait):
		ask.Urgency = contact.Urgency(word)
	default:
		faults.Add("urgent", "Write urgent=true when a child is in danger now, or urgent=false. You can also write now, soon or wait.")
	}
	if at := q.Get("at"); at != "" {
		t, _, err := calendar.ParseTime(at)
		if err != nil {
			faults.Add("at", "%s", fault.SafeText(err))
		}
		ask.At = t
	}
	if err := faults.Err(); err != nil {
		return contact.Answer{}, err
	}
	return p.Desk.Contacts(now).Decide(ask)
}
