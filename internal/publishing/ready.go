package publishing

import (
	"bytes"
	"context"
	"encoding/binary"
	"image"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"image/png"
	"path"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/image/webp"

	"frontdoor/internal/fault"
	"frontdoor/internal/guidance"
	"frontdoor/internal/upload"
)

// How large a file may be, in bytes.
const (
	MaxText     = 1 << 20
	MaxPicture  = 2 << 20
	MaxDocument = 20 << 20
)

// mostDots is how many a picture may have when it is unpacked.
const mostDots = 40_000_000

const (
	picturesFolder  = guidanceFolder + "pictures/"
	documentsFolder = guidanceFolder + "documents/"
)

// mediaTypes are those of the pictures and documents that are published.
var mediaTypes = map[string]string{
	"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "webp": "image/webp", "gif": "image/gif", "pdf": "application/pdf",
}

func extension(name string) string { return strings.TrimPrefix(path.Ext(name), ".") }

// names are the forms that the name of a file may have.
var names = regexp.MustCompile(`^(?:contacts\.yaml|guidance/(?:` +
	`[a-z0-9]+(?:-[a-z0-9]+)*\.yaml|` +
	`pages/(?:professionals|parents|young-people|about)/[a-z0-9]+(?:-[a-z0-9]+)*\.md|` +
	`manual/(?:manual\.yaml|[a-z0-9]+(?:-[a-z0-9]+)*\.md)|` +
	`news/\d{4}-\d{2}-\d{2}-[a-z0-9]+(?:-[a-z0-9]+)*\.md|` +
	`pictures/[a-z0-9]+(?:-[a-z0-9]+)*\.(?:png|jpe?g|webp|gif)|` +
	`documents/[a-z0-9]+(?:-[a-z0-9]+)*\.pdf))$`)

// nameText says why a file cannot have a name; empty when it can.
func nameText(name string) string {
	switch {
	case len(name) > 120:
		return "This name is too long. Use a few short words."
	case strings.HasSuffix(strings.ToLower(name), ".svg"):
		return "A picture of this kind can hold a program, so it is not used here. Save it as PNG."
	case !names.MatchString(name):
		return "Name the file with small letters, digits and hyphens only, such as safer-sleep. A picture ends in .png, .jpg, .webp or .gif and a document in .pdf."
	}
	return ""
}

// renameFault says why a file cannot be given another name.
func renameFault(l *ledger, name, to string) error {
	refuse := func(text string) error { return fault.Fields{{Key: "new-name", Text: text}} }
	if text := nameText(to); text != "" {
		return refuse(text)
	}
	_, there := l.newest(to)
	switch {
	case strings.HasSuffix(name, ".yaml") || strings.HasSuffix(to, ".yaml"):
		return refuse("The program finds this file by its name, so it keeps it.")
	case strings.SplitN(name, "/", 3)[1] != strings.SplitN(to, "/", 3)[1] || extension(name) != extension(to):
		return refuse("The new name is of another kind of file. A page stays a page, and a chapter a chapter.")
	case there:
		return refuse("There is a file with this name already. Choose another.")
	}
	return nil
}

var (
	errLongText = fault.Fields{{Key: "content", Text: "This text is larger than 1 MB, so it cannot be kept as one page. Make several pages of it, or add it as a PDF."}}
	errEmpty    = fault.Fields{{Key: "content", Text: "There is nothing in this file. Write the text, or choose the file again."}}
)

// ready makes the content of a proposal ready to be kept: a text in one form of
// lines, a picture that is one and says nothing of where it was taken, a document
// without anything that acts.
func (t *Texts) ready(ctx context.Context, p Proposal) ([]byte, error) {
	if p.Kind == Remove || p.Kind == Rename && p.Content == nil {
		return nil, nil
	}
	name := p.Name
	switch {
	case len(p.Content) == 0:
		return nil, errEmpty
	case guidance.IsText(name):
		return readyText(p.Content)
	case extension(name) == "pdf":
		return p.Content, t.checkDocument(ctx, p.Content)
	}
	return readyPicture(name, p.Content)
}

