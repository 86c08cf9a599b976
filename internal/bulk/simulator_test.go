package bulk_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"iter"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// scenario is one run against one kind of server that goes wrong in some way. It
// is played in a synctest bubble; judge then holds the report against the server.
type scenario struct {
	kind  []tiledesktest.Option
	front func(http.RoundTripper) http.RoundTripper // stands before the server; nil: nothing

	tokens, nameless int      // how many tokens have a jti, and how many have none
	odd              []string // jtis of tokens that a project signed itself
	ownNameless      bool     // the client's own token shows no jti
	signIns          int      // one at each of that many requests for a list

	faults   []tiledesktest.Fault
	failOne  bool // 500 for the id and the jti of one token
	cancelAt int  // the DELETE that finds the context canceled; 0: never
	deadline time.Duration

	retries int
	limited bool // by the default limiter
	each    bool // RevokeEach of all tokens by jti and, where it is known, id
	twice   bool // two runs at once
	opts    tiledesk.RevokeOptions
}

// story is what there is to judge when a scenario was played.
type story struct {
	scenario
	server  *tiledesktest.Server
	meter   *meter
	own     string   // raw
	tokens  []string // raw, without own
	lists   atomic.Int64
	runs    []*played
	ended   time.Time // when the context was canceled
	started time.Time
}

// played is one run of a story.
type played struct {
	report  *tiledesk.RevokeReport
	err     error
	heard   []tiledesk.RevokeResult
	read    int // targets read from the sequence
	overlap atomic.Bool
}

func play(s scenario) *story {
	p := &story{scenario: s, server: tiledesktest.NewHandler(s.kind...)}
	p.server.AddUser(servertest.Email, servertest.Password)
	p.tokens = slices.Concat(p.server.Issue(servertest.Email, s.tokens), p.server.IssueWithoutJTI(servertest.Email, s.nameless))
	for _, jti := range s.odd {
		p.tokens = append(p.tokens, p.server.IssueWithJTI(servertest.Email, jti))
	}
	if s.ownNameless {
		p.own = p.server.IssueWithoutJTI(servertest.Email, 1)[0]
	} else {
		p.own = p.server.Issue(servertest.Email, 1)[0]
	}
	transport := p.server.Transport()
	if s.front != nil {
		transport = s.front(transport)
	}
	ctx, cancel := context.WithCancel(context.Background())
	if s.deadline > 0 {
		ctx, cancel = context.WithTimeout(ctx, s.deadline)
	}
	defer cancel()
	p.meter = &meter{next: transport}
	client := p.client()
	ids := p.ids(client)
	p.meter.onDelete = func(nth int) {
		if nth == s.cancelAt {
			p.ended = time.Now()
			cancel()
		}
	}
	p.goWrong(ids)
	p.started = time.Now()
	p.runs = []*played{{}}
	if s.twice {
		p.runs = append(p.runs, &played{})
	}
	var both sync.WaitGroup
	for _, run := range p.runs {
		both.Go(func() { p.run(ctx, client, ids, run) })
	}
	both.Wait()
	return p
}

func (p *story) client() *tiledesk.Client {
	options := []tiledesk.Option{servertest.WithTransport(p.meter), tiledesk.WithBaseURL("http://localhost"), tiledesk.WithRetryPolicy(tiledesk.RetryPolicy{MaxRetries: p.retries})}
	if !p.limited {
		options = append(options, tiledesk.WithRateLimiter(nil))
	}
	client, err := tiledesk.NewClient(tiledesk.JWTAuth(p.own), options...)
	if err != nil {
		panic(err)
	}
	return client
}

// ids are those of the tokens with a jti, as far as a list tells them.
func (p *story) ids(client *tiledesk.Client) map[string]string {
	ids := make(map[string]string)
	for token, err := range client.JWT.History(context.Background(), nil) {
		if err == nil && token.JTI != "" {
			ids[token.JTI] = token.ID
		}
	}
	return ids
}

func (p *story) goWrong(ids map[string]string) {
	if p.failOne && len(p.tokens) > 0 {
		name := tokenName(p.tokens[len(p.tokens)/2])
		for _, path := range []string{"id/" + name.ID, "id/" + ids[name.JTI], name.JTI} {
			if path != "" && path != "id/" {
				p.server.Inject(tiledesktest.Fault{Method: "DELETE", Path: "/jwt/history/" + path, Status: 500, Body: `{"success":false,"msg":"Error deleting object."}`, Times: -1})
			}
		}
	}
	for _, fault := range p.faults {
		p.server.Inject(fault)
	}
	p.server.OnRequest(func(r tiledesktest.Request) {
		if r.Method == "GET" && p.lists.Add(1) <= int64(p.signIns) {
			p.server.Issue(servertest.Email, 1)
		}
	})
}

func (p *story) run(ctx context.Context, client *tiledesk.Client, ids map[string]string, run *played) {
	var hearing atomic.Int32
	opts := p.opts
	opts.OnResult = func(result tiledesk.RevokeResult) {
		if hearing.Add(1) != 1 {
			run.overlap.Store(true)
		}
		run.heard = append(run.heard, result)
		hearing.Add(-1)
	}
	if p.each {
		run.report, run.err = client.JWT.RevokeEach(ctx, p.targets(ids, run), &opts)
	} else {
		run.report, run.err = client.JWT.RevokeAll(ctx, &opts)
	}
}

// targets are all tokens but one that nobody could recognize as the client's own.
func (p *story) targets(ids map[string]string, run *played) iter.Seq2[tiledesk.Target, error] {
	return func(yield func(tiledesk.Target, error) bool) {
		for _, raw := range append(slices.Clone(p.tokens), p.own) {
			target := tokenName(raw)
			if target.ID == "" {
				target.ID = ids[target.JTI]
			}
			if raw == p.own && p.ownNameless {
				continue
			}
			run.read++
			if !yield(target, nil) {
				return
			}
		}
	}
}

// everyOther is a Match that needs no state.
func everyOther(token *tiledesk.Token) bool {
	hash := fnv.New32()
	_, _ = fmt.Fprint(hash, token.ID)
	return hash.Sum32()%2 == 0
}

// meter counts what passes through a transport.
type meter struct {
	next     http.RoundTripper
	onDelete func(nth int) // before the request is passed on

	mu       sync.Mutex
	deletes  []time.Time // when each began
	inFlight int
	most     int // DELETEs in flight at once
}

func (m *meter) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method != http.MethodDelete {
		return m.next.RoundTrip(r)
	}
	m.mu.Lock()
	m.deletes = append(m.deletes, time.Now())
	nth := len(m.deletes)
	m.inFlight++
	m.most = max(m.most, m.inFlight)
	m.mu.Unlock()
	defer func() {
		m.mu.Lock()
		m.inFlight--
		m.mu.Unlock()
	}()
	if m.onDelete != nil {
		m.onDelete(nth)
	}
	return m.next.RoundTrip(r)
}

// tokenName is what a result calls a token of tiledesktest by: its jti, or the id
// that a token without one carries as its nonce.
func tokenName(raw string) tiledesk.Target {
	payload, err := base64.RawURLEncoding.DecodeString(strings.Split(raw, ".")[1])
	var claims struct{ JTI, Nonce string }
	if err != nil || json.Unmarshal(payload, &claims) != nil {
		panic("not a token of tiledesktest")
	}
	return tiledesk.Target{JTI: claims.JTI, ID: claims.Nonce}
}
