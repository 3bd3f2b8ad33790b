package contact

import (
	"fmt"
	"slices"
	"time"

	"frontdoor/internal/calendar"
)

// Decide gives one service to call first, and why. The rules are read in order
// and the first that fits wins. A question that is not complete is a
// [fault.Fields].
func (d *Directory) Decide(a Ask) (Answer, error) {
	if err := a.check(d); err != nil {
		return Answer{}, err
	}
	k := desk{Directory: d, Ask: a}
	k.front, k.duty, k.cal, k.known = d.area(a.Authority)
	if k.known {
		k.open = k.cal.IsOpen(a.At)
	}
	out := k.rule()
	out.AskedAt = a.At.UTC()
	out.InHours = k.open
	out.Also = tidy(out.Also, out.Service)
	return out, nil
}

// desk is one question with what is needed to answer it.
type desk struct {
	*Directory
	Ask
	front, duty Service            // of the area where the child lives
	cal         *calendar.Calendar // the same
	known       bool               // whether that area is one of ours
	open        bool               // whether its front door is open
}

func (d *Directory) area(id string) (front, duty Service, cal *calendar.Calendar, ok bool) {
	if !d.hasAuthority(id) {
		return Service{}, Service{}, nil, false
	}
	return d.must(FrontDoor, id), d.must(OutOfHours, id), d.calendars[id], true
}

func (k desk) rule() Answer {
	switch {
	case k.Urgency == Now:
		return k.danger()
	case k.Caller == Child:
		return k.child()
	case k.About == AboutAdult:
		return k.adultInTrust()
	case k.About == AboutDeath:
		return k.death()
	case k.About == AboutTransport:
		return k.transport()
	case k.About == AboutIntelligence || k.Anonymous:
		return k.intelligence()
	case !k.known:
		return k.noArea()
	case k.HasSocialWorker:
		return k.socialWorker()
	case k.open:
		return k.inHours()
	case k.About == AboutEarlyHelp:
		return k.canWait()
	default:
		return k.outOfHours()
	}
}

// Rule 1.
func (k desk) danger() Answer {
	out := Answer{
		Rule:   1,
		Option: k.to(k.must(Emergency, Any)),
		Because: "Someone is in danger, needs treatment now, or a crime is happening. " +
			"At any hour, 999 comes first.",
		HaveReady: []string{
			"Where you are and where the child is",
			"What is happening now",
			"Who is with the child",
		},
		Next: "Stay on the line if it is safe. Ask for the police log number and keep it: you will need it when you tell children's social care.",
	}
	if k.Found != k.Authority {
		out.Because += " After that, the area where the child is now acts, until the child's own area takes over in writing."
	}
	out.Also = append(out.Also, k.onCall(k.Found, "After 999, tell them too, and give the police log number.")...)
	if k.About == AboutAdult {
		out.Also = append(out.Also, k.ladoOptions("Tell them within 24 hours, after 999.")...)
	}
	return out
}

// Rule 2.
func (k desk) child() Answer {
	childline := k.must(ChildHelpline, Any)
	out := Answer{
		Rule: 2,
		HaveReady: []string{
			"Where you are",
			"A way to ring you back that is safe, if there is one",
			"You can start with just your first name",
		},
	}
	talk := k.also(childline, "You can ring at any time and talk about anything.")
	danger := k.also(k.must(Emergency, Any), "If you are not safe right now, ring this first.")
	if !k.known {
		out.Option = k.to(childline)
		out.Because = "You are asking for yourself, and we do not know which council is yours. Childline listens at any time and can help you reach the right people."
		out.Next = "Someone will listen to you. You choose how much to say."
		out.Also = append([]Option{danger}, k.everyArea()...)
		return out
	}
	now := k.now()
	out.Option = k.to(now)
	out.Because = fmt.Sprintf("You are asking for yourself. %s is the team whose job it is to help children in your area, and it is the one that answers now. If you would rather talk to someone else first, ring Childline.", now.Name)
	out.Next = "A grown-up whose job is to keep children safe will listen. They will tell you what they can do, and who they may need to tell."
	out.Also = []Option{danger, talk}
	return out
}

