package httpkit

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// A request target without a path, as in absolute form, is routed as /.
func TestEmptyPathIsTheRoot(t *testing.T) {
	router := NewRouter(100)
	router.Handle(http.MethodGet, "/", Public, func(w http.ResponseWriter, _ *http.Request) error { return Write(w, http.StatusOK, sample{}) })
	request := httptest.NewRequest(http.MethodGet, "/", nil)
	request.URL.Path = ""
	if answer, logged := observed(t, router, request, fakeAuth); answer.Code != http.StatusOK || logged.Route != "/" {
		t.Errorf("%d, logged %+v", answer.Code, logged)
	}
}

// The match of one request is not visible to another, concurrent or later one.
func TestParametersAreNotShared(t *testing.T) {
	router := NewRouter(100)
	router.Handle(http.MethodGet, "/things/{id}/parts/{part}", Protected, func(w http.ResponseWriter, r *http.Request) error {
		runtime.Gosched()
		return Write(w, http.StatusOK, sample{Name: Param(r, "id") + Param(r, "part") + Param(r, "other")})
	})
	router.Handle(http.MethodGet, "/things/{other}", Protected, func(w http.ResponseWriter, r *http.Request) error {
		return Write(w, http.StatusOK, sample{Name: Param(r, "other") + Param(r, "id") + Param(r, "part")})
	})
	handler := router.Serve(slog.New(slog.DiscardHandler), nil, fakeAuth)
	var group sync.WaitGroup
	for worker := range 8 {
		group.Go(func() {
			for i := range 200 {
				path, want := fmt.Sprintf("/things/%d-%d", worker, i), fmt.Sprintf(`"name":"%d-%d"`, worker, i)
				if i%2 == 0 {
					path, want = path+"/parts/x", fmt.Sprintf(`"name":"%d-%dx"`, worker, i)
				}
				answer, request := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, path, nil)
				request.Header.Set("Authorization", "x")
				handler.ServeHTTP(answer, request)
				if !strings.Contains(answer.Body.String(), want) {
					t.Errorf("%s: %s", path, answer.Body)
				}
			}
		})
	}
	group.Wait()
}
