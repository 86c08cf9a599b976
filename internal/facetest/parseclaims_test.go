package facetest

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
)

func TestParseClaims_readsARecordedToken(t *testing.T) {
	t.Parallel()
	var body struct{ Token string }
	if err := json.Unmarshal([]byte(servertest.ReadRecording(t, "signin_200").Response.Body), &body); err != nil {
		t.Fatal(err)
	}
	bare := strings.TrimPrefix(body.Token, "JWT ")
	want, err := tiledesk.ParseClaims(body.Token)
	if err != nil || bare == body.Token {
		t.Fatalf("got %v of %.8s…", err, body.Token)
	}
	if len(want.JTI) != 36 || len(want.UserID) != 24 || want.Subject != "user" || want.Issuer != "https://tiledesk.com" ||
		!reflect.DeepEqual(want.Audience, []string{"https://tiledesk.com"}) || want.IssuedAt.Year() != 2026 || want.ExpiresAt != nil {
		t.Errorf("got %+v", want)
	}
	for _, form := range []string{bare, "jwt " + bare, "  JWT\t" + bare + "\r\n"} {
		if got, err := tiledesk.ParseClaims(form); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, %v", got, err)
		}
	}
}

func TestParseClaims_ofOddPayloads(t *testing.T) {
	t.Parallel()
	at := func(seconds float64) *time.Time {
		moment := time.UnixMilli(int64(seconds * 1000)).UTC()
		return &moment
	}
	for payload, want := range map[string]tiledesk.Claims{
		`{}`:                                 {},
		`{"jti":null,"aud":null,"iat":null}`: {},
		`{"jti":42,"_id":1.5}`:               {JTI: "42", UserID: "1.5"},
		`{"jti":1e3,"_id":-0.0,"sub":12345678901234567890,"iss":1e30}`: {JTI: "1000", UserID: "0", Subject: "12345678901234567000", Issuer: "1e30"},
		`{"jti":["a"],"sub":{"a":1},"iss":true}`:                       {},
		`{"jti":"ü/%2F"}`:                                              {JTI: "ü/%2F"},
		`{"jti":"first","jti":"second"}`:                               {JTI: "second"},
		`{"JTI":"a","Jti":"b","_ID":"c","IAT":1,"Exp":1}`:              {},
		`{"JTI":"wrong","jti":"right","Jti":"wrong"}`:                  {JTI: "right"},
		`{"aud":["a",7,null,"b",{}]}`:                                  {Audience: []string{"a", "7", "b"}},
		`{"aud":"one"}`:                                                {Audience: []string{"one"}},
		`{"aud":""}`:                                                   {},
		`{"iat":1.5,"exp":-1}`:                                         {IssuedAt: at(1.5), ExpiresAt: at(-1)},
		`{"iat":0}`:                                                    {IssuedAt: at(0)},
		`{"iat":"1795342949","exp":1e300}`:                             {},
		`{"iat":1e12,"exp":-1e12}`:                                     {},
		`{"iat":-62135500000,"exp":253402300799}`:                      {IssuedAt: at(-62135500000), ExpiresAt: at(253402300799)}, // years 1 and 9999
		`{"exp":253402300800}`:                                         {},
		` {"jti" : "a"} `:                                              {JTI: "a"},
	} {
		if got, err := tiledesk.ParseClaims(servertest.RawToken(payload)); err != nil || !reflect.DeepEqual(*got, want) {
			t.Errorf("%s: got %+v, %v", payload, got, err)
		}
	}
}

func TestParseClaims_refusesWhatIsNotAToken(t *testing.T) {
	t.Parallel()
	parts := strings.Split(servertest.Token, ".")
	for name, token := range map[string]string{
		"nothing":                     "",
		"white space":                 " \n",
		"the scheme alone":            "JWT",
		"another scheme":              "Bearer " + servertest.Token,
		"one part":                    parts[1],
		"two parts":                   parts[0] + "." + parts[1],
		"four parts":                  servertest.Token + ".more",
		"dots alone":                  "..",
		"very many dots":              strings.Repeat(".", 1<<22),
		"a middle that is not base64": parts[0] + ".!!!." + parts[2],
		"a middle of another base64":  parts[0] + ".eyJhIjoiPz8/In0+/." + parts[2],
		"a middle that is cut":        parts[0] + "." + parts[1][:50] + "." + parts[2],
		"a middle that is a list":     servertest.RawToken(`["secret"]`),
		"a middle that is null":       servertest.RawToken(`null`),
		"a middle that is text":       servertest.RawToken(`"secret"`),
		"a middle with more behind":   servertest.RawToken(`{"jti":"secret"}{}`),
		"a middle that nests deep":    servertest.RawToken(`{"jti":` + strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000) + `}`),
		"far too long":                servertest.RawToken(`{"jti":"` + strings.Repeat("secret", 20_000) + `"}`),
	} {
		claims, err := tiledesk.ParseClaims(token)
		if claims != nil || !errors.Is(err, tiledesk.ErrInvalidArgument) {
			t.Errorf("%s: got %+v, %v", name, claims, err)
			continue
		}
		for _, part := range append(parts, "secret", "!!!") {
			if strings.Contains(err.Error(), part) {
				t.Errorf("%s: the error repeats it: %v", name, err)
			}
		}
		if len(err.Error()) > 200 {
			t.Errorf("%s: the text has %d bytes", name, len(err.Error()))
		}
	}
}

func FuzzParseClaims(f *testing.F) {
	for _, seed := range []string{
		servertest.Token, "JWT " + servertest.Token, "Bearer " + servertest.Token, "", "..", "a.b.c",
		servertest.RawToken(`{"jti":1,"aud":["a"],"iat":1.5}`), servertest.RawToken(`null`), servertest.RawToken(`{"JTI":"x"}`),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, token string) {
		claims, err := tiledesk.ParseClaims(token)
		if (claims == nil) == (err == nil) {
			t.Fatalf("got %+v, %v", claims, err)
		}
		if err == nil {
			if again, err := tiledesk.ParseClaims("JWT " + bareToken(token)); err != nil || !reflect.DeepEqual(again, claims) {
				t.Errorf("with JWT in front: %+v, %v", again, err)
			}
			if _, err := json.Marshal(claims); err != nil {
				t.Errorf("the claims cannot be marshaled: %v", err)
			}
			return
		}
		if !errors.Is(err, tiledesk.ErrInvalidArgument) || len(err.Error()) > 200 {
			t.Errorf("got %v", err)
		}
		if bare := bareToken(token); len(bare) > 8 && strings.Contains(err.Error(), bare) {
			t.Errorf("the error repeats the token: %v", err)
		}
	})
}

// bareToken is a token without the scheme that may stand before it.
func bareToken(token string) string {
	if fields := strings.Fields(token); len(fields) > 1 && strings.EqualFold(fields[0], "JWT") {
		token = strings.TrimSpace(token)[len("JWT"):]
	}
	return strings.TrimSpace(token)
}
