package servertest

import (
	"encoding/base64"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"time"
)

// remembered is how many answers a cache of the chaos holds.
const remembered = 500

// Chaos stands before a server and spoils one request in so many, each in one of
// the ways that servers, proxies and networks have.
type Chaos struct {
	OneIn int // to be changed before the first request

	behind http.Handler
	basic  string // an authorization that the server always accepts
	names  []string

	mu       sync.Mutex
	peaceful bool
	survived map[string]int
	lists    map[string][]byte // the newest of each authorization
	accepted map[string]bool   // authorizations that the server has accepted
}

// NewChaos spoils one request in five to a server. It takes the email and the password of the
// user who calls, to play a server that remembers too long whom it has accepted, and
// leaves out the faults with the names given.
func NewChaos(behind http.Handler, email, password string, without ...string) *Chaos {
	c := &Chaos{
		OneIn: 5, behind: behind, basic: "Basic " + base64.StdEncoding.EncodeToString([]byte(email+":"+password)),
		survived: make(map[string]int), lists: make(map[string][]byte), accepted: make(map[string]bool),
	}
	for name := range faults {
		if !slices.Contains(without, name) {
			c.names = append(c.names, name)
		}
	}
	if len(c.names) != len(faults)-len(without) {
		panic("a fault of that name is not there")
	}
	return c
}

// faults are what it does, by name.
var faults = map[string]func(c *Chaos, w http.ResponseWriter, r *http.Request){
	"dropped before the effect": func(_ *Chaos, w http.ResponseWriter, _ *http.Request) { hangUp(w) },
	"dropped after the effect": func(c *Chaos, w http.ResponseWriter, r *http.Request) {
		c.behind.ServeHTTP(httptest.NewRecorder(), r)
		hangUp(w)
	},
	"429": func(_ *Chaos, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "0.001")
		w.WriteHeader(http.StatusTooManyRequests)
	},
	"502 after the effect": func(c *Chaos, w http.ResponseWriter, r *http.Request) {
		c.behind.ServeHTTP(httptest.NewRecorder(), r)
		page(w, http.StatusBadGateway)
	},
	"503": func(_ *Chaos, w http.ResponseWriter, _ *http.Request) { page(w, http.StatusServiceUnavailable) },
	"500": func(_ *Chaos, w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = w.Write([]byte(`{"success":false,"msg":"Error deleting object."}`))
	},
	"a page of HTML": func(_ *Chaos, w http.ResponseWriter, _ *http.Request) { page(w, http.StatusOK) },
	"a 404 page":     func(_ *Chaos, w http.ResponseWriter, _ *http.Request) { page(w, http.StatusNotFound) },
	"a 401 of a gateway": func(_ *Chaos, w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = w.Write([]byte(`{"error":"session expired"}`))
	},
	"a list that a cache remembers": func(c *Chaos, w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet {
			c.behind.ServeHTTP(w, r)
			return
		}
		key := r.Header.Get("Authorization") + r.URL.RawQuery
		c.mu.Lock()
		list := c.lists[key]
		c.mu.Unlock()
		if list == nil {
			recorder := httptest.NewRecorder()
			c.behind.ServeHTTP(recorder, r)
			if list = recorder.Body.Bytes(); recorder.Code == http.StatusOK {
				c.mu.Lock()
				if len(c.lists) == remembered {
					clear(c.lists)
				}
				c.lists[key] = list
				c.mu.Unlock()
			}
			w.WriteHeader(recorder.Code)
		}
		_, _ = w.Write(list)
	},
	"a check that is cached": func(c *Chaos, w http.ResponseWriter, r *http.Request) {
		c.mu.Lock()
		accepted := c.accepted[r.Header.Get("Authorization")]
		c.mu.Unlock()
		if accepted { // also where the token was revoked since then
			r.Header.Set("Authorization", c.basic)
		}
		c.behind.ServeHTTP(w, r)
	},
	"a redirect": func(_ *Chaos, w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/login", http.StatusFound)
	},
	"JSON cut short": func(c *Chaos, w http.ResponseWriter, r *http.Request) {
		recorder := httptest.NewRecorder()
		c.behind.ServeHTTP(recorder, r)
		body := recorder.Body.Bytes()
		w.WriteHeader(recorder.Code)
		_, _ = w.Write(body[:len(body)/2])
	},
	"a body that breaks": func(c *Chaos, w http.ResponseWriter, r *http.Request) {
		recorder := httptest.NewRecorder()
		c.behind.ServeHTTP(recorder, r)
		w.Header().Set("Content-Length", "100000")
		w.WriteHeader(recorder.Code)
		_, _ = w.Write(recorder.Body.Bytes())
		_ = http.NewResponseController(w).Flush()
		hangUp(w)
	},
	"a hang": func(_ *Chaos, _ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // or net/http does not see the client leave
		<-r.Context().Done()
	},
	"a slow answer": func(c *Chaos, w http.ResponseWriter, r *http.Request) {
		select {
		case <-time.After(time.Duration(rand.IntN(20)) * time.Millisecond):
		case <-r.Context().Done():
		}
		c.behind.ServeHTTP(w, r)
	},
}

func (c *Chaos) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	name := ""
	if !c.peaceful && rand.IntN(c.OneIn) == 0 {
		name = c.names[rand.IntN(len(c.names))]
		c.survived[name]++
	}
	c.mu.Unlock()
	if name != "" {
		faults[name](c, w, r)
		return
	}
	authorization, answer := r.Header.Get("Authorization"), &noted{ResponseWriter: w}
	c.behind.ServeHTTP(answer, r)
	if answer.status < 300 && strings.HasPrefix(authorization, "JWT ") {
		c.accept(authorization)
	}
}

// accept remembers an authorization.
func (c *Chaos) accept(authorization string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.accepted) == remembered {
		clear(c.accepted)
	}
	c.accepted[authorization] = true
}

// noted is an answer whose status is noted.
type noted struct {
	http.ResponseWriter
	status int
}

func (n *noted) WriteHeader(status int) {
	n.status = status
	n.ResponseWriter.WriteHeader(status)
}

// Unwrap is for [http.ResponseController].
func (n *noted) Unwrap() http.ResponseWriter { return n.ResponseWriter }

// Calm ends the chaos.
func (c *Chaos) Calm() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.peaceful = true
}

// Survived is how often each fault was met, by its name.
func (c *Chaos) Survived() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.survived)
}

func page(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Type", "text/html")
	w.WriteHeader(status)
	_, _ = w.Write([]byte("<!doctype html><html><head><title>Dashboard</title></head></html>"))
}

// hangUp cuts the connection without an answer.
func hangUp(http.ResponseWriter) { panic(http.ErrAbortHandler) }
