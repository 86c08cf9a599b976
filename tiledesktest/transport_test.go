package tiledesktest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// inMemory sends one request to the server's Transport.
func inMemory(ctx context.Context, s *tiledesktest.Server, method, path, authorization string) (answer, error) {
	r, err := http.NewRequestWithContext(ctx, method, "https://tiledesk.example"+path, nil)
	if err != nil {
		return answer{}, err
	}
	r.Header.Set("Authorization", authorization)
	response, err := s.Transport().RoundTrip(r)
	if err != nil {
		return answer{}, err
	}
	if response.ProtoMajor != 1 || response.ProtoMinor != 1 || response.Request != r {
		return answer{}, fmt.Errorf("the answer is that of %s to %v", response.Proto, response.Request)
	}
	content, err := io.ReadAll(response.Body)
	header := response.Header
	if len(response.TransferEncoding) > 0 {
		header["Transfer-Encoding"] = response.TransferEncoding
	}
	return answer{response.StatusCode, header, string(content)}, errors.Join(err, response.Body.Close())
}

func TestTransport_answersAsOverTheWire(t *testing.T) {
	t.Parallel()
	server := tiledesktest.NewServer(t)
	server.AddUser("agent@example.com", "secret")
	token := server.Issue("agent@example.com", 1)[0]
	for _, c := range []struct{ method, path, authorization string }{
		{"GET", "/jwt/history", "JWT " + token},
		{"GET", "/jwt/history", "JWT nobody"},
		{"GET", "/jwt/history", "JWT  " + token},
		{"HEAD", "/jwt/history", "JWT " + token},
		{"GET", "/", ""},
		{"GET", "/nowhere", ""},
		{"DELETE", "/jwt/history/unknown", "JWT " + token},
		{"DELETE", "/jwt/history/id/short", "JWT " + token},
	} {
		got, err := inMemory(t.Context(), server, c.method, c.path, c.authorization)
		if err != nil {
			t.Fatalf("%s %s: %v", c.method, c.path, err)
		}
		want := send(t, server, c.method, c.path, c.authorization, "")
		want.header.Del("Date") // of net/http itself
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s %s: in memory\n%v, over the wire\n%v", c.method, c.path, got, want)
		}
	}
}

func TestTransport_answersAFaultAsOverTheWire(t *testing.T) {
	t.Parallel()
	server := tiledesktest.NewServer(t)
	for _, fault := range []tiledesktest.Fault{
		{Status: http.StatusTooManyRequests, Body: "slow down"},
		{Status: http.StatusTooManyRequests, Body: "<!doctype html>"},
		{Status: http.StatusTooManyRequests, Body: "-"},
		{Status: http.StatusTooManyRequests},
		{Status: http.StatusNoContent},
		{Status: http.StatusNotModified},
	} {
		server.Inject(fault)
		server.Inject(fault)
		got, err := inMemory(t.Context(), server, http.MethodGet, "/", "")
		if err != nil {
			t.Fatal(err)
		}
		want := send(t, server, http.MethodGet, "/", "", "")
		want.header.Del("Date")
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%d %q: in memory\n%v, over the wire\n%v", fault.Status, fault.Body, got, want)
		}
	}
}

// closing is a body that says whether it was closed.
type closing struct {
	io.Reader
	closed chan struct{}
}

func (c closing) Close() error {
	close(c.closed)
	return nil
}

func TestTransport_closesTheBody(t *testing.T) {
	t.Parallel()
	server := tiledesktest.NewHandler()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for _, ctx := range []context.Context{t.Context(), ended} {
		body := closing{strings.NewReader("{}"), make(chan struct{})}
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://tiledesk.example/auth/signin", body)
		if err != nil {
			t.Fatal(err)
		}
		if response, err := server.Transport().RoundTrip(r); err == nil {
			_ = response.Body.Close()
		}
		select {
		case <-body.closed:
		default:
			t.Errorf("the body is open, and the context: %v", ctx.Err())
		}
	}
}

