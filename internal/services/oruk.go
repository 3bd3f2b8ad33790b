package services

import (
	"crypto/sha1"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"frontdoor/internal/calendar"
	"frontdoor/internal/fault"
)

// Feed is the directory as Open Referral UK 3.0 has it. Everything in it is on
// the directory's pages too: it names no person, and where a service is only if
// that may be known.
type Feed struct {
	Directory *Directory
	// Partnership is its id, from which the ids of the feed are made, and Name
	// what it is called.
	Partnership, Name string
	// Today decides which entries are marked as not checked for too long.
	Today calendar.Date
}

// id is the same for the same thing for ever: a UUID of version 5, which is made
// with SHA-1 (RFC 9562). It guards nothing.
func (f Feed) id(kind string, keys ...string) string {
	sum := sha1.Sum([]byte("frontdoor/oruk/" + f.Partnership + "/" + kind + "/" + strings.Join(keys, "/")))
	u := sum[:16]
	u[6], u[8] = u[6]&0x0f|0x50, u[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:])
}

// The things of the feed. Names and nesting are the standard's.
type (
	// ServiceJSON is a service; what belongs to it is nested when it is asked for
	// alone.
	ServiceJSON struct {
		ID             string `json:"id"`
		OrganizationID string `json:"organization_id"`
		Name           string `json:"name"`
		Description    string `json:"description"`
		URL            string `json:"url,omitempty"`
		Email          string `json:"email,omitempty"`
		Status         Status `json:"status"`
		Fees           string `json:"fees,omitempty"`
		MinimumAge     *int   `json:"minimum_age,omitempty"`
		MaximumAge     *int   `json:"maximum_age,omitempty"`
		Eligibility    string `json:"eligibility_description,omitempty"`
		AssuredDate    string `json:"assured_date"`
		Alert          string `json:"alert,omitempty"`
		LastModified   string `json:"last_modified"`

		Organization *OrganizationJSON `json:"organization,omitempty"`
		Phones       []PhoneJSON       `json:"phones,omitempty"`
		Schedules    []ScheduleJSON    `json:"schedules,omitempty"`
		Areas        []AreaJSON        `json:"service_areas,omitempty"`
		Locations    []AtLocationJSON  `json:"service_at_locations,omitempty"`
		Languages    []LanguageJSON    `json:"languages,omitempty"`
		Costs        []CostJSON        `json:"cost_options,omitempty"`
		Contacts     []ContactJSON     `json:"contacts,omitempty"`
		Attributes   []AttributeJSON   `json:"attributes,omitempty"`
	}
	// OrganizationJSON runs services.
	OrganizationJSON struct {
		ID          string `json:"id"`
		Name        string `json:"name"`
		Description string `json:"description"`
		Website     string `json:"website,omitempty"`
	}
	// PhoneJSON is a number.
	PhoneJSON struct {
		ID          string `json:"id"`
		ServiceID   string `json:"service_id"`
		Number      string `json:"number"`
		Description string `json:"description,omitempty"`
		Type        string `json:"type"`
	}
	// ScheduleJSON is when it answers: days of each week with the same hours.
	ScheduleJSON struct {
		ID          string `json:"id"`
		ServiceID   string `json:"service_id"`
		Freq        string `json:"freq,omitempty"`
		ByDay       string `json:"byday,omitempty"`
		OpensAt     string `json:"opens_at,omitempty"`
		ClosesAt    string `json:"closes_at,omitempty"`
		Description string `json:"description"`
	}
	// AreaJSON is where the people are whom it is for.
	AreaJSON struct {
		ID        string `json:"id"`
		ServiceID string `json:"service_id"`
		Name      string `json:"name"`
		Area      string `json:"service_area"`
	}
	// AtLocationJSON is a place where it is given.
	AtLocationJSON struct {
		ID         string       `json:"id"`
		ServiceID  string       `json:"service_id"`
		LocationID string       `json:"location_id"`
		Service    *ServiceJSON `json:"service,omitempty"`
		Location   LocationJSON `json:"location"`
	}
	// LocationJSON is a place.
	LocationJSON struct {
		ID        string        `json:"id"`
		Type      string        `json:"location_type"`
		Name      string        `json:"name"`
		Addresses []AddressJSON `json:"addresses"`
		Access    []AccessJSON  `json:"accessibility,omitempty"`
	}
	// AddressJSON is where a place is.
	AddressJSON struct {
		ID         string `json:"id"`
		LocationID string `json:"location_id"`
		Address1   string `json:"address_1"`
		City       string `json:"city"`
		Province   string `json:"state_province"`
		PostalCode string `json:"postal_code"`
		Country    string `json:"country"`
		Type       string `json:"address_type"`
	}
	// AccessJSON is how people get in and round.
	AccessJSON struct {
		ID          string `json:"id"`
		LocationID  string `json:"location_id"`
		Description string `json:"description"`
	}
	// LanguageJSON is a language it is given in.
	LanguageJSON struct {
		ID        string `json:"id"`
		ServiceID string `json:"service_id"`
		Name      string `json:"name"`
	}
	// CostJSON is what it costs.
	CostJSON struct {
		ID          string `json:"id"`
		ServiceID   string `json:"service_id"`
		Option      string `json:"option"`
		Amount      *int   `json:"amount,omitempty"`
		Description string `json:"amount_description,omitempty"`
	}
	// ContactJSON is how to reach it. It never names a person.
	ContactJSON struct {
		ID        string      `json:"id"`
		ServiceID string      `json:"service_id"`
		Name      string      `json:"name"`
		Email     string      `json:"email,omitempty"`
		Phones    []PhoneJSON `json:"phones,omitempty"`
	}
	// AttributeJSON says that a term is true of it.
	AttributeJSON struct {
		ID     string   `json:"id"`
		LinkID string   `json:"link_id"`
		TermID string   `json:"taxonomy_term_id"`
		Link   string   `json:"link_type"`
		Term   TermJSON `json:"taxonomy_term"`
	}
	// TermJSON is a word of a list.
	TermJSON struct {
		ID          string `json:"id"`
		Code        string `json:"code"`
		Name        string `json:"name"`
		Description string `json:"description"`
		Taxonomy    string `json:"taxonomy"`
		TaxonomyID  string `json:"taxonomy_id"`
	}
	// TaxonomyJSON is a list of words.
	TaxonomyJSON struct {
		ID          string `json:"id"`
		Name        string `json:"name"`
		Description string `json:"description"`
	}
	// PageJSON is one page of a list.
	PageJSON[T any] struct {
		TotalItems int  `json:"total_items"`
		TotalPages int  `json:"total_pages"`
		PageNumber int  `json:"page_number"`
		Size       int  `json:"size"`
		FirstPage  bool `json:"first_page"`
		LastPage   bool `json:"last_page"`
		Empty      bool `json:"empty"`
		Contents   []T  `json:"contents"`
	}
	// MetadataJSON says what the feed is.
	MetadataJSON struct {
		Version    string `json:"version"`
		Profile    string `json:"profile"`
		OpenAPIURL string `json:"openapi_url"`
		Publisher  string `json:"publisher"`
	}
)