// Rule 3.
func (k desk) adultInTrust() Answer {
	if !k.known {
		return k.noArea()
	}
	lado := k.must(LADO, k.Authority)
	out := Answer{
		Rule: 3,
		HaveReady: []string{
			"The adult's name, job and where they work or volunteer",
			"What was seen or said, when, where and by whom",
			"The name and age of each child it may touch",
			"Whether the adult works with children anywhere else, or has children at home",
			"What has been done so far, and who knows",
		},
		Also: []Option{k.inDanger()},
	}
	limit := "Tell the LADO within 24 hours of the situation: by " + calendar.Show(k.At.Add(24*time.Hour)) + " if you have just learned of it."
	st := k.Status(lado, k.At)
	waits := k.Urgency == Wait && st.Opens != nil && st.Opens.Sub(k.At) <= 24*time.Hour
	rule := "A worry about an adult who works or volunteers with children goes to the LADO. "
	switch {
	case !st.Open && !waits:
		out.Option = k.to(k.duty)
		out.Because = rule + k.shut() + fmt.Sprintf(" %s takes it when it cannot wait, and passes it to the LADO.", k.duty.Name)
		out.Next = k.duty.Name + " will start anything urgent and pass the matter to the LADO. " + limit
		out.Also = append(out.Also, k.ladoOptions("When the office is open.")...)
	case lado.Phone().Number == "":
		out.Option = k.to(k.front)
		out.PhoneNote = "ask for the " + lado.Name
		out.Because = rule + fmt.Sprintf("We hold no phone number for the %s, so ring %s and ask for them.", lado.Name, k.front.Name)
		out.Next = ladoNext(limit)
		if lado.Email != "" {
			out.Also = append(out.Also, k.also(lado, "To ask for the referral form."))
		}
	default:
		out.Option = k.to(lado)
		out.Because = rule + "Within office hours, that is the " + lado.Name + "."
		if !st.Open {
			out.Because = rule + k.shut() + " You said it can wait, and it opens within 24 hours."
			out.Also = append(out.Also, k.also(k.duty, "If it turns out that it cannot wait."))
		}
		out.Next = ladoNext(limit)
	}
	if k.RiskAtHome {
		out.Also = append(out.Also, k.onCall(k.Authority, "As well, because a child may be at risk at home. Telling the LADO does not replace this.")...)
	}
	return out
}

func ladoNext(limit string) string {
	return "If your workplace has a safeguarding lead who deals with allegations, tell them: they ring the LADO. " +
		"The LADO advises on what to do next and keeps oversight to the end, but does not investigate. " + limit
}

// Rule 4.
func (k desk) death() Answer {
	review := k.must(ChildDeath, Any)
	day := k.At.Add(24 * time.Hour)
	limit := "An agency that learns of a child's death tells the Child Death Review team within 24 hours: by " + calendar.Show(day) + " if you have just learned of it."
	out := Answer{
		Rule:    4,
		Option:  k.to(k.must(Emergency, Any)),
		Because: "A child has died or may have died. If no ambulance, doctor or police officer has been told, ring 999 first. The Child Death Review team is told after that.",
		HaveReady: []string{
			"The child's name, date of birth and address",
			"Where and when the child died or was found",
			"Who is with the family",
		},
		Next: "The health and police teams follow their own steps and will talk to the family. " + limit,
		Also: []Option{k.also(review, "Within 24 hours, by the agency that learns of the death. Use the online notification first.")},
	}
	if k.Urgency == Wait {
		out.Option = k.to(review)
		out.Because = "A child has died, and the emergency and health services know already. The Child Death Review team must be told within 24 hours."
		out.Next = limit + " Use the online notification; ring or email if it does not work."
		out.Also = []Option{k.also(k.must(Emergency, Any), "If no ambulance, doctor or police officer has been told yet.")}
	}
	out.Also = append(out.Also, k.onCall(k.Authority, "If other children in the home may be at risk.")...)
	out.Also = append(out.Also, k.also(k.must(SaferSleep, Any), "Support for the family when a baby or young child has died."))
	return out
}

