package tiledesktest_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// answer is a response that was read to its end.
type answer struct {
	status int
	header http.Header // with Transfer-Encoding put back
	body   string
}

func (a answer) wantStatus(t *testing.T, want int) {
	t.Helper()
	if a.status != want {
		t.Errorf("status %d, want %d (body %s)", a.status, want, a.body)
	}
}

func (a answer) want(t *testing.T, status int, body string) {
	t.Helper()
	a.wantStatus(t, status)
	if a.body != body {
		t.Errorf("body %s, want %s", a.body, body)
	}
}

// send sends one request over a connection of its own.
func send(t *testing.T, s *tiledesktest.Server, method, path, authorization, body string) answer {
	t.Helper()
	got, err := try(t.Context(), s, method, path, authorization, body)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	return got
}

func try(ctx context.Context, s *tiledesktest.Server, method, path, authorization, body string) (answer, error) {
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	return exchange(ctx, transport, s, method, path, authorization, body)
}

func exchange(
	ctx context.Context, transport *http.Transport, s *tiledesktest.Server,
	method, path, authorization, body string,
) (answer, error) {
	r, err := http.NewRequestWithContext(ctx, method, s.URL()+path, strings.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	response, err := transport.RoundTrip(r)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = response.Body.Close() }()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		return answer{}, err
	}
	header := response.Header
	if len(response.TransferEncoding) > 0 {
		header["Transfer-Encoding"] = response.TransferEncoding
	}
	return answer{response.StatusCode, header, string(content)}, nil
}

// listed is an entry of a list.
type listed struct {
	ID, JTI              string
	Status               int
	CreatedAt, UpdatedAt string
}

func (l *listed) UnmarshalJSON(data []byte) error {
	var fields struct {
		ID        string `json:"_id"`
		JTI       string `json:"jti"`
		Status    int    `json:"status"`
		CreatedAt string `json:"createdAt"`
		UpdatedAt string `json:"updatedAt"`
	}
	err := json.Unmarshal(data, &fields)
	*l = listed{fields.ID, fields.JTI, fields.Status, fields.CreatedAt, fields.UpdatedAt}
	return err
}

// entries lists within the process. It is nil for anything but an envelope.
func entries(s *tiledesktest.Server, target, authorization string) []listed {
	r := httptest.NewRequest(http.MethodGet, target, nil)
	r.Header.Set("Authorization", authorization)
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	var page struct{ JWTs []listed }
	if json.Unmarshal(w.Body.Bytes(), &page) != nil {
		return nil
	}
	return page.JWTs
}

func basic(email, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(email+":"+password))
}

func claimsOf(token string) map[string]any {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil
	}
	payload, _ := base64.RawURLEncoding.DecodeString(parts[1])
	var claims map[string]any
	_ = json.Unmarshal(payload, &claims)
	return claims
}

// jtiOf is "" for a token that has none.
func jtiOf(token string) string {
	jti, _ := claimsOf(token)["jti"].(string)
	return jti
}

func jtis(tokens []string) []string {
	ids := make([]string, len(tokens))
	for i, token := range tokens {
		ids[i] = jtiOf(token)
	}
	return ids
}
