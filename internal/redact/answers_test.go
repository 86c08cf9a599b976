package redact_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
)

// ownEcho repeats what belongs to the request, and no secret of another client.
func ownEcho(r *http.Request) string {
	all := strings.Split(echo(r), " | ")
	own := append(all[:3:3], all[7:10]...)
	switch basic := strings.Contains(r.Header.Get("Authorization"), "Basic"); {
	case basic:
		own = append(own, all[3], all[10], all[11])
	default:
		own = append(own, all[4], all[5])
	}
	if strings.Contains(r.URL.Path, "jwt/history/") {
		own = append(own, all[6])
	}
	return strings.Join(own, " | ")
}

// Whatever a server repeats of a request, and in whatever shape, nothing of it
// reaches a text; Response alone has it, for whoever asks.
func TestAPIError_ofAServerThatEchoes(t *testing.T) {
	t.Parallel()
	object := func(value any) string {
		text, err := json.Marshal(value)
		if err != nil {
			t.Error(err)
		}
		return string(text)
	}
	shapes := map[string]func(echo string) (contentType, body string){
		"msg":       func(e string) (string, string) { return "application/json", object(map[string]string{"msg": e}) },
		"a failure": func(e string) (string, string) { return "", object(map[string]any{"success": false, "msg": e}) },
		"error, nested": func(e string) (string, string) {
			return "", object(map[string]any{"error": map[string]string{"message": e}})
		},
		"errors": func(e string) (string, string) {
			return "", object(map[string]any{"errors": []any{map[string]string{"msg": e, "param": e, "value": secretMark}}})
		},
		"text":        func(e string) (string, string) { return "text/plain", e },
		"quoted text": func(e string) (string, string) { return "text/plain", fmt.Sprintf("%q", e) },
		"a title": func(e string) (string, string) {
			return "text/html", "<title>" + html.EscapeString(e) + "</title>" + secretMark
		},
		"a page":        func(e string) (string, string) { return "text/html", "<p>" + e + secretMark },
		"cut JSON":      func(e string) (string, string) { return "", `{"msg":"` + e + secretMark },
		"spread out":    func(e string) (string, string) { return "", strings.ReplaceAll(e, "s", "\u200bs\u202e") },
		"behind spaces": func(e string) (string, string) { return "", "x" + strings.Repeat(" ", 1<<16-20) + e },
		"cut at 300":    func(e string) (string, string) { return "", strings.Repeat("x", 290) + e },
		"a list": func(e string) (string, string) {
			return "", object(map[string]any{"perPage": 40, "count": 1, "jwts": []any{map[string]any{"_id": "1", "jti": "2", "token": e, "x": secretMark}}})
		},
		"a document": func(e string) (string, string) {
			return "", object(map[string]any{"jti": secretJTI, "_id": secretJTI, "token": e})
		},
		"another": func(e string) (string, string) { return "", object(map[string]any{"jti": e, "_id": e, "token": e}) },
	}
	for name, shape := range shapes {
		for _, status := range []int{200, 302, 422} {
			t.Run(fmt.Sprintf("%s with %d", name, status), func(t *testing.T) {
				t.Parallel()
				server := servertest.NewLoopback(t, func(w http.ResponseWriter, r *http.Request) {
					contentType, body := shape(ownEcho(r))
					w.Header().Set("Content-Type", contentType)
					w.Header().Set("X-Echo", r.Header.Get("Authorization"))
					w.Header().Set("Location", "https://"+servertest.Token+".test/"+url.PathEscape(ownEcho(r)))
					w.WriteHeader(status)
					_, _ = w.Write([]byte(body))
				})
				checkCalls(t, tiledesk.WithBaseURL(server.URL))
			})
		}
	}
}

// An answer that breaks off ends in an error of the transport and of the server.
func TestAPIError_ofAnAnswerCutShort(t *testing.T) {
	t.Parallel()
	for _, status := range []int{200, 422} {
		server := servertest.NewLoopback(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "100000")
			w.WriteHeader(status)
			_, _ = fmt.Fprintf(w, `{"errors":[{"value":%q,"msg":%q`, secretMark, ownEcho(r))
		})
		checkCalls(t, tiledesk.WithBaseURL(server.URL))
	}
}

