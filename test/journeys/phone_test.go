package journeys

import (
	"fmt"
	"testing"

	"frontdoor/internal/casework/caseworktest"
)

// A child is taken into police protection on the Saturday night on which the
// clocks go back. Everyone has a phone in one hand: each page is tapped through at
// 360 by 740 points, and whatever must be hit with a thumb is large enough. The 72
// hours are real hours, also to the one who reads them on the screen.
func TestPoliceProtectionOnAPhone(t *testing.T) {
	t.Parallel()
	r := newRoad(t, "police_protection", caseworktest.Scene(t, "police_protection/tests/saturday_night.yaml"))
	r.phone = true
	// The world’s clock goes on while pages are looked at, so that minutes are left
	// out: an hour too much or too few is not.
	left := func(london, who, words string) {
		t.Helper()
		r.set(london)
		b := r.seat(who)
		b.Open(r.base + "/records/" + r.root + "/clocks")
		b.says("72 hours of police protection", words, "27 Oct, 21:30")
		r.look(b, "clocks")
	}
	warned := func(who string, times int) {
		t.Helper()
		for {
			told, err := r.desk.TellClocks(t.Context(), r.clock.Now())
			if err != nil {
				t.Fatal(err)
			}
			if told == 0 {
				break
			}
		}
		b := r.seat(who)
		b.Open(r.base + "/notices")
		r.look(b, "notices")
		told, err := r.desk.Notices(t.Context(), r.by(r.who(who)), 100)
		if err != nil {
			t.Fatal(err)
		}
		warnings := 0
		for _, n := range told {
			if n.Message == "clock_warn" && n.Record == r.root {
				warnings++
			}
		}
		b.says("A limit is about to run out.", r.read(r.root).Reference)
		if warnings < times {
			t.Errorf("at %s: %s was warned %d times, want %d", r.clock.Now(), who, warnings, times)
		}
	}
	for i, a := range r.s.Acts {
		r.act(i, a)
		switch {
		case a.Step == "take":
			left("2026-10-24T23:00", "police_officer", "71 hours 2")
		case a.Step == "tell" && a.Row == "found_authority":
			// At half past two on Sunday morning, after the hour that came twice, five
			// hours have passed and not four.
			left("2026-10-25T02:30", "designated_officer", "66 hours 5")
		case a.Step == "move":
			// 48, 24 and 12 real hours before the end.
			left("2026-10-25T21:30", "edt_worker", "47 hours 5")
			warned("designated_officer", 1)
			left("2026-10-27T19:30", "designated_officer", "1 hour 5")
			warned("designated_officer", 2)
		}
	}
	if rec := r.read(r.root); rec.State != r.s.Expect.State {
		t.Errorf("it ends %s, want %s", rec.State, r.s.Expect.State)
	}
	b := r.seat("designated_officer")
	b.goTo("/records/" + r.root + "/clocks")
	b.says("Met, missed or stopped")
}

// thumb fails the journey where something that is tapped is lower than 44 points,
// unless it is a link within a sentence.
func (b *tab) thumb() {
	b.w.t.Helper()
	found := b.Eval(fmt.Sprintf(`(() => {
		const small = [], reach = %d
		for (const e of document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary')) {
			if (!e.checkVisibility() || e.closest('.govuk-footer, .govuk-skip-link') || getComputedStyle(e).clipPath !== 'none') continue
			const box = e.getBoundingClientRect(), r = e.matches('input[type=radio], input[type=checkbox]') && e.labels[0] ? e.labels[0].getBoundingClientRect() : box
			if (box.width <= 1 || r.height >= reach || box.height >= reach) continue
			// A link that stands in words is exempt, as in WCAG 2.5.8.
			const p = e.closest('p, li, dd, td, label, .govuk-hint, .govuk-inset-text')
			if (e.matches('a') && p && p.textContent.trim() !== e.textContent.trim() && getComputedStyle(e).display === 'inline') continue
			small.push(e.tagName + '.' + e.className + ' “' + (e.innerText || e.name || '').trim().slice(0, 40) + '” ' + Math.round(r.height))
		}
		return small.join('\n')
	})()`, 44))
	if found != "" {
		b.w.t.Errorf("%s: too small for a thumb:\n%s", b.URL(), found)
	}
}
