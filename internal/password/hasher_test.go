package password

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"messenger-api/internal/errs"
)

// cheap parameters keep the tests fast.
var cheap = Params{Time: 1, Memory: 64, Threads: 1}

func verify(t *testing.T, h *Hasher, stored, password string) (matches, outdated bool) {
	t.Helper()
	matches, outdated, err := h.Verify(t.Context(), stored, password)
	if err != nil {
		t.Fatal(err)
	}
	return matches, outdated
}

func TestHashRoundTrip(t *testing.T) {
	h := NewHasher(cheap, 1, 1)
	for _, password := range []string{"a", "correct horse", " ", "pässwörd 🔑", strings.Repeat("a", 1024)} {
		stored, err := h.Hash(t.Context(), password)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(stored, password) && len(password) > 1 {
			t.Error("the hash shows the password")
		}
		if matches, outdated := verify(t, h, stored, password); !matches || outdated {
			t.Errorf("%q: matches %v, outdated %v", password, matches, outdated)
		}
		for _, wrong := range []string{"", password + "a", strings.ToUpper(password) + "!", password[1:]} {
			if matches, _ := verify(t, h, stored, wrong); matches {
				t.Errorf("%q is taken for %q", wrong, password)
			}
		}
	}
}

func TestHashesDiffer(t *testing.T) {
	h := NewHasher(cheap, 1, 1)
	one, err := h.Hash(t.Context(), "password")
	if err != nil {
		t.Fatal(err)
	}
	other, err := h.Hash(t.Context(), "password")
	if err != nil || one == other {
		t.Errorf("one password gave %q and %q, %v", one, other, err)
	}
}

func TestOutdated(t *testing.T) {
	stored, err := NewHasher(cheap, 1, 1).Hash(t.Context(), "password")
	if err != nil {
		t.Fatal(err)
	}
	for _, today := range []Params{
		{Time: 2, Memory: 64, Threads: 1}, {Time: 1, Memory: 128, Threads: 1}, {Time: 1, Memory: 64, Threads: 2},
	} {
		if matches, outdated := verify(t, NewHasher(today, 1, 1), stored, "password"); !matches || !outdated {
			t.Errorf("today %v: matches %v, outdated %v", today, matches, outdated)
		}
	}
}

func TestForeignHashes(t *testing.T) {
	h := NewHasher(cheap, 1, 1)
	if matches, outdated := verify(t, h, foreignGood, "password"); !matches || !outdated {
		t.Errorf("argon2id hash of another program: matches %v, outdated %v", matches, outdated)
	}
	if matches, _ := verify(t, h, foreignGood, "Password"); matches {
		t.Error("a wrong password matches")
	}
	for name, stored := range unusable() {
		t.Run(name, func(t *testing.T) {
			for _, password := range []string{"password", "", stored} {
				if matches, outdated := verify(t, h, stored, password); matches || outdated {
					t.Errorf("matches %v, outdated %v", matches, outdated)
				}
			}
		})
	}
}

// takeSlots acquires count slots. Each call of release returns one of them.
func takeSlots(t *testing.T, h *Hasher, count int) (release func()) {
	t.Helper()
	for range count {
		if err := h.acquire(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	return func() { <-h.slots }
}

func requireBusy(t *testing.T, err error) {
	t.Helper()
	if !errs.Is(err, errs.Unavailable) || errs.From(err).RetryAfter == 0 {
		t.Errorf("the error is %v", err)
	}
}

func TestConcurrencyLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const concurrent, waiting = 3, 5
		h := NewHasher(cheap, concurrent, waiting)
		release := takeSlots(t, h, concurrent)
		var hashed sync.WaitGroup
		done := make(chan error, waiting)
		for range waiting {
			hashed.Go(func() {
				_, err := h.Hash(t.Context(), "password")
				done <- err
			})
		}
		synctest.Wait()
		if len(done) != 0 {
			t.Error("a hash was made without a slot")
		}
		_, err := h.Hash(t.Context(), "one too many")
		requireBusy(t, err)
		_, _, err = h.Verify(t.Context(), "", "one too many")
		requireBusy(t, err)
		release()
		hashed.Wait()
		for range waiting {
			if err := <-done; err != nil {
				t.Errorf("unexpected error: %v", err)
			}
		}
		if len(h.slots) != concurrent-1 || h.waiting.Load() != 0 {
			t.Errorf("%d slots are taken and %d callers wait", len(h.slots), h.waiting.Load())
		}
	})
}

func TestMaxWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := NewHasher(cheap, 1, 1)
		takeSlots(t, h, 1)
		_, err := h.Hash(t.Context(), "password")
		requireBusy(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, _, err = h.Verify(ctx, "", "password")
		requireBusy(t, err)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("the cause is %v", err)
		}
		if h.waiting.Load() != 0 {
			t.Errorf("%d callers wait", h.waiting.Load())
		}
	})
}