// Metadata says which standard the feed follows.
func (f Feed) Metadata() MetadataJSON {
	return MetadataJSON{
		Version: "HSDS-UK-3.0", Profile: "https://openreferraluk.org/",
		OpenAPIURL: "https://open-referral-uk-profile.readthedocs.io/en/latest/openapi.html", Publisher: f.Name,
	}
}

// country is that of every address, as ISO 3166 has it.
const country = "GB"

func (f Feed) organization(o *Organization) *OrganizationJSON {
	return &OrganizationJSON{ID: f.id("organization", o.Key), Name: o.Name, Description: o.About, Website: o.URL}
}

// brief is a service as it is in a list.
func (f Feed) brief(s *Service) ServiceJSON {
	return ServiceJSON{
		ID: f.id("service", s.Key), OrganizationID: f.id("organization", s.Organization.Key), Name: s.Name, Description: s.About, URL: s.URL,
		Email: s.Call.Email, Status: s.Status, Fees: s.Cost, MinimumAge: s.MinAge, MaximumAge: s.MaxAge, Eligibility: s.Eligibility,
		AssuredDate: s.Checked.String(), LastModified: s.Checked.Start().Format(time.RFC3339), Alert: f.alert(s),
		Organization: f.organization(s.Organization),
	}
}

// alert is what whoever shows an entry has to show with it.
func (f Feed) alert(s *Service) string {
	var all []string
	if s.Alert != "" {
		all = append(all, s.Alert)
	}
	if f.Directory.Stale(s, f.Today) {
		all = append(all, "These facts were last checked on "+s.Checked.Long()+", more than "+itoa(f.Directory.StaleAfter)+" days ago.")
	}
	if !s.Confirmed {
		all = append(all, "The service has not confirmed these facts.")
	}
	return strings.Join(all, " ")
}

