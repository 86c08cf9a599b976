package wire_test

import (
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk/internal/servertest"
	"github.com/go-tiledesk/tiledesk/internal/wire"
)

func TestReadMessage_ofEveryShape(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		contentType, body string
		want              string
	}{
		"msg":                               {body: `{"success":false,"msg":"Unauthorized."}`, want: "Unauthorized."},
		"message":                           {body: `{"success":false,"message":"No."}`, want: "No."},
		"error":                             {body: `{"error":"No."}`, want: "No."},
		"err":                               {body: `{"err":"No."}`, want: "No."},
		"an object in error":                {body: `{"error":{"message":"No.","code":7}}`, want: "No."},
		"an object in an object":            {body: `{"error":{"error":{"message":"s3cret"}}}`, want: ""},
		"a title alone":                     {body: "<title>Gone</title>", want: "Gone"},
		"a page that is not UTF-8":          {body: "<p>\xff\xff\xff<title>Gone</title>", want: "Gone"},
		"an object in err":                  {body: `{"err":{"msg":"No."}}`, want: "No."},
		"a list of errors":                  {body: `{"errors":[{"value":"x","msg":"Invalid value","param":"email","location":"body"},{"value":"s3cret","msg":"Too short","param":"password","location":"body"}]}`, want: "email: Invalid value; password: Too short"},
		"a list of errors in newer naming":  {body: `{"errors":[{"type":"field","value":"s3cret","msg":"Invalid value","path":"email","location":"body"}]}`, want: "email: Invalid value"},
		"a list of errors in text":          {body: `{"errors":["No.","Never."]}`, want: "No.; Never."},
		"an object of errors":               {body: `{"errors":{"email":{"message":"is taken","value":"s3cret"},"name":"is empty"}}`, want: "email: is taken; name: is empty"},
		"errors that say nothing":           {body: `{"errors":[{"value":"s3cret"},{},null,7,["s3cret"]]}`, want: ""},
		"errors that hold objects":          {body: `{"errors":[{"msg":{"password":"s3cret"},"param":["s3cret"]}]}`, want: ""},
		"the first that has words":          {body: `{"msg":"","message":null,"error":true,"err":"No."}`, want: "No."},
		"bare text":                         {body: "Unauthorized", want: "Unauthorized"},
		"bare text under JSON":              {contentType: "application/json", body: "Bad Request", want: "Bad Request"},
		"text in quotes":                    {body: `"No."`, want: "No."},
		"JSON under text/html":              {contentType: "text/html; charset=utf-8", body: `{"success":false,"msg":"No."}`, want: "No."},
		"JSON behind a byte order mark":     {body: "\xef\xbb\xbf{\"msg\":\"No.\"}", want: "No."},
		"the title of a page":               {contentType: "text/html", body: "<!DOCTYPE html><html><head><TITLE lang=en>502 Bad &amp; Gateway</TITLE></head><body>s3cret</body></html>", want: "502 Bad & Gateway"},
		"a page with capitals beyond ASCII": {contentType: "text/html", body: "<html>İİİİ<title>Gone</title>s3cret", want: "Gone"},
		"a page without a title":            {contentType: "text/html", body: "<html><body>s3cret</body></html>", want: ""},
		"a page whose title never ends":     {contentType: "text/html", body: "<title>s3cret", want: ""},
		"a page under text/plain":           {contentType: "text/plain", body: "<html><title>Oops</title>s3cret</html>", want: "Oops"},
		"text under text/html":              {contentType: "text/html", body: "s3cret", want: ""},
		"XML":                               {contentType: "application/xml", body: "<?xml version='1.0'?><e>s3cret</e>", want: ""},
		"nothing":                           {body: "", want: ""},
		"white space":                       {body: " \n", want: ""},
		"null":                              {body: "null", want: ""},
		"a number":                          {body: "404", want: ""},
		"an array":                          {body: `["s3cret"]`, want: ""},
		"an object without words":           {body: `{"code":7,"data":"s3cret"}`, want: ""},
		"a message that is not a text":      {body: `{"msg":["s3cret"],"message":{"s3cret":1},"error":7}`, want: ""},
		"an object that was cut":            {body: `{"errors":[{"value":"s3cret","msg":"Inv`, want: ""},
		"an array that was cut":             {body: `[{"value":"s3cret"`, want: ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, fields := wire.ReadMessage(http.Header{"Content-Type": {tt.contentType}}, []byte(tt.body))
			if got != tt.want {
				t.Errorf("the message is %q, want %q", got, tt.want)
			}
			for _, field := range fields {
				if strings.Contains(field.Field+field.Message, "s3cret") {
					t.Errorf("a field has the value: %v", field)
				}
			}
		})
	}
}

func TestReadMessage_fields(t *testing.T) {
	t.Parallel()
	recorded := servertest.ReadRecording(t, "signin_422_validation").Response
	_, got := wire.ReadMessage(nil, []byte(recorded.Body))
	if want := []wire.Field{{Field: "email", Message: "Invalid value"}}; !reflect.DeepEqual(got, want) {
		t.Errorf("the fields are %+v, want %+v", got, want)
	}
}

// A hostile answer costs no more than its length: neither depth nor numbers, which
// would take hours if they were followed.
func TestReadMessage_hostile(t *testing.T) {
	t.Parallel()
	padding := strings.Repeat("x", 4<<20)
	bodies := map[string]string{
		"an object in an object in an object":   strings.Repeat(`{"err":`, 4000) + `{"msg":"deep","pad":"` + padding + `"}` + strings.Repeat("}", 4000),
		"deeper than any parser can go":         strings.Repeat(`{"err":`, 1<<20),
		"brackets alone":                        strings.Repeat("[", 8<<20),
		"a million errors":                      `{"errors":[` + strings.Repeat(`{"msg":"m","param":"p"},`, 500_000) + `{}]}`,
		"titles without an end":                 strings.Repeat("<title", 2<<20),
		"tokens that begin and begin":           strings.Repeat("eyJ", 4<<20),
		"tokens of endless parts":               strings.Repeat("eyJa.", 2<<20),
		"spaces, and something at the very end": strings.Repeat(" ", 8<<20) + "x" + strings.Repeat(" ", 4<<20) + "y",
	}
	for name, body := range bodies {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			message, fields := wire.ReadMessage(nil, []byte(body))
			if len(fields) > 100 || strings.Contains(message, "deep") {
				t.Errorf("got %.100s and %d fields", message, len(fields))
			}
		})
	}
}

// JSON under text/html is an answer of the server (measured), and no page.
func TestIsPage(t *testing.T) {
	t.Parallel()
	html := http.Header{"Content-Type": {"text/html; charset=utf-8"}}
	for body, want := range map[string]bool{
		"<html>":                true,
		" \n<!DOCTYPE html><p>": true,
		"Bad Gateway":           true,
		`{"success":false}`:     false,
		"null":                  false,
		"":                      false,
	} {
		if got := wire.IsPage(html, []byte(body)); got != want {
			t.Errorf("IsPage of %q is %t", body, got)
		}
	}
	for _, body := range []string{"<", " \n<p>", "\xef\xbb\xbf<p>"} {
		if !wire.IsPage(nil, []byte(body)) {
			t.Errorf("%q is not a page", body)
		}
	}
	if wire.IsPage(nil, []byte("Bad Gateway")) || !wire.IsPage(nil, []byte("<p>")) {
		t.Error("without a type, only what begins like one is a page")
	}
}
