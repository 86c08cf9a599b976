package tiledesktest

import (
	"bytes"
	"encoding/json"
	"mime"
	"net/http"
	"strings"
)

// signInBody is the answer to a sign-in.
type signInBody struct {
	Success bool    `json:"success"`
	Token   string  `json:"token"`
	User    profile `json:"user"`
}

// fieldError is one entry of a 422. Value is left out when the field was.
type fieldError struct {
	Value    json.RawMessage `json:"value,omitempty"`
	Msg      string          `json:"msg"`
	Param    string          `json:"param"`
	Location string          `json:"location"`
}

// signIn issues one more token, as every sign-in does: there is no session
// that could be used again.
func (s *Server) signIn(in incoming) reply {
	if in.tooLong {
		return jsonReply(http.StatusRequestEntityTooLarge, struct {
			Err   string `json:"err"`
			Limit int    `json:"limit"`
		}{"Request entity too large", maxBody})
	}
	fields, ok := bodyFields(in)
	if !ok {
		return brokenRequest()
	}
	if invalid := validate(fields); len(invalid) > 0 {
		return jsonReply(http.StatusUnprocessableEntity, struct {
			Errors []fieldError `json:"errors"`
		}{invalid})
	}
	u := s.state.user(text(fields["email"]))
	if u == nil || u.disabled {
		return failure(http.StatusUnauthorized, "Authentication failed. User not found.")
	}
	if text(fields["password"]) != u.password {
		return failure(http.StatusUnauthorized, "Authentication failed. Wrong password.")
	}
	token := s.state.issue(u, u.after(now()), 1)[0]
	return jsonReply(http.StatusOK, signInBody{Success: true, Token: "JWT " + token, User: u.profile})
}

// bodyFields reads the body as Express's JSON parser does: an object or an
// array under the type of JSON, and no fields at all under another type.
func bodyFields(in incoming) (map[string]json.RawMessage, bool) {
	mediaType, _, _ := mime.ParseMediaType(in.Header.Get("Content-Type"))
	body := bytes.TrimSpace(in.body)
	if mediaType != "application/json" || len(body) == 0 {
		return nil, true
	}
	if body[0] == '[' {
		return nil, json.Valid(body)
	}
	var fields map[string]json.RawMessage
	if body[0] != '{' || json.Unmarshal(body, &fields) != nil {
		return nil, false
	}
	return fields, true
}

// validate checks what the server checks before it looks for the user: that
// the email looks like one and that the password is there (the email was
// measured on the server 2.19.16, the password read in the public source).
func validate(fields map[string]json.RawMessage) []fieldError {
	var invalid []fieldError
	refuse := func(param string) {
		invalid = append(invalid, fieldError{
			Value:    fields[param],
			Msg:      "Invalid value",
			Param:    param,
			Location: "body",
		})
	}
	if !isEmail(text(fields["email"])) {
		refuse("email")
	}
	switch string(fields["password"]) {
	case "", `""`, "null":
		refuse("password")
	}
	return invalid
}

// isEmail is a rough form of the server's check: a name, an @, and a domain
// that has a dot in it.
func isEmail(s string) bool {
	name, domain, _ := strings.Cut(s, "@")
	if name == "" || strings.ContainsAny(s, " \t\r\n") || strings.Contains(domain, "@") {
		return false
	}
	dot := strings.LastIndexByte(domain, '.')
	return dot > 0 && len(domain)-dot > 2
}

// text is the text of a JSON string, and "" for anything else.
func text(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}
