package memory

import (
	"fmt"
	"runtime"
	"testing"
	"time"
)

// TestOverhead compares the memory of entries with their weight: it must not differ by half.
func TestOverhead(t *testing.T) {
	const count = 20_000
	c := open(t, Options{MaxBytes: 1 << 30})
	before := heap()
	for i := range count {
		_ = c.Set(t.Context(), fmt.Sprintf("%032d", i), make([]byte, 64), time.Hour)
	}
	c.entries.CleanUp()
	taken, counted := float64(heap()-before)/count, float64(c.entries.WeightedSize())/count
	t.Logf("an entry takes %.0f bytes and counts for %.0f", taken, counted)
	if taken > 1.5*counted || taken < 0.5*counted {
		t.Errorf("an entry takes %.0f bytes and counts for %.0f: entryOverhead is wrong", taken, counted)
	}
	runtime.KeepAlive(c)
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

func BenchmarkGet(b *testing.B) {
	c := open(b, Options{MaxBytes: 64 << 20})
	keys := make([]string, 1000)
	for i := range keys {
		keys[i] = fmt.Sprint("page:", i)
		_ = c.Set(b.Context(), keys[i], make([]byte, 10_000), time.Hour)
	}
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for i := 0; pb.Next(); i++ {
			if _, ok, _ := c.Get(b.Context(), keys[i%len(keys)]); !ok {
				b.Error("the value is gone")
				return
			}
		}
	})
}