// Rule 5.
func (k desk) transport() Answer {
	return Answer{
		Rule:    5,
		Option:  k.to(k.must(Transport, Any)),
		Because: "It is on a train or at a station and is not an emergency, so it goes to the railway's own police. A text is quiet and quick.",
		HaveReady: []string{
			"The train's time and where it is going, the carriage, and the next stop; or the station",
			"What you saw, and what the child and anyone with them look like",
		},
		Next: "They may ask you for more. Keep yourself safe and do not step in.",
		Also: append([]Option{k.inDanger(), k.also(k.must(Police, Any), "If it is not on the railway any more.")},
			k.onCall(k.Authority, "If you know the child and are worried about them.")...),
	}
}

// Rule 6.
func (k desk) intelligence() Answer {
	return Answer{
		Rule:    6,
		Option:  k.to(k.must(Crime, Any)),
		Because: "You want to pass on what you know about a crime, or not to give your name. Crimestoppers takes it without asking who you are.",
		HaveReady: []string{
			"What you know, and how",
			"Names, nicknames, places, times, vehicles",
		},
		Next: "They pass what you say to the police, without your name.",
		Also: append([]Option{
			k.inDanger(),
			k.also(k.must(Helpline, Any), "To talk over a worry about a child."),
			k.also(k.must(Police, Any), "If you are willing to be known."),
		}, k.onCall(k.Authority, "If it is about a child you can name or point to, tell them: they are the ones who can act.")...),
	}
}

// noArea answers when rules 3 and 7 to 10 cannot: nobody knows whose area it is.
func (k desk) noArea() Answer {
	first := k.must(Helpline, Any)
	if st := k.Status(first, k.At); !st.Open {
		first = k.must(Police, Any)
	}
	return Answer{
		Option:    k.to(first),
		Because:   fmt.Sprintf("The council where the child lives must act, and we do not know which that is. %s can take this now and pass it to the right one.", first.Name),
		HaveReady: childReady(),
		Next:      "If you find out which council it is, ring its own front door: that is quicker. A child outside these areas has a council of their own, listed on GOV.UK.",
		Also:      append([]Option{k.inDanger()}, k.everyArea()...),
	}
}

// Rule 7.
func (k desk) socialWorker() Answer {
	out := Answer{
		Rule:      7,
		HaveReady: append([]string{"The social worker's name or team, if you know it"}, childReady()...),
		Also:      []Option{k.inDanger()},
	}
	record := " New risk is still recorded as a new contact, so say that it is new."
	if k.open {
		out.Option = k.to(k.front)
		out.PhoneNote = "ring the social worker or their team first if you have their number; otherwise ask to be put through"
		out.Because = fmt.Sprintf("The child has a social worker, so the first call is to them or their team. If you do not have their number, %s can put you through.", k.front.Name)
		out.Next = "The social worker or their team decides what to do." + record
		return out
	}
	out.Option = k.to(k.duty)
	out.Because = "The child has a social worker, but their office is closed. " + k.shut() + fmt.Sprintf(" %s answers until then.", k.duty.Name)
	out.Next = k.dutyNext() + record
	return out
}

// Rule 8.
func (k desk) inHours() Answer {
	out := Answer{
		Rule:      8,
		Option:    k.to(k.front),
		Because:   fmt.Sprintf("%s is open, and it is the front door of the area where the child lives.", k.front.Name),
		HaveReady: childReady(),
		Next:      k.reply(),
		Also:      []Option{k.inDanger()},
	}
	if k.About == AboutEarlyHelp {
		out.Because += " It takes requests for early help too."
	}
	if k.Caller == Professional {
		out.Next += " Put what you said in writing as well, on the referral form."
	} else {
		out.Also = append(out.Also, k.also(k.must(Helpline, Any), "If you would like to talk it over first."))
	}
	return out
}