// full is a service with all that belongs to it.
func (f Feed) full(s *Service) ServiceJSON {
	out := f.brief(s)
	for i, p := range s.Call.Phones {
		out.Phones = append(out.Phones, PhoneJSON{ID: f.id("phone", s.Key, itoa(i)), ServiceID: out.ID, Number: p.Number, Description: p.Note, Type: "voice"})
	}
	if s.Call.TextTo != "" {
		out.Phones = append(out.Phones, PhoneJSON{ID: f.id("phone", s.Key, "text"), ServiceID: out.ID, Number: s.Call.TextTo, Description: "Text messages", Type: "text"})
	}
	if len(out.Phones) > 0 || s.Call.Email != "" {
		out.Contacts = []ContactJSON{{ID: f.id("contact", s.Key), ServiceID: out.ID, Name: s.Name, Email: s.Call.Email, Phones: out.Phones}}
	}
	out.Schedules = f.schedules(s)
	for _, a := range s.Areas {
		name := f.Directory.AreaName(a)
		out.Areas = append(out.Areas, AreaJSON{ID: f.id("area", s.Key, a), ServiceID: out.ID, Name: name, Area: name})
	}
	for i := range s.Locations {
		out.Locations = append(out.Locations, f.atLocation(s, i))
	}
	for _, l := range s.Languages {
		out.Languages = append(out.Languages, LanguageJSON{ID: f.id("language", s.Key, l), ServiceID: out.ID, Name: l})
	}
	if s.Cost != "" {
		c := CostJSON{ID: f.id("cost", s.Key), ServiceID: out.ID, Option: s.Cost}
		if strings.EqualFold(s.Cost, "free") {
			c.Amount = new(int)
		}
		out.Costs = []CostJSON{c}
	}
	for _, t := range f.termsOf(s) {
		out.Attributes = append(out.Attributes, AttributeJSON{ID: f.id("attribute", s.Key, t.Code), LinkID: out.ID, TermID: t.ID, Link: "service", Term: t})
	}
	return out
}

// Two lists of words: what services help with, and whom they are for.
const (
	helpsWith = "What it helps with"
	isFor     = "Who it is for"
)

func (f Feed) topic(t *Topic) TermJSON {
	return TermJSON{ID: f.id("term", t.Key), Code: t.Key, Name: t.Name, Description: t.About, Taxonomy: helpsWith, TaxonomyID: f.id("taxonomy", helpsWith)}
}

func (f Feed) audience(key Audience, name string) TermJSON {
	return TermJSON{ID: f.id("term", "for", string(key)), Code: "for-" + string(key), Name: name, Description: "The service is for: " + name + ".", Taxonomy: isFor, TaxonomyID: f.id("taxonomy", isFor)}
}

func (f Feed) termsOf(s *Service) []TermJSON {
	var out []TermJSON
	for _, t := range s.Topics {
		out = append(out, f.topic(t))
	}
	for _, a := range Audiences {
		if slices.Contains(s.For, a.Key) {
			out = append(out, f.audience(a.Key, a.Name))
		}
	}
	return out
}

func (f Feed) atLocation(s *Service, i int) AtLocationJSON {
	p := s.Locations[i]
	n := itoa(i)
	at := AtLocationJSON{ID: f.id("service_at_location", s.Key, n), ServiceID: f.id("service", s.Key), LocationID: f.id("location", s.Key, n)}
	at.Location = LocationJSON{ID: at.LocationID, Type: "physical", Name: p.Name, Addresses: []AddressJSON{{
		ID: f.id("address", s.Key, n), LocationID: at.LocationID, Address1: p.Street, City: p.Town, Province: p.County, PostalCode: p.Postcode, Country: country, Type: "physical",
	}}}
	if p.Access != "" {
		at.Location.Access = []AccessJSON{{ID: f.id("access", s.Key, n), LocationID: at.LocationID, Description: p.Access}}
	}
	return at
}

// The days of the week as calendars write them.
var dayCodes = []string{"SU", "MO", "TU", "WE", "TH", "FR", "SA"}