// The text of a transport's error can hold as much.
func TestWithHTTPClient_ofATransportThatEchoes(t *testing.T) {
	t.Parallel()
	fail := map[string]func(*http.Request) error{
		"plain":        func(r *http.Request) error { return errors.New(ownEcho(r)) },
		"quoted":       func(r *http.Request) error { return fmt.Errorf("malformed HTTP response %q", ownEcho(r)) },
		"with the URL": func(r *http.Request) error { return &url.Error{Op: "Get", URL: r.URL.String(), Err: errors.New("x")} },
		"with URLs": func(r *http.Request) error {
			return fmt.Errorf("a: %w", &url.Error{Op: "Get", URL: r.URL.String(), Err: errors.New(ownEcho(r))})
		},
		"joined":          func(r *http.Request) error { return errors.Join(errors.New("one"), errors.New(ownEcho(r))) },
		"beyond the cut":  func(r *http.Request) error { return errors.New(strings.Repeat("x", 400) + ownEcho(r)) },
		"below the text":  func(r *http.Request) error { return opaqueError{errors.New(ownEcho(r))} },
		"below the texts": func(r *http.Request) error { return opaqueErrors{errors.New("x"), errors.New(ownEcho(r))} },
	}
	for name, fail := range fail {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkCalls(t, tiledesk.WithBaseURL("https://tiledesk.test"), servertest.WithTransport(servertest.Step(func(r *http.Request) (*http.Response, error) {
				return nil, fail(r)
			})))
			marked := errors.New("x")
			client := servertest.NewClient(t, "https://tiledesk.test", servertest.WithTransport(servertest.Step(func(r *http.Request) (*http.Response, error) {
				return nil, errors.Join(marked, fail(r))
			})))
			if _, err := client.JWT.RevokeByJTI(t.Context(), secretJTI); !errors.Is(err, marked) {
				t.Error("errors.Is does not find what the transport said")
			}
		})
	}
}

// opaqueError and opaqueErrors do not show what they wrap.
type (
	opaqueError  struct{ inner error }
	opaqueErrors []error
)

func (e opaqueError) Error() string { return "opaque" }

func (e opaqueError) Unwrap() error { return e.inner }

func (e opaqueErrors) Error() string { return "opaque" }

func (e opaqueErrors) Unwrap() []error { return e }

// checkCalls makes every call with every kind of client and looks at all that
// comes of it, debug lines included.
func checkCalls(t *testing.T, opts ...tiledesk.Option) {
	t.Helper()
	var log lockedBuffer
	debug := &slog.HandlerOptions{Level: slog.LevelDebug}
	logger := slog.New(both{slog.NewTextHandler(&log, debug), slog.NewJSONHandler(&log, debug)})
	for kind, client := range secretClients(t, append(opts, tiledesk.WithLogger(logger))...) {
		for name, call := range secretCalls {
			value, err := call(t.Context(), client)
			checkNoSecretInError(t, kind+" "+name, err)
			checkNoSecret(t, kind+" "+name, value)
			switch value := value.(type) {
			case *tiledesk.Response:
				if value != nil {
					checkNoSecret(t, "response", *value)
				}
			case *tiledesk.HistoryPage:
				if value != nil {
					checkNoSecret(t, "page", *value)
					checkNoSecret(t, "its response", value.Response)
					checkNoSecret(t, "its tokens", value.Tokens)
					checkNoSecret(t, "its first token", *value.Tokens[0])
				}
			}
		}
		client.CloseIdleConnections()
	}
	if log.String() == "" {
		t.Error("no debug lines")
	}
	checkNoSecret(t, "the debug lines", log.String())
}

// both writes every record twice.
type both struct {
	slog.Handler
	second slog.Handler
}

func (b both) Handle(ctx context.Context, r slog.Record) error {
	return errors.Join(b.Handler.Handle(ctx, r), b.second.Handle(ctx, r))
}

// lockedBuffer is a buffer for many goroutines.
type lockedBuffer struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}
