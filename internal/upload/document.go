package upload

import (
	"archive/zip"
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"encoding/xml"
	"io"
	"path"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// What an office document may unpack to. A ten-page report has some 30 parts
// and unpacks to a few megabytes; text packs some 20 to 1.
const (
	maxParts    = 2000
	maxUnpacked = 100 << 20
	maxRatio    = 100 // only for parts over ratioFrom bytes: short repeated text packs better
	ratioFrom   = 1 << 20
	maxTold     = 1 << 20 // parts that say what others are, which are read whole
)

// lookOffice looks into a Word or Excel document whose main part is given.
func lookOffice(mainPart string) func([]byte) ([]Flag, error) {
	return func(b []byte) ([]Flag, error) {
		if !bytes.HasPrefix(b, []byte("PK\x03\x04")) {
			return nil, errDiffers
		}
		z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			return nil, errDamaged
		}
		if !endsAtDirectory(b) {
			return nil, errTwoKinds
		}
		if len(z.File) > maxParts {
			return nil, errBomb
		}
		seen := map[string]bool{}
		left := int64(maxUnpacked)
		var flags []Flag
		for _, f := range z.File {
			name := strings.ToLower(f.Name)
			if seen[name] || path.IsAbs(name) || strings.Contains(name, `\`) || slices.Contains(strings.Split(name, "/"), "..") {
				return nil, errTwoKinds
			}
			seen[name] = true
			if err := partName(name); err != nil {
				return nil, err
			}
			if f.Flags&1 != 0 {
				return nil, errPassword
			}
			size := f.UncompressedSize64
			if size > uint64(left) || size > ratioFrom && size/max(1, f.CompressedSize64) > maxRatio {
				return nil, errBomb
			}
			content, n, err := unpack(f, name)
			if err != nil {
				return nil, err
			}
			left -= n
			if bytes.Contains(bytes.ToLower(content), []byte("macroenabled")) {
				return nil, errMacros
			}
			if strings.HasSuffix(name, ".rels") && fetchesOutside(content) && flags == nil {
				flags = []Flag{Active}
			}
		}
		if !seen["[content_types].xml"] || !seen[mainPart] {
			if seen["word/document.xml"] || seen["xl/workbook.xml"] {
				return nil, errDiffers
			}
			return nil, errArchive
		}
		return flags, nil
	}
}

// endsAtDirectory says whether the last thing in the file is the end of the
// directory of a zip, with no comment for something else to hide in.
func endsAtDirectory(b []byte) bool {
	const size = 22
	return len(b) >= size && string(b[len(b)-size:len(b)-size+4]) == "PK\x05\x06"
}

// partName refuses parts that ordinary documents do not have.
func partName(name string) error {
	base := path.Base(name)
	switch {
	case strings.HasPrefix(base, "vbaproject") || strings.HasPrefix(base, "vbadata") || strings.Contains(name, "macrosheets/"):
		return errMacros
	case strings.Contains(name, "activex/") || strings.HasPrefix(base, "oleobject"):
		return errInside
	}
	switch path.Ext(base) {
	case ".exe", ".dll", ".com", ".scr", ".bat", ".cmd", ".ps1", ".vbs", ".vbe", ".js", ".jse", ".wsf", ".hta", ".lnk", ".jar", ".msi",
		".html", ".htm", ".svgz", ".zip", ".rar", ".7z", ".iso", ".docm", ".xlsm", ".xlsb", ".pptm":
		return errInside
	}
	return nil
}

// unpack reads a part to its end, because the size that the directory claims
// may be a lie. It gives the content of the parts that say what others are.
func unpack(f *zip.File, name string) (content []byte, n int64, err error) {
	r, err := f.Open()
	if err != nil {
		return nil, 0, errDamaged
	}
	defer r.Close()
	limited := io.LimitReader(r, int64(f.UncompressedSize64)+1)
	if name == "[content_types].xml" || strings.HasSuffix(name, ".rels") {
		if f.UncompressedSize64 > maxTold {
			return nil, 0, errBomb
		}
		content, err = io.ReadAll(limited)
		n = int64(len(content))
	} else {
		n, err = io.Copy(io.Discard, limited)
	}
	switch {
	case n > int64(f.UncompressedSize64):
		return nil, 0, errBomb
	case err != nil:
		return nil, 0, errDamaged
	}
	return content, n, nil
}

// fetchesOutside says whether opening the document fetches something from
// elsewhere. Plain links, which wait to be clicked, do not.
func fetchesOutside(rels []byte) bool {
	var doc struct {
		Links []struct {
			Type string `xml:"Type,attr"`
			Mode string `xml:"TargetMode,attr"`
		} `xml:"Relationship"`
	}
	if xml.Unmarshal(rels, &doc) != nil {
		return true
	}
	for _, l := range doc.Links {
		if strings.EqualFold(l.Mode, "External") && !strings.HasSuffix(l.Type, "/hyperlink") {
			return true
		}
	}
	return false
}

// lookDOC takes Word's old format, which many agencies still send. Its inside
// is not fully checked, so it always carries a flag; macros, passwords and
// packages in it have names that can be found.
func lookDOC(b []byte) ([]Flag, error) {
	if !bytes.HasPrefix(b, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")) {
		return nil, errDiffers
	}
	named := func(name string) bool {
		var wide []byte
		for _, u := range utf16.Encode([]rune(name)) {
			wide = binary.LittleEndian.AppendUint16(wide, u)
		}
		return bytes.Contains(b, wide)
	}
	switch {
	case named("_VBA_PROJECT") || named("Macros\x00") || named("VBA\x00"):
		return nil, errMacros
	case named("EncryptedPackage") || named("EncryptionInfo"):
		return nil, errPassword
	case named("Ole10Native") || named("ObjectPool\x00"):
		return nil, errInside
	case !named("WordDocument"):
		return nil, errKind
	}
	return []Flag{OldFormat}, nil
}

// textTypes are the detector's answers for text that is only text. Everything
// else it knows as text is code, markup, or a format with code in it.
var textTypes = []string{
	"text/plain", "text/csv", "text/tab-separated-values", "application/x-subrip", "text/vtt",
	"application/json", "application/x-ndjson", "text/calendar", "text/vcard",
}

func lookText(b []byte) ([]Flag, error) {
	var text string
	switch {
	case bytes.HasPrefix(b, []byte{0xff, 0xfe}), bytes.HasPrefix(b, []byte{0xfe, 0xff}):
		order := binary.ByteOrder(binary.LittleEndian)
		if b[0] == 0xfe {
			order = binary.BigEndian
		}
		wide := make([]uint16, 0, len(b)/2)
		for i := 2; i+1 < len(b); i += 2 {
			wide = append(wide, order.Uint16(b[i:]))
		}
		text = string(utf16.Decode(wide))
	case utf8.Valid(b):
		text = string(b)
	default: // one byte a letter, as old Windows programs write
		text = string(latin(b))
	}
	for _, r := range text {
		if r < ' ' && !strings.ContainsRune("\t\n\r\f", r) {
			return nil, errDiffers
		}
	}
	start := strings.TrimLeft(text, "\ufeff \t\r\n\f")
	start = strings.ToLower(start[:min(len(start), 4096)])
	for _, mark := range []string{"#!", "<?xml", "<?php", "<%"} {
		if strings.HasPrefix(start, mark) {
			return nil, errRuns
		}
	}
	if isMarkup(start) {
		return nil, errRuns
	}
	return nil, nil
}

func latin(b []byte) []rune {
	out := make([]rune, len(b))
	for i, c := range b {
		out[i] = rune(c)
	}
	return out
}

// isMarkup says whether a browser might take lower-case text for a page.
func isMarkup(start string) bool {
	start = start[:min(len(start), 1024)]
	for _, mark := range []string{"<!doctype", "<html", "<head", "<body", "<script", "<svg", "<iframe", "<object", "<?php"} {
		if strings.Contains(start, mark) {
			return true
		}
	}
	return false
}

// What is unpacked of a PDF when looking for parts that act, in bytes.
const (
	maxStream  = 8 << 20
	maxStreams = 32 << 20
	mostPacked = 20_000 // streams of objects; a report of a hundred pages has some twenty
)

var (
	pdfInside = []string{"/Launch", "/EmbeddedFile", "/EmbeddedFiles"}
	pdfActive = []string{"/JavaScript", "/RichMedia", "/XFA", "/SubmitForm", "/ImportData"}
)

// pdfHas are the names that act found so far.
type pdfHas struct{ inside, active bool }

func (h *pdfHas) look(text []byte) {
	named := func(name string) bool { return pdfName(text, name) }
	h.inside = h.inside || slices.ContainsFunc(pdfInside, named)
	h.active = h.active || slices.ContainsFunc(pdfActive, named)
}

// lookPDF looks for what acts. Programs to start and files inside are refused;
// script and forms that send are common in agencies' own forms, so these come
// in, flagged.
func lookPDF(b []byte) ([]Flag, error) {
	if !bytes.HasPrefix(bytes.TrimLeft(b[:min(len(b), 16)], "\ufeff\r\n\t "), []byte("%PDF-")) {
		return nil, errDiffers
	}
	if !bytes.Contains(b, []byte("%%EOF")) {
		return nil, errDamaged
	}
	text := pdfNames(b)
	var has pdfHas
	has.look(text)
	var flags []Flag
	if pdfName(text, "/Encrypt") {
		flags = append(flags, Locked)
	} else if opaque := objectStreams(b, &has); opaque {
		has.active = true
	}
	if has.inside {
		return nil, errInside
	}
	if has.active {
		flags = append(flags, Active)
	}
	return flags, nil
}

// pdfNames undoes the #xx spelling of letters, by which a name can be hidden.
func pdfNames(b []byte) []byte {
	digit := func(c byte) int { return strings.IndexByte("0123456789abcdef", c|0x20) }
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		if b[i] == '#' && i+2 < len(b) {
			if hi, lo := digit(b[i+1]), digit(b[i+2]); hi >= 0 && lo >= 0 {
				out = append(out, byte(hi<<4|lo))
				i += 2
				continue
			}
		}
		out = append(out, b[i])
	}
	return out
}

// pdfName says whether a name stands in the text as a whole.
func pdfName(text []byte, name string) bool {
	for {
		i := bytes.Index(text, []byte(name))
		if i < 0 {
			return false
		}
		text = text[i+len(name):]
		if len(text) == 0 || bytes.IndexByte([]byte("\x00\t\n\f\r ()<>[]{}/%"), text[0]) >= 0 {
			return true
		}
	}
}

// objectStreams unpacks the streams in which a PDF may keep its objects, one at
// a time, and looks through them. It says so when one could not be unpacked, or
// there was too much.
func objectStreams(b []byte, has *pdfHas) (opaque bool) {
	var z io.ReadCloser
	var got bytes.Buffer
	total, packed := 0, 0
	for at := 0; ; {
		i := bytes.Index(b[at:], []byte("stream"))
		if i < 0 {
			return opaque
		}
		start := at + i
		at = start + len("stream")
		if bytes.HasSuffix(b[:start], []byte("end")) {
			continue
		}
		dict := b[max(0, start-1024):start]
		if j := bytes.LastIndex(dict, []byte(" obj")); j >= 0 {
			dict = dict[j:]
		}
		if bytes.IndexByte(dict, '#') >= 0 {
			dict = pdfNames(dict)
		}
		if !bytes.Contains(dict, []byte("/ObjStm")) {
			continue
		}
		body := bytes.TrimPrefix(bytes.TrimPrefix(b[at:], []byte("\r")), []byte("\n"))
		if !bytes.Contains(dict, []byte("/Filter")) {
			continue // not packed: its text has been seen already
		}
		if packed++; packed > mostPacked {
			return true
		}
		var err error
		if z == nil {
			z, err = zlib.NewReader(bytes.NewReader(body))
		} else {
			err = z.(zlib.Resetter).Reset(bytes.NewReader(body), nil)
		}
		if err != nil || bytes.Contains(dict, []byte("/Predictor")) {
			opaque = true
			continue
		}
		got.Reset()
		n, err := got.ReadFrom(io.LimitReader(z, maxStream))
		has.look(pdfNames(got.Bytes()))
		if err != nil || n == maxStream {
			opaque = true
		}
		if total += int(n); total > maxStreams {
			return true
		}
	}
}

// otherKindInside refuses a file that some program would read as another kind
// than the one it was taken for.
func otherKindInside(b []byte, k kind) error {
	office := k.mime == typeDOCX || k.mime == typeXLSX
	start := strings.ToLower(string(b[:min(len(b), 1024)]))
	if !office {
		if z, err := zip.NewReader(bytes.NewReader(b), int64(len(b))); err == nil && len(z.File) > 0 {
			return errTwoKinds
		}
	}
	for _, mark := range []string{"Rar!\x1a\x07", "7z\xbc\xaf\x27\x1c"} {
		if bytes.Contains(b, []byte(mark)) {
			return errTwoKinds
		}
	}
	if k.mime != "application/pdf" {
		if strings.Contains(start, "%pdf-") {
			return errTwoKinds
		}
		if isMarkup(start) {
			return errTwoKinds
		}
	}
	return nil
}
