package wire

// RefusalAdvice says what a 401 means, by the kind of credentials that were sent:
// "Basic", "JWT", "custom", or "none" for a sign-in; own tells whether it is in the
// server's own words.
func RefusalAdvice(kind string, own bool) string {
	if own {
		return ownRefusal[kind]
	}
	return "this is not the answer of the Tiledesk server: a proxy or gateway in front of it refused, and nothing is known about " +
		foreignRefusal[kind] + "check the base URL and what the proxy asks for"
}

var ownRefusal = map[string]string{
	"Basic":  "the server refused the Basic credentials: check email and password",
	"JWT":    "the server refused the JWT: it may be revoked, expired, truncated or signed for another server",
	"custom": "the server refused the authorization that the credentials gave",
	"none":   "the server refused the email or the password",
}

var foreignRefusal = map[string]string{
	"Basic":  "email and password: ",
	"JWT":    "the token: treat it as still valid, and ",
	"custom": "the authorization that the credentials gave: ",
	"none":   "email and password: ",
}
