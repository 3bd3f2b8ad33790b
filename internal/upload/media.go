package upload

import (
	"bytes"
	"encoding/binary"
	"strings"
)

// maxDots is how many picture elements a picture may have. Cameras reach 200
// million; a picture that claims more is made to exhaust whoever opens it.
const maxDots = 250_000_000

// maxExif is how many pieces of Exif data of one photo are looked at.
const maxExif = 100

func dots(w, h uint64) error {
	switch {
	case w == 0 || h == 0:
		return errDamaged
	case w > 1<<20 || h > 1<<20 || w*h > maxDots:
		return errHuge
	}
	return nil
}

func located(here bool) []Flag {
	if here {
		return []Flag{Location}
	}
	return nil
}

func lookJPEG(b []byte) ([]Flag, error) {
	if !bytes.HasPrefix(b, []byte{0xff, 0xd8, 0xff}) {
		return nil, errDiffers
	}
	sized, gps := false, false
	for at := 2; ; {
		for at < len(b) && b[at] == 0xff && at+1 < len(b) && b[at+1] == 0xff {
			at++ // padding
		}
		if at+4 > len(b) || b[at] != 0xff {
			return nil, errDamaged
		}
		marker := b[at+1]
		n := int(binary.BigEndian.Uint16(b[at+2:]))
		if n < 2 || at+2+n > len(b) {
			return nil, errDamaged
		}
		body := b[at+4 : at+2+n]
		switch {
		case marker == 0xe1:
			if exif, ok := bytes.CutPrefix(body, []byte("Exif\x00\x00")); ok && tiffHasPlace(exif) {
				gps = true
			}
		case marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc:
			if len(body) < 5 {
				return nil, errDamaged
			}
			if err := dots(uint64(binary.BigEndian.Uint16(body[3:])), uint64(binary.BigEndian.Uint16(body[1:]))); err != nil {
				return nil, err
			}
			sized = true
		case marker == 0xda: // the picture itself follows
			if !sized || !bytes.Contains(b[at:], []byte{0xff, 0xd9}) {
				return nil, errDamaged
			}
			return located(gps || xmpHasPlace(b)), nil
		}
		at += 2 + n
	}
}

func lookPNG(b []byte) ([]Flag, error) {
	rest, ok := bytes.CutPrefix(b, []byte("\x89PNG\r\n\x1a\n"))
	if !ok {
		return nil, errDiffers
	}
	gps, first := false, true
	for {
		if len(rest) < 12 {
			return nil, errDamaged
		}
		n := uint64(binary.BigEndian.Uint32(rest))
		if n > uint64(len(rest)-12) {
			return nil, errDamaged
		}
		name, body := string(rest[4:8]), rest[8:8+n]
		if first != (name == "IHDR") {
			return nil, errDamaged
		}
		switch name {
		case "IHDR":
			if n != 13 {
				return nil, errDamaged
			}
			if err := dots(uint64(binary.BigEndian.Uint32(body)), uint64(binary.BigEndian.Uint32(body[4:]))); err != nil {
				return nil, err
			}
		case "eXIf":
			gps = gps || tiffHasPlace(body)
		case "zTXt", "tEXt":
			// An old habit: Exif as hex in a text chunk. Whether a place is in it is
			// not worth unpacking for; say that there may be.
			gps = gps || bytes.HasPrefix(body, []byte("Raw profile type exif")) || bytes.HasPrefix(body, []byte("Raw profile type APP1"))
		case "IEND":
			return located(gps || xmpHasPlace(b)), nil
		}
		first = false
		rest = rest[12+n:]
	}
}

func lookGIF(b []byte) ([]Flag, error) {
	if len(b) < 14 || string(b[:6]) != "GIF87a" && string(b[:6]) != "GIF89a" {
		return nil, errDiffers
	}
	if !bytes.Contains(b[13:], []byte{0x3b}) {
		return nil, errDamaged
	}
	return nil, dots(uint64(binary.LittleEndian.Uint16(b[6:])), uint64(binary.LittleEndian.Uint16(b[8:])))
}

func lookWebP(b []byte) ([]Flag, error) {
	if len(b) < 20 || string(b[:4]) != "RIFF" || string(b[8:12]) != "WEBP" {
		return nil, errDiffers
	}
	size := uint64(binary.LittleEndian.Uint32(b[4:]))
	if size < 12 || size+8 > uint64(len(b)) {
		return nil, errDamaged
	}
	gps, picture := false, false
	for rest := b[12 : size+8]; len(rest) >= 8; {
		n := uint64(binary.LittleEndian.Uint32(rest[4:]))
		if n > uint64(len(rest)-8) {
			return nil, errDamaged
		}
		body := rest[8 : 8+n]
		switch string(rest[:4]) {
		case "VP8X":
			if n < 10 {
				return nil, errDamaged
			}
			w := uint64(body[4]) | uint64(body[5])<<8 | uint64(body[6])<<16
			h := uint64(body[7]) | uint64(body[8])<<8 | uint64(body[9])<<16
			if err := dots(w+1, h+1); err != nil {
				return nil, err
			}
		case "VP8 ", "VP8L", "ANMF": // their own sizes end at 16384 each way
			picture = true
		case "EXIF":
			gps = gps || tiffHasPlace(bytes.TrimPrefix(body, []byte("Exif\x00\x00")))
		}
		rest = rest[min(uint64(len(rest)), 8+n+n&1):]
	}
	if !picture {
		return nil, errDamaged
	}
	return located(gps || xmpHasPlace(b)), nil
}

