package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"frontdoor/internal/agency"
	"frontdoor/internal/answer"
	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/fault"
	"frontdoor/internal/pathway"
	"frontdoor/internal/record"
)

// seed makes the generated families the same at every start.
const seed = 20_26

// generator makes families who do not exist, and contacts about them over the
// last working year.
type generator struct {
	desk    *casework.Desk
	workers map[string]agency.Worker
	now     time.Time
	r       *rand.Rand
	usual   map[string]map[string]any
	perHome int // children in a home; 0 chooses as families are
	p       *pathway.Pathway
}

// home is one made-up household.
type home struct {
	authority, family, street, postcode string
	children                            []child
	contacts                            int
}

type child struct {
	given, sex string
	born       calendar.Date
}

// generated lists the acts about as many generated referrals as were asked for.
// Each household comes back as households do: most once, some three times or
// more, and now and then a name is spelt another way.
func generated(desk *casework.Desk, workers map[string]agency.Worker, usual map[string]map[string]any, o Options) []event {
	p, _ := desk.Pathways.Get("referral")
	g := &generator{desk: desk, workers: workers, now: o.Now, r: rand.New(rand.NewPCG(seed, 0)), usual: usual, p: p}
	if o.Records > 0 && o.People > 0 {
		g.perHome = max(1, (o.People+o.Records/2)/o.Records)
	}
	var events []event
	for made := 0; made < o.Records; {
		h := g.home()
		for range h.contacts {
			if made == o.Records {
				break
			}
			events = append(events, g.contact(h)...)
			made++
		}
	}
	return events
}

func (g *generator) home() home {
	h := home{authority: g.pick("essex 6 thurrock 2 southend 2"), contacts: 1}
	switch n := g.r.IntN(10); {
	case n == 0:
		h.contacts = 3 + g.r.IntN(3)
	case n < 4:
		h.contacts = 2
	}
	h.family = g.word(familyStarts) + g.word(familyMiddles) + g.word(familyEnds)
	h.street = fmt.Sprintf("%d %s %s", 1+g.r.IntN(180), g.word(streetStarts), g.word(streetEnds))
	out := map[string]string{"essex": "SS14 SS13 CM1 CO2 CM20", "thurrock": "RM16 RM17 RM18 SS17", "southend": "SS0 SS1 SS2"}[h.authority]
	h.postcode = fmt.Sprintf("%s 9%c%c", g.word(out), "ABDEFGHJLN"[g.r.IntN(10)], "PQRSTUWXYZ"[g.r.IntN(10)])
	n := g.perHome
	if n == 0 {
		n = 1 + min(4, int(g.r.ExpFloat64()*0.7))
	}
	for range n {
		c := child{sex: "F", given: g.common(girls)}
		if g.r.IntN(2) == 0 {
			c = child{sex: "M", given: g.common(boys)}
		}
		c.born = calendar.DateOf(g.now).AddDays(-400 - g.r.IntN(16*365))
		h.children = append(h.children, c)
	}
	return h
}

// word picks one of some words, each as likely.
func (g *generator) word(words string) string {
	list := strings.Fields(words)
	return list[g.r.IntN(len(list))]
}

// common picks one of some words as names are given: the first most often, the
// nth a good deal less.
func (g *generator) common(words string) string {
	list := strings.Fields(words)
	return list[min(len(list)-1, int(g.r.ExpFloat64()*float64(len(list))/3))]
}

// pick chooses among words with weights: "a 6 b 2".
func (g *generator) pick(weighted string) string {
	list := strings.Fields(weighted)
	total := 0
	for i := 1; i < len(list); i += 2 {
		total += int(list[i][0] - '0')
	}
	n := g.r.IntN(total)
	for i := 0; ; i += 2 {
		if n -= int(list[i+1][0] - '0'); n < 0 {
			return list[i]
		}
	}
}

// misspelt gives a name as somebody who only heard it may write it.
func (g *generator) misspelt(name string) string {
	if g.r.IntN(6) > 0 {
		return name
	}
	for _, swap := range [][2]string{{"ph", "f"}, {"ck", "k"}, {"y", "i"}, {"ee", "ea"}, {"tt", "t"}, {"ll", "l"}} {
		if strings.Contains(name, swap[0]) {
			return strings.Replace(name, swap[0], swap[1], 1)
		}
	}
	return name
}

