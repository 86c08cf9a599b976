package main

import (
	"context"
	"strings"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/ident"
)

// sampleToken is a token that a run over many is going to revoke, and that proves it.
type sampleToken struct {
	token    func() string // a closure, so that no formatter prints it
	jti      string
	accepted bool // before the run
	revoked  bool // by this run, or by one before it with the same report
}

// samples are those of --token-from.
type samples []*sampleToken

// readSamples reads a token a line. Without a name there are no samples.
func (a *app) readSamples(ctx context.Context, name string) (samples, error) {
	if name == "" {
		return nil, nil
	}
	text, err := a.readToken(ctx, "--token-from", name)
	if err != nil {
		return nil, err
	}
	var list samples
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		l, err := a.leakOf(name, line)
		if err != nil {
			return nil, err
		}
		list = append(list, &sampleToken{token: l.token, jti: l.claims.JTI})
	}
	if list == nil {
		return nil, usage("--token-from %s: it holds no token. Write one a line into it.", name)
	}
	return list, nil
}

// tryBefore finds out which of them the server accepts, since the others prove
// nothing.
func (list samples) tryBefore(ctx context.Context, a *app, s *session) error {
	for _, sample := range list {
		accepts, err := s.JWT.Accepts(ctx, sample.token())
		if err != nil {
			a.console.complain("Nothing was revoked, since the token %s could not be tried before. To run without that proof, omit --verify and --token-from.", sample.jti)
			return err
		}
		if sample.accepted = accepts; !accepts {
			a.console.complain("The token %s is not accepted even before, so nothing is proved by it.", sample.jti)
		}
	}
	return nil
}

// note takes in what became of a token of the run.
func (list samples) note(r tiledesk.RevokeResult, file *reportFile) {
	done := r.Outcome == tiledesk.Revoked || r.Outcome == tiledesk.AlreadyGone ||
		r.Outcome == tiledesk.Skipped && file.hasTarget(r.Target)
	for _, sample := range list {
		sample.revoked = sample.revoked || done && ident.SameJTI(sample.jti, r.Target.JTI)
	}
}

// testify hands those over that can be tried now, and names the others.
func (list samples) testify(u *undertaking, s *session) {
	for _, sample := range list {
		switch {
		case !sample.revoked:
			u.app.console.complain("not verified: %s: this run did not revoke it, so it was not tried.", sample.jti)
			u.unproved = true
		case !sample.accepted:
			u.app.console.complain("not verified: %s: the server refused it before, so that it refuses it now proves nothing.", sample.jti)
			u.unproved = true
		default:
			u.witnesses = append(u.witnesses, s.witnessOf(sample.jti, sample.token))
		}
	}
}

// witnessOf is a token that is tried for itself, whatever the session uses.
func (s *session) witnessOf(jti string, token func() string) witness {
	return witness{jti, func(ctx context.Context) (bool, error) { return s.JWT.Accepts(ctx, token()) }}
}