// boxes walks the top boxes of an ISO media file (MP4, HEIC, QuickTime), which
// must fill it exactly, and gives their names.
func boxes(b []byte) ([]string, error) {
	var names []string
	for rest := b; len(rest) > 0; {
		if len(rest) < 8 {
			return nil, errDamaged
		}
		n, head := uint64(binary.BigEndian.Uint32(rest)), uint64(8)
		switch n {
		case 0:
			n = uint64(len(rest))
		case 1:
			if len(rest) < 16 {
				return nil, errDamaged
			}
			n, head = binary.BigEndian.Uint64(rest[8:]), 16
		}
		if n < head || n > uint64(len(rest)) {
			return nil, errDamaged
		}
		names = append(names, string(rest[4:8]))
		rest = rest[n:]
	}
	return names, nil
}

func has(names []string, err error, wanted string) error {
	if err != nil {
		return err
	}
	if len(names) == 0 || names[0] != "ftyp" || !strings.Contains(" "+strings.Join(names, " ")+" ", " "+wanted+" ") {
		return errDamaged
	}
	return nil
}

func lookHEIC(b []byte) ([]Flag, error) {
	names, err := boxes(b)
	if err := has(names, err, "meta"); err != nil {
		return nil, err
	}
	gps := xmpHasPlace(b)
	for rest, n := b, 0; !gps; n++ {
		i := bytes.Index(rest, []byte("Exif\x00\x00"))
		if i < 0 {
			break
		}
		rest = rest[i+6:]
		// A photo has one, or one for each of a few pictures in it. More are there
		// to keep us looking; the place may be in any.
		gps = n >= maxExif || tiffHasPlace(rest)
	}
	return located(gps), nil
}

func lookMP4(b []byte) ([]Flag, error) {
	names, err := boxes(b)
	if err := has(names, err, "moov"); err != nil {
		return nil, err
	}
	return located(bytes.Contains(b, []byte("\xa9xyz")) || bytes.Contains(b, []byte("com.apple.quicktime.location")) ||
		bytes.Contains(b, []byte("loci\x00\x00\x00\x00")) || xmpHasPlace(b)), nil
}

// lookMP3 wants a tag or two frames in a row: the mark of a single frame is so
// short that many other things have it.
func lookMP3(b []byte) ([]Flag, error) {
	rest := b
	if bytes.HasPrefix(b, []byte("ID3")) {
		if len(b) < 10 {
			return nil, errDamaged
		}
		n := 10 + (int(b[6]&0x7f)<<21 | int(b[7]&0x7f)<<14 | int(b[8]&0x7f)<<7 | int(b[9]&0x7f))
		if b[5]&0x10 != 0 {
			n += 10
		}
		if n > len(b) {
			return nil, errDamaged
		}
		rest = bytes.TrimLeft(b[n:], "\x00")
	}
	for range 2 {
		n := mp3Frame(rest)
		if n == 0 || n > len(rest) {
			return nil, errDamaged
		}
		rest = rest[n:]
	}
	return nil, nil
}

// mp3Frame is the length in bytes of the layer III frame that b starts with; 0
// when it starts with none.
func mp3Frame(b []byte) int {
	if len(b) < 4 || b[0] != 0xff || b[1]&0xe0 != 0xe0 || b[1]>>1&3 != 1 {
		return 0
	}
	version, rate, hertz := b[1]>>3&3, int(b[2]>>4), int(b[2]>>2&3)
	if version == 1 || rate == 0 || rate == 15 || hertz == 3 {
		return 0
	}
	kbit := [2][15]int{
		{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320},
		{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160},
	}
	sampling := [3]int{44100, 48000, 32000}[hertz]
	row, bytesPerBit := 0, 144
	if version != 3 {
		row, bytesPerBit, sampling = 1, 72, sampling/2
	}
	if version == 0 {
		sampling /= 2
	}
	return bytesPerBit*kbit[row][rate]*1000/sampling + int(b[2]>>1&1)
}

// xmpHasPlace looks for a place in the plain text that cameras and editors add.
func xmpHasPlace(b []byte) bool {
	return bytes.Contains(b, []byte("GPSLatitude")) || bytes.Contains(b, []byte("GPSCoordinates"))
}

// tiffHasPlace says whether Exif data (laid out as TIFF) has a latitude.
func tiffHasPlace(b []byte) bool {
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(b, []byte("II*\x00")):
		order = binary.LittleEndian
	case bytes.HasPrefix(b, []byte("MM\x00*")):
		order = binary.BigEndian
	default:
		return false
	}
	// find gives the value of a tag in the directory at an offset.
	find := func(at uint32, tag uint16) (uint32, bool) {
		if uint64(at)+2 > uint64(len(b)) {
			return 0, false
		}
		n := int(order.Uint16(b[at:]))
		entries := b[at+2:]
		for i := 0; i < n && (i+1)*12 <= len(entries); i++ {
			if order.Uint16(entries[i*12:]) == tag {
				return order.Uint32(entries[i*12+8:]), true
			}
		}
		return 0, false
	}
	if len(b) < 8 {
		return false
	}
	const gpsDirectory, latitude = 0x8825, 2
	gps, ok := find(order.Uint32(b[4:]), gpsDirectory)
	if !ok {
		return false
	}
	_, ok = find(gps, latitude)
	return ok
}
