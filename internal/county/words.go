package county

import (
	"math/rand/v2"
	"strings"
)

// words gives a few sentences for a question that is answered in the writer's
// own words.
func words(r *rand.Rand, question string) string {
	from, n := said[question], 2
	if from == nil {
		from, n = said["other"], 1
	}
	if long[question] {
		n += r.IntN(4)
	}
	out := make([]string, 0, n)
	start := r.IntN(len(from))
	for i := range min(n, len(from)) {
		out = append(out, from[(start+i*7)%len(from)])
	}
	return strings.Join(out, " ")
}

var long = map[string]bool{"worry_facts": true, "public_saw": true, "detail_facts": true, "talk_words": true, "rationale": true, "handover_words": true}

var worries = []string{
	"The children came without coats and without breakfast again this week.",
	"There was shouting late in the evening, and a child cried for a long time.",
	"Mum is very tired and says that she cannot cope at the moment.",
	"The older one takes the younger ones to school and fetches them.",
	"They were out on their own after dark on two evenings.",
	"The flat is cold and there is little to eat towards the end of the month.",
	"Dad was unsteady when he came to fetch them on Friday.",
	"Many days of school were missed this term, and nobody answers the phone.",
	"There was a bruise above the left knee, and the story of how it came changed.",
	"The police were called to the address at the weekend.",
	"A neighbour says that the door stands open for hours and nobody is there.",
	"The youngest has not been weighed since the spring.",
	"She said that she sleeps on the sofa because of the damp.",
	"He told his teacher that he does not want to go home today.",
	"An older boy waits for her outside school in a car.",
	"Two appointments at the clinic were missed without a word.",
	"There are new people at the house, and the children do not know their names.",
	"Mum asked for help with the rent and broke into tears.",
	"The baby was left with a brother of nine for the afternoon.",
	"He had money and a second phone and would not say where they came from.",
}

var said = map[string][]string{
	"worry_facts": worries, "public_saw": worries, "talk_words": worries, "detail_facts": worries,
	"worry_opinion": {
		"The family may need help before this gets worse.", "This has gone on for longer than anyone said.", "The children are fond of her and want to stay together.",
		"It looks as if nobody is in charge in the mornings.", "He may be frightened of someone at home.",
	},
	"rationale": {
		"The child is safe today and the family knows where to turn.", "What is known points to needs that several people must meet together.",
		"The history shows that help worked when it was offered early.", "There is a worry that has not been looked at closely enough.",
		"The parent was open about what is hard.", "What the agencies said agrees with what the sender saw.",
	},
	"handover_words": {
		"Mum prefers a text before a visit.", "See the child away from home.", "Ring the school first.", "An aunt lives near and helps on weekdays.",
		"Ask about the dog before you go in.",
	},
	"history": {
		"There was early help two years ago and it went well.", "Nothing is held before this year.", "There was a contact last winter about the same worry.",
		"They came from another area and the file has been asked for.",
	},
	"strengths": {
		"Mum asked for help herself.", "The children look out for each other.", "Attendance was good until the summer.", "A grandmother sees them every week.",
		"They have friends at school.",
	},
	"rating_reason": {"What is told fits this rating.", "They are cared for today and need help soon.", "There is no sign of harm now.", "The account is worrying and must be looked at today."},
	"other": {
		"This was talked through and written down the same day.", "It was said on the phone and has been confirmed since.", "Nothing more is known for now.",
		"A second worker has looked at this as well.", "The family knows what happens next and whom to ring.", "It agrees with what was told before.",
	},
}
