package tiledesktest_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// many is the size of history that bulk jobs are measured with.
const many = 200_000

func BenchmarkIssue(b *testing.B) {
	s := tiledesktest.NewHandler()
	s.AddUser(agent, password)
	b.ReportAllocs()
	for b.Loop() {
		s.Issue(agent, 1)
	}
}

func BenchmarkListPage(b *testing.B) {
	for _, field := range []string{"createdAt", "jti"} {
		b.Run("sorted by "+field, func(b *testing.B) {
			s, _ := bigHistory()
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				target := fmt.Sprintf("/jwt/history?page=%d&sortField=%s", i%(many/40), field)
				if code := request(s, http.MethodGet, target); code != http.StatusOK {
					b.Fatal(code)
				}
				i++
			}
		})
	}
}

func BenchmarkRevoke(b *testing.B) {
	s, tokens := bigHistory()
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		if code := request(s, http.MethodDelete, "/jwt/history/"+jtiOf(tokens[i%many])); code != http.StatusOK {
			b.Fatal(code)
		}
		i++
	}
}

// BenchmarkRevokePageByPage is the worst case of a list that hides revoked
// tokens: each page is asked for after the tokens of the one before have gone.
func BenchmarkRevokePageByPage(b *testing.B) {
	s, tokens := bigHistory(tiledesktest.WithRevokedHidden())
	i := 0
	for b.Loop() {
		if code := request(s, http.MethodGet, "/jwt/history"); code != http.StatusOK {
			b.Fatal(code)
		}
		for range 40 {
			request(s, http.MethodDelete, "/jwt/history/"+jtiOf(tokens[i%many]))
			i++
		}
	}
}

func bigHistory(opts ...tiledesktest.Option) (*tiledesktest.Server, []string) {
	s := tiledesktest.NewHandler(append(opts, tiledesktest.WithoutRequestLog())...)
	s.AddUser(agent, password)
	return s, s.Issue(agent, many)
}

func request(s *tiledesktest.Server, method, target string) int {
	r := httptest.NewRequest(method, target, nil)
	r.Header.Set("Authorization", basic(agent, password))
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Code
}
