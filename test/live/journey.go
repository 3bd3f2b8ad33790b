package live

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// SignIn signs in through the real pages: password, then a code.
func (c *Client) SignIn(ctx context.Context, a *Account) error {
	return c.signIn(ctx, a, a.Code)
}

// SignInWith is SignIn with a code of the caller's own.
func (c *Client) SignInWith(ctx context.Context, a *Account, code string) error {
	return c.signIn(ctx, a, func(context.Context) (string, error) { return code, nil })
}

func (c *Client) signIn(ctx context.Context, a *Account, shown func(context.Context) (string, error)) error {
	p, err := c.Get(ctx, "/sign-in")
	if err != nil {
		return err
	}
	if p.Path() != "/sign-in" {
		return nil // signed in already
	}
	p, err = c.Submit(ctx, p.Form("/sign-in"), url.Values{"email": {a.Email}, "password": {a.Password}})
	if err != nil {
		return err
	}
	f := p.Form("/sign-in/second")
	if f == nil {
		return &Wrong{p, "the password was not taken"}
	}
	code, err := shown(ctx)
	if err != nil {
		return err
	}
	p, err = c.Submit(ctx, f, url.Values{"code": {code}})
	if err != nil {
		return err
	}
	if strings.HasPrefix(p.Path(), "/sign-in") || p.Status != http.StatusOK {
		return &Wrong{p, "the code was not taken"}
	}
	return nil
}

// Draft is a referral being written.
type Draft struct {
	ID   string // of the draft, in its address
	Code string // of someone without an account; empty for a worker
	Page *Page  // the page that is open
}

// Begin starts a referral and opens the first page of its form. Someone without
// an account gets a code first.
func (c *Client) Begin(ctx context.Context) (*Draft, error) {
	p, err := c.Get(ctx, "/refer")
	if err != nil {
		return nil, err
	}
	p, err = c.Submit(ctx, p.Form("/refer"), nil)
	if err != nil {
		return nil, err
	}
	d := &Draft{Page: p}
	if d.ID = draftID(p); d.ID == "" {
		return nil, &Wrong{p, "no draft was begun"}
	}
	if strings.HasSuffix(p.Path(), "/code") {
		d.Code = p.ByID("your-code")
		if d.Page, err = c.Get(ctx, "/refer/"+d.ID); err != nil {
			return d, err
		}
	}
	return d, nil
}

func draftID(p *Page) string {
	part := strings.Split(p.Path(), "/")
	if len(part) < 4 || part[1] != "refer" || part[2] == "sent" {
		return ""
	}
	return part[2]
}

// pages bounds a form.
const pages = 80

// Answer goes on through the form, answering on each page what the answers hold
// for its questions, until it comes to a page whose path ends so, such as
// "/check". Each page is sent as it would be without script.
func (c *Client) Answer(ctx context.Context, d *Draft, answers url.Values, until string) error {
	for range pages {
		if strings.HasSuffix(d.Page.Path(), until) {
			return nil
		}
		next, err := c.Next(ctx, d.Page, answers)
		if err != nil {
			return err
		}
		if next.Path() == d.Page.Path() && next.Status != http.StatusOK {
			return &Wrong{next, "an answer was not taken"}
		}
		d.Page = next
	}
	return fmt.Errorf("the form never comes to %s", until)
}

// Next sends one page of a form with those of the answers that it asks for.
func (c *Client) Next(ctx context.Context, p *Page, answers url.Values) (*Page, error) {
	f := p.Form("")
	if f == nil {
		return nil, &Wrong{p, "there is no form here"}
	}
	values := url.Values{}
	for _, name := range f.Names {
		if v, ok := answers[name]; ok {
			values[name] = v
		}
	}
	return c.Submit(ctx, f, values)
}

// ComeBack goes on with a draft in a browser that has forgotten it, by its code.
func (c *Client) ComeBack(ctx context.Context, d *Draft) error {
	p, err := c.Get(ctx, "/refer/return")
	if err != nil {
		return err
	}
	if p, err = c.Submit(ctx, p.Form("/refer/return"), url.Values{"code": {d.Code}}); err != nil {
		return err
	}
	if draftID(p) != d.ID {
		return &Wrong{p, "the code does not lead back"}
	}
	d.Page = p
	return nil
}

// Sent is a referral that was sent.
type Sent struct {
	Record, Reference, Code string
}

// Send presses "Send" on the page that shows every answer, and reads the receipt.
func (c *Client) Send(ctx context.Context, d *Draft) (Sent, error) {
	out := Sent{Code: d.Code}
	p, err := c.Submit(ctx, d.Page.Form("/send"), nil)
	if p.Accepted() {
		// The answer that it was sent names the record, even when the receipt
		// itself never came.
		to, _ := url.Parse(p.Header.Get("Location"))
		if len(p.Hops) > 1 {
			to = p.URL
		}
		if to != nil {
			out.Record = strings.TrimPrefix(to.Path, "/refer/sent/")
		}
	}
	if err != nil {
		return out, err
	}
	d.Page = p
	if out.Reference = p.ByID("reference"); out.Reference == "" {
		return out, &Wrong{p, "it was not sent"}
	}
	return out, nil
}

// Refer writes a referral and sends it.
func (c *Client) Refer(ctx context.Context, answers url.Values) (Sent, error) {
	d, err := c.Begin(ctx)
	if err != nil {
		return Sent{}, err
	}
	if err := c.Answer(ctx, d, answers, "/check"); err != nil {
		return Sent{}, err
	}
	return c.Send(ctx, d)
}

