package tiledesktest_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

func TestClose_waitsForTheRequestThatIsServed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := tiledesktest.NewHandler()
		release := make(chan struct{})
		s.OnRequest(func(tiledesktest.Request) { <-release })
		go func() { _, _ = inMemory(context.WithoutCancel(t.Context()), s, http.MethodGet, "/", "") }()
		synctest.Wait()
		closed := false
		go func() {
			s.Close()
			closed = true
		}()
		synctest.Wait()
		if closed {
			t.Error("Close returned while a request was being served")
		}
		close(release)
		synctest.Wait()
		if !closed {
			t.Error("Close did not return")
		}
	})
}

// A request that came before the end meets its delay after it.
func TestClose_cutsADelayThatHasNotBegun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := tiledesktest.NewHandler()
		s.Inject(tiledesktest.Fault{Delay: time.Hour})
		s.OnRequest(func(tiledesktest.Request) {
			go s.Close()
			synctest.Wait()
		})
		began := time.Now()
		_, err := inMemory(t.Context(), s, http.MethodGet, "/", "")
		if !errors.Is(err, io.ErrUnexpectedEOF) || time.Since(began) != 0 {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		synctest.Wait()
	})
}

// Only a delay ends with its request: what has arrived has its effect.
func TestServer_requestOfSomebodyWhoLeftHasItsEffect(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 32 { // chance must not decide
		s, token, path := handlerWithOneToken()
		if status := serve(ctx, s, path).Code; status != http.StatusOK || !s.Revoked(token) {
			t.Fatalf("status %d, revoked: %v", status, s.Revoked(token))
		}
	}
}

// Neither a hook nor a handler in front can change what was recorded, nor a hook what is served.
func TestOnRequest_changesNothingButItsCopy(t *testing.T) {
	t.Parallel()
	for name, opts := range map[string][]tiledesktest.Option{"recorded": nil, "not recorded": {tiledesktest.WithoutRequestLog()}} {
		s := tiledesktest.NewHandler(append(opts, tiledesktest.WithPageSize(1))...)
		s.AddUser(agent, password)
		token := s.Issue(agent, 2)[0]
		s.OnRequest(func(r tiledesktest.Request) {
			r.Header.Set("Authorization", "nobody")
			r.Query.Set("page", "1")
		})
		r := httptest.NewRequest(http.MethodGet, "/jwt/history?page=0", nil)
		r.Header.Set("Authorization", "JWT "+token)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		r.Header.Set("Authorization", "changed behind it")
		s.OnRequest(nil)
		want := httptest.NewRecorder()
		r = httptest.NewRequest(http.MethodGet, "/jwt/history?page=0", nil)
		r.Header.Set("Authorization", "JWT "+token)
		if s.ServeHTTP(want, r); w.Code != http.StatusOK || w.Body.String() != want.Body.String() {
			t.Errorf("%s: the hook made it %d %s, without it is %s", name, w.Code, w.Body, want.Body)
		}
		for _, kept := range s.Requests() {
			if kept.Header.Get("Authorization") != "JWT "+token || kept.Query.Get("page") != "0" {
				t.Errorf("%s with %v and %v", name, kept.Header, kept.Query)
			}
		}
	}
}
