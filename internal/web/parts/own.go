package parts

import "html/template"

// TimeLeft is how a clock stands, as words and a shape. State is one of:
//
//	met      the thing was done in time
//	late-met it was done, after it was due
//	running  there is time
//	soon     it is nearly due
//	overdue  it was due and is not done
//	stopped  the clock does not apply any more
type TimeLeft struct {
	State string
	// Text says how long: "2 hours left", "Overdue by 1 working day".
	Text string
	// Due is when, as people read it, and Machine as the time element wants it.
	Due, Machine string
	// How explains the sum, shown when asked for.
	How string
}

// Render draws the time left.
func (p TimeLeft) Render() (template.HTML, error) {
	if p.How == "" {
		return p.byHand()
	}
	return draw("fd/time-left", p)
}

// Diff shows what changed in an answer: pieces kept, taken out and put in.
type Diff struct{ Pieces []DiffPiece }

// DiffPiece is a run of words. Change is "in", "out" or empty.
type DiffPiece struct{ Text, Change string }

// Render draws the change.
func (p Diff) Render() (template.HTML, error) { return draw("fd/diff", p) }

// CopyButton copies the text of the element with that id. It shows only where
// script runs.
type CopyButton struct{ Text, TargetID string }

// Render draws the button.
func (p CopyButton) Render() (template.HTML, error) { return draw("fd/copy-button", p) }

// PrintButton prints the page. It shows only where script runs.
type PrintButton struct{ Text string }

// Render draws the button.
func (p PrintButton) Render() (template.HTML, error) { return draw("fd/print-button", p) }

// SaveStatus is where a form that saves itself says so. Put one in each form
// with data-autosave. Text is what it says before anything is typed.
type SaveStatus struct{ Text string }

// Render draws the line.
func (p SaveStatus) Render() (template.HTML, error) { return draw("fd/save-status", p) }

// Sealed stands for an answer this reader may not see. It says so rather than
// leaving a gap.
type Sealed struct{ Why string }

// Render draws the mark.
func (p Sealed) Render() (template.HTML, error) { return draw("fd/sealed", p) }

// Clause is a section of the manual that opens beside a form.
type Clause struct {
	Chapter, Section string
	Edition          string // which version of the text this is, as a sentence
	Href             string // the section in the manual
	Body             template.HTML
}

// Render draws it, closed.
func (p Clause) Render() (template.HTML, error) { return draw("fd/clause", p) }

// NotConfirmed marks a fact nobody local has confirmed.
type NotConfirmed struct{ Text string }

// Render draws the mark.
func (p NotConfirmed) Render() (template.HTML, error) { return draw("fd/not-confirmed", p) }