func readyText(b []byte) ([]byte, error) {
	if len(b) > MaxText {
		return nil, errLongText
	}
	b = bytes.TrimPrefix(b, []byte("\ufeff"))
	if !utf8.Valid(b) || bytes.ContainsAny(b, "\x00\x0b\x0c\x1b") {
		return nil, fault.Fields{{Key: "content", Text: "This is not plain text. Copy the words into the page, or import the document."}}
	}
	b = bytes.ReplaceAll(bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n")), []byte("\r"), []byte("\n"))
	if !bytes.HasSuffix(b, []byte("\n")) {
		b = append(bytes.Clone(b), '\n')
	}
	return b, nil
}

func (t *Texts) checkDocument(ctx context.Context, b []byte) error {
	refuse := func(text string) error { return fault.Fields{{Key: "content", Text: text}} }
	if len(b) > MaxDocument {
		return refuse("This document is larger than 20 MB. Save a smaller copy, for example with smaller pictures.")
	}
	flags, err := upload.CheckPDF(b)
	if err != nil {
		return refuse(fault.SafeText(err))
	}
	if len(flags) > 0 {
		return refuse("This PDF is locked, or has parts that act when it is opened, such as forms that send. Save a copy without them.")
	}
	if t.Scanner == nil {
		return nil
	}
	switch t.Scanner.Scan(ctx, b).State {
	case upload.Infected:
		return refuse("The scanner found a virus in this document, so it was not kept.")
	case upload.Unscanned:
		return fault.New(fault.Unavailable, "The document could not be checked for viruses just now, so it was not kept. Try again in a few minutes.")
	}
	return nil
}

// readyPicture decodes a picture, so that it is one, and writes it anew without
// what cameras add: where and when it was taken.
func readyPicture(name string, b []byte) ([]byte, error) {
	refuse := func(text string) ([]byte, error) {
		return nil, fault.Fields{{Key: "content", Text: text}}
	}
	if len(b) > MaxPicture {
		return refuse("This picture is larger than 2 MB. Save a smaller copy: a page shows it at most 960 dots wide.")
	}
	form := extension(name)
	if form == "jpg" {
		form = "jpeg"
	}
	config, is, err := image.DecodeConfig(bytes.NewReader(b))
	switch {
	case err != nil:
		return refuse("This is not a picture, or it is damaged. Use PNG, JPEG, WebP or GIF.")
	case is != form:
		return refuse("What is in this picture is not what its name says. Give it the ending of its kind.")
	case config.Width*config.Height > mostDots || config.Width <= 0 || config.Height <= 0:
		return refuse("This picture has too many dots to be opened safely. Save a smaller copy.")
	}
	var out bytes.Buffer
	switch form {
	case "png":
		var m image.Image
		if m, err = png.Decode(bytes.NewReader(b)); err == nil {
			err = (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, m)
		}
	case "jpeg":
		var m image.Image
		if m, err = jpeg.Decode(bytes.NewReader(b)); err == nil {
			err = jpeg.Encode(&out, upright(m, orientation(b)), &jpeg.Options{Quality: 90})
		}
	case "gif":
		// Its first picture only: nothing on a page moves by itself.
		var m image.Image
		if m, err = gif.Decode(bytes.NewReader(b)); err == nil {
			err = gif.Encode(&out, m, nil)
		}
	case "webp":
		if _, err = webp.Decode(bytes.NewReader(b)); err == nil {
			out.Write(plainWebP(b))
		}
	}
	if err != nil {
		return refuse("This picture is damaged. Open it, save a new copy and add that.")
	}
	return out.Bytes(), nil
}

// plainWebP leaves out the parts of a WebP that say where it was taken and by
// whom.
func plainWebP(b []byte) []byte {
	const exif, xmp = 1 << 3, 1 << 2
	out := bytes.Clone(b[:12])
	for rest := b[12:]; len(rest) >= 8; {
		size := int(binary.LittleEndian.Uint32(rest[4:8]))
		end := min(8+size+size&1, len(rest))
		chunk := rest[:end]
		switch string(chunk[:4]) {
		case "EXIF", "XMP ":
		case "VP8X":
			chunk = bytes.Clone(chunk)
			if len(chunk) > 8 {
				chunk[8] &^= exif | xmp
			}
			out = append(out, chunk...)
		default:
			out = append(out, chunk...)
		}
		rest = rest[end:]
	}
	binary.LittleEndian.PutUint32(out[4:8], uint32(len(out)-8))
	return out
}

// orientation is how a camera was held, 1 to 8, as a JPEG says; 1 when it does
// not.
func orientation(b []byte) int {
	for i := 2; i+4 <= len(b) && b[i] == 0xff && b[i+1] != 0xda; {
		size := int(binary.BigEndian.Uint16(b[i+2:]))
		end := i + 2 + size
		if size < 2 || end > len(b) {
			break
		}
		if tiff, ok := bytes.CutPrefix(b[i+4:end], []byte("Exif\x00\x00")); ok && b[i+1] == 0xe1 {
			return tiffOrientation(tiff)
		}
		i = end
	}
	return 1
}

func tiffOrientation(b []byte) int {
	var order binary.ByteOrder = binary.BigEndian
	if len(b) < 8 {
		return 1
	}
	if string(b[:2]) == "II" {
		order = binary.LittleEndian
	}
	at := int(order.Uint32(b[4:]))
	if at < 8 || at+2 > len(b) {
		return 1
	}
	for i := range int(order.Uint16(b[at:])) {
		field := at + 2 + 12*i
		if field+12 > len(b) {
			break
		}
		if order.Uint16(b[field:]) == 0x0112 {
			if v := int(order.Uint16(b[field+8:])); v >= 1 && v <= 8 {
				return v
			}
		}
	}
	return 1
}

// upright turns a picture so that it is seen as it was taken.
func upright(m image.Image, orientation int) image.Image {
	if orientation == 1 {
		return m
	}
	in := image.NewRGBA(image.Rect(0, 0, m.Bounds().Dx(), m.Bounds().Dy()))
	draw.Draw(in, in.Bounds(), m, m.Bounds().Min, draw.Src)
	w, h := in.Bounds().Dx(), in.Bounds().Dy()
	size := image.Rect(0, 0, w, h)
	if orientation >= 5 {
		size = image.Rect(0, 0, h, w)
	}
	out := image.NewRGBA(size)
	for y := range h {
		for x := range w {
			var u, v int
			switch orientation {
			case 2:
				u, v = w-1-x, y
			case 3:
				u, v = w-1-x, h-1-y
			case 4:
				u, v = x, h-1-y
			case 5:
				u, v = y, x
			case 6:
				u, v = h-1-y, x
			case 7:
				u, v = h-1-y, w-1-x
			case 8:
				u, v = y, w-1-x
			}
			out.SetRGBA(u, v, in.RGBAAt(x, y))
		}
	}
	return out
}
