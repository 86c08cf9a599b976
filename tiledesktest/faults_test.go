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

func TestFault_takesThePlaceOfTheAnswerAndOfTheEffect(t *testing.T) {
	t.Parallel()
	s, token, path := serverWithOneToken(t)
	s.Inject(tiledesktest.Fault{
		Method: http.MethodDelete,
		Path:   "/jwt/history/",
		Status: http.StatusServiceUnavailable,
		Header: http.Header{"retry-after": {"3"}},
		Body:   `<html>busy</html>`,
	})
	send(t, s, http.MethodGet, "/jwt/history", "JWT "+token, "").wantStatus(t, http.StatusOK)

	got := revoke(t, s, path)
	got.want(t, http.StatusServiceUnavailable, `<html>busy</html>`)
	if got.header.Get("Retry-After") != "3" || got.header.Get("Content-Type") != "text/html; charset=utf-8" {
		t.Errorf("header %v, want the fault's Retry-After and the type of the body", got.header)
	}
	if s.Revoked(token) {
		t.Error("the fault had the effect of the request")
	}
	revoke(t, s, path).wantStatus(t, http.StatusOK) // once is the default
}

func TestFault_bodyHasATypeUnlessToldOtherwise(t *testing.T) {
	t.Parallel()
	s, _, _ := serverWithOneToken(t)
	for _, c := range []struct {
		fault tiledesktest.Fault
		want  string
	}{
		{tiledesktest.Fault{Status: 429, Body: `{"error":"slow"}`}, "application/json; charset=utf-8"},
		{tiledesktest.Fault{Status: 429, Body: `slow down`}, "text/plain; charset=utf-8"},
		{tiledesktest.Fault{Status: 429, Body: `{}`, Header: http.Header{"Content-Type": {"a/b"}}}, "a/b"},
		{tiledesktest.Fault{Status: 429, Body: `{}`, Header: http.Header{"Content-Type": nil}}, ""},
		{tiledesktest.Fault{Status: 204, Body: ``}, ""},
	} {
		s.Inject(c.fault)
		got := send(t, s, http.MethodGet, "/users", "", "")
		got.want(t, c.fault.Status, c.fault.Body)
		if contentType := got.header.Get("Content-Type"); contentType != c.want {
			t.Errorf("Content-Type %q, want %q", contentType, c.want)
		}
	}
}

// 200 and 599 are the first and the last status that an answer has.
func TestInject_takesACopyOfAnyAnswer(t *testing.T) {
	t.Parallel()
	s, token, _ := serverWithOneToken(t)
	for _, status := range []int{200, 599} {
		header := http.Header{"X-Fault": {"as injected"}}
		s.Inject(tiledesktest.Fault{Status: status, Header: header})
		header["X-Fault"] = []string{"changed"}
		got := send(t, s, http.MethodGet, "/users", "JWT "+token, "")
		got.wantStatus(t, status)
		if text := got.header.Get("X-Fault"); text != "as injected" {
			t.Errorf("X-Fault is %q", text)
		}
	}
}

func TestFault_bodyWithoutStatusTakesThePlaceOfTheServersWords(t *testing.T) {
	t.Parallel()
	s, token, path := serverWithOneToken(t)
	s.Inject(tiledesktest.Fault{Method: http.MethodDelete, Body: `null`})
	revoke(t, s, path).want(t, http.StatusOK, `null`)
	if !s.Revoked(token) {
		t.Error("the effect does not stand")
	}
}

func TestInject_usesFaultsUpInTheirOrder(t *testing.T) {
	t.Parallel()
	s, token, _ := serverWithOneToken(t)
	s.Inject(tiledesktest.Fault{Path: "/elsewhere", Status: 418, Times: -1})
	s.Inject(tiledesktest.Fault{Status: 502, Times: 2})
	s.Inject(tiledesktest.Fault{Status: 503, Times: -1})
	for _, want := range []int{502, 502, 503, 503, 503} {
		send(t, s, http.MethodGet, "/users", "JWT "+token, "").wantStatus(t, want)
	}
	s.ClearFaults()
	send(t, s, http.MethodGet, "/users", "JWT "+token, "").wantStatus(t, http.StatusOK)
	if n := len(s.Requests()); n != 6 {
		t.Errorf("%d requests recorded, want 6: those that met a fault are too", n)
	}
}

func TestFault_withoutStatusChangesTheHeaderOnly(t *testing.T) {
	t.Parallel()
	s, _, path := serverWithOneToken(t)
	s.Inject(tiledesktest.Fault{Header: http.Header{"Content-Type": {"text/html"}, "X-More": {"1", "2"}}})
	got := revoke(t, s, path)
	got.wantStatus(t, http.StatusOK)
	if got.header.Get("Content-Type") != "text/html" || len(got.header.Values("X-More")) != 2 {
		t.Errorf("header %v, want that of the fault", got.header)
	}
}

