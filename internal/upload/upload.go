// Package upload decides what a file from outside is, by what is in it, and
// whether it may come in.
//
// The kinds that come in are those people have on a phone or a work computer
// when they are worried about a child: photos, short recordings, PDF, Word,
// Excel and plain text. Anything that can run, or hide something that runs, is
// refused with a sentence that says what to send instead.
//
// A file that comes in is never altered. It may be evidence: taking the place
// and time out of a photo would destroy part of what it shows, and would make
// the copy differ from the one on the phone. The original is sealed as it is
// and Flags say what those who handle it must know, above all that it gives
// away where it was taken.
package upload

import (
	"fmt"
	"net/http"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gabriel-vasile/mimetype"

	"frontdoor/internal/fault"
)

// What may be sent at once, in bytes and files.
const (
	MaxFile  = 10 << 20
	MaxFiles = 30
	MaxTotal = 50 << 20
)

// LimitsText says the limits and the kinds, for the page that asks for files.
const LimitsText = "You can add up to 30 files, each up to 10 MB and 50 MB in all. " +
	"They can be photos, PDF, Word or Excel documents, plain text, or short sound or video recordings."

// Flag is something those who handle the file must know.
type Flag string

const (
	// Location means the file says where it was made.
	Location Flag = "location"
	// Active means it has parts that act when it is opened.
	Active Flag = "active"
	// Locked means it cannot be looked into without a password.
	Locked Flag = "locked"
	// OldFormat means a kind of document that cannot be checked fully.
	OldFormat Flag = "old-format"
)

// Text is the sentence to show beside the file.
func (f Flag) Text() string {
	switch f {
	case Location:
		return "This file holds the place where it was made. Check before anyone else is given it: it may show where a child lives."
	case Active:
		return "This document has parts that act when it is opened. Open it only where such parts are switched off."
	case Locked:
		return "This document is locked with a password, so what is in it could not be checked."
	case OldFormat:
		return "This is an old kind of document that could not be checked fully. Open it only in protected view."
	}
	return ""
}

// Verdict is what a file that may come in is.
type Verdict struct {
	Type string // media type, one of those ServeHeaders knows
	// SafeName is what the file is called whenever it leaves: what kind it is
	// and no more, because the name it came with may be a child's.
	SafeName string
	// GivenName is the name it came with, made harmless to show. It is personal
	// data: keep it sealed with the file.
	GivenName string
	Flags     []Flag
}

// kind is a kind of file that may come in.
type kind struct {
	mime string
	name string   // SafeName
	says []string // endings a name may have
	// detected are the answers of the general detector that agree.
	detected []string
	look     func(b []byte) ([]Flag, error)
}

const (
	typeDOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	typeXLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
)

var kinds = []kind{
	{"image/jpeg", "photo.jpg", []string{"jpg", "jpeg", "jpe", "jfif"}, []string{"image/jpeg"}, lookJPEG},
	{"image/png", "picture.png", []string{"png"}, []string{"image/png", "image/vnd.mozilla.apng"}, lookPNG},
	{"image/heic", "photo.heic", []string{"heic", "heif"}, []string{"image/heic", "image/heif", "image/heic-sequence", "image/heif-sequence"}, lookHEIC},
	{"image/webp", "picture.webp", []string{"webp"}, []string{"image/webp"}, lookWebP},
	{"image/gif", "picture.gif", []string{"gif"}, []string{"image/gif"}, lookGIF},
	{"application/pdf", "document.pdf", []string{"pdf"}, []string{"application/pdf"}, lookPDF},
	{typeDOCX, "document.docx", []string{"docx"}, []string{typeDOCX, "application/zip"}, lookOffice("word/document.xml")},
	{typeXLSX, "spreadsheet.xlsx", []string{"xlsx"}, []string{typeXLSX, "application/zip"}, lookOffice("xl/workbook.xml")},
	{"application/msword", "document.doc", []string{"doc"}, []string{"application/msword", "application/x-ole-storage"}, lookDOC},
	{"audio/mpeg", "recording.mp3", []string{"mp3"}, []string{"audio/mpeg"}, lookMP3},
	{"video/mp4", "video.mp4", []string{"mp4", "m4v"}, []string{"video/mp4", "video/x-m4v", "audio/mp4"}, lookMP4},
	{"audio/mp4", "recording.m4a", []string{"m4a"}, []string{"audio/x-m4a", "audio/mp4", "video/mp4"}, lookMP4},
	{"video/quicktime", "video.mov", []string{"mov"}, []string{"video/quicktime"}, lookMP4},
	{"text/plain; charset=utf-8", "text.txt", []string{"txt"}, textTypes, lookText},
}

