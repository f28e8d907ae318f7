package ratelimit

import (
	"context"
	"encoding/binary"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

var start = time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC)

func take(limiter Limiter, key Key) (wait time.Duration, ok bool) {
	decision := limiter.Take(context.Background(), key)
	return decision.Wait, decision.OK
}

// A key that was never seen does not wait.
func TestUnknownKey(t *testing.T) {
	for _, now := range []time.Time{start, {}, time.Unix(0, 0), time.Now()} {
		limiter := NewMemory(Rate{1, time.Second}, func() time.Time { return now })
		limiter.Return(context.Background(), NameKey("unknown"))
		if wait := limiter.Wait(context.Background(), NameKey("unknown")); wait != 0 {
			t.Errorf("at %v: Wait: %v, want 0", now, wait)
		}
		if wait, ok := take(limiter, NameKey("unknown")); !ok || wait != 0 {
			t.Errorf("at %v: Take: %v, %v", now, wait, ok)
		}
	}
}

// Of concurrent events exactly the burst is allowed.
func TestTakeAtOnce(t *testing.T) {
	const events, callers = 100, 8
	limiter := NewMemory(Rate{events, time.Second}, func() time.Time { return start })
	var passed atomic.Int64
	var all sync.WaitGroup
	for range callers {
		all.Go(func() {
			for range events {
				if _, ok := take(limiter, AccountKey([16]byte{1})); ok {
					passed.Add(1)
				}
				limiter.Wait(context.Background(), AccountKey([16]byte{2}))
			}
		})
	}
	all.Wait()
	if passed.Load() != events {
		t.Errorf("%d passed, want %d", passed.Load(), events)
	}
}

func TestKeys(t *testing.T) {
	address := func(text string) Key { return AddressKey(netip.MustParseAddr(text)) }
	var id [16]byte
	copy(id[:], netip.MustParseAddr("::ffff:192.0.2.1").AsSlice())
	for _, c := range []struct {
		what        string
		first, next Key
		same        bool
	}{
		{"an address", address("192.0.2.1"), address("192.0.2.1"), true},
		{"two addresses", address("192.0.2.1"), address("192.0.2.2"), false},
		{"IPv4 in IPv6", address("192.0.2.1"), address("::ffff:192.0.2.1"), true},
		{"IPv4 in IPv6, two", address("::ffff:192.0.2.1"), address("::ffff:192.0.2.2"), false},
		{"a /64", address("2001:db8:0:1::1"), address("2001:db8:0:1:ffff:ffff:ffff:ffff"), true},
		{"two /64s", address("2001:db8:0:1::1"), address("2001:db8:0:2::1"), false},
		{"an account and an address", AccountKey(id), address("192.0.2.1"), false},
		{"addresses that are not known", AddressKey(netip.Addr{}), AddressKey(netip.Addr{}), true},
		{"names", NameKey("a"), NameKey("b"), false},
		{"a name", NameKey("a"), NameKey("a"), true},
	} {
		if (c.first == c.next) != c.same {
			t.Errorf("%s: the same is %v, want %v", c.what, c.first == c.next, c.same)
		}
	}
}

// An IPv6 address counts by each network that a customer may have.
func TestNetworkKeys(t *testing.T) {
	shared := func(one, other string) (same int) {
		a, b := NetworkKeys(netip.MustParseAddr(one)), NetworkKeys(netip.MustParseAddr(other))
		for i := range min(len(a), len(b)) {
			if a[i] == b[i] {
				same++
			}
		}
		return same
	}
	for _, c := range []struct {
		one, other string
		same       int
	}{
		{"2001:db8:1:1::1", "2001:db8:1:1:ffff::", 3}, {"2001:db8:1:1::1", "2001:db8:1:ff::1", 2},
		{"2001:db8:1:1::1", "2001:db8:1:100::1", 1}, {"2001:db8:1:1::1", "2001:db8:2:1::1", 0},
		{"192.0.2.1", "192.0.2.1", 1}, {"192.0.2.1", "192.0.2.2", 0}, {"::ffff:192.0.2.1", "192.0.2.1", 1},
	} {
		if same := shared(c.one, c.other); same != c.same {
			t.Errorf("%s and %s share %d keys, want %d", c.one, c.other, same, c.same)
		}
	}
	if keys := NetworkKeys(netip.MustParseAddr("2001:db8::")); keys[0] == keys[1] || keys[1] == keys[2] {
		t.Error("networks of different sizes have the same key")
	}
}

// Keys that owe nothing are evicted before those that owe.
func TestEvict(t *testing.T) {
	s := shard{tat: map[Key]time.Time{}}
	for i := range shardMaxKeys {
		var id [16]byte
		binary.BigEndian.PutUint64(id[:], uint64(i))
		due := start.Add(-time.Second)
		if i%2 == 0 {
			due = start.Add(time.Second)
		}
		s.tat[AccountKey(id)] = due
	}
	s.evict(start)
	if len(s.tat) != shardMaxKeys/2 {
		t.Errorf("%d keys are left, want those that owe: %d", len(s.tat), shardMaxKeys/2)
	}
	for _, due := range s.tat {
		if due.Before(start) {
			t.Fatal("a key that owes nothing is left")
		}
	}
	s.evict(start)
	if len(s.tat) != shardMaxKeys/2 {
		t.Errorf("%d keys are left although there was room for more", len(s.tat))
	}
}

// Very many keys take bounded memory, and none of them is refused for it.
func TestManyKeys(t *testing.T) {
	limiter := NewMemory(Rate{1, time.Hour}, func() time.Time { return start })
	var id [16]byte
	for i := range 3 * shards * shardMaxKeys / 2 {
		binary.BigEndian.PutUint64(id[:], uint64(i))
		if _, ok := take(limiter, AccountKey(id)); !ok {
			t.Fatalf("the key %d has to wait", i)
		}
	}
	for i := range limiter.shards {
		if keys := len(limiter.shards[i].tat); keys > shardMaxKeys || keys < shardMaxKeys/2 {
			t.Errorf("a shard has %d keys, want at most %d and at least half of that", keys, shardMaxKeys)
		}
	}
}
