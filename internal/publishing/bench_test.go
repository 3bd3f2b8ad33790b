package publishing_test

import (
	"testing"
	"time"

	"frontdoor/internal/publishing"
	"frontdoor/internal/store/storetest"
)

// BenchmarkAt is what each request for a page asks first.
func BenchmarkAt(b *testing.B) {
	p := *whole()
	texts := publishing.New(storetest.Open(b), &p)
	if err := texts.Ship(b.Context(), start); err != nil {
		b.Fatal(err)
	}
	for i := 0; b.Loop(); i++ {
		if _, err := texts.At(b.Context(), start.Add(time.Duration(i)*time.Second)); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCompile is what the first reader after a publication waits for.
func BenchmarkCompile(b *testing.B) {
	p := *whole()
	db := storetest.Open(b)
	for b.Loop() {
		texts := publishing.New(db, &p)
		if _, err := texts.At(b.Context(), start); err != nil {
			b.Fatal(err)
		}
	}
}
