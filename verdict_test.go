package tiledesk

import (
	"errors"
	"strings"
	"testing"
)

const (
	askedID = "6b02c254b4f8164bc2ae64b7"
	otherID = "6b02c254b4f8164bc2ae64ff"
	other   = "00000000-8a3b-4975-83e2-35ea216c468b"
)

// errFailure stands for an *APIError of no kind.
var errFailure = errors.New("failure")

// verdicts are the 2xx answers to a DELETE and what they mean. JTI and ID stand
// for the token that was asked for, by either.
var verdicts = map[string]struct {
	body string
	want error
}{
	"nothing":                             {"", nil},
	"white space":                         {" \r\n", nil},
	"a byte order mark":                   {"\xef\xbb\xbf", nil},
	"OK":                                  {"OK", nil},
	"ok with a line break":                {" ok\n", nil},
	"OK in quotes":                        {`"OK"`, nil},
	"true":                                {"true", nil},
	"an empty object":                     {"{ }", nil},
	"success":                             {`{"success":true}`, nil},
	"success with a message":              {`{"success":true,"msg":"Token revoked"}`, nil},
	"success as text":                     {`{"success":"true"}`, nil},
	"success as a number":                 {`{"success":1}`, nil},
	"success with errors of nothing":      {`{"success":true,"error":null,"err":"","errors":[]}`, nil},
	"the document":                        {`{"status":-1,"_id":"ID","jti":"JTI","__v":0}`, nil},
	"the document with $oid":              {`{"_id":{"$oid":"ID"},"jti":"JTI"}`, nil},
	"the document with an array":          {`{"_id":"ID","jti":"JTI","sessions":[{"ip":"::1"}],"data":[]}`, nil},
	"the document with odd fields":        {`{"_id":"ID","jti":"JTI","token":null,"value":{"_id":"x"}}`, nil},
	"the document in a wrapper":           {`{"success":true,"jwt":{"_id":"ID","jti":"JTI"}}`, nil},
	"the document in a wrapper alone":     {`{"data":{"_id":"ID","jti":"JTI"}}`, nil},
	"the document with escapes":           {`{"\u005fid":"ID","j\u0074i":"JTI"}`, nil},
	"the last of two keys":                {`{"_id":"x","jti":"x","_id":"ID","jti":"JTI"}`, nil},
	"a write result":                      {`{"n":1,"nModified":1,"ok":1}`, nil},
	"a write result as text":              {`{"n":"1","ok":"1"}`, nil},
	"a token revoked before":              {`{"n":1,"nModified":0,"ok":1}`, nil},
	"matched and unmodified":              {`{"acknowledged":true,"matchedCount":1,"modifiedCount":0}`, nil},
	"deleted":                             {`{"acknowledged":true,"deletedCount":1}`, nil},
	"deleted two":                         {`{"deletedCount":2}`, nil},
	"modified alone":                      {`{"modifiedCount":1}`, nil},
	"ok alone":                            {`{"ok":1}`, nil},
	"a result inside":                     {`{"result":{"n":1,"ok":1},"connection":{"id":1}}`, nil},
	"findOneAndUpdate":                    {`{"lastErrorObject":{"n":1,"updatedExisting":true},"value":{"_id":"ID","jti":"JTI"},"ok":1}`, nil},
	"null":                                {"null", ErrNotFound},
	"null in white space":                 {" null\n", ErrNotFound},
	"n of 0":                              {`{"n":0,"nModified":0,"ok":1}`, ErrNotFound},
	"n of 0 as text":                      {`{"n":"0","ok":1}`, ErrNotFound},
	"n of 0.0":                            {`{"n":0.0}`, ErrNotFound},
	"matched none":                        {`{"acknowledged":true,"matchedCount":0,"modifiedCount":0}`, ErrNotFound},
	"deleted none":                        {`{"acknowledged":true,"deletedCount":0}`, ErrNotFound},
	"deleted none, yet success":           {`{"success":true,"deletedCount":0}`, ErrNotFound},
	"a result inside of none":             {`{"result":{"n":0,"ok":1}}`, ErrNotFound},
	"a result inside of data":             {`{"success":true,"data":{"deletedCount":0}}`, ErrNotFound},
	"findOneAndUpdate of none":            {`{"lastErrorObject":{"n":0,"updatedExisting":false},"value":null,"ok":1}`, ErrNotFound},
	"findOneAndUpdate, null only":         {`{"value":null,"ok":1}`, ErrNotFound},
	"findOneAndUpdate of none, nested":    {`{"result":{"lastErrorObject":{"n":0},"ok":1}}`, ErrNotFound},
	"null in a wrapper":                   {`{"success":true,"jwt":null}`, ErrNotFound},
	"false":                               {"false", errFailure},
	"success false":                       {`{"success":false}`, errFailure},
	"success false with a message":        {`{"success":false,"msg":"Object not found."}`, errFailure},
	"success of null":                     {`{"success":null}`, errFailure},
	"success of 0":                        {`{"success":0}`, errFailure},
	"success of false as text":            {`{"success":"false"}`, errFailure},
	"success of no":                       {`{"success":"no"}`, errFailure},
	"success of pending":                  {`{"success":"pending"}`, errFailure},
	"success of an object":                {`{"success":{}}`, errFailure},
	"success true, then false":            {`{"success":true,"success":false}`, errFailure},
	"success false, then true":            {`{"success":false,"success":true}`, errFailure},
	"an error":                            {`{"error":"broken"}`, errFailure},
	"an error beside success":             {`{"success":true,"error":"broken"}`, errFailure},
	"an error that is an object":          {`{"error":{"code":11000}}`, errFailure},
	"an err":                              {`{"err":"broken"}`, errFailure},
	"errors":                              {`{"errors":[{"msg":"bad"}]}`, errFailure},
	"errors of a validation":              {`{"success":true,"errors":{"jti":{"message":"bad"}}}`, errFailure},
	"write errors":                        {`{"n":1,"ok":1,"writeErrors":[{"code":1}]}`, errFailure},
	"a write concern error":               {`{"n":1,"ok":1,"writeConcernError":{"code":64}}`, errFailure},
	"the document beside an error":        {`{"_id":"ID","jti":"JTI","error":"not saved"}`, errFailure},
	"a failure in a wrapper":              {`{"ok":1,"result":{"success":false,"msg":"no"}}`, errFailure},
	"a value of 0":                        {`{"success":true,"value":0}`, errFailure},
	"data of nothing":                     {`{"success":true,"data":""}`, errFailure},
	"a token of nothing":                  {`{"ok":1,"token":""}`, errFailure},
	"a history of 0":                      {`{"ok":1,"history":0}`, errFailure},
	"a failure that found nothing":        {`{"data":null,"status":"fail"}`, errFailure},
	"nothing found, and no success":       {`{"n":0,"success":false}`, errFailure},
	"a status that is an error's":         {`{"success":true,"status":404}`, errFailure},
	"nothing removed":                     {`{"nRemoved":0,"ok":1}`, ErrNotFound},
	"nothing updated":                     {`{"updatedExisting":false,"ok":1}`, ErrNotFound},
	"nothing found, and one found":        {`{"n":0,"deletedCount":1}`, ErrUnexpectedResponse},
	"ok of 0":                             {`{"n":1,"ok":0}`, ErrUnexpectedResponse},
	"not acknowledged":                    {`{"acknowledged":false,"deletedCount":1}`, ErrUnexpectedResponse},
	"not ok, as text":                     {`{"ok":"no"}`, ErrUnexpectedResponse},
	"n of null":                           {`{"n":null,"ok":1}`, ErrUnexpectedResponse},
	"n of true":                           {`{"n":true}`, ErrUnexpectedResponse},
	"n of a fraction":                     {`{"n":0.5}`, ErrUnexpectedResponse},
	"n negative":                          {`{"n":-1}`, ErrUnexpectedResponse},
	"nothing modified, n unknown":         {`{"ok":1,"nModified":0}`, ErrUnexpectedResponse},
	"nothing modified, alone":             {`{"modifiedCount":0}`, ErrUnexpectedResponse},
	"HTML":                                {"<!DOCTYPE html><title>Dashboard</title>", ErrUnexpectedResponse},
	"other text":                          {"Accepted", ErrUnexpectedResponse},
	"OK and more":                         {"OK, but no", ErrUnexpectedResponse},
	"other text in quotes":                {`"deleted"`, ErrUnexpectedResponse},
	"a number":                            {"1", ErrUnexpectedResponse},
	"zero":                                {"0", ErrUnexpectedResponse},
	"broken JSON":                         {`{"success":tr`, ErrUnexpectedResponse},
	"two values":                          {`{"success":true}{}`, ErrUnexpectedResponse},
	"trailing text":                       {`{"success":true} <!-- proxy -->`, ErrUnexpectedResponse},
	"an array":                            {`[]`, ErrUnexpectedResponse},
	"an array of the document":            {`[{"_id":"ID","jti":"JTI"}]`, ErrUnexpectedResponse},
	"a list":                              {`{"perPage":40,"count":1,"jwts":[{"_id":"ID","jti":"JTI"}]}`, ErrUnexpectedResponse},
	"an empty list":                       {`{"perPage":40,"count":0,"jwts":[]}`, ErrUnexpectedResponse},
	"a list without numbers":              {`{"jwts":[]}`, ErrUnexpectedResponse},
	"a list with success":                 {`{"success":true,"jwts":[{"_id":"ID"}]}`, ErrUnexpectedResponse},
	"a list of an unknown name":           {`{"success":true,"entries":[{"_id":"ID","jti":"JTI"}]}`, ErrUnexpectedResponse},
	"a list in a wrapper":                 {`{"success":true,"result":[]}`, ErrUnexpectedResponse},
	"a list inside of a wrapper":          {`{"success":true,"data":{"perPage":40,"jwts":[]}}`, ErrUnexpectedResponse},
	"a document of another token":         {`{"_id":"` + otherID + `","jti":"` + other + `"}`, ErrUnexpectedResponse},
	"another document with success":       {`{"success":true,"_id":"` + otherID + `","jti":"` + other + `"}`, ErrUnexpectedResponse},
	"another document in a wrapper":       {`{"success":true,"jwt":{"_id":"` + otherID + `","jti":"` + other + `"}}`, ErrUnexpectedResponse},
	"another document in findOneAndX":     {`{"value":{"_id":"` + otherID + `","jti":"` + other + `"},"ok":1}`, ErrUnexpectedResponse},
	"another document beside n":           {`{"n":1,"_id":"` + otherID + `","jti":"` + other + `"}`, ErrUnexpectedResponse},
	"the first of two keys":               {`{"_id":"ID","jti":"JTI","_id":"x","jti":"x"}`, ErrUnexpectedResponse},
	"an object that says nothing":         {`{"status":100}`, ErrUnexpectedResponse},
	"an object with a message":            {`{"message":"Token not revoked"}`, ErrUnexpectedResponse},
	"a document without identifiers":      {`{"_id":null,"jti":"","status":-1}`, ErrUnexpectedResponse},
	"the user's document":                 {`{"user":{"_id":"ID"}}`, ErrUnexpectedResponse},
	"identifiers of another case in text": {`{"_id":["ID"],"jti":["JTI"]}`, ErrUnexpectedResponse},
	"bottomless nesting":                  {strings.Repeat(`{"data":`, 1<<17) + "1" + strings.Repeat("}", 1<<17), ErrUnexpectedResponse},
	"wrappers in wrappers":                {strings.Repeat(`{"data":`, 5000) + `{"success":true}` + strings.Repeat("}", 5000), ErrUnexpectedResponse},
}

