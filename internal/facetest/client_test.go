package facetest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
)

func TestClient_isSafeForManyGoroutines(t *testing.T) {
	t.Parallel()
	server := servertest.NewLoopback(t, servertest.AnswerOK)
	client := servertest.NewClient(t, server.URL)
	done := make(chan error)
	for range 50 {
		go func() {
			var errs []error
			for _, call := range servertest.Calls {
				errs = append(errs, call.Run(t.Context(), client))
			}
			done <- errors.Join(errs...)
		}()
	}
	for range 50 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if got, want := len(server.Arrived()), 50*len(servertest.Calls); got != want {
		t.Errorf("%d requests arrived, want %d", got, want)
	}
}

// What a client remembers of a token that the server accepted costs nothing while the
// token stays the same, and shows in nothing that prints the client.
//
//nolint:paralleltest // counts allocations
func TestClient_remembersWithoutCost(t *testing.T) {
	calls := 0
	client := func(tokens ...string) *tiledesk.Client {
		return servertest.NewClientWith(t, tiledesk.CredentialsFunc(func(context.Context) (string, error) {
			calls++
			return tokens[calls%len(tokens)], nil
		}), servertest.Reply(200, "[]"))
	}
	allocs := func(client *tiledesk.Client) float64 {
		return testing.AllocsPerRun(100, func() {
			if _, err := client.JWT.ListHistory(t.Context(), nil); err != nil {
				t.Error(err)
			}
		})
	}
	one, two := "JWT "+servertest.Token, "JWT "+servertest.TokenOf("another")
	same := client(one, one)
	if once, anew := allocs(same), allocs(client(one, two)); once >= anew {
		t.Errorf("noting the same token again allocates: %v times a call, a new one %v times", once, anew)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		for i := range reflect.TypeFor[tiledesk.Client]().NumField() {
			for _, value := range []any{same, *same, reflect.Indirect(reflect.ValueOf(*same).Field(i))} {
				if text := fmt.Sprintf(verb, value); strings.Contains(text, "eyJ") || strings.Contains(text, fmt.Sprintf("%x", servertest.Token)) {
					t.Errorf("%s of %T shows the token", verb, value)
				}
			}
		}
	}
}