func (f Feed) schedules(s *Service) []ScheduleJSON {
	d := f.Directory
	if d.contacts == nil {
		return nil
	}
	words := d.contacts.HoursText(s.Call)
	week, ok := d.contacts.Week(s.Call)
	if !ok {
		return []ScheduleJSON{{ID: f.id("schedule", s.Key), ServiceID: f.id("service", s.Key), Description: words}}
	}
	var out []ScheduleJSON
	for i := 1; i <= 7; i++ { // from Monday
		w := week[time.Weekday(i%7)]
		if w == (calendar.Window{}) {
			continue
		}
		opens, closes := clock(w.Open), clock(w.Close)
		if n := slices.IndexFunc(out, func(x ScheduleJSON) bool { return x.OpensAt == opens && x.ClosesAt == closes }); n >= 0 {
			out[n].ByDay += "," + dayCodes[i%7]
			continue
		}
		out = append(out, ScheduleJSON{
			ID: f.id("schedule", s.Key, opens, closes), ServiceID: f.id("service", s.Key), Freq: "WEEKLY", ByDay: dayCodes[i%7], OpensAt: opens, ClosesAt: closes, Description: words,
		})
	}
	return out
}

// clock is a minute of the day; the last one stands for the end of it.
func clock(minutes int) string {
	minutes = min(minutes, 24*60-1)
	return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60)
}

// shown are the services that the feed gives: all that are still there.
func (f Feed) shown() []*Service {
	return slices.DeleteFunc(slices.Clone(f.Directory.Services), func(s *Service) bool { return s.Status == Ended })
}

// Service gives one service by the feed's id.
func (f Feed) Service(id string) (ServiceJSON, bool) {
	for _, s := range f.shown() {
		if f.id("service", s.Key) == id {
			return f.full(s), true
		}
	}
	return ServiceJSON{}, false
}

// AtLocation gives one service at one place.
func (f Feed) AtLocation(id string) (AtLocationJSON, bool) {
	for _, at := range f.locations(f.shown()) {
		if at.ID == id {
			return at, true
		}
	}
	return AtLocationJSON{}, false
}

func (f Feed) locations(list []*Service) []AtLocationJSON {
	var out []AtLocationJSON
	for _, s := range list {
		for i := range s.Locations {
			at := f.atLocation(s, i)
			brief := f.brief(s)
			at.Service = &brief
			out = append(out, at)
		}
	}
	return out
}