func refuse(safe string) error { return fault.New(fault.Invalid, safe) }

var (
	errKind     = refuse("We cannot take this kind of file. Send a photo, a PDF, a Word or Excel document, plain text, or a short recording.")
	errDiffers  = refuse("What is in this file is not what its name says. Save it again from the app you made it in, and send that copy.")
	errDamaged  = refuse("This file is not complete or is damaged. Open it, save a new copy and send that.")
	errTwoKinds = refuse("This file holds another file hidden in it. Open it, save a new copy and send that.")
	errArchive  = refuse("We cannot take packed folders. Unpack it and send the files one by one.")
	errRuns     = refuse("We cannot take programs, web pages or drawings that can run on a computer. Send a photo or a PDF of it.")
	errMacros   = refuse("This document holds a small program (a macro). Save a copy without it, as an ordinary Word or Excel document or as a PDF, and send that.")
	errBomb     = refuse("This document unpacks to far more than its size. Save it as a PDF and send that.")
	errInside   = refuse("This document has other files or programs inside it. Save those files and send them one by one.")
	errPassword = refuse("This document is locked with a password. Save a copy without a password and send that.")
	errOtherDoc = refuse("We cannot take this kind of document. Save it as an ordinary Word or Excel document (.docx or .xlsx) or as a PDF and send that.")
	errHuge     = refuse("This picture has too many dots to be opened safely. Send a smaller copy.")
)

// Fits checks the sizes of everything sent at once, in bytes.
func Fits(sizes []int64) error {
	if len(sizes) > MaxFiles {
		return refuse(fmt.Sprintf("You chose %d files. Choose %d or fewer, and send the rest afterwards.", len(sizes), MaxFiles))
	}
	var total int64
	for _, n := range sizes {
		if err := fits(n); err != nil {
			return err
		}
		total += n
	}
	if total > MaxTotal {
		return refuse("These files are more than 50 MB together. Send some of them now and the rest afterwards.")
	}
	return nil
}

func fits(n int64) error {
	switch {
	case n <= 0:
		return refuse("This file is empty. Choose it again.")
	case n > MaxFile:
		return refuse("This file is larger than 10 MB. Send a smaller copy, or tell us about it and we will ask for it another way.")
	}
	return nil
}

// Check says what a file is from its bytes. The name counts only in that it
// must agree. An error is of kind fault.Invalid, with the sentence to show.
func Check(name string, b []byte) (Verdict, error) {
	if err := fits(int64(len(b))); err != nil {
		return Verdict{}, err
	}
	given := showable(name)
	ending := strings.ToLower(strings.TrimPrefix(path.Ext(given), "."))
	detected, _, _ := strings.Cut(mimetype.Detect(b).String(), ";")

	k, err := pick(ending, detected)
	if err != nil {
		return Verdict{}, err
	}
	flags, err := k.look(b)
	if err != nil {
		return Verdict{}, err
	}
	if err := otherKindInside(b, k); err != nil {
		return Verdict{}, err
	}
	return Verdict{Type: k.mime, SafeName: k.name, GivenName: given, Flags: flags}, nil
}