// contact is one referral about a home and what was done with it. All but the
// newest have been decided and closed.
func (g *generator) contact(h home) []event {
	cal := g.desk.Place.Calendars[h.authority]
	if cal == nil {
		cal = calendar.Default()
	}
	// One in three came in during the last two working days.
	days := 2 + g.r.IntN(248)
	if g.r.IntN(3) == 0 {
		days = g.r.IntN(2)
	}
	start := workingDay(calendar.DateOf(g.now), -1-days, cal).At(9, g.r.IntN(180), 0).UTC()
	prefix := ""
	if h.authority != "thurrock" {
		prefix = h.authority + "_"
	}
	who := func(role string, at time.Time) casework.By {
		return casework.ByWorker(g.workers[prefix+role], &g.desk.Place.Register, at)
	}
	given, err := g.answers(h, start)
	rating := g.pick("green 7 amber 3")
	outcome := g.pick("advice 6 signpost 3")
	levels := map[string]string{"advice": "1", "signpost": "2"}
	// A sender without an account who keeps no code.
	sender := casework.ByVisitor(fmt.Sprintf("generated-%d", g.r.Uint64()), start)
	var rec record.Record
	events := []event{{start, func(ctx context.Context) error {
		if err == nil {
			rec, err = g.desk.Begin(ctx, sender, "referral", casework.Beginning{Authority: h.authority, Step: "submit", Answers: given})
		}
		return generatedWrong(err)
	}}}
	step := func(at time.Time, role, step string, changes func(known *casework.Known) answer.Set) {
		events = append(events, event{at, func(ctx context.Context) error {
			by := who(role, at)
			var known *casework.Known
			var err error
			if step == "decide" {
				known, _, err = g.desk.Known(ctx, by, rec.ID)
			}
			if err == nil {
				rec, err = g.desk.TakeStep(ctx, by, rec.ID, step, rec.Revision, changes(known))
			}
			return generatedWrong(err)
		}})
	}
	if days == 0 {
		return events
	}
	step(start.Add(40*time.Minute), "social_worker", "screen", func(*casework.Known) answer.Set {
		return answer.Set{"rating": answer.Text(rating), "rating_reason": answer.Text("What is told fits this rating.")}
	})
	if days == 1 {
		return events
	}
	decided := start.Add(2 * time.Hour)
	if days > 5 && g.r.IntN(12) == 0 {
		decided = workingDay(calendar.DateOf(start), 2, cal).At(15, g.r.IntN(60), 0).UTC() // late
	}
	step(decided, "manager", "decide", func(known *casework.Known) answer.Set {
		set := answer.Set{
			"decision_consent":       answer.Text("agreed"),
			"decision_consent_words": answer.Text("A parent agreed by phone."),
		}
		if known.Count >= 3 {
			set["pattern"] = answer.Text("The contacts are alike, and the family has taken the help that was offered.")
		}
		level := levels[outcome]
		for _, row := range rec.Answers.Rows("children") {
			set[answer.RowKey("children", row, "outcome")] = answer.Text(outcome)
			set[answer.RowKey("children", row, "level_decided")] = answer.Text(level)
			set[answer.RowKey("children", row, "rationale")] = answer.Text("The child is safe and the family knows where to turn.")
			if proposed := rec.Answers.Text("level_proposed"); proposed != "" && proposed != level {
				set[answer.RowKey("children", row, "level_differs")] = answer.Text("What was learnt since points to this level.")
			}
		}
		return set
	})
	step(decided.Add(time.Hour), "officer", "close", func(*casework.Known) answer.Set {
		return answer.Set{"close_reason": answer.Text(outcome), "no_outcome_sent": answer.Text("The sender was told by phone.")}
	})
	return events
}

func generatedWrong(err error) error {
	if err == nil {
		return nil
	}
	return fault.Wrap(fmt.Errorf("demo: a generated referral: %w: %s", err, fault.SafeText(err)), fault.Internal, "The demonstration could not be made.")
}

// answers are what is told in a contact: half by professionals, half by others.
func (g *generator) answers(h home, at time.Time) (answer.Set, error) {
	var rows []any
	for _, c := range h.children {
		rows = append(rows, map[string]any{
			"given_names": g.misspelt(c.given), "family_name": g.misspelt(h.family), "born": c.born.String(), "sex": c.sex,
			"home_address": map[string]any{"line1": h.street, "postcode": h.postcode},
		})
	}
	given := map[string]any{
		"danger": "no", "where_known": "area", "child_area": h.authority, "children": rows,
		"sender_kind": "family_public", "public_saw": g.sentence(), "lives_with": "Their mum and dad.",
		"how_know": "I live near by.", "stay_anonymous": "yes",
	}
	if g.r.IntN(2) == 0 {
		given = withUsual(map[string]any{
			"child_area": h.authority, "children": rows, "adults_known": "no", "no_adult_reason": "They are not on our list.",
			"worry_facts": g.sentence(), "worry_opinion": "The family may need help.", "concerns": []any{g.pick("neglect 4 domestic_abuse 4 emotional 3 parent_mental 3 young_carer 1 missing 1")},
			"level_proposed": g.pick("1 1 2 6 3 3"), "level_reason": "What was seen.", "referrer_name": "A made-up professional",
		}, g.usual, "professional")
	}
	t := teller{now: g.now, cal: calendar.Default()}
	return t.answers(g.p, given, at)
}

// sentence is a worry in a few words.
func (g *generator) sentence() string { return worries[g.r.IntN(len(worries))] }

var worries = [...]string{
	"The children came without coats and without breakfast again this week.",
	"I heard shouting late in the evening, and a child who cried.",
	"Mum is very tired and says that she cannot cope at the moment.",
	"The older one takes the younger ones to school and fetches them.",
	"They were out on their own after dark.",
	"The flat is cold and there is little to eat towards the end of the month.",
	"Dad was unsteady when he came to fetch them.",
	"He has missed many days of school this term.",
}

// The words that names are made of. Put together they are nobody's.
const (
	familyStarts  = "Bram Fab Thist Quill Ink Mar Pem Wat Hol Tans Clov Fern Gors Lark Mer Net Op Peb Rush Sed Teas Um Vet Wil Yar"
	familyMiddles = "el in er ow ing a en um op ick"
	familyEnds    = "ton by wick ford ham worth den ley combe stead shaw mere"
	streetStarts  = "Example Fable Chapter Margin Prologue Stanza Verse Legend Parable Saga Index Preface"
	streetEnds    = "Street Road Close Lane Avenue Court Way Drive"
	girls         = "Olivia Amelia Isla Ava Ivy Freya Lily Florence Mia Willow Rosie Sophia Isabella Grace Daisy Sienna Aisha Zara Fatima Chloe Phoebe Maja Nicole Yusra Ottoline"
	boys          = "Noah Muhammad George Oliver Leo Arthur Oscar Theodore Freddie Archie Luca Harry Jack Henry Alfie Theo Ibrahim Tommy Kai Jakub Ali Ezra Dylan Matteo Caspian"
)