func TestDrop_leavesTheEffectThatItShould(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		fault  tiledesktest.Fault
		effect bool
	}{
		{"before", tiledesktest.Fault{Drop: tiledesktest.DropBefore}, false},
		{"before, in spite of a status", tiledesktest.Fault{Drop: tiledesktest.DropBefore, Status: 502}, false},
		{"after", tiledesktest.Fault{Drop: tiledesktest.DropAfter}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s, token, path := serverWithOneToken(t)
			s.Inject(c.fault)
			_, err := try(t.Context(), s, http.MethodDelete, path, "JWT "+token, "")
			if !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("error %v, want a connection that broke", err)
			}
			if s.Revoked(token) != c.effect {
				t.Errorf("revoked: %v, want %v", s.Revoked(token), c.effect)
			}
		})
	}
}

func TestDropAfter_withAStatusIsAGatewayThatLosesTheReply(t *testing.T) {
	t.Parallel()
	s, token, path := serverWithOneToken(t)
	s.Inject(tiledesktest.Fault{Status: http.StatusGatewayTimeout, Body: "late", Drop: tiledesktest.DropAfter})
	revoke(t, s, path).want(t, http.StatusGatewayTimeout, "late")
	if !s.Revoked(token) {
		t.Error("the effect is gone, want it to stand")
	}
}

func TestDrop_isNotHiddenByTheTransport(t *testing.T) {
	t.Parallel()
	s, token, _ := serverWithOneToken(t)
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	get := func() error {
		_, err := exchange(t.Context(), transport, s, http.MethodGet, "/users", "JWT "+token, "")
		return err
	}
	if err := get(); err != nil {
		t.Fatal(err)
	}
	s.Inject(tiledesktest.Fault{Drop: tiledesktest.DropBefore})
	if err := get(); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("error %v, want a connection that broke", err)
	}
	if n := len(s.Requests()); n != 2 {
		t.Errorf("%d requests, want 2: net/http must not repeat one", n)
	}
}

func TestFault_delayIsWaitedForBeforeTheEffect(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, token, path := handlerWithOneToken()
		s.Inject(tiledesktest.Fault{Delay: time.Hour})
		began := time.Now()
		go func() {
			time.Sleep(59 * time.Minute)
			if s.Revoked(token) {
				t.Error("revoked before the delay was over")
			}
		}()
		if status := serve(t.Context(), s, path).Code; status != http.StatusOK {
			t.Errorf("status %d, want 200", status)
		}
		if d := time.Since(began); d != time.Hour || !s.Revoked(token) {
			t.Errorf("answered after %v, want 1h, with its effect", d)
		}
	})
}

func TestFault_delayEndsWithItsRequest(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		drop   tiledesktest.Drop
		effect bool
	}{
		{"before the effect", tiledesktest.DropNone, false},
		{"after the effect", tiledesktest.DropAfter, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s, token, path := handlerWithOneToken()
				s.Inject(tiledesktest.Fault{Delay: time.Hour, Drop: c.drop})
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				began := time.Now()
				if !aborts(func() { serve(ctx, s, path) }) {
					t.Error("the request was answered, want its connection cut")
				}
				if d := time.Since(began); d != time.Minute || s.Revoked(token) != c.effect {
					t.Errorf("ended after %v, revoked: %v; want 1m, %v", d, s.Revoked(token), c.effect)
				}
			})
		})
	}
}

func TestClose_endsADelay(t *testing.T) {
	t.Parallel()
	s, token, path := serverWithOneToken(t)
	arrived := make(chan struct{})
	s.OnRequest(func(tiledesktest.Request) { close(arrived) })
	s.Inject(tiledesktest.Fault{Delay: time.Hour})
	ended := make(chan error)
	go func() {
		_, err := try(t.Context(), s, http.MethodDelete, path, "JWT "+token, "")
		ended <- err
	}()
	<-arrived
	s.Close()
	if err := <-ended; err == nil {
		t.Error("the request was answered, want its connection cut")
	}
	if s.Revoked(token) {
		t.Error("the request had its effect")
	}
}

func serverWithOneToken(t *testing.T) (s *tiledesktest.Server, token, path string) {
	t.Helper()
	s = tiledesktest.NewServer(t)
	s.AddUser(agent, password)
	token = s.Issue(agent, 1)[0]
	return s, token, "/jwt/history/" + jtiOf(token)
}

func handlerWithOneToken() (s *tiledesktest.Server, token, path string) {
	s = tiledesktest.NewHandler()
	s.AddUser(agent, password)
	token = s.Issue(agent, 1)[0]
	return s, token, "/jwt/history/" + jtiOf(token)
}

// serve revokes within the process.
func serve(ctx context.Context, s *tiledesktest.Server, path string) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(ctx, http.MethodDelete, path, nil)
	r.Header.Set("Authorization", basic(agent, password))
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func aborts(f func()) (aborted bool) {
	defer func() {
		err, _ := recover().(error)
		aborted = errors.Is(err, http.ErrAbortHandler)
	}()
	f()
	return false
}