// Organizations are those that run a service of the feed, by name.
func (f Feed) Organizations() []OrganizationJSON {
	var out []OrganizationJSON
	for _, s := range f.shown() {
		if o := f.organization(s.Organization); !slices.Contains(out, *o) {
			out = append(out, *o)
		}
	}
	slices.SortFunc(out, func(a, b OrganizationJSON) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// Taxonomies are the lists of words of the feed.
func (f Feed) Taxonomies() []TaxonomyJSON {
	return []TaxonomyJSON{
		{f.id("taxonomy", helpsWith), helpsWith, "What services of " + f.Name + "’s directory help with."},
		{f.id("taxonomy", isFor), isFor, "Whom services of " + f.Name + "’s directory are for."},
	}
}

// Terms are the words of the lists.
func (f Feed) Terms() []TermJSON {
	var out []TermJSON
	for _, t := range f.Directory.Topics {
		out = append(out, f.topic(t))
	}
	for _, a := range Audiences {
		out = append(out, f.audience(a.Key, a.Name))
	}
	return out
}

// Asked is what a list was asked for.
type Asked struct {
	page, size int
	full       bool
	text       string
	ids        []string // terms and lists, of which a service has to have each
	min, max   *float64
	since      time.Time
	day        string
	from, to   string
}

const (
	usualSize = 50
	mostSize  = 200
)

// Ask reads the parameters of a list. A parameter the feed does not know is left
// alone, as the standard has it; one that cannot be read is a fault by its name.
func Ask(q url.Values) (Asked, error) {
	a := Asked{page: 1, size: usualSize, text: strings.TrimSpace(q.Get("search") + " " + q.Get("text"))}
	var wrong fault.Fields
	whole := func(name string, into *int, most int) {
		if v := q.Get(name); v != "" {
			n, err := strconv.Atoi(v)
			if err != nil || n < 1 || n > most {
				wrong.Add(name, "Give %s as a whole number from 1 to %d.", name, most)
				return
			}
			*into = n
		}
	}
	whole("page", &a.page, 1_000_000)
	whole("per_page", &a.size, mostSize)
	age := func(name string) *float64 {
		v := q.Get(name)
		if v == "" {
			return nil
		}
		n, err := strconv.ParseFloat(v, 64)
		if err != nil || n < 0 || n > 150 {
			wrong.Add(name, "Give %s in years.", name)
			return nil
		}
		return &n
	}
	a.min, a.max = age("minimum_age"), age("maximum_age")
	if v := q.Get("modified_after"); v != "" {
		t, _, err := calendar.ParseTime(v)
		if err != nil {
			wrong.Add("modified_after", "Give modified_after as a date or an instant, such as 2026-03-17 or 2026-03-17T10:00:00Z.")
		}
		a.since = t
	}
	if v := q.Get("full"); v != "" {
		full, err := strconv.ParseBool(v)
		if err != nil {
			wrong.Add("full", "Write full=true or full=false.")
		}
		a.full = full
	}
	if v := q.Get("day"); v != "" {
		if a.day = strings.ToUpper(v[:min(2, len(v))]); !slices.Contains(dayCodes, a.day) {
			wrong.Add("day", "Give day as MO, TU, WE, TH, FR, SA or SU.")
		}
	}
	for name, into := range map[string]*string{"start_time": &a.from, "end_time": &a.to} {
		if v := q.Get(name); v != "" {
			t, err := time.Parse("15:04", v[:min(5, len(v))])
			if err != nil {
				wrong.Add(name, "Give %s as a time of day, such as 09:30.", name)
				continue
			}
			*into = t.Format("15:04")
		}
	}
	for _, name := range []string{"taxonomy_term_id", "taxonomy_id"} {
		if v := q.Get(name); v != "" {
			a.ids = append(a.ids, v)
		}
	}
	return a, wrong.Err()
}

// Text is what was searched for, and may be empty.
func (a Asked) Text() string { return a.text }

// Page cuts a page out of a list.
func Page[T any](all []T, a Asked) PageJSON[T] {
	from := min((a.page-1)*a.size, len(all))
	to := min(from+a.size, len(all))
	pages := max(1, (len(all)+a.size-1)/a.size)
	return PageJSON[T]{
		TotalItems: len(all), TotalPages: pages, PageNumber: a.page, Size: to - from, FirstPage: a.page == 1, LastPage: a.page >= pages, Empty: to == from,
		Contents: append(make([]T, 0, to-from), all[from:to]...),
	}
}

// Services gives a page of services. Found are the keys that its text found, in
// order; it is not looked at when no text was asked for.
func (f Feed) Services(a Asked, found []string) PageJSON[ServiceJSON] {
	var out []ServiceJSON
	for _, s := range f.choose(a, found) {
		if a.full {
			out = append(out, f.full(s))
		} else {
			out = append(out, f.brief(s))
		}
	}
	return Page(out, a)
}

// AtLocations gives a page of services at their places.
func (f Feed) AtLocations(a Asked, found []string) PageJSON[AtLocationJSON] {
	return Page(f.locations(f.choose(a, found)), a)
}

func (f Feed) choose(a Asked, found []string) []*Service {
	list := f.shown()
	if a.text != "" {
		list = slices.DeleteFunc(list, func(s *Service) bool { return !slices.Contains(found, s.Key) })
		slices.SortStableFunc(list, func(x, y *Service) int { return slices.Index(found, x.Key) - slices.Index(found, y.Key) })
	}
	return slices.DeleteFunc(list, func(s *Service) bool {
		youngest, oldest := 0.0, 150.0
		if s.MinAge != nil {
			youngest = float64(*s.MinAge)
		}
		if s.MaxAge != nil {
			oldest = float64(*s.MaxAge)
		}
		if a.min != nil && youngest < *a.min || a.max != nil && oldest > *a.max || !a.since.IsZero() && s.Checked.Start().Before(a.since) {
			return true
		}
		terms := f.termsOf(s)
		for _, id := range a.ids {
			if !slices.ContainsFunc(terms, func(t TermJSON) bool { return t.ID == id || t.TaxonomyID == id }) {
				return true
			}
		}
		if a.day == "" && a.from == "" && a.to == "" {
			return false
		}
		return !slices.ContainsFunc(f.schedules(s), func(x ScheduleJSON) bool {
			return x.OpensAt != "" && (a.day == "" || strings.Contains(x.ByDay, a.day)) && (a.from == "" || x.OpensAt >= a.from) && (a.to == "" || x.ClosesAt <= a.to)
		})
	})
}