// Rule 9.
func (k desk) outOfHours() Answer {
	out := Answer{
		Rule:      9,
		Option:    k.to(k.duty),
		Because:   k.shut() + fmt.Sprintf(" Until then, a worry about a child goes to %s.", k.duty.Name),
		HaveReady: childReady(),
		Next:      k.dutyNext(),
		Also:      []Option{k.inDanger()},
	}
	if k.Caller != Professional {
		out.Also = append(out.Also, k.also(k.must(Helpline, Any), "If you would like to talk it over first."))
	}
	return out
}

// Rule 10.
func (k desk) canWait() Answer {
	return Answer{
		Rule:      10,
		Option:    k.to(k.front),
		Because:   k.shut() + " Early help and advice can wait until then. " + k.duty.Name + " is only for what cannot wait.",
		HaveReady: childReady(),
		Next:      "You can send the form now. It is read when the office opens. Or ring when it is open.",
		Also:      []Option{k.inDanger(), k.also(k.duty, "If it cannot wait.")},
	}
}

func childReady() []string {
	return []string{
		"The child's name, date of birth or age, and address, as far as you know them",
		"What has happened, and when",
		"Who is with the child now",
		"Whether the parents know that you are calling",
	}
}

// to is the first service to call.
func (k desk) to(s Service) Option { return k.Option(s, "", k.At) }

// also is another one, and when.
func (k desk) also(s Service, why string) Option { return k.Option(s, why, k.At) }

func (k desk) inDanger() Option {
	return k.also(k.must(Emergency, Any), "If a child is in danger now, ring this first.")
}

// now is the front door when it is open, and the duty team at every other
// moment.
func (k desk) now() Service {
	if k.open {
		return k.front
	}
	return k.duty
}

// onCall is who answers now for an area; nothing when the area is not known.
func (k desk) onCall(area, why string) []Option {
	front, duty, cal, ok := k.area(area)
	switch {
	case !ok:
		return nil
	case cal.IsOpen(k.At):
		return []Option{k.also(front, why)}
	default:
		return []Option{k.also(duty, why)}
	}
}

func (k desk) everyArea() []Option {
	var out []Option
	for _, a := range k.authorities {
		out = append(out, k.onCall(a.ID, "If the child lives in "+a.Name+".")...)
	}
	return out
}

// ladoOptions is the LADO as a further call, when there is a way to reach them.
func (k desk) ladoOptions(why string) []Option {
	if !k.known {
		return nil
	}
	if o := k.also(k.must(LADO, k.Authority), why); o.How() != "" {
		return []Option{o}
	}
	return nil
}

// shut says why the front door is closed and when it opens.
func (k desk) shut() string {
	text := fmt.Sprintf("%s is closed: %s.", k.front.Name, k.cal.WhyClosed(k.At))
	if opens, ok := k.cal.NextOpen(k.At); ok {
		text += " It opens " + calendar.Show(opens) + "."
	}
	return text
}

func (k desk) dutyNext() string {
	text := k.duty.Name + " deals with what cannot wait and passes the rest to " + k.front.Name
	if opens, ok := k.cal.NextOpen(k.At); ok {
		text += " for " + calendar.Show(opens)
	}
	return text + ". " + k.reply()
}

// reply is when the caller should hear, from the same sum as the referral's own
// clock: one working day.
func (k desk) reply() string {
	due, err := k.cal.Due(k.At, calendar.Length{N: 1, Unit: calendar.WorkingDays}, calendar.Options{})
	if err != nil {
		return k.front.Name + " decides what to do within one working day."
	}
	return fmt.Sprintf("%s decides what to do within one working day: by the end of %s. If you have not heard by then, ring again.", k.front.Name, calendar.DateOf(due.At).Long())
}

// tidy takes out the first service and repeats, keeping order.
func tidy(also []Option, first string) []Option {
	seen := map[string]bool{first: true}
	out := slices.DeleteFunc(also, func(o Option) bool {
		was := seen[o.Service]
		seen[o.Service] = true
		return was
	})
	if out == nil {
		out = []Option{}
	}
	return out
}
