package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/digitalocean/godo"
	"github.com/go-tiledesk/tiledesk"
	"github.com/google/go-github/v84/github"
	gitlab "gitlab.com/gitlab-org/api/client-go"
)

const someID = 1234567

// dummyToken is a recorded token, for its length.
var dummyToken = recordedToken()

// client is one of those that are compared. Each does the same two jobs.
type client struct {
	name   string
	list   func(context.Context) (int, error) // the number of entries
	remove func(context.Context) error
}

// newClients makes one client of each kind, as its documentation says, for a
// server. With equal, every DELETE is answered with a body.
func newClients(s *server, equal bool) []client {
	base := s.URL
	if equal {
		base += "/equal"
	}
	clients := []client{
		newPlain(base + "/tiledesk"), newFloor(base + "/tiledesk"), newGitHub(base + "/github/"), newGodo(base + "/godo/"),
		newGitLab(base + "/gitlab"), newTiledesk(base + "/tiledesk"),
	}
	if newBefore != nil {
		clients = append(clients, newBefore(base+"/tiledesk"))
	}
	return clients
}

// plainEntry has the fields that a program needs to find and revoke a token.
type plainEntry struct {
	ID        string    `json:"_id"`
	JTI       string    `json:"jti"`
	CreatedAt time.Time `json:"createdAt"`
	UpdatedAt time.Time `json:"updatedAt"`
}

type plainPage struct {
	PerPage int          `json:"perPage"`
	Count   int          `json:"count"`
	JWTs    []plainEntry `json:"jwts"`
}

// newPlain is what one writes without a library: no retries, no time limit, and
// no more checks than that a 200 came and the document is of the token.
func newPlain(base string) client {
	hc := newPlainHTTPClient()
	return client{
		name: plainName,
		list: func(ctx context.Context) (int, error) {
			var page plainPage
			err := plainCall(ctx, hc, http.MethodGet, base+"/jwt/history", &page)
			return len(page.JWTs), err
		},
		remove: func(ctx context.Context) error { return plainRevoke(ctx, hc, base, someJTI) },
	}
}

func plainRevoke(ctx context.Context, hc *http.Client, base, jti string) error {
	var revoked plainEntry
	err := plainCall(ctx, hc, http.MethodDelete, base+"/jwt/history/"+url.PathEscape(jti), &revoked)
	if err == nil && revoked.JTI != jti {
		err = errors.New("another token was revoked")
	}
	return err
}

// newUnread is plain too, and does not look at what a DELETE is answered.
func newUnread(base string) client {
	hc := newPlainHTTPClient()
	return client{
		name: unreadName,
		remove: func(ctx context.Context) error {
			return plainCall(ctx, hc, http.MethodDelete, base+"/jwt/history/"+url.PathEscape(someJTI), nil)
		},
	}
}

const (
	plainName  = "plain"
	floorName  = "floor"
	unreadName = "plain, answer unread"
	ourName    = "tiledesk"
)

var peerNames = []string{"github", "godo", "gitlab"}

// newPlainHTTPClient keeps enough connections for the worker pool.
func newPlainHTTPClient() *http.Client {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost = 64
	return &http.Client{Transport: t}
}

func plainCall(ctx context.Context, hc *http.Client, method, target string, into any) error {
	req, err := http.NewRequestWithContext(ctx, method, target, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "JWT "+dummyToken)
	resp, err := hc.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return errors.New(resp.Status)
	}
	if into != nil {
		if err := json.NewDecoder(resp.Body).Decode(into); err != nil {
			return err
		}
	}
	_, err = io.Copy(io.Discard, resp.Body)
	return err
}

func newGitHub(base string) client {
	c := github.NewClient(nil).WithAuthToken(dummyToken)
	c.BaseURL = must(url.Parse(base))
	return client{
		name: "github",
		list: func(ctx context.Context) (int, error) {
			keys, _, err := c.Users.ListKeys(ctx, "", nil)
			return len(keys), err
		},
		remove: func(ctx context.Context) error {
			_, err := c.Users.DeleteKey(ctx, someID)
			return err
		},
	}
}

func newGodo(base string) client {
	c := godo.NewFromToken(dummyToken)
	c.BaseURL = must(url.Parse(base))
	return client{
		name: "godo",
		list: func(ctx context.Context) (int, error) {
			keys, _, err := c.Keys.List(ctx, nil)
			return len(keys), err
		},
		remove: func(ctx context.Context) error {
			_, err := c.Keys.DeleteByID(ctx, someID)
			return err
		},
	}
}

func newGitLab(base string) client {
	c := must(gitlab.NewClient(dummyToken, gitlab.WithBaseURL(base)))
	return client{
		name: "gitlab",
		list: func(ctx context.Context) (int, error) {
			tokens, _, err := c.PersonalAccessTokens.ListPersonalAccessTokens(nil, gitlab.WithContext(ctx))
			return len(tokens), err
		},
		remove: func(ctx context.Context) error {
			_, err := c.PersonalAccessTokens.RevokePersonalAccessTokenByID(someID, gitlab.WithContext(ctx))
			return err
		},
	}
}

func newTiledesk(base string) client {
	c := newOurs(base)
	return client{
		name: ourName,
		list: func(ctx context.Context) (int, error) {
			page, err := c.JWT.ListHistory(ctx, nil)
			if err != nil {
				return 0, err
			}
			if last := page.Tokens[len(page.Tokens)-1]; len(last.Raw) == 0 {
				return 0, errors.New("the unknown fields are not kept")
			}
			return len(page.Tokens), nil
		},
		remove: func(ctx context.Context) error {
			_, err := c.JWT.RevokeByJTI(ctx, someJTI)
			return err
		},
	}
}

// newOurs has the default options but for the rate limiter, which waits by
// design: with it every number would be three a second.
func newOurs(base string) *tiledesk.Client {
	return must(tiledesk.NewClient(tiledesk.JWTAuth(dummyToken), tiledesk.WithBaseURL(base), tiledesk.WithRateLimiter(nil)))
}

// check makes sure that a client does its two jobs before it is measured.
func (c client) check(ctx context.Context) error {
	n, err := c.list(ctx)
	if err == nil && n != entries {
		err = fmt.Errorf("%d entries, want %d", n, entries)
	}
	if err == nil {
		err = c.remove(ctx)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", c.name, err)
	}
	return nil
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}
