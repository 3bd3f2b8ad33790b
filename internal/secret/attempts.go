package secret

import (
	"net/netip"
	"time"

	"frontdoor/internal/fault"
)

// limit is how many failures are free within a time, and how the wait after
// further ones grows: first, then doubled each time, up to most.
type limit struct {
	free        int
	within      time.Duration
	first, most time.Duration
}

// wait is how long from now until the next attempt, given failures in any order.
func (l limit) wait(failures []time.Time, now time.Time) time.Duration {
	n, last := recent(failures, l.within, now)
	if n < l.free {
		return 0
	}
	delay := l.most
	if over := n - l.free; over < 20 {
		delay = min(l.most, l.first<<over)
	}
	return max(0, last.Add(delay).Sub(now))
}

// skew is how far the clocks of two nodes may be apart.
const skew = 5 * time.Minute

// recent counts failures within a time before now and gives the newest. One
// from the future (another node's clock) counts as now. One from further off was
// noted by a clock that has been put right since, and does not count: it would
// keep people waiting until that time comes.
func recent(failures []time.Time, within time.Duration, now time.Time) (n int, last time.Time) {
	for _, f := range failures {
		if f.After(now.Add(skew)) {
			continue
		}
		if f.After(now) {
			f = now
		}
		if now.Sub(f) < within {
			n++
			if f.After(last) {
				last = f
			}
		}
	}
	return n, last
}

// The limits. Waits are shorter than the time over which failures are counted,
// so every wait ends.
var (
	// From one device or source on one account: mistyping is free.
	pairLimit = limit{free: 5, within: time.Hour, first: 5 * time.Second, most: 15 * time.Minute}
	// The same from a device that is not known, while the account is being tried
	// from all over.
	pressedLimit = limit{free: 2, within: time.Hour, first: 30 * time.Second, most: 30 * time.Minute}
	// From one source on all accounts: a school is behind one address.
	sourceLimit = limit{free: 30, within: time.Hour, first: 10 * time.Second, most: 15 * time.Minute}
	// Receipt codes from one source, usually and under pressure.
	receiptLimit        = limit{free: 5, within: time.Hour, first: 30 * time.Second, most: 30 * time.Minute}
	receiptPressedLimit = limit{free: 1, within: time.Hour, first: 5 * time.Minute, most: 55 * time.Minute}
)

const (
	accountPressure = 30  // failures on one account in an hour, from devices not known
	secondMost      = 10  // wrong codes of an app on one account in an hour, from devices not known
	receiptPressure = 100 // failed receipt codes in an hour, from everywhere
)

// Past is the failures that bear on an attempt, at most an hour old (Window).
type Past struct {
	// Pair is this account from this device, if the device is known; else this
	// account from this source. Not used for receipt codes.
	Pair []time.Time
	// Account is this account from devices that are not known.
	Account []time.Time
	// Source is everything from this source (see SourceKey) that was not from a
	// known device; for receipt codes, these only, so that a colleague who
	// mistypes a password keeps no referrer at the same school waiting.
	Source []time.Time
	// Global is all receipt codes that failed. Not used for signing in.
	Global []time.Time
	// KnownDevice means the browser holds a token from an earlier full sign-in to
	// this very account.
	KnownDevice bool
}

// Window is how far back failures matter.
const Window = time.Hour

// Decision is whether an attempt may be made.
type Decision struct {
	Wait time.Duration // 0 when allowed
	// Pressure means somebody is guessing: tell those who look after the system.
	Pressure bool
}

// Allowed says whether the attempt may be made now.
func (d Decision) Allowed() bool { return d.Wait == 0 }

// Err is nil when allowed, otherwise a fault of kind fault.TooMany. The
// sentence is the same whether or not there is such an account.
func (d Decision) Err() error {
	switch {
	case d.Allowed():
		return nil
	case d.Wait <= time.Minute:
		return fault.New(fault.TooMany, "That was tried too many times. Wait one minute, then try again.")
	}
	return fault.New(fault.TooMany, "That was tried too many times. Wait up to 30 minutes, then try again. If a child is in danger now, do not wait: call 999.")
}

// SignIn decides on an attempt to sign in (password, one-time code or recovery
// code).
//
// Nobody can be shut out by others. A device that has signed in before is held
// back only by its own failures. Even from a new device, others' failures from
// elsewhere never make an account wait: they only cut the free attempts from
// each new source to two. So guessing at one account from ever new addresses
// gets two passwords an address, of 12 characters or more, and then still
// lacks the second factor.
func SignIn(p Past, now time.Time) Decision {
	if p.KnownDevice {
		return Decision{Wait: pairLimit.wait(p.Pair, now)}
	}
	n, _ := recent(p.Account, Window, now)
	d := Decision{Pressure: n >= accountPressure}
	pair := pairLimit
	if d.Pressure {
		pair = pressedLimit
	}
	d.Wait = max(pair.wait(p.Pair, now), sourceLimit.wait(p.Source, now))
	return d
}

// Second decides whether the code of an app may be tried as a second factor, given
// the wrong ones on this account from devices that are not known.
//
// Three of a million codes are right at any moment, so guessing from ever new
// addresses would get in within days. Only somebody who knows the password comes
// this far, so only they can use this up, and its owner still gets in from a
// known device, by a passkey, or by a recovery code. Ten an hour are right once
// in four years.
func Second(failures []time.Time, knownDevice bool, now time.Time) bool {
	n, _ := recent(failures, Window, now)
	return knownDevice || n < secondMost
}

// Receipt decides on an attempt to come back with a receipt code. Success is
// never counted, and a source without a failure in the last hour is always
// allowed its first attempt: no amount of guessing by others shuts out somebody
// who holds a real code.
//
// There are 10^16 codes. With 100,000 of them in use, a guess is right once in
// 10^11. Once 100 codes have failed in an hour, each source gets one guess and
// then waits 5, 10, 20, 40 and 55 minutes: four guesses an hour at the outside.
// So a thousand addresses make at most 4,000 guesses an hour, right
// once in some 2,800 years. A million guesses an hour takes 250,000 addresses
// or more, and is then right once in 100,000 hours, which is 11 years in which
// Pressure has been raised all the time. A right guess then still opens nothing
// that was sent: that takes its reference too.
func Receipt(p Past, now time.Time) Decision {
	n, _ := recent(p.Global, Window, now)
	if n >= receiptPressure {
		return Decision{Wait: receiptPressedLimit.wait(p.Source, now), Pressure: true}
	}
	return Decision{Wait: receiptLimit.wait(p.Source, now)}
}

// UnderPressure says whether that many failed receipt codes within an hour mean
// that somebody is guessing.
func UnderPressure(failed int) bool { return failed >= receiptPressure }

// SourceKey is what counts as one source: an IPv4 address, or the /64 network
// of an IPv6 address, as one home or phone has all of it.
func SourceKey(a netip.Addr) string {
	a = a.Unmap().WithZone("")
	if !a.Is6() {
		return a.String()
	}
	p, err := a.Prefix(64)
	if err != nil {
		return a.String()
	}
	return p.String()
}
