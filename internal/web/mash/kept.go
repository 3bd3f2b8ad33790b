package mash

import (
	"net/http"
	"strings"

	"frontdoor/internal/casework"
	"frontdoor/internal/pathway"
	"frontdoor/internal/store"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

// kept is the card of how long a record is kept.
func (d *door) kept(r *http.Request, a *room.Asker, v *casework.View) (*parts.SummaryList, error) {
	k, err := d.Desk.KeptUntil(r.Context(), a.By, v)
	if err != nil {
		return nil, err
	}
	card := keptCard(k, v.Record.ID)
	return &card, nil
}

// keptCard says until when a record is kept, by which rule, how that was counted
// and what holds it longer.
func keptCard(k *casework.KeptUntil, id string) parts.SummaryList {
	out := parts.SummaryList{Card: &parts.Card{Title: "How long it is kept"}}
	row := func(key, value string) {
		if value != "" {
			out.Rows = append(out.Rows, parts.SummaryRow{Key: key, Value: value})
		}
	}
	until, keep := "Not yet known, because ", k.Kept.Keep()
	switch {
	case k.Open:
		until += "it is open. An open record is always kept."
	case k.Kept.Record == "":
		until += "it was closed a moment ago. It is worked out each night."
	case !keep.IsZero():
		until = keep.Long() + ", that day included"
	case k.Kept.Rule == "":
		until += "its pathway has no rule of its own. It is kept until somebody decides."
	default:
		until = "Not yet known. " + k.Kept.Sum
	}
	row("Kept until", until)
	if k.Open || k.Kept.Record == "" {
		if len(k.Rules) == 0 {
			row("What decides", pathway.NoKeepRule+".")
		} else {
			out.Rows = append(out.Rows, parts.SummaryRow{Key: "What decides, once it is closed", Body: parts.Body{parts.List{Items: k.Rules}}})
		}
	} else {
		row("Which records these are", k.Kept.Rule)
		if !keep.IsZero() {
			row("How that is counted", k.Kept.Sum)
		}
		if !k.Kept.Longer.IsZero() {
			row("Decided since", "Somebody decided to keep it until "+k.Kept.Longer.Long()+".")
		}
		source := k.Kept.Source
		if k.Kept.Unconfirmed {
			source = strings.TrimSuffix(source, ".") + ". Not confirmed locally: somebody here must decide it."
		}
		row("Where the length comes from", source)
		row("What comes then", keptNext(k.Kept))
	}
	row("Legal hold", hold(k.Holds))
	if k.MayDecide && !k.Open {
		out.Card.Actions = []parts.Link{{Text: "Decide on keeping it", Href: "/retention/" + id}}
	}
	return out
}

func hold(on []string) string {
	if len(on) == 0 {
		return "None. Nothing is destroyed without two people deciding it."
	}
	return "Yes: " + strings.Join(on, "; ") + ". While a hold stands it is not destroyed, whatever the day."
}

// keptNext says what happens once the day has passed.
func keptNext(r store.Retention) string {
	switch r.State {
	case store.RetentionDue:
		return "The day has passed. Somebody is asked to decide."
	case store.RetentionProposed:
		return "One person has proposed that it is destroyed. A second one must agree."
	case store.RetentionApproved:
		return "Two people have decided that it is destroyed. Whatever is added to it stops that."
	}
	return "Somebody is asked whether it is kept longer. Nothing is destroyed without two people deciding it."
}
