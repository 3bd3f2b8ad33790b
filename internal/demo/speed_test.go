package demo_test

import (
	"testing"

	"frontdoor/internal/demo"
	"frontdoor/internal/store/storetest"
)

// BenchmarkStory is how long whoever starts the demonstration waits.
func BenchmarkStory(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		d, gate := desk(b, storetest.Open(b))
		b.StartTimer()
		if _, err := demo.Fill(b.Context(), d, gate, demo.Options{Now: tuesday}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRecords is how long a hundred generated referrals take on top.
func BenchmarkRecords(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		d, gate := desk(b, storetest.Open(b))
		b.StartTimer()
		if _, err := demo.Fill(b.Context(), d, gate, demo.Options{Now: tuesday, Records: 100}); err != nil {
			b.Fatal(err)
		}
	}
}
