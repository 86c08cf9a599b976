package tiledesk

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
var badly = map[string]func(fail func(), slow http.RoundTripper) (Credentials, *RevokeOptions, iter.Seq2[Target, error], http.RoundTripper){
	"OnResult": func(fail func(), slow http.RoundTripper) (Credentials, *RevokeOptions, iter.Seq2[Target, error], http.RoundTripper) {
		return JWTAuth(testToken), &RevokeOptions{OnResult: func(RevokeResult) { fail() }}, Targets(manyTargets(100)...), slow
	},
	"the sequence": func(fail func(), slow http.RoundTripper) (Credentials, *RevokeOptions, iter.Seq2[Target, error], http.RoundTripper) {
		return JWTAuth(testToken), nil, func(yield func(Target, error) bool) {
			for _, target := range manyTargets(4) {
				yield(target, nil)
			}
			fail()
		}, slow
	},
	"the transport": func(fail func(), slow http.RoundTripper) (Credentials, *RevokeOptions, iter.Seq2[Target, error], http.RoundTripper) {
		return JWTAuth(testToken), nil, Targets(manyTargets(100)...), roundTripFunc(func(r *http.Request) (*http.Response, error) {
			if strings.HasSuffix(r.URL.Path, "/jti-1") {
				fail()
			}
			return slow.RoundTrip(r)
		})
	},
	"the credentials": func(fail func(), slow http.RoundTripper) (Credentials, *RevokeOptions, iter.Seq2[Target, error], http.RoundTripper) {
		var asked atomic.Int32
		return credentialsFunc(func(context.Context) (string, error) {
			if asked.Add(1) == 4 {
				fail()
			}
			return "JWT " + testToken, nil
		}), nil, Targets(manyTargets(100)...), slow
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
					slow := roundTripFunc(func(r *http.Request) (*http.Response, error) {
						mu.Lock()
						begun++
						nth := begun
						mu.Unlock()
						resp, err := slowly(r, time.Duration(nth)*time.Second, answer(200, ""))
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
					client := newMockClient(t, credentials, transport.RoundTrip)
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
	server := &stubborn{rows: []string{rowOf("a"), rowOf("b")}}
	want := &bang{"Match"}
	client := newMockClient(t, JWTAuth(testToken), server.RoundTrip)
	value, _ := recovered(func() {
		_, _ = client.JWT.RevokeAll(t.Context(), &RevokeOptions{Match: func(*Token) bool { panic(want) }})
	})
	if value != want || len(server.deleted) > 0 {
		t.Errorf("got %v after %q", value, server.deleted)
	}
}

func TestRevokeAll_onResultThatPanickedIsNotCalledAgain(t *testing.T) {
	t.Parallel()
	called := 0
	server := &stubborn{rows: []string{rowOf("a"), rowOf("b"), rowOf("c"), rowOf("d"), rowOf("e"), rowOf("f")}}
	client := newMockClient(t, JWTAuth(testToken), server.RoundTrip)
	value, _ := recovered(func() {
		_, _ = client.JWT.RevokeAll(t.Context(), &RevokeOptions{OnResult: func(RevokeResult) { called++; panic("once") }})
	})
	if value != "once" || called != 1 {
		t.Errorf("got %v after %d calls", value, called)
	}
}