func TestVerdict(t *testing.T) {
	t.Parallel()
	for sentence, test := range verdicts {
		for name, revoke := range bothRevocations {
			t.Run(sentence+", by "+name, func(t *testing.T) {
				t.Parallel()
				body := strings.NewReplacer("JTI", testJTI, "ID", askedID).Replace(test.body)
				transport := answering(reply(200, body))
				resp, err := revoke.run(t, newTestClient(t, testURL, withTransport(transport)))
				transport.sent(t, 1, "DELETE", revoke.path)
				checkVerdict(t, resp, err, test.want)
				if err == nil && string(resp.Body) != body {
					t.Error("the response has not the whole body")
				}
			})
		}
	}
}

var bothRevocations = map[string]struct {
	path string
	run  func(t *testing.T, c *Client) (*Response, error)
}{
	"jti": {listPath + "/" + testJTI, func(t *testing.T, c *Client) (*Response, error) {
		return c.JWT.RevokeByJTI(t.Context(), testJTI)
	}},
	"id": {listPath + "/id/" + askedID, func(t *testing.T, c *Client) (*Response, error) {
		return c.JWT.RevokeByID(t.Context(), askedID)
	}},
}

func checkVerdict(t *testing.T, resp *Response, err, want error) {
	t.Helper()
	if (resp == nil) == (err == nil) {
		t.Errorf("got response %v and error %v, want one of them", resp, err)
	}
	if want == nil {
		if err != nil {
			t.Errorf("got %v, want a revocation", err)
		}
		return
	}
	if err == nil {
		t.Fatalf("got a revocation, want %v", want)
	}
	apiErrorOf(t, err, 200, 1)
	for _, kind := range []error{ErrNotFound, ErrUnexpectedResponse} {
		if is := errors.Is(err, kind); is != (want == kind) {
			t.Errorf("got %v; is it %v: %t", err, kind, is)
		}
	}
}

// What the body says against the revocation outweighs that 202 promises nothing.
func TestVerdict_acceptedWithABodyThatSaysNo(t *testing.T) {
	t.Parallel()
	revoke := func(body string) error {
		_, err := newTestClient(t, testURL, withTransport(answering(reply(202, body)))).JWT.RevokeByJTI(t.Context(), testJTI)
		return err
	}
	if err := revoke("null"); !errors.Is(err, ErrNotFound) || errors.Is(err, ErrUnexpectedResponse) {
		t.Errorf("null: got %v, want %v", err, ErrNotFound)
	}
	err := revoke(`{"success":false,"msg":"Try later."}`)
	if refused := apiErrorOf(t, err, 202, 1); refused.Message != "Try later." || errors.Is(err, ErrUnexpectedResponse) {
		t.Errorf("a failure: got %v, want the server's message", err)
	}
	if err := revoke(`{"success":true}`); !errors.Is(err, ErrUnexpectedResponse) {
		t.Errorf("a success: got %v, want %v", err, ErrUnexpectedResponse)
	}
}