func TestTransport_reachesTheServerInABubble(t *testing.T) {
	t.Parallel()
	outside := tiledesktest.NewServer(t) // listens, which no bubble could wait for
	synctest.Test(t, func(t *testing.T) {
		for name, server := range map[string]*tiledesktest.Server{"inside": tiledesktest.NewHandler(), "outside": outside} {
			server.AddUser("agent@example.com", "secret")
			token := server.Issue("agent@example.com", 1)[0]
			server.Inject(tiledesktest.Fault{Delay: time.Hour})
			began := time.Now()
			got, err := inMemory(t.Context(), server, http.MethodGet, "/jwt/history", "JWT "+token)
			if err != nil || got.status != http.StatusOK || time.Since(began) != time.Hour {
				t.Errorf("server made %s: %d, %v after %v", name, got.status, err, time.Since(began))
			}
			if first := server.Requests()[0]; first.Path != "/jwt/history" || !first.Time.Equal(began) {
				t.Errorf("server made %s: recorded %+v", name, first)
			}
		}
	})
}

func TestTransport_breaksWhereAFaultCuts(t *testing.T) {
	t.Parallel()
	server := tiledesktest.NewHandler()
	server.AddUser("agent@example.com", "secret")
	token := server.IssueWithJTI("agent@example.com", "phone")
	for _, drop := range []tiledesktest.Drop{tiledesktest.DropBefore, tiledesktest.DropAfter} {
		server.Inject(tiledesktest.Fault{Drop: drop})
		_, err := inMemory(t.Context(), server, http.MethodDelete, "/jwt/history/phone", "JWT "+token)
		if !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("drop %d: %v", drop, err)
		}
		if server.Revoked(token) != (drop == tiledesktest.DropAfter) {
			t.Errorf("drop %d: revoked is %v", drop, server.Revoked(token))
		}
	}
	server.Close()
	if _, err := inMemory(t.Context(), server, http.MethodGet, "/", ""); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("after Close: %v", err)
	}
}

func TestTransport_givesUpWithTheContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := tiledesktest.NewHandler()
		server.Inject(tiledesktest.Fault{Delay: time.Hour})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began := time.Now()
		_, err := inMemory(ctx, server, http.MethodGet, "/", "")
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != time.Second {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		if _, err := inMemory(ctx, server, http.MethodGet, "/", ""); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("under a context that has ended: %v", err)
		}
		if n := len(server.Requests()); n != 1 {
			t.Errorf("%d requests arrived, want the first alone", n)
		}
	})
}

func TestTransport_givesUpWhileAHookBlocks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := tiledesktest.NewHandler()
		release := make(chan struct{})
		server.OnRequest(func(tiledesktest.Request) { <-release })
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := inMemory(ctx, server, http.MethodGet, "/", ""); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		close(release)
	})
}

func TestClose_cutsADelayInMemory(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := tiledesktest.NewHandler()
		server.Inject(tiledesktest.Fault{Delay: time.Hour})
		began := time.Now()
		time.AfterFunc(time.Minute, server.Close)
		_, err := inMemory(t.Context(), server, http.MethodGet, "/", "")
		if !errors.Is(err, io.ErrUnexpectedEOF) || time.Since(began) != time.Minute {
			t.Errorf("%v after %v", err, time.Since(began))
		}
	})
}

func TestSetField_showsInTheListAndInTheRevocation(t *testing.T) {
	t.Parallel()
	server := tiledesktest.NewServer(t)
	server.AddUser("agent@example.com", "secret")
	token := server.IssueWithJTI("agent@example.com", "phone")
	server.SetField(token, "device", map[string]string{"os": "<old>"})
	server.SetField("JWT "+token, "device", map[string]string{"os": "<new>"})
	server.SetField(token, "ip", "192.0.2.7")
	server.SetField(token, "_id", "first")

	list := send(t, server, http.MethodGet, "/jwt/history", "JWT "+token, "").body
	revocation := send(t, server, http.MethodDelete, "/jwt/history/phone", "JWT "+token, "").body
	for _, body := range []string{list, revocation} {
		if !strings.Contains(body, `"id_user":"`) || !strings.Contains(body, `"ip":"192.0.2.7","createdAt"`) ||
			!strings.Contains(body, `"__v":0,"device":{"os":"\u003cnew\u003e"}}`) {
			t.Errorf("body %s", body)
		}
		if strings.Count(body, `"_id":"first"`) != 1 || strings.Count(body, `"_id"`) != 1 || strings.Count(body, `"ip"`) != 1 || strings.Count(body, "device") != 1 {
			t.Errorf("a field stands twice: %s", body)
		}
	}
}
