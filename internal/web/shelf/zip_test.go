package shelf_test

import (
	"archive/zip"
	"io"
	"strings"
	"testing"
)

// unpacked is one file of a zip file.
func unpacked(t *testing.T, packed, name string) string {
	t.Helper()
	z, err := zip.NewReader(strings.NewReader(packed), int64(len(packed)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := z.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
