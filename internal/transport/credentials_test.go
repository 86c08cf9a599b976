package transport_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
)

func TestCredentials_failureIsNotRetried(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		asked, broken := 0, &http.MaxBytesError{}
		transport := servertest.Answering(servertest.Reply(200, "[]"))
		client, err := tiledesk.NewClient(askedFor(func() (string, error) { asked++; return "", broken }), servertest.WithTransport(transport))
		if err != nil {
			t.Fatal(err)
		}
		if err := listFor(t.Context(), t, client, 0); !errors.Is(err, broken) || asked != 1 {
			t.Errorf("got %v after asking %d times, want the credentials' own error at once", err, asked)
		}
		transport.Sent(t, 0, "", "")
	})
}

// askedFor is credentials that a function gives.
type askedFor func() (string, error)

func (f askedFor) Authorization(context.Context) (string, error) { return f() }
