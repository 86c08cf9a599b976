package bulk_test

import (
	"context"
	"iter"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
)

// bang is the value of a panic, to be found again by its address.
type bang struct{ what string }

// recovered is what a call panicked with; exited reports whether it ended its
// goroutine instead of returning.
func recovered(call func()) (value any, exited bool) {
	done := make(chan struct{})
	exited = true
	go func() {
		defer close(done)
		defer func() {
			if v := recover(); v != nil {
				value, exited = v, false
			}
		}()
		call()
		exited = false
	}()
	<-done
	return value, exited
}

// badly are the places where a run calls its caller, with a function that ends badly
// in each.
var badly = map[string]func(fail func(), slow http.RoundTripper) (tiledesk.Credentials, *tiledesk.RevokeOptions, iter.Seq2[tiledesk.Target, error], http.RoundTripper){
	"OnResult": func(fail func(), slow http.RoundTripper) (tiledesk.Credentials, *tiledesk.RevokeOptions, iter.Seq2[tiledesk.Target, error], http.RoundTripper) {
		return tiledesk.JWTAuth(servertest.Token), &tiledesk.RevokeOptions{OnResult: func(tiledesk.RevokeResult) { fail() }}, tiledesk.Targets(manyTargets(100)...), slow
	},
	"the sequence": func(fail func(), slow http.RoundTripper) (tiledesk.Credentials, *tiledesk.RevokeOptions, iter.Seq2[tiledesk.Target, error], http.RoundTripper) {
		return tiledesk.JWTAuth(servertest.Token), nil, func(yield func(tiledesk.Target, error) bool) {
			for _, target := range manyTargets(4) {
				yield(target, nil)
			}
			fail()
		}, slow
	},
	"the transport": func(fail func(), slow http.RoundTripper) (tiledesk.Credentials, *tiledesk.RevokeOptions, iter.Seq2[tiledesk.Target, error], http.RoundTripper) {
		return tiledesk.JWTAuth(servertest.Token), nil, tiledesk.Targets(manyTargets(100)...), servertest.Step(func(r *http.Request) (*http.Response, error) {
			if strings.HasSuffix(r.URL.Path, "/jti-1") {
				fail()
			}
			return slow.RoundTrip(r)
		})
	},
	"the credentials": func(fail func(), slow http.RoundTripper) (tiledesk.Credentials, *tiledesk.RevokeOptions, iter.Seq2[tiledesk.Target, error], http.RoundTripper) {
		var asked atomic.Int32
		return tiledesk.CredentialsFunc(func(context.Context) (string, error) {
			if asked.Add(1) == 4 {
				fail()
			}
			return "JWT " + servertest.Token, nil
		}), nil, tiledesk.Targets(manyTargets(100)...), slow
	},
}

func TestRevokeEach_panicGoesOnInTheGoroutineThatCalled(t *testing.T) {
	t.Parallel()
	for name, setting := range badly {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, exits := range []bool{false, true} {
				synctest.Test(t, func(t *testing.T) {
					want := &bang{name}
					var mu sync.Mutex
					begun, answered := 0, 0
					slow := servertest.Step(func(r *http.Request) (*http.Response, error) {
						mu.Lock()
						begun++
						nth := begun
						mu.Unlock()
						resp, err := slowly(r, time.Duration(nth)*time.Second, servertest.Answer(200, ""))
						mu.Lock()
						defer mu.Unlock()
						if err == nil {
							answered++
						}
						return resp, err
					})
					fail := func() {
						if exits {
							runtime.Goexit()
						}
						panic(want)
					}
					credentials, opts, targets, transport := setting(fail, slow)
					client := servertest.NewClientWith(t, credentials, transport.RoundTrip)
					value, exited := recovered(func() { _, _ = client.JWT.RevokeEach(t.Context(), targets, opts) })
					if exited != exits || !exits && value != want {
						t.Errorf("got %v, ended its goroutine: %t", value, exited)
					}
					if begun > 4 || answered != begun {
						t.Errorf("%d of %d requests were answered", answered, begun)
					}
				})
			}
		})
	}
}

func TestRevokeAll_panicInMatchGoesOn(t *testing.T) {
	t.Parallel()
	server := &stubborn{rows: []string{servertest.RowOf("a"), servertest.RowOf("b")}}
	want := &bang{"Match"}
	client := servertest.NewClientWith(t, tiledesk.JWTAuth(servertest.Token), server.RoundTrip)
	value, _ := recovered(func() {
		_, _ = client.JWT.RevokeAll(t.Context(), &tiledesk.RevokeOptions{Match: func(*tiledesk.Token) bool { panic(want) }})
	})
	if value != want || len(server.deleted) > 0 {
		t.Errorf("got %v after %q", value, server.deleted)
	}
}

func TestRevokeAll_onResultThatPanickedIsNotCalledAgain(t *testing.T) {
	t.Parallel()
	called := 0
	server := &stubborn{rows: []string{servertest.RowOf("a"), servertest.RowOf("b"), servertest.RowOf("c"), servertest.RowOf("d"), servertest.RowOf("e"), servertest.RowOf("f")}}
	client := servertest.NewClientWith(t, tiledesk.JWTAuth(servertest.Token), server.RoundTrip)
	value, _ := recovered(func() {
		_, _ = client.JWT.RevokeAll(t.Context(), &tiledesk.RevokeOptions{OnResult: func(tiledesk.RevokeResult) { called++; panic("once") }})
	})
	if value != "once" || called != 1 {
		t.Errorf("got %v after %d calls", value, called)
	}
}