// Status opens what was sent with its reference and code, as its sender does
// later in another browser.
func (c *Client) Status(ctx context.Context, s Sent) (*Page, error) {
	p, err := c.Get(ctx, "/status")
	if err != nil {
		return nil, err
	}
	p, err = c.Submit(ctx, p.Form("/status"), url.Values{"reference": {s.Reference}, "code": {s.Code}})
	if err == nil && p.Path() != "/status/view" {
		err = &Wrong{p, "the reference and code do not open it"}
	}
	return p, err
}

// Step takes a step on a record, with answers to what its form asks. It returns
// the page after it.
func (c *Client) Step(ctx context.Context, rec, step string, answers url.Values) (*Page, error) {
	p, err := c.Get(ctx, "/records/"+rec+"/steps/"+step)
	if err != nil {
		return nil, err
	}
	f := p.Form("/steps/" + step)
	if f == nil {
		return p, &Wrong{p, "the step is not open"}
	}
	return c.Submit(ctx, f, answers)
}

// AddEntry writes in a record's log: kind is call, visit, meeting or note.
func (c *Client) AddEntry(ctx context.Context, rec, kind, text string) (*Page, error) {
	p, err := c.Get(ctx, "/records/"+rec+"/entries")
	if err != nil {
		return nil, err
	}
	return c.Submit(ctx, p.Form("/entries"), url.Values{"kind": {kind}, "text": {text}})
}

// Message writes to the sender of a record.
func (c *Client) Message(ctx context.Context, rec, text string) (*Page, error) {
	p, err := c.Get(ctx, "/records/"+rec+"/messages")
	if err != nil {
		return nil, err
	}
	return c.Submit(ctx, p.Form("/messages"), url.Values{"message": {text}})
}

// AddFile adds a file to a record.
func (c *Client) AddFile(ctx context.Context, rec, name string, content []byte) (*Page, error) {
	p, err := c.Get(ctx, "/records/"+rec+"/files")
	if err != nil {
		return nil, err
	}
	return c.Submit(ctx, p.Form("/files"), nil, File{"files", name, content})
}

// Values makes a form's values of pairs.
func Values(pairs ...string) url.Values {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return v
}

// Neighbour is what someone without an account tells, without their name, about
// one child in Thurrock.
func Neighbour() url.Values {
	return Values(
		"danger", "no", "sender_kind", "family_public", "where_known", "postcode", "child_postcode", "RM17 6SL",
		"public_saw", "A small child cried at the window every night this week.",
		"children/r1/given_names", "Sam", "children/r1/family_name-not_known", "1", "children/r1/family_name-not_known_reason", "I only know the first name",
		"children/r1/age_words", "about 4", "children/r1/home_address-line1", "12 Example Street", "children/r1/home_address-postcode", "RM17 6SL",
		"children/r1/whereabouts", "At home", "children/r1/with_child", "The mother",
		"lives_with", "A woman and a man", "how_know", "I live next door", "stay_anonymous", "yes",
	)
}

// Professional is what a school's safeguarding lead tells about one child in
// Thurrock. The program fills in what it knows of a worker; someone without an
// account is asked for it and these are the answers.
func Professional() url.Values {
	return Values(
		"danger", "no", "sender_kind", "professional", "where_known", "area", "child_area", "thurrock",
		"children/r1/unborn", "no", "children/r1/given_names", "Bella", "children/r1/family_name", "Sample",
		"children/r1/born-day", "27", "children/r1/born-month", "3", "children/r1/born-year", "2017", "children/r1/born_estimated", "no",
		"children/r1/home_address-line1", "1 Example Street", "children/r1/home_address-postcode", "RM17 6SL", "children/r1/home_disclosure", "open",
		"children/r1/school", "Example Primary", "children/r1/sex", "F", "children/r1/ethnicity", "NOBT",
		"children/r1/religion-not_known", "1", "children/r1/religion-not_known_reason", "School does not hold it",
		"children/r1/first_language", "English", "children/r1/interpreter", "no", "children/r1/disability", "NONE",
		"children/r1/at_home_now", "no", "children/r1/where_now", "At school", "children/r1/with_now", "Her teacher",
		"children/r1/gp-not_known", "1", "children/r1/gp-not_known_reason", "School does not hold it",
		"children/r1/health_worker-not_known", "1", "children/r1/health_worker-not_known_reason", "School does not hold it",
		"children/r1/plans", "none", "children/r1/earlier_referrals", "none",
		"children/r1/seen_alone", "yes", "children/r1/own_words", "I hide under the bed.",
		"purpose", "concern", "urgency", "today", "known_at-day", "16", "known_at-month", "3", "known_at-year", "2026", "verbal_first", "no",
		"adults_known", "no", "no_adult_reason", "The school knows the mother by her first name only.", "father_elsewhere", "none",
		"worry_facts", "On Monday Bella had not slept.", "worry_reported", "Bella says that he shouts.", "worry_opinion", "We think that she lives with violence.",
		"concerns", "domestic_abuse", "red_flags", "none", "injury", "no",
		"history", "Two talks with Mum this term.", "help_tried", "Breakfast club.",
		"indicators", "da_home", "level_proposed", "4", "level_reason", "What Bella says.",
		"parents_told", "no", "parents_not_told_why", "It could put Mum at risk.", "child_told", "yes",
		"consent", "not_asked", "no_consent_reason", "b", "no_consent_why", "Dad reads her phone.",
		"referrer_name", "Asha Noor", "referrer_role", "Safeguarding lead", "referrer_source", "2A", "referrer_phone", "01632 960003", "dsl_copied", "yes",
		"sender_email", "asha.noor@example.org",
	)
}
