package bulk_test

import (
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"
)

// chaos stands before a server and spoils one request in five, each in one of
// the ways that servers, proxies and networks have.
type chaos struct {
	behind http.Handler

	mu       sync.Mutex
	peaceful bool
	survived map[string]int
	lists    map[string][]byte // the newest of each authorization
}

func newChaos(behind http.Handler) *chaos {
	return &chaos{behind: behind, survived: make(map[string]int), lists: make(map[string][]byte)}
}

// faults are what it does, by name.
var faults = map[string]func(c *chaos, w http.ResponseWriter, r *http.Request){
	"dropped before the effect": func(_ *chaos, w http.ResponseWriter, _ *http.Request) { hangUp(w) },
	"dropped after the effect": func(c *chaos, w http.ResponseWriter, r *http.Request) {
		c.behind.ServeHTTP(httptest.NewRecorder(), r)
		hangUp(w)
	},
	"429": func(_ *chaos, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "0.001")
		w.WriteHeader(http.StatusTooManyRequests)
	},
	"502 after the effect": func(c *chaos, w http.ResponseWriter, r *http.Request) {
		c.behind.ServeHTTP(httptest.NewRecorder(), r)
		page(w, http.StatusBadGateway)
	},
	"503": func(_ *chaos, w http.ResponseWriter, _ *http.Request) { page(w, http.StatusServiceUnavailable) },
	"500": func(_ *chaos, w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = w.Write([]byte(`{"success":false,"msg":"Error deleting object."}`))
	},
	"a page of HTML": func(_ *chaos, w http.ResponseWriter, _ *http.Request) { page(w, http.StatusOK) },
	"a 404 page":     func(_ *chaos, w http.ResponseWriter, _ *http.Request) { page(w, http.StatusNotFound) },
	"a 401 of a gateway": func(_ *chaos, w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = w.Write([]byte(`{"error":"session expired"}`))
	},
	"a list that a cache remembers": func(c *chaos, w http.ResponseWriter, r *http.Request) {
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
				if len(c.lists) == 500 {
					clear(c.lists)
				}
				c.lists[key] = list
				c.mu.Unlock()
			}
			w.WriteHeader(recorder.Code)
		}
		_, _ = w.Write(list)
	},
	"a redirect": func(_ *chaos, w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/login", http.StatusFound)
	},
	"JSON cut short": func(c *chaos, w http.ResponseWriter, r *http.Request) {
		recorder := httptest.NewRecorder()
		c.behind.ServeHTTP(recorder, r)
		body := recorder.Body.Bytes()
		w.WriteHeader(recorder.Code)
		_, _ = w.Write(body[:len(body)/2])
	},
	"a body that breaks": func(c *chaos, w http.ResponseWriter, r *http.Request) {
		recorder := httptest.NewRecorder()
		c.behind.ServeHTTP(recorder, r)
		w.Header().Set("Content-Length", "100000")
		w.WriteHeader(recorder.Code)
		_, _ = w.Write(recorder.Body.Bytes())
		_ = http.NewResponseController(w).Flush()
		hangUp(w)
	},
	"a hang": func(_ *chaos, _ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // or net/http does not see the client leave
		<-r.Context().Done()
	},
	"a slow answer": func(c *chaos, w http.ResponseWriter, r *http.Request) {
		select {
		case <-time.After(time.Duration(rand.IntN(20)) * time.Millisecond):
		case <-r.Context().Done():
		}
		c.behind.ServeHTTP(w, r)
	},
}

func (c *chaos) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	spoil := !c.peaceful && rand.IntN(5) == 0
	name := ""
	if spoil {
		for name = range faults { // in an order of chance
			break
		}
		c.survived[name]++
	}
	c.mu.Unlock()
	if !spoil {
		c.behind.ServeHTTP(w, r)
		return
	}
	faults[name](c, w, r)
}

// calm ends the chaos.
func (c *chaos) calm() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.peaceful = true
}

func (c *chaos) counts() map[string]int {
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

// soakHTTPClient has a timeout that a hang meets soon.
func soakHTTPClient() *http.Client { return &http.Client{Timeout: 300 * time.Millisecond} }