// CheckPDF looks into a PDF of any size, as Check does, and says what those who
// handle it must know.
func CheckPDF(b []byte) ([]Flag, error) {
	i := slices.IndexFunc(kinds, func(k kind) bool { return k.mime == "application/pdf" })
	flags, err := kinds[i].look(b)
	if err != nil {
		return nil, err
	}
	return flags, otherKindInside(b, kinds[i])
}

// pick finds the one kind that content and name agree on. A name without an
// ending says nothing; a name with one has to be right.
func pick(ending, detected string) (kind, error) {
	agrees := func(k kind) bool { return slices.Contains(k.detected, detected) }
	if ending == "" {
		if i := slices.IndexFunc(kinds, agrees); i >= 0 && detected != "application/zip" {
			return kinds[i], nil
		}
		return kind{}, sortRefusal(ending, detected)
	}
	i := slices.IndexFunc(kinds, func(k kind) bool { return slices.Contains(k.says, ending) })
	switch {
	case i >= 0 && agrees(kinds[i]):
		return kinds[i], nil
	case i >= 0 && slices.ContainsFunc(kinds, agrees):
		return kind{}, errDiffers
	}
	return kind{}, sortRefusal(ending, detected)
}

// sortRefusal picks the sentence that helps most with what cannot come in.
func sortRefusal(ending, detected string) error {
	switch ending {
	case "docm", "dotm", "xlsm", "xltm", "xlam", "xlsb", "pptm":
		return errMacros
	case "exe", "dll", "com", "scr", "bat", "cmd", "ps1", "vbs", "js", "jar", "msi", "lnk", "hta", "html", "htm", "xhtml", "svg", "svgz", "sh", "app", "apk", "xml", "mht":
		return errRuns
	case "xls", "xlt", "ppt", "pptx", "rtf", "odt", "ods", "odp", "pages", "numbers", "pub", "msg", "eml", "dot", "dotx", "xltx":
		return errOtherDoc
	case "zip", "rar", "7z", "gz", "tgz", "tar", "bz2", "xz", "iso", "cab":
		return errArchive
	}
	switch detected {
	case "application/zip", "application/gzip", "application/x-rar-compressed", "application/x-7z-compressed", "application/x-tar", "application/x-xz", "application/x-bzip2", "application/vnd.ms-cab-compressed":
		return errArchive
	case "image/svg+xml", "text/html", "application/xhtml+xml", "text/xml", "text/javascript", "text/x-php", "text/x-python", "text/x-perl", "text/x-ruby", "text/x-shellscript", "text/x-lua", "text/x-tcl", "application/java-archive",
		"application/vnd.microsoft.portable-executable", "application/x-elf", "application/x-executable", "application/x-mach-binary", "application/x-ms-installer", "application/vnd.android.package-archive":
		return errRuns
	}
	return errKind
}

// showable cuts a name down to its last part and takes out whatever could
// change how the page around it is read.
func showable(name string) string {
	name = strings.ToValidUTF8(name, "")
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	name = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || strings.ContainsRune(`<>:"|?*`, r) {
			return -1 // also drops marks that turn the direction of text
		}
		return r
	}, name)
	name = strings.Trim(name, " .")
	const most = 100
	if n := utf8.RuneCountInString(name); n > most {
		r := []rune(name)
		ext := []rune(path.Ext(name))
		if len(ext) > 10 {
			ext = nil
		}
		name = string(r[:most-len(ext)]) + string(ext)
	}
	return name
}

// ServeHeaders are the headers a file goes out with. A file from outside is
// always something to save, never a page of ours: it is not shown in the
// browser, its type is not guessed and it may do nothing. Unknown types go out
// as plain bytes.
func ServeHeaders(mime string) http.Header {
	name := "file"
	i := slices.IndexFunc(kinds, func(k kind) bool { return k.mime == mime })
	if i >= 0 {
		name = kinds[i].name
	} else {
		mime = "application/octet-stream"
	}
	h := http.Header{}
	h.Set("Content-Type", mime)
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	return h
}
