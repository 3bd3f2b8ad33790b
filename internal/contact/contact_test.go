package contact

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"frontdoor/internal/calendar"
	"frontdoor/internal/fault"
)

const folder = "../../partnerships/set/"

func read(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile(folder + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func load(t testing.TB, contacts, cal string) *Directory {
	t.Helper()
	cals, err := calendar.Load([]byte(cal), "calendar.yaml")
	if err != nil {
		t.Fatal(err)
	}
	d, err := Load([]byte(contacts), "contacts.yaml", cals)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func set(t testing.TB) *Directory {
	t.Helper()
	return load(t, read(t, "contacts.yaml"), read(t, "calendar.yaml"))
}

func at(t testing.TB, s string) time.Time {
	t.Helper()
	got, _, err := calendar.ParseTime(s)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func decide(t testing.TB, d *Directory, a Ask) Answer {
	t.Helper()
	got, err := d.Decide(a)
	if err != nil {
		t.Fatalf("%+v: %v", a, err)
	}
	return got
}

const (
	open  = "2026-04-02T10:00" // a Thursday morning
	shut  = "2026-04-02T18:00" // that evening; the next four days are Easter
	night = "2026-04-07T20:00" // a Tuesday; open again in the morning
)

// TestTable holds every row of the decision table, in and out of hours.
func TestTable(t *testing.T) {
	t.Parallel()
	d := set(t)
	for _, x := range []struct {
		name, at string
		ask      Ask
		rule     int
		service  string
		also     string // ids in order
	}{
		{"danger in hours", open, Ask{Authority: "thurrock", Urgency: Now}, 1, "police_emergency", "thurrock_mash"},
		{"danger at night", shut, Ask{Authority: "thurrock", Urgency: Now}, 1, "police_emergency", "thurrock_edt"},
		{"danger beats every other row", shut, Ask{Authority: "essex", Caller: Child, About: AboutDeath, Urgency: Now, HasSocialWorker: true}, 1, "police_emergency", "essex_edt"},
		{"danger where the child is found", open, Ask{Authority: "thurrock", Found: "southend", Urgency: Now}, 1, "police_emergency", "southend_mash"},
		{"danger with no area", open, Ask{Urgency: Now}, 1, "police_emergency", ""},
		{"danger from an adult in trust", open, Ask{Authority: "thurrock", About: AboutAdult, Urgency: Now}, 1, "police_emergency", "thurrock_mash thurrock_lado"},
		{"a child in hours", open, Ask{Authority: "thurrock", Caller: Child}, 2, "thurrock_mash", "police_emergency childline"},
		{"a child at night", shut, Ask{Authority: "southend", Caller: Child}, 2, "southend_edt", "police_emergency childline"},
		{"a child about a worker", shut, Ask{Authority: "southend", Caller: Child, About: AboutAdult}, 2, "southend_edt", "police_emergency childline"},
		{"a child with no area", open, Ask{Authority: UnknownArea, Caller: Child}, 2, "childline", "police_emergency thurrock_mash essex_hub southend_mash"},
		{"LADO in hours", open, Ask{Authority: "thurrock", About: AboutAdult}, 3, "thurrock_lado", "police_emergency"},
		{"LADO and risk at home", open, Ask{Authority: "thurrock", About: AboutAdult, RiskAtHome: true}, 3, "thurrock_lado", "police_emergency thurrock_mash"},
		{"LADO at night", shut, Ask{Authority: "thurrock", About: AboutAdult}, 3, "thurrock_edt", "police_emergency thurrock_lado"},
		{"LADO at night, can wait until the morning", night, Ask{Authority: "thurrock", About: AboutAdult, Urgency: Wait}, 3, "thurrock_lado", "police_emergency thurrock_edt"},
		{"LADO at night, can wait but not over Easter", shut, Ask{Authority: "thurrock", About: AboutAdult, Urgency: Wait}, 3, "thurrock_edt", "police_emergency thurrock_lado"},
		{"LADO in Essex, by email or through the Hub", open, Ask{Authority: "essex", About: AboutAdult}, 3, "essex_hub", "police_emergency essex_lado"},
		{"LADO in Southend, through the MASH+", open, Ask{Authority: "southend", About: AboutAdult, RiskAtHome: true}, 3, "southend_mash", "police_emergency"},
		{"LADO in Southend at night", shut, Ask{Authority: "southend", About: AboutAdult}, 3, "southend_edt", "police_emergency"},
		{"LADO beats social worker", open, Ask{Authority: "thurrock", About: AboutAdult, HasSocialWorker: true}, 3, "thurrock_lado", "police_emergency"},
		{"a death", open, Ask{Authority: "thurrock", About: AboutDeath}, 4, "police_emergency", "child_death_review thurrock_mash lullaby_trust"},
		{"a death that is known", shut, Ask{Authority: "essex", About: AboutDeath, Urgency: Wait, Caller: Professional}, 4, "child_death_review", "police_emergency essex_edt lullaby_trust"},
		{"on a train", shut, Ask{About: AboutTransport}, 5, "british_transport_police", "police_emergency police"},
		{"on a train in Thurrock", open, Ask{Authority: "thurrock", About: AboutTransport}, 5, "british_transport_police", "police_emergency police thurrock_mash"},
		{"intelligence", shut, Ask{About: AboutIntelligence}, 6, "crimestoppers", "police_emergency nspcc police"},
		{"no name", open, Ask{Authority: "essex", Anonymous: true}, 6, "crimestoppers", "police_emergency nspcc police essex_hub"},
		{"no name beats social worker", open, Ask{Authority: "essex", Anonymous: true, HasSocialWorker: true}, 6, "crimestoppers", "police_emergency nspcc police essex_hub"},
		{"a social worker in hours", open, Ask{Authority: "thurrock", HasSocialWorker: true}, 7, "thurrock_mash", "police_emergency"},
		{"a social worker at night", shut, Ask{Authority: "thurrock", HasSocialWorker: true}, 7, "thurrock_edt", "police_emergency"},
		{"a worry in hours", open, Ask{Authority: "thurrock"}, 8, "thurrock_mash", "police_emergency nspcc"},
		{"a professional in hours", open, Ask{Authority: "essex", Caller: Professional}, 8, "essex_hub", "police_emergency"},
		{"early help in hours", open, Ask{Authority: "southend", Caller: Parent, About: AboutEarlyHelp}, 8, "southend_mash", "police_emergency nspcc"},
		{"a worry at night", shut, Ask{Authority: "thurrock", Caller: Parent}, 9, "thurrock_edt", "police_emergency nspcc"},
		{"a worry at night that can wait", shut, Ask{Authority: "thurrock", Caller: Professional, Urgency: Wait}, 9, "thurrock_edt", "police_emergency"},
		{"early help at night", shut, Ask{Authority: "thurrock", About: AboutEarlyHelp}, 10, "thurrock_mash", "police_emergency thurrock_edt"},
		{"no area, helpline open", open, Ask{Authority: UnknownArea}, 0, "nspcc", "police_emergency thurrock_mash essex_hub southend_mash"},
		{"no area, helpline shut", "2026-04-02T23:00", Ask{Authority: UnknownArea}, 0, "police", "police_emergency thurrock_edt essex_edt southend_edt"},
		{"no area, worker", open, Ask{Authority: UnknownArea, About: AboutAdult}, 0, "nspcc", "police_emergency thurrock_mash essex_hub southend_mash"},
	} {
		x.ask.At = at(t, x.at)
		got := decide(t, d, x.ask)
		var also []string
		for _, o := range got.Also {
			also = append(also, o.Service)
			if o.Why == "" || o.How() == "" {
				t.Errorf("%s: %s is offered with no reason or no way to reach it", x.name, o.Service)
			}
		}
		if got.Rule != x.rule || got.Service != x.service || strings.Join(also, " ") != x.also {
			t.Errorf("%s: rule %d, %s, also %v; want rule %d, %s, also %s", x.name, got.Rule, got.Service, also, x.rule, x.service, x.also)
		}
		if got.Because == "" || got.Next == "" || len(got.HaveReady) == 0 || got.How() == "" || got.Checked.IsZero() {
			t.Errorf("%s: something is missing: %+v", x.name, got)
		}
		if sms := got.SMS(); len(sms) > 160 {
			t.Errorf("%s: %d characters are too long for a text message: %s", x.name, len(sms), sms)
		}
	}
}

// No moment of a year sends anyone to a closed front door, or to the duty team
// while the door is open. The rule is written out again here, by hand.
func TestYearOfHalfHours(t *testing.T) {
	t.Parallel()
	d := set(t)
	holidays := map[string]bool{}
	for _, day := range []string{"2026-01-01", "2026-04-03", "2026-04-06", "2026-05-04", "2026-05-25", "2026-08-31", "2026-12-25", "2026-12-28", "2027-01-01"} {
		holidays[day] = true
	}
	isOpen := func(authority string, local time.Time) bool {
		if holidays[local.Format(time.DateOnly)] || local.Weekday() == time.Saturday || local.Weekday() == time.Sunday {
			return false
		}
		closes := "16:30:00"
		eve := holidays[local.AddDate(0, 0, 1).Format(time.DateOnly)]
		if authority != "thurrock" && local.Weekday() != time.Friday && !eve {
			closes = "17:30:00"
		}
		clock := local.Format("15:04:05")
		return clock >= "09:00:00" && clock < closes
	}
	services := map[string][2]string{
		"thurrock": {"thurrock_mash", "thurrock_edt"},
		"essex":    {"essex_hub", "essex_edt"},
		"southend": {"southend_mash", "southend_edt"},
	}
	end := at(t, "2027-01-02")
	check := func(t *testing.T, ask Ask, want string) {
		got := decide(t, d, ask)
		if got.Service != want || got.InHours != (want == services[ask.Authority][0]) {
			t.Fatalf("%s: %s, want %s", calendar.Show(ask.At), got.Service, want)
		}
		if got.OpenUntil == nil || !got.OpenUntil.After(ask.At) {
			t.Fatalf("%s: %s is open until %v", calendar.Show(ask.At), got.Service, got.OpenUntil)
		}
	}
	for authority, ids := range services {
		t.Run(authority, func(t *testing.T) {
			t.Parallel()
			for tick := at(t, "2026-01-01"); tick.Before(end); tick = tick.Add(30 * time.Minute) {
				for _, m := range []time.Time{tick.Add(-time.Second), tick} {
					want := ids[1]
					if isOpen(authority, m.In(calendar.London)) {
						want = ids[0]
					}
					check(t, Ask{Authority: authority, At: m}, want)
					if m.Minute() == 0 {
						check(t, Ask{Authority: authority, At: m, Caller: Child}, want)
						check(t, Ask{Authority: authority, At: m, Caller: Professional, HasSocialWorker: true}, want)
					}
				}
			}
		})
	}
}

func TestEdges(t *testing.T) {
	t.Parallel()
	d := set(t)
	for _, x := range []struct{ authority, at, service, until string }{
		{"thurrock", "2026-04-07T08:59:59", "thurrock_edt", "Tuesday 7 April 2026, 09:00"},
		{"thurrock", "2026-04-07T09:00:00", "thurrock_mash", "Tuesday 7 April 2026, 16:30"},
		{"thurrock", "2026-04-07T16:29:59", "thurrock_mash", "Tuesday 7 April 2026, 16:30"},
		{"thurrock", "2026-04-07T16:30:00", "thurrock_edt", "Wednesday 8 April 2026, 09:00"},
		{"thurrock", "2026-04-02T16:30:00", "thurrock_edt", "Tuesday 7 April 2026, 09:00"},
		{"essex", "2026-04-08T17:29:59", "essex_hub", "Wednesday 8 April 2026, 17:30"},
		{"essex", "2026-04-08T17:30:00", "essex_edt", "Thursday 9 April 2026, 09:00"},
		{"essex", "2026-04-10T16:30:00", "essex_edt", "Monday 13 April 2026, 09:00"},
		{"essex", "2026-04-02T16:30:00", "essex_edt", "Tuesday 7 April 2026, 09:00"},
		{"southend", "2026-10-25T01:30:00", "southend_edt", "Monday 26 October 2026, 09:00"},
		{"thurrock", "2026-12-24T16:29:59", "thurrock_mash", "Thursday 24 December 2026, 16:30"},
		{"thurrock", "2026-12-24T16:30:00", "thurrock_edt", "Tuesday 29 December 2026, 09:00"},
		{"thurrock", "2026-12-26T12:00:00", "thurrock_edt", "Tuesday 29 December 2026, 09:00"},
		{"thurrock", "2026-12-28T12:00:00", "thurrock_edt", "Tuesday 29 December 2026, 09:00"},
		{"thurrock", "2026-12-29T09:00:00", "thurrock_mash", "Tuesday 29 December 2026, 16:30"},
		{"thurrock", "2026-12-31T16:30:00", "thurrock_edt", "Monday 4 January 2027, 09:00"},
		{"essex", "2026-12-31T16:30:00", "essex_edt", "Monday 4 January 2027, 09:00"},
	} {
		got := decide(t, d, Ask{Authority: x.authority, At: at(t, x.at)})
		if until := calendar.Show(*got.OpenUntil); got.Service != x.service || until != x.until {
			t.Errorf("%s %s: %s until %s; want %s until %s", x.authority, x.at, got.Service, until, x.service, x.until)
		}
	}
}

// A closure changes who answers and not when the caller should hear.
func TestClosure(t *testing.T) {
	t.Parallel()
	cal := strings.Replace(read(t, "calendar.yaml"), "    closures: []", "    closures: [{date: 2026-12-29, name: the Christmas closure}]", 1)
	d := load(t, read(t, "contacts.yaml"), cal)
	got := decide(t, d, Ask{Authority: "thurrock", At: at(t, "2026-12-29T12:00")})
	if got.Service != "thurrock_edt" || !strings.Contains(got.Because, "today is the Christmas closure. It opens Wednesday 30 December 2026, 09:00.") {
		t.Errorf("%s: %s", got.Service, got.Because)
	}
	if got := decide(t, d, Ask{Authority: "thurrock", At: at(t, "2026-12-28T12:00")}); !strings.Contains(got.Next, "by the end of Tuesday 29 December 2026") {
		t.Errorf("a closure moved the reply: %s", got.Next)
	}
	if got := decide(t, d, Ask{Authority: "essex", At: at(t, "2026-12-29T12:00")}); got.Service != "essex_hub" {
		t.Errorf("Thurrock's closure shut Essex: %s", got.Service)
	}
}

func TestWords(t *testing.T) {
	t.Parallel()
	d := set(t)
	got := decide(t, d, Ask{Authority: "thurrock", At: at(t, shut)})
	want := `Thurrock Emergency Duty Team: ring 01375 372468
It is open until Tuesday 7 April 2026, 09:00.

Why: Thurrock MASH is closed: it closed at 16:30. It opens Tuesday 7 April 2026, 09:00. Until then, a worry about a child goes to Thurrock Emergency Duty Team.

Have ready, if you can:
  - The child's name, date of birth or age, and address, as far as you know them
  - What has happened, and when
  - Who is with the child now
  - Whether the parents know that you are calling

What happens next: Thurrock Emergency Duty Team deals with what cannot wait and passes the rest to Thurrock MASH for Tuesday 7 April 2026, 09:00. Thurrock MASH decides what to do within one working day: by the end of Tuesday 7 April 2026. If you have not heard by then, ring again.

Also:
  - Police, fire or ambulance: ring 999. If a child is in danger now, ring this first.
  - NSPCC helpline: ring 0808 800 5000. If you would like to talk it over first.

Last checked Wednesday 30 June 2021. Not confirmed locally.
`
	if text := got.Text(); text != want {
		t.Errorf("got\n%s\nwant\n%s", text, want)
	}
	if sms := got.SMS(); sms != "Thurrock Emergency Duty Team: ring 01375 372468. Until 7 Apr 2026, 09:00. Danger now: 999." {
		t.Error(sms)
	}
	train := decide(t, d, Ask{About: AboutTransport, At: at(t, shut)})
	if how := train.How(); how != "text 61016 or ring 0800 40 50 40" {
		t.Error(how)
	}
	easter := decide(t, d, Ask{Authority: "thurrock", About: AboutDeath, At: at(t, "2026-10-24T14:00")})
	if !strings.Contains(easter.Next, "by Sunday 25 October 2026, 13:00") {
		t.Errorf("24 hours across the clock change: %s", easter.Next)
	}
	lado := decide(t, d, Ask{Authority: "southend", About: AboutAdult, At: at(t, open)})
	if !strings.Contains(lado.Because, "We hold no phone number for the Southend LADO, so ring Southend MASH+") {
		t.Error(lado.Because)
	}
}

func TestJSON(t *testing.T) {
	t.Parallel()
	b, err := json.Marshal(decide(t, set(t), Ask{Authority: "thurrock", At: at(t, open)}))
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal(b, &m); err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]any{
		"service": "thurrock_mash", "name": "Thurrock MASH", "phone": "01375 652802", "open_until": "2026-04-02T15:30:00Z",
		"asked_at": "2026-04-02T09:00:00Z", "checked": "2021-06-30", "confirmed": false, "rule": 8.0, "in_hours": true,
		"hours": "Monday to Friday 09:00 to 16:30, closed on public holidays",
	} {
		if m[key] != want {
			t.Errorf("%s is %v, want %v", key, m[key], want)
		}
	}
	for _, key := range []string{"because", "next", "have_ready", "also"} {
		if m[key] == nil {
			t.Errorf("%s is missing from %s", key, b)
		}
	}
	if first := m["also"].([]any)[0].(map[string]any); first["service"] != "police_emergency" || first["phone"] != "999" {
		t.Errorf("also begins with %v", first)
	}
	b, _ = json.Marshal(decide(t, set(t), Ask{Urgency: Now, At: at(t, open)}))
	if !strings.Contains(string(b), `"also":[]`) || !strings.Contains(string(b), `"open_until":null`) {
		t.Errorf("an empty list or time is not plain: %s", b)
	}
}

func TestAskFaults(t *testing.T) {
	t.Parallel()
	d := set(t)
	for name, x := range map[string]struct {
		ask Ask
		key string
	}{
		"no area":      {Ask{}, "authority"},
		"wrong area":   {Ask{Authority: "kent"}, "authority"},
		"wrong found":  {Ask{Authority: "essex", Found: "kent"}, "found"},
		"wrong caller": {Ask{Authority: "essex", Caller: "dog"}, "caller"},
		"wrong about":  {Ask{Authority: "essex", About: "tax"}, "about"},
		"wrong haste":  {Ask{Authority: "essex", Urgency: "asap"}, "urgency"},
	} {
		x.ask.At = at(t, open)
		_, err := d.Decide(x.ask)
		var fields fault.Fields
		if !errors.As(err, &fields) || len(fields) != 1 || fields.For(x.key) == "" {
			t.Errorf("%s: %v, want one fault on %s", name, err, x.key)
		}
	}
	var fields fault.Fields
	if _, err := d.Decide(Ask{Authority: "essex"}); !errors.As(err, &fields) || fields.For("at") == "" {
		t.Errorf("no time: %v", err)
	}
}

func TestDirectory(t *testing.T) {
	t.Parallel()
	d := set(t)
	var names []string
	for _, a := range d.Authorities() {
		names = append(names, a.Name)
	}
	if got := strings.Join(names, " "); got != "Thurrock Essex Southend" {
		t.Error(got)
	}
	for _, s := range d.Services("essex") {
		if s.Authority != "essex" && s.Authority != Any {
			t.Errorf("%s is listed for Essex", s.ID)
		}
	}
	if n, all := len(d.Services("essex")), len(d.Services(Any)); n < 12 || all <= n {
		t.Errorf("%d services for Essex, %d in all", n, all)
	}
	for number, want := range map[string]string{"01375 652802": "01375652802", "101 ext 180340": "101", "999": "999"} {
		if got := Tel(number); got != want {
			t.Errorf("Tel(%q) = %q", number, got)
		}
	}
	nspcc, _ := d.Find("nspcc")
	for moment, want := range map[string]string{
		"2026-04-02T07:59": "opens Thursday 2 April 2026, 08:00",
		"2026-04-02T21:59": "until Thursday 2 April 2026, 22:00",
		"2026-04-02T22:00": "closed",  // Good Friday's hours are not known
		"2026-04-03T12:00": "unknown", // Good Friday
		"2026-04-04T18:00": "opens Sunday 5 April 2026, 09:00",
		"2026-04-05T10:00": "until Sunday 5 April 2026, 18:00",
	} {
		st := d.Status(nspcc, at(t, moment))
		got := "unknown"
		switch {
		case st.Open:
			got = "until " + calendar.Show(*st.Until)
		case st.Opens != nil:
			got = "opens " + calendar.Show(*st.Opens)
		case st.Known:
			got = "closed"
		}
		if got != want {
			t.Errorf("NSPCC at %s: %s, want %s", moment, got, want)
		}
	}
	for id, want := range map[string]string{
		"essex_hub":     "Monday to Thursday 09:00 to 17:30, Friday 09:00 to 16:30, closed on public holidays and from 16:30 the day before one",
		"thurrock_edt":  "Whenever Thurrock MASH is closed: nights, weekends and public holidays",
		"childline":     "Any time, day or night",
		"crimestoppers": "Hours not known",
		"nspcc":         "Monday to Friday 08:00 to 22:00, Saturday to Sunday 09:00 to 18:00; hours on public holidays not known",
	} {
		s, ok := d.Find(id)
		if got := d.HoursText(s); !ok || got != want {
			t.Errorf("%s: %q, want %q", id, got, want)
		}
	}
}

func TestLoadFaults(t *testing.T) {
	t.Parallel()
	contacts := read(t, "contacts.yaml")
	cals, err := calendar.Load([]byte(read(t, "calendar.yaml")), "calendar.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct{ old, now, want string }{
		{"    address:", "    adress:", `There is no setting called "adress" here`},
		{"number: 01375 652802", "number: 01375 652802 x", "Write each phone number in digits"},
		{"phones: [{number: 01375 372468}]\n    ", "", "This service needs a phone number"},
		{"id: thurrock_edt", "id: thurrock_mash", "is used twice"},
		{"role: front_door\n", "role: frontdoor\n", `There is no role called "frontdoor"`},
		{"role: out_of_hours", "role: business", "exactly one service with the role out_of_hours for thurrock. There are 0."},
		{"role: crime\n", "role: police\n", "exactly one service with the role police for any. There are 2."},
		{"authority: southend", "authority: kent", `"kent" is not one of the authorities`},
		{"{id: essex, name: Essex}", "{id: kent, name: Kent}", `There is no calendar for "kent"`},
		{"hours: always", "hours: always open", "Give the hours as"},
		{"hours: always", "hours: front_door", "Only a service of one authority"},
		{", holidays: not known}", "}", "Say what the hours are on public holidays"},
		{"sat: 09:00-18:00", "sat: 18:00-09:00", "Write opening hours as"},
		{"checked: 2021-06-30", "checked: once", "Give the date these facts were last checked"},
		{"source: No source found", "source: ''", "Say where these facts come from"},
	} {
		changed := strings.Replace(contacts, x.old, x.now, 1)
		if changed == contacts {
			t.Fatalf("%q is not in the file", x.old)
		}
		_, err := Load([]byte(changed), "contacts.yaml", cals)
		if err == nil || !strings.Contains(err.Error(), x.want) || !strings.HasPrefix(err.Error(), "contacts.yaml, line ") || fault.KindOf(err) != fault.Invalid {
			t.Errorf("%q: %v; want %q with a line", x.now, err, x.want)
		}
	}
}
